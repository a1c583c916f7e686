"""Names as people typed them, found in a list of known names: each the most alike, or none.

Belongs here: the choice among the known. Not here: records with identifiers and addresses (resolution.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from mastering.suppliers.aliases import Aliases
from mastering.suppliers.likeness import NameIndex, form_is_missing
from mastering.suppliers.names import SupplierName, Words, read_name

CANDIDATES = 20
LEAST = 0.62
# People leave words out, and seldom add any: a known name must say what was typed, and may say more.
_TYPED_COUNTS = 2 / 3
# Fields cut a name at its end, and people add a remark there: a name that another begins with is nearer than its words say.
_BEGINS, _FEWEST_WORDS = 0.06, 2
# Between known names about as likely the spelling decides; whether any is likely enough it does not.
_SPELLING = 0.1


@dataclass(frozen=True, slots=True)
class Link:
    """A typed name and the known name it is, None for none; likeness of the best, whether taken or not."""

    typed: str
    known: str | None
    likeness: float


def link(
    typed: Sequence[str], known: Sequence[str], aliases: Aliases, least: float = LEAST, may_say_more: bool = True
) -> list[Link]:
    """One link per typed name, in their order; `least` is the likeness from which a name is taken for the known one.

    may_say_more: whether a known name may say more than what was typed, as a ledger's clerk leaves words out; else what either
    lacks counts the same, so that a company is not taken for its daughter.
    """
    listed = sorted(set(known))
    index, names = (
        NameIndex([aliases.written_out(read_name(name)) for name in listed]),
        [aliases.written_out(read_name(text)) for text in typed],
    )
    links = []
    for text, name, nearest in zip(typed, names, index.nearest(names, CANDIDATES), strict=True):
        candidates = [(_likeness(index, name, place, runs, may_say_more), listed[place]) for place, runs in nearest]
        likeness, best = max(candidates, key=lambda found: _rank(text, *found), default=(0.0, None))
        links.append(Link(text, best if likeness >= least else None, likeness))
    return links


def _likeness(index: NameIndex, name: SupplierName, place: int, runs: float, may_say_more: bool) -> float:
    other = index.names[place]
    form_costs = form_is_missing(name, other)
    if not may_say_more:
        return index.compare(name, other, runs).likeness - form_costs
    begins = _BEGINS if _begins(name.words, other.words) else 0.0
    return index.compare(name, other, runs, _TYPED_COUNTS).likeness - form_costs + begins


def _begins(one: Words, other: Words) -> bool:
    shared = min(len(one), len(other))
    return shared >= _FEWEST_WORDS and len(one) != len(other) and one[:shared] == other[:shared]


def _rank(text: str, likeness: float, known: str) -> float:
    return likeness + _SPELLING * fuzz.ratio(text.upper(), known.upper()) / 100
