"""Contracts with suppliers: their tiers, which site buys in which tier from when, and price lines with their dates.

Belongs here: what was agreed, and which price line applies to an item, site and day. Not here: what orders made of it
(pricing.py). A contract belongs to a family: a renewal is the next contract of the same family. Prices are of one purchase
pack in 10,000ths of a dollar; they change on the first of a month; a last day is part of what it ends.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.network.calendar import FIRST_DAY, LAST_DAY, RETROACTIVE_PRICE, SIMULATED_MONTHS, STARTS, month_of
from simulator.network.columns import dates, decimals, named, numbered, pick
from simulator.network.items import RIVAL_ITEM, SHARE_ITEMS, Items
from simulator.network.places import OPENS, SITE_CODES, SITES
from simulator.network.streams import Bools, Ints, Streams, quota
from simulator.network.suppliers import DIRECT, DISTRIBUTORS, SHARE_SUPPLIER, Suppliers

PER_SCALE, LEAST = 1_250, 40
# Of all contracts, those that renew another one.
RENEWAL_SHARE = 0.4
TYPES = ["DISTRIBUTION", "GPO", "LOCAL", "COMMITTED"]
DISTRIBUTION, GPO, LOCAL, COMMITTED = range(len(TYPES))
TYPE_SHARES = (0.0, 0.62, 0.2, 0.18)
GPOS = ["Commonpoint Purchasing Alliance", "Fairharbor Group", "Threefold Sourcing"]
REQUIREMENTS = ["SPEND", "SHARE", "UNITS"]
SHARE = REQUIREMENTS.index("SHARE")
# What the tiers ask for: dollars a year, percent of the category, purchase packs a year.
THRESHOLDS = np.array([[0, 250_000, 750_000, 2_000_000], [0, 50, 70, 85], [0, 500, 2_000, 8_000]], dtype=np.int64)
MOST_TIERS, TIER_SHARES = 4, (0.2, 0.3, 0.3, 0.2)
# One family in so many belongs to a maker so large that its items are on three contracts.
MAKERS_IN_PARTS = 40
# Lines whose price the monthly file changes, of all lines.
CHANGED_A_MONTH = 0.06
# A share is one of a market basket: the items on the contract, and so many of other makers for each of them at most.
RIVALS_AN_ITEM = 2
# Days before the start of the world on which the oldest contracts began.
OLD_CONTRACT_DAYS = 540
# The retroactive price counts from so many months before the month in which it is announced.
RETROACTIVE_MONTHS, RETROACTIVE_RISE = 2, 10_700
# The tier that the story is about: its share of the category, and what each of its two items then costs less.
STORY_THRESHOLD, STORY_PRICES = 70, np.array([[248_000_000, 190_000_000], [222_000_000, 172_000_000]], dtype=np.int64)


@dataclass
class Contracts:
    """Columns by contract, by family, and by price line. `loaded_on` is the day on which the line reached the price file
    of the ERP, -1 for never; pricing.py sets it, and the start of lines that were renewed late. `announced_on` is the day
    on which a price was told that counted from before, -1 for others."""

    family: Ints
    starts: Ints
    ends: Ints
    supplier: Ints
    type: Ints
    requirement: Ints
    thresholds: Ints
    tiers: Ints
    tier_of_site: NDArray[np.int8]
    contract_of: Ints
    family_of_item: Ints
    retroactive_family: int
    story_family: int
    line_contract: Ints
    line_item: Ints
    line_tier: Ints
    line_price: Ints
    line_from: Ints
    line_to: Ints
    loaded_on: Ints
    announced_on: Ints
    before: Ints
    first_line: NDArray[np.int32]

    def line(self, item: Ints, site: Ints, day: Ints) -> Ints:
        """The price line that applies, -1 where there is none: by the item's family, the site's tier on that day, and the
        month."""
        family, month = self.family_of_item[item], month_of(day) - 1
        tier = np.where(family < 0, 0, self.tier_of_site[family, site, month])
        return np.where(tier > 0, self.first_line[item, month] + tier - 1, -1)


def make_contracts(streams: Streams, scale: float, items: Items, suppliers: Suppliers) -> Contracts:
    """At least 40. A maker's contract covers its items whoever delivers them; a distributor's covers what it sells of
    makers without one."""
    random = streams.of("contracts")
    count = max(LEAST, round(PER_SCALE * scale))
    families = count - round(count * RENEWAL_SHARE)
    supplier, family_of_item = _families(random, families, items)
    type_ = random.choice(len(TYPES), size=families, p=TYPE_SHARES).astype(np.int64)
    type_[:DISTRIBUTORS] = DISTRIBUTION
    tiers = random.choice(MOST_TIERS, size=families, p=TIER_SHARES).astype(np.int64) + 1
    requirement = random.integers(0, len(REQUIREMENTS), families)
    thresholds = THRESHOLDS[requirement]
    story = int(family_of_item[SHARE_ITEMS][0])
    type_[story], tiers[story], requirement[story] = GPO, 2, SHARE
    thresholds[story, :2] = 0, STORY_THRESHOLD
    direct = np.flatnonzero((suppliers.kind[supplier] == DIRECT) & (np.arange(families) != story))
    # One of the larger makers, but not the largest.
    retroactive = int(direct[min(4, len(direct) - 1)])
    renewed_in = _renewals(random, families, count - families, [story, retroactive])
    family, starts, ends, contract_of = _terms(random, families, renewed_in)
    lines = _price_lines(random, items, family_of_item, tiers, renewed_in, retroactive, story)
    line_contract = contract_of[family_of_item[lines["line_item"]], month_of(lines["line_from"]) - 1]
    # The first line of an item begins with its contract; a price is in the file before it counts.
    is_first = lines["line_from"] == FIRST_DAY
    lines["line_from"][is_first] = starts[line_contract[is_first]]
    loaded = lines["line_from"] - random.integers(3, 25, len(line_contract))
    made = Contracts(
        family, starts, ends, supplier, type_, requirement, thresholds, tiers,
        _tiers_of_sites(random, type_, tiers, story), contract_of, family_of_item, retroactive, story,
        line_contract=line_contract, loaded_on=loaded, announced_on=np.full(len(loaded), -1), **lines,
    )  # fmt: skip
    announced = np.isin(made.line_item, np.flatnonzero(family_of_item == retroactive)) & (
        made.line_from == STARTS[RETROACTIVE_PRICE - 1 - RETROACTIVE_MONTHS]
    )
    made.loaded_on[announced] = made.announced_on[announced] = STARTS[RETROACTIVE_PRICE - 1]
    return made


def _families(random: np.random.Generator, count: int, items: Items) -> tuple[Ints, Ints]:
    """The supplier of each family, and the family of each item: the largest groups of a maker's items have one."""
    share = np.arange(len(items.pack)) >= len(items.pack) - 3
    buckets = np.where(items.manufacturer < count // MAKERS_IN_PARTS, items.item_class % 3, 0)
    group = np.where(share, 0, items.manufacturer * 3 + buckets + 1)
    found, first, of, sizes = np.unique(group, return_index=True, return_inverse=True, return_counts=True)
    own = count - DISTRIBUTORS - 1
    largest = np.argsort(-sizes[1:], kind="stable")[:own] + 1
    family_of_group = np.full(len(found), -1, dtype=np.int64)
    family_of_group[largest] = DISTRIBUTORS + 1 + np.arange(len(largest))
    family = family_of_group[of]
    family = np.where((family < 0) & (items.supplier < DISTRIBUTORS), items.supplier, family)
    # Some items of every maker are on no contract.
    family[quota(random, family >= 0, 0.09)] = -1
    family[-3:] = -1
    family[SHARE_ITEMS] = DISTRIBUTORS
    supplier = np.concatenate([np.arange(DISTRIBUTORS), [SHARE_SUPPLIER], items.manufacturer[first[largest]]])
    return supplier.astype(np.int64), family


def _renewals(random: np.random.Generator, families: int, count: int, never: list[int]) -> Ints:
    """The month in which the family's contract is renewed, 0 for none."""
    month = np.zeros(families, dtype=np.int64)
    others = np.delete(np.arange(families), never)
    month[random.choice(others, size=count, replace=False)] = random.integers(3, SIMULATED_MONTHS, count)
    return month


def _terms(random: np.random.Generator, families: int, renewed_in: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Family, first and last day of each contract, and the contract of each family and month."""
    renewed = np.flatnonzero(renewed_in)
    handover = STARTS[renewed_in[renewed] - 1]
    starts = FIRST_DAY - random.integers(1, OLD_CONTRACT_DAYS, families)
    ends = np.full(families, LAST_DAY) + random.integers(30, 700, families)
    ends[renewed] = handover - 1
    contract_of = np.repeat(np.arange(families)[:, None], SIMULATED_MONTHS, axis=1)
    is_after = np.arange(1, SIMULATED_MONTHS + 1) >= renewed_in[renewed][:, None]
    contract_of[renewed] = np.where(is_after, families + np.arange(len(renewed))[:, None], contract_of[renewed])
    return (
        np.concatenate([np.arange(families), renewed]), np.concatenate([starts, handover]),
        np.concatenate([ends, handover + 3 * 365 - 1]), contract_of,
    )  # fmt: skip


def _tiers_of_sites(random: np.random.Generator, type_: Ints, tiers: Ints, story: int) -> NDArray[np.int8]:
    """The tier of each family, site and month; 0 where the site may not buy on the contract."""
    families = len(type_)
    tier = random.integers(1, tiers[:, None] + 1, (families, len(SITES)))
    site = np.arange(len(SITES))
    critical, commons = SITE_CODES.index("H8"), [SITE_CODES.index(code) for code in ("H1", "H2", "H3", "H4")]
    # Half the sites are party to a local contract; four hospitals commit to a market share.
    tier[(type_ == LOCAL)[:, None] & ((site[None, :] + np.arange(families)[:, None]) % 2 == 0)] = 0
    tier[(type_ == COMMITTED)[:, None] & ~np.isin(site, commons)[None, :] & (site % 3 == 0)[None, :]] = 0
    tier[type_ == GPO, critical] = 0
    by_month = np.repeat(tier[:, :, None], SIMULATED_MONTHS, axis=2)
    rises = random.random(tier.shape) < 0.2
    second = (tier > 0) & rises & (tier < tiers[:, None])
    by_month[:, :, 12:] += second[:, :, None]
    by_month[story] = 1
    # A site joins three months after it is acquired.
    joins = np.where(OPENS > FIRST_DAY, month_of(OPENS) + 3, 1)
    by_month[:, np.arange(1, SIMULATED_MONTHS + 1)[None, :] < joins[:, None]] = 0
    return by_month.astype(np.int8)


def _price_lines(
    random: np.random.Generator, items: Items, family_of_item: Ints, tiers: Ints, renewed_in: Ints, retroactive: int,
    story: int,
) -> dict[str, NDArray[Any]]:  # fmt: skip
    """A line by item, period and tier, the tiers side by side. A period ends where the price changes, once a year at
    most, or the contract is renewed."""
    item = np.flatnonzero(family_of_item >= 0)
    family = family_of_item[item]
    changes = _changes(random, len(item)) & (family != story)[:, None]
    months = np.arange(1, SIMULATED_MONTHS + 1)
    changes |= renewed_in[family][:, None] == months
    is_retroactive = family == retroactive
    changes[is_retroactive] = (months == 1) | (months == RETROACTIVE_PRICE - RETROACTIVE_MONTHS)
    changes[:, 0] = True
    rise = np.where(is_retroactive[:, None], RETROACTIVE_RISE, random.integers(10_050, 10_400, changes.shape))
    price = items.list_price[item] * items.pack[item] * (10_000 - random.integers(300, 2_200, len(item))) // 10_000
    by_month = np.empty(changes.shape, dtype=np.int64)
    for month in range(SIMULATED_MONTHS):
        price = np.where(changes[:, month] & (month > 0), price * rise[:, month] // 10_000 + 1, price)
        by_month[:, month] = price
    row, start = np.nonzero(changes)
    ends = np.r_[start[1:], 0]
    ends[np.flatnonzero(np.r_[row[1:] != row[:-1], True])] = SIMULATED_MONTHS
    width = tiers[family[row]]
    period = np.repeat(np.arange(len(row)), width)
    first = np.cumsum(width) - width
    tier = np.arange(len(period)) - first[period] + 1
    step = random.integers(150, 500, len(tiers))[family[row[period]]]
    line_price = by_month[row[period], start[period]] * (10_000 - step * (tier - 1)) // 10_000
    planted = np.arange(len(items.pack))[SHARE_ITEMS]
    for number, prices in zip(planted, STORY_PRICES, strict=True):
        line_price[item[row[period]] == number] = prices
    first_line = np.full((len(items.pack), SIMULATED_MONTHS), -1, dtype=np.int32)
    first_line[item] = first[np.cumsum(changes.ravel()) - 1].reshape(changes.shape)
    before = np.where(start[period] > 0, np.arange(len(period)) - width[period], -1)
    return {
        "line_item": item[row[period]], "line_tier": tier, "line_price": line_price,
        "line_from": STARTS[start[period]], "line_to": STARTS[ends[period]] - 1, "before": before,
        "first_line": first_line,
    }  # fmt: skip


def _changes(random: np.random.Generator, count: int) -> Bools:
    """By line and month: each month changes 6 % of all lines, a line once a year at most."""
    changed = round(count * CHANGED_A_MONTH)
    month = np.repeat(np.arange(12), changed)
    of_line = np.full(count, -1, dtype=np.int64)
    of_line[random.permutation(count)[: len(month)]] = month[:count]
    made: Bools = np.arange(SIMULATED_MONTHS)[None, :] % 12 == of_line[:, None]
    return made


def contract_tables(
    streams: Streams, contracts: Contracts, items: Items, suppliers: Suppliers
) -> dict[str, pa.Table]:  # fmt: skip
    """One row per contract; per contract and tier; per contract and item of its market basket; per contract, site and period
    of one tier; per price line."""
    family = contracts.family
    count = len(family)
    is_renewed = np.isin(np.arange(count), contracts.contract_of[:, -1], invert=True)
    is_gpo = contracts.type[family] == GPO
    of, tier = np.nonzero(np.arange(MOST_TIERS)[None, :] < contracts.tiers[family][:, None])
    number = numbered("CT", np.arange(count) + 1, 6)
    return {
        "truth_contract": pa.table(
            {
                "contract_number": number,
                "supplier_id": named(suppliers.table, "supplier_id", contracts.supplier[family]),
                "type": pick(TYPES, contracts.type[family]),
                "starts_on": dates(contracts.starts),
                "ends_on": dates(contracts.ends),
                "status": pick(["ACTIVE", "EXPIRED"], is_renewed.astype(np.int64)),
                "gpo": pa.array(GPOS).take(pa.array(family % len(GPOS), mask=~is_gpo)),
                "renews": number.take(pa.array(family, mask=np.arange(count) == family)),
            }
        ),
        "truth_contract_tier": pa.table(
            {
                "contract_number": number.take(pa.array(of)),
                "tier": pa.array(tier + 1),
                "requirement": pick(REQUIREMENTS, contracts.requirement[family[of]]),
                "threshold": pa.array(contracts.thresholds[family[of], tier]),
            }
        ),
        "truth_contract_basket": _baskets(streams, contracts, items, number),
        "truth_contract_eligibility": _eligibility(contracts, number),
        "truth_contract_line": pa.table(
            {
                "contract_number": number.take(pa.array(contracts.line_contract)),
                "line": pa.array(number_of_line(contracts)),
                "item_id": named(items.table, "item_id", contracts.line_item),
                "tier": pa.array(contracts.line_tier),
                "uom": named(items.table, "purchase_uom", contracts.line_item),
                "pack": pa.array(items.pack[contracts.line_item]),
                "price": decimals(contracts.line_price, 18, 4),
                "from_date": dates(contracts.line_from),
                "to_date": dates(contracts.line_to),
                "loaded_on": dates(contracts.loaded_on),
                "announced_on": dates(contracts.announced_on),
            }
        ),
    }


def _baskets(streams: Streams, contracts: Contracts, items: Items, number: pa.Array) -> pa.Table:
    """Of contracts whose tiers ask for a share: what it is a share of. Rivals are items of the same classes that are made by
    others; of the story's contract, its rival alone."""
    random = streams.of("baskets")
    every = np.arange(len(items.pack))
    story, rival = every[SHARE_ITEMS], every[RIVAL_ITEM]
    of, basket = [], []
    for contract, family in enumerate(contracts.family):
        if contracts.requirement[family] != SHARE:
            continue
        own = np.flatnonzero(contracts.family_of_item == family)
        others = np.flatnonzero(
            np.isin(items.item_class, items.item_class[own]) & ~np.isin(items.manufacturer, items.manufacturer[own])
            & ~np.isin(every, story) & (every != rival)
        )  # fmt: skip
        count = min(len(others), RIVALS_AN_ITEM * len(own))
        rivals = [rival] if family == contracts.story_family else random.choice(others, size=count, replace=False)
        found = np.sort(np.concatenate([own, rivals]))
        of.append(np.full(len(found), contract))
        basket.append(found)
    item = np.concatenate([np.zeros(0, dtype=np.int64), *basket])
    return pa.table(
        {
            "contract_number": number.take(pa.array(np.concatenate([np.zeros(0, dtype=np.int64), *of]))),
            "item_id": named(items.table, "item_id", item),
            "is_rival": pa.array(contracts.family_of_item[item] != contracts.family[np.concatenate([item[:0], *of])]),
        }
    )


def number_of_line(contracts: Contracts) -> Ints:
    """From 1 within each contract."""
    ranked = np.argsort(contracts.line_contract, kind="stable")
    of = contracts.line_contract[ranked]
    starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
    number = np.empty(len(of), dtype=np.int64)
    number[ranked] = np.arange(len(of)) - np.repeat(starts, np.diff(np.r_[starts, len(of)])) + 1
    return number


def _eligibility(contracts: Contracts, number: pa.Array) -> pa.Table:
    tier, contract = contracts.tier_of_site, contracts.contract_of
    begins = np.ones(tier.shape, dtype=bool)
    begins[:, :, 1:] = (tier[:, :, 1:] != tier[:, :, :-1]) | (contract[:, None, 1:] != contract[:, None, :-1])
    family, site, month = np.nonzero(begins)
    last = np.r_[(family[1:] != family[:-1]) | (site[1:] != site[:-1]), True]
    ends = np.where(last, SIMULATED_MONTHS, np.r_[month[1:], 0])
    of = contract[family, month]
    held = tier[family, site, month].astype(np.int64)
    chosen = np.flatnonzero(held)
    to = np.where(ends == SIMULATED_MONTHS, contracts.ends[of], STARTS[ends] - 1)
    return pa.table(
        {
            "contract_number": number.take(pa.array(of[chosen])),
            "site": pick(SITE_CODES, site[chosen]),
            "tier": pa.array(held[chosen]),
            "from_date": dates(np.where(month == 0, contracts.starts[of], STARTS[month])[chosen]),
            "to_date": dates(to[chosen]),
        }
    )
