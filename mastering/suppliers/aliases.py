"""Names that stand for another name: renamed, acquired, trading as. What no likeness can find, people attest.

Belongs here: which name a name stands for at a moment. Not here: stewards' decisions themselves (stewardship.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

import pyarrow as pa

from mastering.rules import read_rules
from mastering.stewardship import Decision
from mastering.suppliers.names import RULES, SupplierName, read_name

# One row per name that stands for another. reason: a Reason. valid_from, valid_to: half-open, null for open.
ALIASES = pa.schema(
    [("alias", pa.string()), ("name", pa.string()), ("reason", pa.string()), ("valid_from", pa.date32()),
     ("valid_to", pa.date32())]
)  # fmt: skip
SUPPLIER = "supplier"


class Reason(StrEnum):
    """Why a name stands for another."""

    RENAMED = "renamed"
    TRADING = "trading"
    ACQUIRED = "acquired"  # two companies became one, so that tax numbers may differ


@dataclass(frozen=True, slots=True)
class Standing:
    """The name a name stands for, and why: acquired if any step of the way is."""

    name: SupplierName
    reason: Reason


class Aliases:
    """Which names stand for which at a moment."""

    def __init__(self, rows: pa.Table, decisions: Mapping[tuple[str, str], Decision], at: datetime):
        """rows: ALIASES. decisions: the alias decisions in force (stewardship.py); a steward's word goes before a row's.

        Raises ValueError for a reason that is none.
        """
        told = {
            read_name(row["alias"]).key: Standing(read_name(row["name"]), Reason(row["reason"].casefold()))
            for row in sorted(
                rows.to_pylist(), key=lambda row: (row["valid_from"] or date.min, row["alias"], row["name"])
            )
            if (row["valid_from"] or date.min) <= at.date() < (row["valid_to"] or date.max)
        }
        told |= {
            read_name(alias).key: Standing(read_name(decision["value"]), _reason(decision))
            for (whose, alias), decision in decisions.items()
            if whose == SUPPLIER
        }
        self._standing = {key: _followed(key, told) for key in told}

    def standing(self, name: SupplierName) -> Standing | None:
        """What a name, or the name it trades under, stands for; None for one that stands for itself."""
        keys = (name.key, *(" ".join(words) for words in name.trading))
        return next((self._standing[key] for key in keys if key in self._standing), None)

    def written_out(self, name: SupplierName) -> SupplierName:
        """The name it stands for; or, where only its first words stand for a name, that name and the rest of its own."""
        standing = self.standing(name)
        if standing:
            return standing.name
        for length in range(len(name.words) - 1, 0, -1):
            begun = self._standing.get(" ".join(name.words[:length]))
            if begun:
                return replace(name, words=begun.name.words + name.words[length:])
        return name


def known_aliases() -> pa.Table:
    """The aliases that come with parline (ALIASES): renames and trading names that are public knowledge."""
    return alias_table(read_rules("aliases", RULES))


def alias_table(rows: Iterable[Mapping[str, str]]) -> pa.Table:
    """Rows of text, days as 2017-04-01 and "" for none, as ALIASES."""
    return pa.Table.from_pylist(
        [
            {**{name: row[name] for name in ("alias", "name", "reason")}, "valid_from": _day(row["valid_from"]),
             "valid_to": _day(row["valid_to"])}
            for row in rows
        ],
        ALIASES,
    )  # fmt: skip


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _reason(decision: Decision) -> Reason:
    """A steward says why in the first word; without one of them it is another trading name."""
    first = str(decision["reason"]).strip(" .:").split(maxsplit=1)[0].casefold().rstrip(":,.;")
    return Reason(first) if first in list(Reason) else Reason.TRADING


def _followed(key: str, told: Mapping[str, Standing]) -> Standing:
    """The end of the way from name to name; a way that turns back ends before it does."""
    seen, standing = {key}, told[key]
    while standing.name.key in told and standing.name.key not in seen:
        seen.add(standing.name.key)
        onward = told[standing.name.key]
        reason = Reason.ACQUIRED if Reason.ACQUIRED in (standing.reason, onward.reason) else standing.reason
        standing = Standing(onward.name, reason)
    return standing
