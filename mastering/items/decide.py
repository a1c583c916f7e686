"""What is done about two records: joined, kept apart, or shown to a steward; and the sentence that says why.

Belongs here: identifiers in common, vetoes, doubts, and when text may stand alone. Not here: comparing descriptions
(comparison.py), weights (scoring.py), whole clusters (resolution.py).
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from mastering.items.comparison import Comparison, compare
from mastering.items.reading import Description, from_json
from mastering.items.vocabulary import ALWAYS_STERILE
from mastering.vocabulary import Verdict

# A part number of one maker, and one whose maker nobody says: 1000 is everybody's.
SHORTEST_OF_MAKER, SHORTEST_ALONE = 4, 5
CORROBORATED = 2
BEGINNING = 4
# A house cuts a word down to so many letters; more may be a brand of which another brand is the beginning.
ABBREVIATED = (3, 5)
SWAPPED = 4


class Side(NamedTuple):
    """What is known of one record (columns of records.FEATURES)."""

    source: str
    maker: str | None
    maker_name: str | None
    maker_key: str | None
    is_maker_sure: bool
    is_maker_told: bool
    part_number: str | None
    is_number_sure: bool
    gtins: str | None
    identifiers: str | None
    text_barred: str | None
    reading: str


class Judgement(NamedTuple):
    """identifiers: how many they share. veto: what keeps them apart. is_text_alone: whether text may join them at all.
    is_rival: whether they could be one item by what is said of them, whoever may join them. is_in_full: whether
    they agree in several attributes and neither states one that the other does not."""

    verdict: Verdict
    identifiers: int
    veto: str | None
    is_text_alone: bool
    is_rival: bool
    is_in_full: bool
    sentence: str


def judge(left: Side, right: Side) -> Judgement:
    """Two records, whatever their weight."""
    one, other = from_json(left.reading), from_json(right.reading)
    comparison = compare(one, other)
    shares_words = _share_words(one, other)
    shared, doubts = _shared_identifiers(left, right, comparison, shares_words, say_the_same(one, other))
    doubts += comparison.doubts
    veto = veto_between([left], [right])
    vetoes = [*([veto] if veto else []), *comparison.conflicts]
    if shared and not comparison.agreements and not shares_words and one.words and other.words:
        doubts.append("nothing else in common")
    sentence = _sentence(shared, comparison, vetoes, doubts)
    if vetoes:
        verdict = Verdict.REVIEW if shared else Verdict.APART
        return Judgement(verdict, len(shared), "; ".join(vetoes), False, False, False, sentence)
    if shared:
        verdict = Verdict.REVIEW if doubts and len(shared) < CORROBORATED else Verdict.AUTO
        return Judgement(verdict, len(shared), None, False, False, False, sentence)
    is_rival = are_of_one_text([one], [other])
    is_text_alone = is_rival and not doubts and _may_text_decide(left, right, one, other, comparison)
    is_in_full = (
        comparison.agreements >= CORROBORATED
        and not _leave_unsaid(comparison)
        and one.qualities.keys() == other.qualities.keys()
    )
    return Judgement(Verdict.REVIEW, 0, None, is_text_alone, is_rival, is_in_full, sentence)


def are_of_one_maker(left: Side, right: Side) -> bool:
    if left.maker_key is not None and right.maker_key is not None:
        return left.maker_key == right.maker_key
    return left.maker is not None and left.maker == right.maker


def _makers_contradict(left: Side, right: Side) -> bool:
    return left.is_maker_sure and right.is_maker_sure and not are_of_one_maker(left, right)


def _shared_identifiers(
    left: Side, right: Side, comparison: Comparison, shares_words: bool, is_same_text: bool
) -> tuple[list[str], list[str]]:
    """What both have that names the product, and what makes it doubtful."""
    shared, doubts = [], []
    cores = _cores(left.gtins) & _cores(right.gtins)
    if cores:
        shared.append(f"GTIN {min(cores)} equal")
    for identifier in sorted(_values(left.identifiers) & _values(right.identifiers)):
        if not identifier.startswith("CATALOGUE") or comparison.agreements or shares_words:
            shared.append(f"{identifier.replace(':', ' ', 1)} equal")
    number = left.part_number
    is_corroborated = comparison.agreements >= CORROBORATED or bool(comparison.agreements and shares_words)
    if number is not None and number == right.part_number:
        if _makers_contradict(left, right):
            doubts.append(f"part number {number} equal, but of {left.maker_name} / {right.maker_name}")
        elif are_of_one_maker(left, right) and (len(number) >= SHORTEST_OF_MAKER or is_corroborated):
            shared.append(f"part number {number} of {left.maker_name} equal")
        elif (len(number) >= SHORTEST_ALONE and is_corroborated) or (
            comparison.agreements >= CORROBORATED and is_same_text
        ):
            shared.append(f"part number {number} equal")
        elif not cores:
            doubts.append(f"part number {number} equal, of an unknown maker")
    elif cores and None not in (number, right.part_number) and are_of_one_maker(left, right):
        # One of them may be a distributor's or a system's own number: then the rest must say the same.
        doubts += [f"part number {number} / {right.part_number}"] * (not is_corroborated)
    return shared, doubts


def veto_between(one: Sequence[Side], other: Sequence[Side]) -> str | None:
    """What keeps two groups of records apart, each taken as one item; attributes aside (comparison.py).

    GTINs of different packaging levels need not share their core; two of one level do, unless another is shared. A part
    number that differs says so of one maker only, and only where no identifier is shared.
    """
    lefts, rights = _every(one, "gtins"), _every(other, "gtins")
    shares = bool({gtin.split(":")[1] for gtin in lefts} & {gtin.split(":")[1] for gtin in rights})
    if not shares:
        for level in sorted({gtin[0] for gtin in lefts} & {gtin[0] for gtin in rights}):
            pair = [min(gtin for gtin in gtins if gtin[0] == level)[2:] for gtins in (lefts, rights)]
            return f"GTIN {pair[0]} / {pair[1]} at packaging level {level}"
    lefts, rights = _every(one, "identifiers"), _every(other, "identifiers")
    drugs = [{value for value in values if value.startswith("NDC")} for values in (lefts, rights)]
    if drugs[0] and drugs[1] and not drugs[0] & drugs[1]:
        return f"{min(drugs[0])} / {min(drugs[1])}"
    if shares or lefts & rights:
        return None
    return _numbers_of_one_maker(one, other)


def _numbers_of_one_maker(one: Sequence[Side], other: Sequence[Side]) -> str | None:
    numbers = [{side.part_number for side in sides if side.part_number} for sides in (one, other)]
    if numbers[0] & numbers[1]:
        return None
    for left in one:
        for right in other:
            is_of_one = left.maker_name is not None and left.maker_name == right.maker_name
            if is_of_one and left.part_number and right.part_number and left.is_number_sure and right.is_number_sure:
                return f"part number {left.part_number} / {right.part_number} of {left.maker_name}"
    return None


def _every(sides: Sequence[Side], column: str) -> set[str]:
    return {value for side in sides for value in _values(getattr(side, column))}


def _may_text_decide(left: Side, right: Side, one: Description, other: Description, comparison: Comparison) -> bool:
    """Of one maker, not of a barred family, and corroborated."""
    if left.text_barred or right.text_barred:
        return False
    if not (left.is_maker_told and right.is_maker_told and are_of_one_maker(left, right)):
        return False
    if comparison.agreements < CORROBORATED or not (_has_size(one) and _has_size(other)):
        return False
    if _leave_unsaid(comparison):
        return False
    if ("side" in one.qualities) != ("side" in other.qualities):
        return False
    return ("sterile" in one.qualities) == ("sterile" in other.qualities) or bool(one.contexts & ALWAYS_STERILE)


def _leave_unsaid(comparison: Comparison) -> bool:
    """Whether one states what the other does not, codes aside: those are a house's own as often."""
    return any(not difference.startswith("code") for difference in comparison.one_sided)


def _has_size(description: Description) -> bool:
    return bool(description.measures) or "size word" in description.qualities


def are_of_one_text(ones: Collection[Description], others: Collection[Description]) -> bool:
    """Whether what some descriptions say of one item is nothing, in words and codes, that those of another lack: two brands
    contradict each other. All that is said of one item is true of it: no description need hold it alone."""
    said, heard = _said(ones), _said(others)
    return _says_no_more(said, heard) or _says_no_more(heard, said)


def say_the_same(one: Description, other: Description) -> bool:
    """To the last word, measure, quality and code."""
    return (set(one.words), one.codes, sorted(one.measures), one.qualities) == (
        set(other.words), other.codes, sorted(other.measures), other.qualities,
    )  # fmt: skip


def _said(descriptions: Collection[Description]) -> set[str]:
    return {word for description in descriptions for word in (*description.words, *description.codes)}


def _says_no_more(said: set[str], heard: set[str]) -> bool:
    return all(word in heard or any(_is_meant(word, known) for known in heard) for word in said)


def _is_meant(word: str, known: str) -> bool:
    """SUCT for SUCTION; a letter wrong in a word that is long enough, two letters that changed places in a shorter one."""
    if ABBREVIATED[0] <= len(word) <= ABBREVIATED[1] and known.startswith(word):
        return True
    if not word.isalpha() or OSA.distance(word, known, score_cutoff=1) > 1:
        return False
    return len(word) > ABBREVIATED[1] or (len(word) >= SWAPPED and word != known and sorted(word) == sorted(known))


def _share_words(one: Description, other: Description) -> bool:
    """A word of four letters or more in common, or the beginning of one."""
    others = {word[:BEGINNING] for word in other.words if len(word) >= BEGINNING}
    return any(word[:BEGINNING] in others for word in one.words if len(word) >= BEGINNING)


def _values(texts: str | None) -> set[str]:
    return set(texts.split()) if texts else set()


def _cores(gtins: str | None) -> set[str]:
    return {gtin.split(":")[1] for gtin in gtins.split()} if gtins else set()


def _sentence(shared: Sequence[str], comparison: Comparison, vetoes: Sequence[str], doubts: Sequence[str]) -> str:
    parts = [
        *shared,
        f"{comparison.agreements} attributes equal" if comparison.agreements else "no attribute in common",
    ]
    if vetoes:
        parts.append(f"conflict: {', '.join(vetoes)}")
    elif doubts:
        parts.append(f"doubt: {', '.join(doubts)}")
    else:
        parts.append("no conflict")
    return "; ".join(parts)
