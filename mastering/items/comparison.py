"""Whether two descriptions can be of one product: what they agree in, and what speaks against it.

Belongs here: comparing two read descriptions. Not here: reading one (descriptions.py), what is done about it (decide.py).
A value that only one of them states speaks neither for nor against: house styles leave out what they like.
"""

from collections.abc import Iterable
from typing import NamedTuple

from mastering.items.descriptions import BARE
from mastering.items.reading import Description, Measure
from mastering.items.vocabulary import SEVERITIES

# 27 IN is sold as 70 CM and 18 IN as 45 CM: between two units makers round; within one they do not.
BETWEEN_UNITS = 0.03
SAME_NUMBER = 1e-6
INCH = 25.4
# What a number means in these roles is seldom said in both descriptions: SZ 7, #7, LEVEL 7 or only 7.
LOOSE_ROLES = frozenset(
    (BARE, "size", "suture", "diameter", "level", "grade", "type", "outer diameter", "inner diameter")
)


class Comparison(NamedTuple):
    """agreements: measures and qualities that both state alike.

    conflicts: sizes, sides, sterility, strength ... that cannot be of one product. doubts: differences that are more
    often of wording (only a second identifier outweighs them). one_sided: what only one says and text alone may not pass over.
    """

    agreements: int
    conflicts: tuple[str, ...]
    doubts: tuple[str, ...]
    one_sided: tuple[str, ...]


def compare(left: Description, right: Description) -> Comparison:
    """Two descriptions; the order does not matter but in the wording of conflicts (`side L / R`)."""
    conflicts: list[str] = []
    doubts: list[str] = []
    one_sided: list[str] = []
    agreements = _compare_measures(left, right, conflicts, doubts, one_sided)
    agreements += _compare_qualities(left, right, conflicts, doubts, one_sided)
    for one, other in ((left, right), (right, left)):
        denied = [word for word in other.words if word[:5] in one.negated and word[:5] not in other.negated]
        conflicts += [f"{word.lower()} no / yes" for word in denied[:1]]
    agreements += len(left.codes & right.codes)
    codes = (left.codes - right.codes, right.codes - left.codes)
    if codes[0] and codes[1]:
        if not left.codes & right.codes and any(_alike(a, b) for a in codes[0] for b in codes[1]):
            conflicts.append(f"code {min(codes[0])} / {min(codes[1])}")
        else:
            doubts.append(f"code {min(codes[0])} / {min(codes[1])}")
    elif codes[0] or codes[1]:
        one_sided.append(f"code {min(codes[0] or codes[1])}")
    return Comparison(agreements, tuple(conflicts), tuple(doubts), tuple(one_sided))


def _alike(one: str, other: str) -> bool:
    """Codes of one series: JL4 and JR4, CT1 and CT2."""
    return (
        len(one) == len(other) and one[0] == other[0] and one.isalnum() and one[:-1].isalpha() == other[:-1].isalpha()
    )


def _compare_measures(
    left: Description, right: Description, conflicts: list[str], doubts: list[str], one_sided: list[str]
) -> int:
    if left.measures == right.measures:
        return len(left.measures)
    lefts, rights = _unmatched(left.measures, right.measures), _unmatched(right.measures, left.measures)
    for one in lefts:
        for other in rights:
            if one.role == other.role and one.role != BARE:
                conflicts.append(f"{one.role} {_shown(one)} / {_shown(other)}")
            elif one.role in LOOSE_ROLES or other.role in LOOSE_ROLES:
                doubts.append(f"{_shown(one)} / {_shown(other)}")
    if left.shapes and right.shapes and not any(_one_shape(a, b) for a in left.shapes for b in right.shapes):
        conflicts.append(f"dimensions {_shown_shape(left.shapes[0])} / {_shown_shape(right.shapes[0])}")
    elif left.shapes and right.shapes and not any(_one_order(a, b) for a in left.shapes for b in right.shapes):
        one_sided.append(f"order {_shown_shape(left.shapes[0])} / {_shown_shape(right.shapes[0])}")
    one_sided += [f"{measure.role} {_shown(measure)}" for measure in (*lefts, *rights)]
    return min(len(left.measures) - len(lefts), len(right.measures) - len(rights))


def _unmatched(measures: Iterable[Measure], others: tuple[Measure, ...]) -> list[Measure]:
    return [measure for measure in measures if not any(_equal(measure, other) for other in others)]


def _equal(one: Measure, other: Measure) -> bool:
    if one.role == other.role:
        if one.unit and other.unit:
            tolerance = SAME_NUMBER if one.unit == other.unit else BETWEEN_UNITS
            return abs(one.base - other.base) <= tolerance * max(abs(one.base), abs(other.base))
        # 4X4 says no unit: the number as written, or inches, which are left out most often.
        inches = INCH * (other.number if one.unit else one.number)
        return one.number == other.number or (
            one.unit != other.unit and abs(inches - (one.base if one.unit else other.base)) <= BETWEEN_UNITS * inches
        )
    return one.number == other.number and (one.role in LOOSE_ROLES or other.role in LOOSE_ROLES)


def _one_shape(one: tuple[Measure, ...], other: tuple[Measure, ...]) -> bool:
    """Every measure of the shorter has its own in the longer."""
    shorter, longer = sorted((one, other), key=len)
    left = list(longer)
    for measure in shorter:
        partner = next((candidate for candidate in left if _equal(measure, candidate)), None)
        if partner is None:
            return False
        left.remove(partner)
    return True


def _one_order(one: tuple[Measure, ...], other: tuple[Measure, ...]) -> bool:
    """5X10CM is mostly 10X5CM, but not where a maker cuts its foam both ways."""
    return all(_equal(measure, candidate) for measure, candidate in zip(one, other, strict=False))


def _compare_qualities(
    left: Description, right: Description, conflicts: list[str], doubts: list[str], one_sided: list[str]
) -> int:
    agreements = 0
    for attribute, values in left.qualities.items():
        others = right.qualities.get(attribute)
        if others is None:
            if SEVERITIES[attribute] == "alone":
                one_sided.append(f"{attribute} {min(values)}")
        elif values == others:
            agreements += 1
        elif values & others:
            one_sided.append(f"{attribute} {min(values ^ others)}")
        else:
            found = conflicts if SEVERITIES[attribute] == "hard" else doubts
            found.append(f"{attribute} {min(values)} / {min(others)}")
    one_sided += [
        f"{attribute} {min(values)}"
        for attribute, values in right.qualities.items()
        if SEVERITIES[attribute] == "alone" and attribute not in left.qualities
    ]
    return agreements


def _shown(measure: Measure) -> str:
    return f"{measure.number:g}{measure.unit}"


def _shown_shape(shape: tuple[Measure, ...]) -> str:
    return "x".join(_shown(measure) for measure in shape)
