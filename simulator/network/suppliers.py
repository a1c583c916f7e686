"""The suppliers that the network truly buys from (golden suppliers), and how they deliver and are paid.

Belongs here: one row per real supplier. Not here: the vendor records that four ERPs keep of them, with their doubles.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.network.columns import numbered, pick
from simulator.network.identifiers import gln
from simulator.network.streams import Ints, Streams, zipf

PER_SCALE, LEAST = 2_400, 150
DISTRIBUTORS = 3
DISTRIBUTOR, DIRECT, IMPORT, SERVICE = range(4)
KINDS = ["DISTRIBUTOR", "DIRECT", "IMPORT", "SERVICE"]
KIND_SHARES = (0.72, 0.08, 0.20)
# Days from order to receipt: mean and coefficient of variation.
LEAD_DAYS = np.array([[1.6, 0.3], [7.0, 0.5], [30.0, 0.6], [3.0, 0.4]])
TERMS_DAYS = np.array([15, 30, 45, 60], dtype=np.int64)
# Who plays a part in what is planned sells directly (places, the supplier of place 16 is S-0017).
OUT_SUPPLIER, CASE_PRICE_SUPPLIER, SHARE_SUPPLIER, RIVAL_SUPPLIER = 5, 16, 20, 21

FIRST_WORDS = [
    "Alder", "Amber", "Anchor", "Arbor", "Aspen", "Basin", "Beacon", "Birch", "Bluff", "Boreal", "Brook", "Canyon",
    "Cedar", "Chalk", "Cliff", "Cobalt", "Copper", "Coral", "Crest", "Delta", "Dune", "Ember", "Fern", "Fjord", "Flint",
    "Gale", "Glade", "Granite", "Grove", "Harbor", "Hazel", "Heron", "Hollow", "Indigo", "Ivory", "Juniper", "Kestrel",
    "Lagoon", "Larch", "Linden", "Marsh", "Mesa", "Moss", "North", "Ochre", "Onyx", "Opal", "Orchard", "Pine", "Prairie",
    "Quarry", "Quartz", "Raven", "Reef", "Ridge", "River", "Rowan", "Sable", "Sage", "Sierra", "Slate", "Spruce",
]  # fmt: skip
SECOND_WORDS = [
    "bay", "bridge", "brook", "castle", "cross", "dale", "field", "ford", "gate", "glen", "haven", "helm", "hill",
    "holt", "land", "mark", "mere", "mont", "moor", "point", "port", "stead", "stone", "vale", "ward", "water", "well",
    "wick", "wood", "worth",
]  # fmt: skip
TRADES = [
    "Medical",
    "Surgical",
    "Orthopaedics",
    "Diagnostics",
    "Healthcare",
    "Devices",
    "Pharma",
    "Supply",
    "Instruments",
]
FORMS = ["Inc.", "LLC", "Corporation", "Company", "Ltd."]


@dataclass(frozen=True)
class Suppliers:
    """Columns by supplier number (its place): kind, share of spend among its kind, days to deliver, terms."""

    table: pa.Table
    kind: Ints
    share: NDArray[np.float64]
    lead_mean: NDArray[np.float64]
    lead_variation: NDArray[np.float64]
    terms: Ints

    def of_kind(self, *kinds: int) -> Ints:
        return np.flatnonzero(np.isin(self.kind, kinds))


def make_suppliers(streams: Streams, scale: float) -> Suppliers:
    """At least 150; the first three are distributors, who carry 45 % of all lines (items.py)."""
    random = streams.of("suppliers")
    count = max(LEAST, round(PER_SCALE * scale))
    kind = random.choice([DIRECT, IMPORT, SERVICE], size=count, p=KIND_SHARES).astype(np.int64)
    kind[:DISTRIBUTORS] = DISTRIBUTOR
    kind[[OUT_SUPPLIER, CASE_PRICE_SUPPLIER, SHARE_SUPPLIER, RIVAL_SUPPLIER]] = DIRECT
    number = np.arange(count, dtype=np.int64)
    terms = random.integers(0, len(TERMS_DAYS), size=count)
    lead = LEAD_DAYS[kind, 0] * random.lognormal(0, 0.15, size=count)
    table = pa.table(
        {
            "supplier_id": numbered("S-", number + 1, 4),
            "supplier_name": pa.array(_names(random, count)),
            "kind": pick(KINDS, kind),
            "ein": numbered("00-", number + 1, 7),
            "gln": pa.array([gln(int(place)) for place in number]),
            "payment_terms_days": pa.array(TERMS_DAYS[terms]),
        }
    )
    return Suppliers(table, kind, zipf(count, 1.1), lead, LEAD_DAYS[kind, 1], TERMS_DAYS[terms])


def _names(random: np.random.Generator, count: int) -> list[str]:
    """Distinct: each place of the shuffled grid of words is used once."""
    grid = random.permutation(len(FIRST_WORDS) * len(SECOND_WORDS))
    trades, forms = random.integers(0, len(TRADES), count), random.integers(0, len(FORMS), count)
    names = []
    for number in range(count):
        first, second = divmod(int(grid[number % len(grid)]), len(SECOND_WORDS))
        again = "" if number < len(grid) else " II"
        names.append(
            f"{FIRST_WORDS[first]}{SECOND_WORDS[second]} {TRADES[trades[number]]}{again} {FORMS[forms[number]]}"
        )
    return names
