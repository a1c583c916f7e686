"""What is kept of a description once it is read, in memory and as JSON text in a table.

Belongs here: the form. Not here: reading (descriptions.py), comparing (comparison.py).
"""

from functools import lru_cache
from typing import NamedTuple

import orjson

from mastering.items.packagings import Packaging


class Measure(NamedTuple):
    """A number with what it measures. number: as written; base: in the role's base unit (millimetres, milligrams ...)."""

    role: str
    unit: str
    number: float
    base: float


class Description(NamedTuple):
    """shapes: the measures of each AxB(xC). qualities: values by attribute. numbers: what may be somebody's part number.
    is_cut: it ends where a column does, perhaps in the middle of something."""

    measures: tuple[Measure, ...]
    shapes: tuple[tuple[Measure, ...], ...]
    qualities: dict[str, frozenset[str]]
    negated: frozenset[str]
    codes: frozenset[str]
    numbers: frozenset[str]
    words: tuple[str, ...]
    contexts: frozenset[str]
    packagings: tuple[Packaging, ...]
    is_cut: bool


NOTHING = Description((), (), {}, frozenset(), frozenset(), frozenset(), (), frozenset(), (), False)


def to_json(description: Description) -> str:
    """The description as text; equal descriptions give equal text."""
    return orjson.dumps(
        [
            description.measures, description.shapes,
            {attribute: sorted(values) for attribute, values in sorted(description.qualities.items())},
            sorted(description.negated), sorted(description.codes), sorted(description.numbers), description.words,
            sorted(description.contexts), description.packagings, description.is_cut,
        ],
        default=tuple,
    ).decode()  # fmt: skip


@lru_cache(maxsize=1 << 14)
def from_json(text: str) -> Description:
    """What to_json wrote."""
    measures, shapes, qualities, negated, codes, numbers, words, contexts, packagings, is_cut = orjson.loads(text)
    return Description(
        tuple(Measure(*measure) for measure in measures),
        tuple(tuple(Measure(*measure) for measure in shape) for shape in shapes),
        {attribute: frozenset(values) for attribute, values in qualities.items()},
        frozenset(negated), frozenset(codes), frozenset(numbers), tuple(words), frozenset(contexts),
        tuple(Packaging(*packaging) for packaging in packagings), is_cut,
    )  # fmt: skip
