"""Preference cards: what each surgeon wants opened and held for each procedure.

Belongs here: cards, their versions and lines, and what sets the cards of two stories apart. Not here: what a case truly
took (use.py). Quantities are eaches. A line's place is a stock place, or -1 for what nobody keeps: it comes with the
case, consigned or to be bought when used.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.network.calendar import FIRST_DAY, MONTHS, STARTS
from simulator.network.chart import ITEM_CLASSES
from simulator.network.clinical import planted
from simulator.network.clinical.carts import FLUID, Carts
from simulator.network.clinical.procedures import GROUPS, KIND, KNEE, OR, VARIANTS
from simulator.network.clinical.theatres import Theatre
from simulator.network.ground import Ground
from simulator.network.streams import Bools, Ints, quota

# Lines that are not implants: how many on a card (log-normal), and which share is held rather than opened.
MEAN_LINES, LINES_SIGMA, HOLD_SHARE = (28.0, 12.0, 12.0, 12.0), 0.6, 0.22
REVISED_SHARE, REPLACED_SHARE = 0.3, 0.15
# What is opened and held is used so often; a card's cost is expected by it.
OPEN_USED, HOLD_USED, IMPLANT_USED = 0.93, 0.28, 0.97
# Implants that usually cost no more than this come from the shelf.
SHELVED_DOLLARS = 500
CEMENT_UNITS, CEMENT_DOLLARS, PREMIUM_CEMENT_DOLLARS = 2, 80, 600


@dataclass(frozen=True)
class Cards:
    """Cards by number; versions stand together by card, lines by version. version_of: of each case, the place of its
    version. is_implant tells lines that are implanted, whatever the class of the item."""

    site: Ints
    procedure: Ints
    surgeon: Ints
    version_card: Ints
    version_number: Ints
    version_from: Ints
    line_version: Ints
    line_item: Ints
    line_place: Ints
    line_open: Ints
    line_hold: Ints
    line_is_implant: Bools
    version_of: Ints


@dataclass(frozen=True)
class _Lines:
    """Lines of some versions, in any order."""

    version: Ints
    item: Ints
    place: Ints
    opened: Ints
    held: Ints
    is_implant: Bools


def plan_cards(ground: Ground, carts: Carts, theatre: Theatre) -> Cards:
    """One card for each surgeon and procedure; a third of them revised once."""
    random = ground.streams.of("clinical cards")
    width = len(GROUPS) * VARIANTS
    key, of = np.unique(theatre.surgeon * width + theatre.procedure, return_inverse=True)
    surgeon, procedure = np.divmod(key, width)
    site = theatre.surgeons.site[surgeon]
    # The surgeon of the story and the peers keep their ways: what they use must differ for one reason only.
    is_story = np.isin(np.arange(len(key)), of[theatre.story > planted.NO_STORY])
    is_revised = quota(random, ~is_story, REVISED_SHARE)
    revised_on = random.integers(FIRST_DAY + 60, STARTS[MONTHS] - 60, len(key))
    versions = 1 + is_revised
    first = np.cumsum(versions) - versions
    card = np.repeat(np.arange(len(key)), versions)
    number = np.arange(len(card)) - first[card] + 1
    lines = _joined([_disposables(random, ground, carts, site, KIND[procedure // VARIANTS], card, number),
                     _implants(random, ground, carts, site, procedure // VARIANTS, card)])  # fmt: skip
    own = np.unique(first[of[theatre.story == planted.TKA_SURGEON]])
    peers = np.flatnonzero((procedure // VARIANTS == KNEE) & (site == theatre.surgeons.site[0]) & (surgeon > 0))
    version_of = first[of] + (is_revised[of] & (theatre.day >= revised_on[of]))
    cases = np.bincount(version_of[theatre.drg >= 0], minlength=len(card))
    lines = _premium(ground, lines, int(own[0]), np.flatnonzero(np.isin(card, peers)), cases)
    order = np.lexsort((lines.is_implant, lines.version))
    return Cards(
        site, procedure, surgeon, card, number, np.where(number == 1, FIRST_DAY - 200, revised_on[card]),
        lines.version[order], lines.item[order], lines.place[order], lines.opened[order], lines.held[order],
        lines.is_implant[order], version_of,
    )  # fmt: skip


def _joined(parts: list[_Lines]) -> _Lines:
    return _Lines(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])})


def _disposables(
    random: np.random.Generator, ground: Ground, carts: Carts, site: Ints, kind: Ints, card: Ints, number: Ints
) -> _Lines:
    """What the carts keep: a card's items are drawn without repetition, what sells more is wanted more. A revision keeps
    most of them. Every card of an operating room has an intravenous fluid where the cart has one."""
    items, parts = ground.items, []
    key = site * len(MEAN_LINES) + kind
    for value in np.unique(key):
        here, sort = divmod(int(value), len(MEAN_LINES))
        pool = carts.pool(here, sort, ground)
        rows = np.flatnonzero(key == value)
        if not len(pool):
            continue
        mean = np.log(MEAN_LINES[sort]) - LINES_SIGMA**2 / 2
        wanted = np.clip(np.round(random.lognormal(mean, LINES_SIGMA, len(rows))), 4, min(90, len(pool))).astype(
            np.int64
        )
        is_fluid = items.item_class[carts.kept.item[pool]] == FLUID
        liking = np.log(items.popularity[carts.kept.item[pool]]) * 0.5
        rank = random.gumbel(size=(len(rows), len(pool))) + liking
        if is_fluid.any() and sort == OR:
            rank[:, np.flatnonzero(is_fluid)[0]] = np.inf
        versions = np.flatnonzero(np.isin(card, rows))
        of = np.searchsorted(rows, card[versions])
        rank = rank[of]
        # A revised card: a few likings change.
        anew = (random.random(rank.shape) < REPLACED_SHARE) & (number[versions] > 1)[:, None] & np.isfinite(rank)
        rank[anew] = random.gumbel(size=int(anew.sum()))
        best = np.argsort(-rank, axis=1, kind="stable")[:, : wanted.max()]
        row, column = np.nonzero(np.arange(best.shape[1])[None, :] < wanted[of][:, None])
        place = pool[best[row, column]]
        parts.append(_quantities(random, items.list_price, carts, versions[row], place))
    return _joined(parts)


def _quantities(random: np.random.Generator, price: Ints, carts: Carts, version: Ints, place: Ints) -> _Lines:
    item = carts.kept.item[place]
    # A card may ask for ten of what costs little, and for one of what is dear.
    most = np.select([price[item] < 20_000, price[item] < 200_000], [8, 3], 1)
    quantity = random.integers(1, most + 1)
    is_held = random.random(len(place)) < HOLD_SHARE
    return _Lines(version, item, place, np.where(is_held, 0, quantity), np.where(is_held, quantity, 0),
                  np.zeros(len(place), dtype=bool))  # fmt: skip


def _implants(random: np.random.Generator, ground: Ground, carts: Carts, site: Ints, group: Ints, card: Ints) -> _Lines:
    """One line an each, of the group's class, the same in every version of a card. What is cheap enough is on the shelf of
    the operating room; the rest comes with the case, at prices around its usual one."""
    parts = []
    for place in np.unique(group):
        row = GROUPS[place]
        for here in np.unique(site[group == place]) if row.implants else ():
            cards = np.flatnonzero((group == place) & (site == here))
            dollars = row.price * random.uniform(0.8, 1.2, (len(cards), row.implants))
            item, shelf = nearest(ground, row.implant, dollars), np.full(dollars.shape, -1)
            if row.kind == OR and row.price <= SHELVED_DOLLARS:
                shelf = random.choice(carts.shelf(ground, here, row.implant), size=dollars.shape)
                item = carts.kept.item[shelf]
            versions = np.flatnonzero(np.isin(card, cards))
            of = np.searchsorted(cards, card[versions])
            version = np.repeat(versions, row.implants)
            parts.append(replace(_with_case(version, item[of].ravel(), 1, is_implant=True), place=shelf[of].ravel()))
    return _joined(parts)


def nearest(ground: Ground, item_class: str, dollars: NDArray[np.float64]) -> Ints:
    """The items of a class whose prices lie nearest to these."""
    found = np.flatnonzero(ground.items.item_class == ITEM_CLASSES.index(item_class))
    found = found[np.argsort(ground.items.list_price[found], kind="stable")]
    price = ground.items.list_price[found]
    wanted = np.asarray(dollars) * 10_000
    above = np.clip(np.searchsorted(price, wanted), 1, len(price) - 1)
    return found[np.where(wanted - price[above - 1] <= price[above] - wanted, above - 1, above)]


def _with_case(version: Ints, item: Ints, opened: int, is_implant: bool) -> _Lines:
    number = len(version)
    return _Lines(version, item, np.full(number, -1), np.full(number, opened), np.zeros(number, dtype=np.int64),
                  np.full(number, is_implant))  # fmt: skip


def _premium(ground: Ground, lines: _Lines, own: int, peers: Ints, cases: Ints) -> _Lines:
    """The story of the knees, by version of a card: the one surgeon's, the peers', and inpatient cases of each. Peers have
    plain cement. The one surgeon's card is a peer's, with dearer implants and cement that make TKA_MIX_SHARE of the
    difference to the peers' mean case, and instruments that make the rest."""
    cement = nearest(ground, "Surgical supply", np.array([CEMENT_DOLLARS, PREMIUM_CEMENT_DOLLARS]))
    lines = _joined([lines, _with_case(peers, np.full(len(peers), cement[0]), CEMENT_UNITS, is_implant=False)])
    weight = cases[peers] / cases[peers].sum()
    mean = sum(expected_cost(ground, lines, int(peer)) * share for peer, share in zip(peers, weight, strict=True))
    mix = sum(expected_cost(ground, lines, int(peer), True) * share for peer, share in zip(peers, weight, strict=True))
    difference = mean * (planted.TKA_RATIO - 1)
    model = (lines.version == peers[0]) & (lines.place >= 0)
    premium = CEMENT_UNITS * ground.items.standard_cents[cement[1]] * OPEN_USED
    count = GROUPS[KNEE].implants
    each = (mix + difference * planted.TKA_MIX_SHARE - premium) / count / IMPLANT_USED / 100
    kept = float(expected_cost(ground, lines, int(peers[0])) - expected_cost(ground, lines, int(peers[0]), True))
    rest = (difference * (1 - planted.TKA_MIX_SHARE) + mean - mix - kept) / 2 / OPEN_USED / 100
    here = np.array([own])
    added = [
        _with_case(
            here.repeat(count), nearest(ground, "Orthopaedic implant", np.full(count, each)), 1, is_implant=True
        ),
        _with_case(here, cement[1:], CEMENT_UNITS, is_implant=False),
        _with_case(here.repeat(2), nearest(ground, "Instrument", np.full(2, rest)), 1, is_implant=False),
    ]
    same = _Lines(here.repeat(int(model.sum())), *(getattr(lines, name)[model] for name in list(vars(lines))[1:]))
    others = lines.version != own
    return _joined([_Lines(*(getattr(lines, name)[others] for name in vars(lines))), same, *added])


def expected_cost(ground: Ground, lines: _Lines, version: int, is_mix: bool = False) -> float:
    """Cents that a case by this version costs on average; is_mix: of what comes with the case alone."""
    rows = np.flatnonzero((lines.version == version) & ((lines.place < 0) | (not is_mix)))
    opened = np.where(lines.is_implant[rows], IMPLANT_USED, OPEN_USED)
    quantity = lines.opened[rows] * opened + lines.held[rows] * HOLD_USED
    return float((quantity * ground.items.standard_cents[lines.item[rows]]).sum())
