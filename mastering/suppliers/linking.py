"""Names as people typed them, found in a list of known names: each the most alike, or none.

Belongs here: the choice among the known. Not here: records with identifiers and addresses (resolution.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from mastering.suppliers.aliases import Aliases
from mastering.suppliers.likeness import NameIndex, form_is_missing
from mastering.suppliers.names import SupplierName, read_name

CANDIDATES = 20
LEAST = 0.65
# Between known names that differ in nothing read_name keeps, the spelling decides.
_SPELLING = 0.02


@dataclass(frozen=True, slots=True)
class Link:
    """A typed name and the known name it is, None for none; likeness of the best, whether taken or not."""

    typed: str
    known: str | None
    likeness: float


def link(typed: Sequence[str], known: Sequence[str], aliases: Aliases, least: float = LEAST) -> list[Link]:
    """One link per typed name, in their order; `least` is the likeness from which a name is taken for the known one."""
    listed = sorted(set(known))
    index = NameIndex([read_name(name) for name in listed])
    names = [aliases.stands_for(read_name(text)) for text in typed]
    links = []
    for text, name, nearest in zip(typed, names, index.nearest(names, CANDIDATES), strict=True):
        likeness, best = max(
            ((_likeness(index, text, listed[place], name, runs, place), -place) for place, runs in nearest),
            default=(0.0, 0),
        )
        links.append(Link(text, listed[-best] if likeness >= least else None, likeness))
    return links


def _likeness(index: NameIndex, text: str, known: str, name: SupplierName, runs: float, place: int) -> float:
    other = index.names[place]
    likeness = index.compare(name, other, runs).likeness - form_is_missing(name, other)
    return likeness + _SPELLING * fuzz.ratio(text.upper(), known.upper()) / 100
