"""What is done about two supplier records: what speaks for and against, in bits and in a sentence, and the verdict.

Belongs here: the rules over one pair. Not here: which pairs are looked at (resolution.py), clusters.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from mastering.rules import read_rules
from mastering.suppliers.likeness import NameIndex, NameLevel
from mastering.suppliers.names import RULES
from mastering.suppliers.records import NUMBERS, SupplierRecord
from mastering.vocabulary import Method, Verdict

_BITS = {(row["evidence"], row["level"]): int(row["bits"]) for row in read_rules("weights", RULES)}
_SAYS = {
    "tax_id": "tax id", "lei": "LEI", "duns": "D-U-N-S", "gln": "GLN", "remit_to": "remit-to", "bank": "bank account",
    "address": "address", "name": "name", "legal_form": "legal form", "remittance": "remittance",
}  # fmt: skip


# What one supplier may have several of, so that another one says nothing.
_OF_A_SITE = ("duns", "gln", "bank")


class Stage(IntEnum):
    """When a pair may join. What stands on a name holds only where nothing else is as likely, so that it waits for what is
    surer: after an earlier stage, two likely ones may be one."""

    NUMBER = 0
    PLACE = 1  # name and address
    ALIAS = 2
    NEAR = 3  # name and postal code, where one has no door of its own
    REMITTANCE = 4  # name, and where it says itself that another is paid


@dataclass(frozen=True, slots=True)
class Judgement:
    """One pair. levels: by kind of evidence. stage: of a verdict AUTO."""

    left: str
    right: str
    verdict: Verdict
    method: Method
    weight: float
    levels: dict[str, str]
    stage: Stage = Stage.NUMBER

    def as_candidate(self) -> "Judgement":
        """The same pair, left to a steward."""
        return replace(self, verdict=Verdict.REVIEW)

    @property
    def sentence(self) -> str:
        return "; ".join(f"{_SAYS[kind]} {level} {_BITS[kind, level]:+d}" for kind, level in self.levels.items())


def veto(one: SupplierRecord, other: SupplierRecord) -> str | None:
    """The rule that forbids that two records are one supplier, or None."""
    if one.is_one_time or other.is_one_time:
        return "a one-time vendor stands for many suppliers"
    for kind in ("tax_id", "lei"):
        if _level(kind, one, other) == "differs":
            return f"{_SAYS[kind]}s differ"
    return None


def judge(one: SupplierRecord, other: SupplierRecord, index: NameIndex, runs: float) -> Judgement:
    """runs: what the names have in common by their runs of letters, as the index says."""
    name = name_level(one, other, index, runs)
    levels = {kind: level for kind in (*NUMBERS, "bank") if (level := _level(kind, one, other))}
    address = _address_level(one, other)
    if address:
        levels["address"] = address
    if one.remit_to == other.key or other.remit_to == one.key:
        levels["remit_to"] = "linked"
    levels["name"] = name.name.lower()
    forms, other_forms = (set(record.name.legal_form.split()) for record in (one, other))
    # Co., Inc. is an Inc. too.
    if name != NameLevel.ALIAS and not (forms <= other_forms or other_forms <= forms):
        levels["legal_form"] = "differs"
    if one.instance == other.instance and name >= NameLevel.SAME and _is_box_beside(one, other):
        levels["remittance"] = "marked"
    weight = sum(_BITS[kind, level] for kind, level in levels.items())
    verdict, method, stage = _decide(levels, name, veto(one, other) is not None)
    return Judgement(one.key, other.key, verdict, method, weight, levels, stage)


def _decide(levels: dict[str, str], name: NameLevel, is_forbidden: bool) -> tuple[Verdict, Method, Stage]:
    def is_equal(*kinds: str) -> bool:
        return any(levels.get(kind) == "equal" for kind in kinds)

    is_alike, at_place, form_differs = name >= NameLevel.ALIKE, is_equal("address"), "legal_form" in levels
    numbers = sum(is_equal(kind) for kind in NUMBERS)
    by_number = (
        numbers > 1
        or (is_equal("tax_id", "lei", "duns") and (name >= NameLevel.PART or at_place or "remit_to" in levels))
        or (is_equal("gln") and is_alike)
        or ("remit_to" in levels and is_alike)
        or (is_equal("bank") and at_place and is_alike)
    )
    if is_forbidden:
        # Worth a look where much else agrees: somebody may have mistyped the number.
        is_odd = by_number or (is_alike and at_place) or name == NameLevel.ALIAS
        return (Verdict.REVIEW if is_odd else Verdict.APART), Method.IDENTIFIER, Stage.NUMBER
    if by_number:
        return Verdict.AUTO, Method.IDENTIFIER, Stage.NUMBER
    if is_alike and at_place and not form_differs:
        return Verdict.AUTO, Method.TEXT, Stage.PLACE
    if name == NameLevel.ALIAS:
        return Verdict.AUTO, Method.ALIAS, Stage.ALIAS
    if levels.get("address") == "near" and name == NameLevel.SAME and not form_differs:
        return Verdict.AUTO, Method.TEXT, Stage.NEAR
    if "remittance" in levels and not form_differs:
        return Verdict.AUTO, Method.TEXT, Stage.REMITTANCE
    is_candidate = numbers > 0 or is_alike or (name == NameLevel.PART and (at_place or is_equal("bank")))
    return (Verdict.REVIEW if is_candidate else Verdict.APART), Method.TEXT, Stage.NUMBER


def name_level(one: SupplierRecord, other: SupplierRecord, index: NameIndex, runs: float) -> NameLevel:
    """How alike the names are; the names they trade under count as much as the first."""
    if one.name.words and one.name.key == other.name.key:
        return NameLevel.SAME
    if _attested(one, other):
        return NameLevel.ALIAS
    if {one.name.words, *one.name.trading} & {other.name.words, *other.name.trading} - {()}:
        return NameLevel.SAME
    return index.compare(one.name, other.name, runs).level


def _attested(one: SupplierRecord, other: SupplierRecord) -> bool:
    return _stood_for(one) == _stood_for(other) and bool(one.standing or other.standing)


def _stood_for(record: SupplierRecord) -> str:
    return record.standing.name.key if record.standing else record.name.key


def _is_box_beside(one: SupplierRecord, other: SupplierRecord) -> bool:
    """Whether one of the two, and not the other, says that it is only where somebody is paid, at no door of its own."""
    return one.is_remittance != other.is_remittance and not (one if one.is_remittance else other).has_door


def _address_level(one: SupplierRecord, other: SupplierRecord) -> str | None:
    levels = {_level(kind, one, other) for kind in ("address", "town_address")} - {None}
    if "equal" in levels:
        return "equal"
    if one.postal_code and one.postal_code == other.postal_code and not (one.has_door and other.has_door):
        return "near"
    return "differs" if levels else None


def _level(kind: str, one: SupplierRecord, other: SupplierRecord) -> str | None:
    """equal, differs, or None where one of them does not say; what differs of a site or an account says nothing."""
    left, right = one.values.get(kind), other.values.get(kind)
    if kind in ("address", "town_address") and one.name.key == other.name.key:
        # An office tower: of the same name at the same place there is one.
        left, right = left or one.shared.get(kind), right or other.shared.get(kind)
    if left is None or right is None:
        return None
    if left == right:
        return "equal"
    if kind == "tax_id" and one.legal_entity == other.legal_entity:
        return None
    return "differs" if kind not in _OF_A_SITE else None
