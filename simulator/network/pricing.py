"""At which price an order line is bought, and which contract line it should have been bought on.

Belongs here: resolving each order line to its price line, and what goes wrong on the way: price lines that were loaded late
or never, that had expired, that were not used, and prices that are not the contract's. Each is labelled, and met to the
line. Not here: what was agreed (contracts.py). Prices are of one purchase pack in 10,000ths of a dollar.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.calendar import RETROACTIVE_PRICE, STARTS
from simulator.network.columns import decimals, maybe_numbered, numbered, pick, times
from simulator.network.contracts import RETROACTIVE_MONTHS, Contracts, number_of_line
from simulator.network.items import Items
from simulator.network.streams import Bools, Ints, Streams, quota

LABELS = [
    "NO_CONTRACT", "ON_CONTRACT", "NOT_LOADED", "LATE", "EXPIRED", "RETROACTIVE", "OFF_CONTRACT", "EQUIVALENT",
]  # fmt: skip
NO_CONTRACT, ON_CONTRACT, NOT_LOADED, LATE, EXPIRED, RETROACTIVE, OFF_CONTRACT, EQUIVALENT = range(len(LABELS))
# Shares of the order lines to which a price line applies.
LOADING_RATES = {NOT_LOADED: 0.04, LATE: 0.03, EXPIRED: 0.02}
# Shares of all order lines; what is bought off contract is dearer than other things: its share of spend.
OFF_CONTRACT_SHARE, OFF_CONTRACT_SPEND, EQUIVALENT_SHARE = 0.06, 0.11, 0.05
PRICE_WRONG, PACK_RATIO = 0.07, 0.004
# Of the wrong prices, those that come from a price file in which the line was missing or old.
WRONG_FROM_FILE = 0.6
# Between these quantiles of its amount a line is one of the dearer ones.
DEARER = (0.9, 0.999)
# A line dearer than this (cents) with a price of the wrong pack would be seen.
LARGEST_PACK_RATIO_CENTS = 1_000_000
PRICE_FAULTS = ["", "PRICE_FILE", "MANUAL", "PACK_RATIO"]
FROM_FILE, MANUAL, WRONG_PACK = 1, 2, 3


@dataclass(frozen=True)
class Asked:
    """What an order line asks for. day: on which its price counts. Nothing happens to the price of a planted line."""

    item: Ints
    site: Ints
    day: Ints
    packs: Ints
    is_planted: Bools


@dataclass(frozen=True)
class Prices:
    """By order line. line: the price line that applies, of the expired ones the one that did, or -1. agreed: its price,
    or the list's; fault: why the order's price is another (place in PRICE_FAULTS). equivalent: by item, what on contract
    it could be replaced with, or -1."""

    line: Ints
    label: Ints
    agreed: Ints
    price: Ints
    fault: Ints
    equivalent: Ints


def resolve_prices(streams: Streams, contracts: Contracts, items: Items, asked: Asked) -> Prices:
    """Sets the loading dates of price lines on the way, so that they say what the labels say."""
    random = streams.of("prices")
    line = contracts.line(asked.item, asked.site, asked.day)
    listed = items.list_price[asked.item] * items.pack[asked.item]
    label = np.where(line >= 0, ON_CONTRACT, NO_CONTRACT)
    is_early = (STARTS[RETROACTIVE_PRICE - 1 - RETROACTIVE_MONTHS] <= asked.day) & (
        asked.day < STARTS[RETROACTIVE_PRICE - 1]
    )
    family = contracts.family_of_item[asked.item]
    label[(line >= 0) & (family == contracts.retroactive_family) & is_early] = RETROACTIVE
    label[asked.is_planted & (line < 0)] = NO_CONTRACT
    may_fail = (label == ON_CONTRACT) & ~asked.is_planted & (family != contracts.retroactive_family)
    for code, choose in ((EXPIRED, _expired), (LATE, _late), (NOT_LOADED, _not_loaded)):
        target = round((line >= 0).sum() * LOADING_RATES[code])
        label[choose(random, contracts, line, asked.day, may_fail & (label == ON_CONTRACT), target)] = code
    line = np.where(label == EXPIRED, contracts.before[line], line)
    known = np.where(label == RETROACTIVE, contracts.before[line], line)
    agreed = np.where(line >= 0, contracts.line_price[known], listed)
    equivalent = _equivalents(random, contracts, items, asked, label)
    label[(label == NO_CONTRACT) & (equivalent[asked.item] >= 0)] = EQUIVALENT
    label[_off_contract(random, times(asked.packs, agreed), (label == ON_CONTRACT) & ~asked.is_planted)] = OFF_CONTRACT
    price = np.where(label == OFF_CONTRACT, listed, agreed)
    fault = _faults(random, items, asked, label, price)
    before = contracts.before[line]
    old = np.where((label == LATE) & (before >= 0), contracts.line_price[before], listed)
    pack = items.pack[asked.item]
    other = np.select(
        [fault == FROM_FILE, fault == MANUAL, (fault == WRONG_PACK) & (random.random(len(price)) < 0.5)],
        [old, price * random.integers(10_200, 11_500, len(price)) // 10_000, price * pack], price // pack,
    )  # fmt: skip
    # A wrong price is never the right one by chance, nor nothing.
    other = np.maximum(np.where(other == price, price * 51 // 50 + 1, other), 1)
    return Prices(line, label, agreed, np.where(fault > 0, other, price), fault, equivalent)


def members_summing_to(random: np.random.Generator, counts: Ints, target: int) -> Ints:
    """Members drawn until their counts sum to the target, exactly where there are enough small ones."""
    chosen: list[Ints] = []
    left = random.permutation(np.flatnonzero(counts))
    # Those that count one come last: they fill up what is left open.
    left = left[np.argsort(counts[left] == 1, kind="stable")]
    while target and len(left):
        left = left[counts[left] <= target]
        reached = np.cumsum(counts[left])
        taken = int(np.searchsorted(reached, target, side="right"))
        chosen.append(left[:taken])
        target -= int(reached[taken - 1]) if taken else 0
        left = left[taken:]
    return np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)


def _not_loaded(
    random: np.random.Generator, contracts: Contracts, line: Ints, day: Ints, may: Bools, target: int
) -> Bools:
    """Order lines on price lines that never reached the price file. No other order line may be on one of these."""
    counts = _per_line(contracts, line[may])
    counts[counts != _per_line(contracts, line[line >= 0])] = 0
    chosen = members_summing_to(random, counts, target)
    contracts.loaded_on[chosen] = -1
    return may & np.isin(line, chosen)


def _late(random: np.random.Generator, contracts: Contracts, line: Ints, day: Ints, may: Bools, target: int) -> Bools:
    """Order lines between the start of a changed price and the day on which it was loaded."""
    delay = random.integers(10, 75, len(contracts.line_from))
    early = may & (contracts.before[line] >= 0) & (day - contracts.line_from[line] < delay[line])
    chosen = members_summing_to(random, _per_line(contracts, line[early]), target)
    contracts.loaded_on[chosen] = contracts.line_from[chosen] + delay[chosen]
    return early & np.isin(line, chosen)


def _expired(
    random: np.random.Generator, contracts: Contracts, line: Ints, day: Ints, may: Bools, target: int
) -> Bools:
    """Order lines after the end of a contract whose renewal left the item out for a while."""
    before = contracts.before
    is_renewed = (before >= 0) & (contracts.line_contract != contracts.line_contract[before])
    gap = random.integers(40, 100, len(before))
    early = may & is_renewed[line] & (day - contracts.line_from[line] < gap[line])
    chosen = members_summing_to(random, _per_line(contracts, line[early]), target)
    contracts.line_from[chosen] += gap[chosen]
    # A price that changes again within the gap begins and ends in it: it never counted.
    contracts.line_from[chosen] = np.minimum(contracts.line_from[chosen], contracts.line_to[chosen] + 1)
    contracts.loaded_on[chosen] = contracts.line_from[chosen]
    marked: Bools = early & np.isin(line, chosen)
    return marked


def _per_line(contracts: Contracts, line: Ints) -> Ints:
    return np.bincount(line, minlength=len(contracts.line_from))


def _equivalents(
    random: np.random.Generator, contracts: Contracts, items: Items, asked: Asked, label: Ints
) -> Ints:  # fmt: skip
    """For some items without a contract, an item on contract of the same class and pack, the nearest in price."""
    is_on = contracts.family_of_item >= 0
    price = np.minimum(items.list_price, (1 << 30) - 1)
    key = ((items.item_class << 10) + items.pack << 30) + price
    on = np.flatnonzero(is_on)[np.argsort(key[is_on], kind="stable")]
    nearest = on[np.clip(np.searchsorted(key[on], key), 0, len(on) - 1)]
    fits = (key[nearest] >> 30 == key >> 30) & ~is_on
    may = (label == NO_CONTRACT) & fits[asked.item] & ~asked.is_planted
    counts = np.bincount(asked.item[may], minlength=len(key))
    counts[counts != np.bincount(asked.item, minlength=len(key))] = 0
    equivalent = np.full(len(key), -1, dtype=np.int64)
    chosen = members_summing_to(random, counts, round(len(asked.item) * EQUIVALENT_SHARE))
    equivalent[chosen] = nearest[chosen]
    return equivalent


def _off_contract(random: np.random.Generator, amount: Ints, may: Bools) -> Bools:
    """Six percent of all lines, so many of them from the dearer ones that they are eleven percent of the spend."""
    wanted = round(len(amount) * OFF_CONTRACT_SHARE)
    places = np.flatnonzero(may)
    # The dearest lines are left out: one of them would be a percent by itself.
    bound, cap = np.quantile(amount[places], DEARER)
    places = places[amount[places] <= cap]
    dear, cheap = places[amount[places] > bound], places[amount[places] <= bound]
    mean = OFF_CONTRACT_SPEND * amount.sum() / wanted
    share = (mean - amount[cheap].mean()) / (amount[dear].mean() - amount[cheap].mean())
    count = min(round(wanted * min(max(share, 0.0), 1.0)), len(dear))
    marked = np.zeros(len(amount), dtype=bool)
    marked[random.choice(dear, size=count, replace=False)] = True
    marked[random.choice(cheap, size=wanted - count, replace=False)] = True
    return marked


def _faults(random: np.random.Generator, items: Items, asked: Asked, label: Ints, price: Ints) -> Ints:
    """Why the price of the order is not the contract's, by line; 7 % of all lines."""
    count = len(label)
    wrong, ratio = round(count * PRICE_WRONG), round(count * PACK_RATIO)
    may = ~asked.is_planted & np.isin(label, (ON_CONTRACT, NOT_LOADED, LATE, EXPIRED))
    fault = np.zeros(count, dtype=np.int64)
    pack = items.pack[asked.item]
    is_small = times(asked.packs, price * pack) < LARGEST_PACK_RATIO_CENTS
    fault[quota(random, may & (label == ON_CONTRACT) & (pack > 1) & is_small, PACK_RATIO, of=count)] = WRONG_PACK
    from_file = may & np.isin(label, (NOT_LOADED, LATE))
    chosen = random.permutation(np.flatnonzero(from_file))[: round((wrong - ratio) * WRONG_FROM_FILE)]
    fault[chosen] = FROM_FILE
    others = np.flatnonzero(may & (fault == 0) & (label == ON_CONTRACT))
    fault[random.choice(others, size=wrong - int((fault > 0).sum()), replace=False)] = MANUAL
    return fault


def price_tables(
    prices: Prices, contracts: Contracts, items: Items, order: Ints, order_line: Ints
) -> dict[str, pa.Table]:  # fmt: skip
    """One row per order line: the price line that applies and what came of it. And what could replace what."""
    line = np.maximum(prices.line, 0)
    has = prices.line >= 0
    none = pa.array(np.arange(len(has)), mask=~has)
    from_, to = np.flatnonzero(prices.equivalent >= 0), prices.equivalent[prices.equivalent >= 0]
    return {
        "truth_contract_price": pa.table(
            {
                "po_number": numbered("PO", order + 1, 8),
                "line": pa.array(order_line),
                "contract_number": maybe_numbered("CT", np.where(has, contracts.line_contract[line], -1), 6),
                "contract_line": pa.array(number_of_line(contracts)[line]).take(none),
                "tier": pa.array(contracts.line_tier[line]).take(none),
                "price": decimals(contracts.line_price[line], 18, 4).take(none),
                "label": pick(LABELS, prices.label),
                "price_fault": pa.array(PRICE_FAULTS).take(pa.array(prices.fault, mask=prices.fault == 0)),
            }
        ),
        "truth_equivalent": pa.table(
            {
                "item_id": items.table["item_id"].take(pa.array(from_)),
                "equivalent_item_id": items.table["item_id"].take(pa.array(to)),
            }
        ),
    }
