"""What exists before anything happens: places, suppliers, items, and the streams that everything draws from.

Belongs here: making them once, and looking them up. Not here: what happens to them.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from simulator.network.items import Items, make_items
from simulator.network.places import COMPANIES, SITE_CODES, SITES, CostCenter, Location, cost_centers, locations
from simulator.network.streams import Ints, Streams
from simulator.network.suppliers import Suppliers, make_suppliers

COMPANY_CODES = list(COMPANIES)
COMPANY_OF_SITE = np.array([COMPANY_CODES.index(site.company) for site in SITES], dtype=np.int64)


@dataclass(frozen=True)
class Ground:
    """The network of one seed and scale. Sites, cost centers and locations are told by their place in the lists."""

    streams: Streams
    scale: float
    centers: list[CostCenter]
    locations: list[Location]
    suppliers: Suppliers
    items: Items

    @cached_property
    def site_of_center(self) -> Ints:
        return np.array([SITE_CODES.index(center.site) for center in self.centers], dtype=np.int64)

    @cached_property
    def company_of_center(self) -> Ints:
        return COMPANY_OF_SITE[self.site_of_center]

    @cached_property
    def general_center(self) -> Ints:
        """The department of each site that bears what belongs to none: its first."""
        sites = [center.site for center in self.centers]
        return np.array([sites.index(site.code) if site.code in sites else 0 for site in SITES], dtype=np.int64)

    @cached_property
    def center_of_location(self) -> Ints:
        """The department of each stock location; a store room's is the site's own."""
        number = {center.code: place for place, center in enumerate(self.centers)}
        site = [SITE_CODES.index(location.site) for location in self.locations]
        owner = np.array([number.get(location.cost_center, -1) for location in self.locations], dtype=np.int64)
        return np.where(owner < 0, self.general_center[site], owner)

    def center_codes(self, center: Ints) -> pa.Array:
        """Codes of departments; none at a negative place."""
        return pa.array([row.code for row in self.centers]).take(pa.array(center, mask=center < 0))


def make_ground(seed: int, scale: float) -> Ground:
    streams = Streams(seed)
    centers = cost_centers()
    suppliers = make_suppliers(streams, scale)
    return Ground(streams, scale, centers, locations(centers), suppliers, make_items(streams, scale, suppliers))
