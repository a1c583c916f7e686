"""What stewards decide, as data: an append-only table of decisions, and which of them are in force at a moment.

Belongs here: the decision record and when it holds. Not here: the sheet it is written on (review_sheet.py), how a decision
changes clusters (items, suppliers) or values (survivorship.py).
A decision is never changed or deleted: a later one about the same subject takes its place. To withdraw one, say it again
with an expiry that has passed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from mastering.vocabulary import Steward

# One row per decision. must, cannot: left_key and right_key are record keys. alias: left_key is a name as written,
# attribute whose name it is (supplier, manufacturer), value the name it stands for. attribute: left_key is a record of the
# golden one, attribute and value what it gets. subject_hash: of the queue row that was decided (review_sheet.py), if any.
DECISIONS = pa.schema(
    [
        ("kind", pa.string()), ("left_key", pa.string()), ("right_key", pa.string()), ("attribute", pa.string()),
        ("value", pa.string()), ("by", pa.string()), ("at", pa.timestamp("us")), ("reason", pa.string()),
        ("expires_at", pa.timestamp("us")), ("second_by", pa.string()), ("subject_hash", pa.string()),
    ]
)  # fmt: skip
_NEEDED = {
    Steward.MUST: ("left_key", "right_key"),
    Steward.CANNOT: ("left_key", "right_key"),
    Steward.ALIAS: ("left_key", "attribute", "value"),
    Steward.ATTRIBUTE: ("left_key", "attribute", "value"),
}
Decision = dict[str, Any]
# The rule that speaks against joining two records, or None.
Veto = Callable[[str, str], str | None]


@dataclass(frozen=True)
class Pending:
    """A decision that does not hold yet, and what it waits for."""

    decision: Decision
    reason: str


@dataclass(frozen=True)
class InForce:
    """What holds at one moment. Pairs are (lesser key, greater key).

    aliases: (whose name, name as written) -> the decision. attributes: (record key, attribute) -> the decision.
    """

    must: dict[tuple[str, str], Decision]
    cannot: dict[tuple[str, str], Decision]
    aliases: dict[tuple[str, str], Decision]
    attributes: dict[tuple[str, str], Decision]
    pending: list[Pending]


def faults(decision: Decision) -> list[tuple[str, str]]:
    """What is wrong with a decision as (column, sentence); empty for one that can be kept."""
    kinds = [kind.value for kind in Steward]
    if decision.get("kind") not in kinds:
        return [("kind", f"{decision.get('kind')!r} is not one of {', '.join(kinds)}")]
    needed = (*_NEEDED[Steward(decision["kind"])], "by", "at", "reason")
    found = [
        (column, f"a decision of kind {decision['kind']} needs it") for column in needed if not decision.get(column)
    ]
    if decision.get("left_key") and decision.get("left_key") == decision.get("right_key"):
        found.append(("right_key", "is the same record as left_key"))
    return found


def record_decisions(kept: pa.Table, new: list[Decision]) -> pa.Table:
    """The table of decisions (DECISIONS) with new ones after it; one that is there already is not kept twice.

    Raises ValueError for one that has faults: none of them is kept then.
    """
    for decision in new:
        for column, sentence in faults(decision):
            raise ValueError(f"decision about {decision.get('left_key')!r}: {column}: {sentence}")
    there = {tuple(row.values()) for row in kept.to_pylist()}
    rows = [{name: decision.get(name) for name in DECISIONS.names} for decision in new]
    added = {tuple(row.values()): row for row in rows if tuple(row.values()) not in there}
    return pa.concat_tables([kept, pa.Table.from_pylist(list(added.values()), DECISIONS)])


def in_force(decisions: pa.Table, at: datetime, veto: Veto) -> InForce:
    """What holds at a moment: of each subject the latest decision, if it has not expired.

    A `must` against which `veto` speaks holds only with the word of a second, different person; else it is pending.
    """
    force = InForce({}, {}, {}, {}, [])
    for decision in _latest(decisions, at).values():
        if decision["expires_at"] is not None and decision["expires_at"] <= at:
            continue
        subject = _subject(decision)[1:]
        match decision["kind"]:
            case Steward.MUST:
                reason = veto(*subject)
                if reason is not None and not has_second_person(decision):
                    force.pending.append(
                        Pending(decision, f"needs a second person, as a rule speaks against it: {reason}")
                    )
                else:
                    force.must[subject] = decision
            case Steward.CANNOT:
                force.cannot[subject] = decision
            case Steward.ALIAS:
                force.aliases[subject] = decision
            case Steward.ATTRIBUTE:
                force.attributes[subject] = decision
    return force


def has_second_person(decision: Decision) -> bool:
    """Whether somebody else than who decided agrees."""
    first, second = ((decision[column] or "").strip().casefold() for column in ("by", "second_by"))
    return second not in ("", first)


def _latest(decisions: pa.Table, at: datetime) -> dict[tuple[str, str, str], Decision]:
    """By subject the decision that counts, whatever their order in the table. Of two at one moment a `cannot` does: apart
    is what can be mended. Else the greater text."""
    rows = [row for row in decisions.to_pylist() if row["at"] <= at]
    rows.sort(key=lambda row: (row["at"], row["kind"] == Steward.CANNOT, *(str(value) for value in row.values())))
    return {_subject(row): row for row in rows}


def _subject(decision: Decision) -> tuple[str, str, str]:
    """What is decided: must and cannot about one pair contradict each other, so they have one subject."""
    if decision["kind"] in (Steward.MUST, Steward.CANNOT):
        left, right = sorted((decision["left_key"], decision["right_key"]))
        return "pair", left, right
    if decision["kind"] == Steward.ALIAS:
        return decision["kind"], decision["attribute"], decision["left_key"]
    return decision["kind"], decision["left_key"], decision["attribute"]
