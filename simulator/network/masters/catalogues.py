"""Which golden items each of the five catalogues holds: four ERPs and the supply list of the EHR.

Belongs here: the sources, and how many items stand in how many of them. Not here: what a record says (item_records.py).
"""

import numpy as np

from simulator.network.streams import Bools, Ints

SAP_S4, ORACLE_FUSION, D365, LEGACY_H8, EHR = "sap_s4", "oracle_fusion", "d365", "legacy_h8", "ehr"
SOURCES = [SAP_S4, ORACLE_FUSION, D365, LEGACY_H8, EHR]
ERPS = SOURCES[:4]
# Records of each source for 85,000 golden items, the second records of an ERP's doubles with them.
RECORDS_PER_85_000 = np.array([70_000, 34_000, 19_000, 6_000, 19_000])
DUPLICATE_SHARE = np.array([0.06, 0.06, 0.06, 0.06, 0])
IN_TWO_SOURCES = 0.48
# Where an item is that only one system knows: the largest catalogue first; the EHR lists nothing that no ERP buys.
ALONE_SHARE = np.array([0.80, 0.13, 0.06, 0.01, 0])


def items_by_source(random: np.random.Generator, count: int, in_use: dict[str, Ints]) -> Bools:
    """By golden item and source (place in SOURCES): whether the source has it.

    Of n items, round(n x 48 %) are in two or more sources and the others in one. Source s has round(records / 1.06) of
    them, records being its share of 85,000 x n, the EHR all its records. What documents use is always there: where they
    use more than that, the source has more.
    """
    has = _needed(count, in_use)
    wanted = np.round(RECORDS_PER_85_000 * count / 85_000 / (1 + DUPLICATE_SHARE)).astype(np.int64)
    is_shared = _shared(random, has)
    alone = np.flatnonzero(~is_shared & ~has.any(axis=1))
    room = np.maximum(wanted - has.sum(axis=0), 0)
    has[alone, random.permutation(_split(len(alone), room))] = True
    # Largest first: they have the fewest items left that they do not hold.
    room = np.maximum(wanted - has.sum(axis=0), 0)
    for source in np.argsort(-room):
        _add(random, has, is_shared, source, int(room[source]))
    needed = _needed(count, in_use)
    for _ in SOURCES:
        for source in range(len(SOURCES)):
            _even_out(random, has, needed, is_shared, source)
    # What could not be evened out gets a second source beyond the wanted number.
    for source in (0, 1):
        has[is_shared & (has.sum(axis=1) < 2), source] = True
    return has


def _needed(count: int, in_use: dict[str, Ints]) -> Bools:
    has = np.zeros((count, len(SOURCES)), dtype=bool)
    for name, items in in_use.items():
        has[items, SOURCES.index(name)] = True
    # What clinicians use, somebody buys.
    has[has[:, -1] & ~has[:, :-1].any(axis=1), 0] = True
    return has


def _shared(random: np.random.Generator, has: Bools) -> Bools:
    """The items of two or more sources: those that two sources use, and others by chance up to the wanted number."""
    is_shared: Bools = has.sum(axis=1) > 1
    others = np.flatnonzero(~is_shared)
    missing = round(len(has) * IN_TWO_SOURCES) - int(is_shared.sum())
    is_shared[random.choice(others, size=max(missing, 0), replace=False)] = True
    return is_shared


def _split(count: int, room: Ints) -> Ints:
    """That many places of sources, by ALONE_SHARE as far as there is room, the rest by the room that is left."""
    each = np.minimum(np.floor(count * ALONE_SHARE).astype(np.int64), room)
    left = np.where(ALONE_SHARE > 0, room - each, 0)
    each += np.floor((count - each.sum()) * left / max(left.sum(), 1)).astype(np.int64)
    each[0] += count - each.sum()
    return np.repeat(np.arange(len(SOURCES)), each)


def _add(random: np.random.Generator, has: Bools, is_shared: Bools, source: int, count: int) -> None:
    """Gives a source that many shared items more, the EHR such as SAP or D365 hold, where it is."""
    free = is_shared & ~has[:, source]
    if source == SOURCES.index(EHR):
        free &= has[:, SOURCES.index(SAP_S4)] | has[:, SOURCES.index(D365)]
    places = np.flatnonzero(free)
    has[random.choice(places, size=min(count, len(places)), replace=False), source] = True


def _even_out(random: np.random.Generator, has: Bools, needed: Bools, is_shared: Bools, source: int) -> None:
    """Moves a source's records from items that three or more sources hold to shared items that too few hold."""
    held = has.sum(axis=1)
    takers = random.permutation(np.flatnonzero(is_shared & (held < 2) & ~has[:, source]))
    if source == SOURCES.index(EHR):
        takers = takers[has[takers, :-1].any(axis=1)]
    givers = random.permutation(np.flatnonzero(is_shared & (held > 2) & has[:, source] & ~needed[:, source]))
    moved = min(len(takers), len(givers))
    has[takers[:moved], source], has[givers[:moved], source] = True, False
