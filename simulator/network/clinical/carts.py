"""What the carts of operating rooms, cath laboratories, interventional radiology and endoscopy keep.

Belongs here: an assortment that does not shrink with the scale (a cart is a cart), and pars that last for what cases use.
Not here: what a case takes from it (cards.py, use.py). Places are numbered as in LocationItems; new ones stand at the end.
"""

from dataclasses import dataclass, replace

import numpy as np

from simulator.network.calendar import DAYS
from simulator.network.chart import IMPLANT_CLASSES, ITEM_CLASSES
from simulator.network.clinical.procedures import CATH, ENDO, FUNCTIONS, IR, OR
from simulator.network.ground import Ground
from simulator.network.places import SITE_CODES, SITES
from simulator.network.stocked import CYCLE_DAYS, DEAREST_PACK, LocationItems
from simulator.network.streams import Ints

# Items on a cart at least, and how many of them are intravenous fluids.
LEAST_ITEMS, LEAST_FLUIDS = {OR: 48, CATH: 26, IR: 26, ENDO: 26}, 2
SURGICAL = [
    "Medical supply",
    "Surgical supply",
    "Instrument",
    "Suture and stapling",
    "Wound care",
    "Drug",
    "Respiratory supply",
]
INTERVENTIONAL = ["Catheter and wire", "Medical supply", "Surgical supply", "Imaging supply", "Drug"]
CLASSES = {
    OR: SURGICAL,
    CATH: INTERVENTIONAL,
    IR: INTERVENTIONAL,
    ENDO: ["Medical supply", "Instrument", "Catheter and wire", "Drug"],
}
FLUID = ITEM_CLASSES.index("Intravenous fluid")
IMPLANT = np.array([name in IMPLANT_CLASSES for name in ITEM_CLASSES])
NEVER_ON_A_CARD = np.array(
    [name in (*IMPLANT_CLASSES, "Food", "Linen", "Office supply", "Housekeeping supply") for name in ITEM_CLASSES]
)
# Implants that an operating room has on its shelf, by class, and what they cost there (10,000ths of a dollar).
SHELVED, SHELVED_PRICES = {"Orthopaedic implant": 10, "Other implant": 8}, (1_200_000, 6_000_000)
# A par lasts for so many times the supplier's mean lead, and for the days between two orders.
LEAD_COVER, REVIEW_DAYS = 1.7, 14


@dataclass(frozen=True)
class Carts:
    """What is kept, with the carts of cases filled up; `cart` is the location of each site and kind of case, or -1."""

    kept: LocationItems
    cart: Ints

    def pool(self, site: int, kind: int, ground: Ground) -> Ints:
        """The places that cards of a site and kind draw on: the carts of its departments, and the site's store room for
        what is on none of them."""
        names = FUNCTIONS[kind]
        function = {center.code: center.function for center in ground.centers}
        code = SITES[site].code
        carts = [
            place
            for place, row in enumerate(ground.locations)
            if row.site == code and function.get(row.cost_center) in names
        ]
        stores = [place for place, row in enumerate(ground.locations) if row.site == code and not row.cost_center]
        is_fit = ~NEVER_ON_A_CARD[ground.items.item_class[self.kept.item]]
        own, store = (np.flatnonzero(np.isin(self.kept.location, found) & is_fit) for found in (carts, stores))
        # Of the same item on two carts, the first.
        found = np.r_[own, store]
        _, first = np.unique(self.kept.item[found], return_index=True)
        pool: Ints = found[np.sort(first)]
        return pool

    def shelf(self, ground: Ground, site: int, implant: str) -> Ints:
        """The places of a class of implants on the cart of a site's operating rooms."""
        is_class = ground.items.item_class[self.kept.item] == ITEM_CLASSES.index(implant)
        return np.flatnonzero(is_class & (self.kept.location == self.cart[site, OR]))

    def lasting(self, ground: Ground, place: Ints, quantity: Ints, largest: Ints) -> LocationItems:
        """The places that cases draw on use nothing else, and their pars last for it. quantity: of all days, by row;
        largest: what one day takes at most."""
        kept = self.kept
        use = quantity / DAYS
        cover = ground.suppliers.lead_mean[ground.items.supplier[kept.item[place]]] * LEAD_COVER + REVIEW_DAYS
        pack = kept.pack[place]
        reorder = np.ceil(use * cover + 2 * np.sqrt(use * cover)).astype(np.int64) + largest
        daily, par, point = kept.daily_use.copy(), kept.par.copy(), kept.reorder_point.copy()
        daily[place] = 0
        point[place] = np.maximum(reorder, 1)
        par[place] = -(-(point[place] + np.ceil(use * CYCLE_DAYS).astype(np.int64) + pack) // pack) * pack
        return replace(kept, daily_use=daily, par=par, reorder_point=point)


def fill_carts(ground: Ground, kept: LocationItems) -> Carts:
    """Adds to each cart of cases what it lacks to its least assortment, the items that sell most first."""
    random = ground.streams.of("clinical carts")
    items = ground.items
    is_kept = items.list_price * items.pack < DEAREST_PACK
    is_shelved = (items.list_price >= SHELVED_PRICES[0]) & (items.list_price <= SHELVED_PRICES[1]) & (items.pack == 1)
    cart = np.full((len(SITES), len(FUNCTIONS)), -1, dtype=np.int64)
    department = {(center.site, center.function): center.code for center in ground.centers}
    location_of = {row.cost_center: place for place, row in enumerate(ground.locations) if row.cost_center}
    added: list[tuple[int, Ints]] = []
    for site, row in enumerate(SITES):
        for kind, functions in enumerate(FUNCTIONS):
            code = department.get((row.code, functions[0]))
            if code is None:
                continue
            cart[site, kind] = location_of[code]
            has = kept.item[kept.location == location_of[code]]
            wanted = [
                (is_kept, ["Intravenous fluid"], LEAST_FLUIDS),
                (is_kept, CLASSES[kind], LEAST_ITEMS[kind] - LEAST_FLUIDS),
            ]
            if kind == OR:
                wanted += [(is_shelved, [name], count) for name, count in SHELVED.items()]
            for fit, names, least in wanted:
                fit = fit & np.isin(items.item_class, [ITEM_CLASSES.index(name) for name in names])
                missing = least - int(fit[has].sum())
                found = np.setdiff1d(np.flatnonzero(fit), has)
                if missing > 0:
                    weight = items.popularity[found] / items.popularity[found].sum()
                    drawn = random.choice(found, size=min(missing, len(found)), replace=False, p=weight)
                    added.append((location_of[code], np.sort(drawn)))
    item = np.concatenate([drawn for _, drawn in added]).astype(np.int64)
    location = np.concatenate([np.full(len(drawn), place) for place, drawn in added])
    site_of = np.array([SITE_CODES.index(row.site) for row in ground.locations], dtype=np.int64)
    pack = items.pack[item]
    new = LocationItems(
        item, location, site_of[location], np.zeros(len(item)), pack, pack, np.ones(len(item), dtype=np.int64),
        np.full(len(item), -1),
    )  # fmt: skip
    whole = {name: np.concatenate([getattr(kept, name), getattr(new, name)]) for name in vars(kept)}
    return Carts(LocationItems(**whole), cart)
