"""The names that people write for one supplier: its legal name, what is typed in haste, and what it was called before.

Belongs here: variants of names. Not here: which record bears which (item_records.py, supplier_records.py).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.streams import Streams
from simulator.network.suppliers import Suppliers

ALIAS_SHARE = 0.30
ALIAS_REASONS = ["ACQUIRED", "RENAMED", "TRADING"]
ALIAS_STARTS = [
    "Aldo", "Benti", "Caro", "Doma", "Elda", "Fora", "Gela", "Halo", "Ista", "Jara", "Kilo", "Lano", "Mola", "Nuvi", "Orba",
    "Pelo", "Rima", "Sola", "Tova", "Ulva", "Vero", "Wilo", "Yara", "Zeno",
]  # fmt: skip
ALIAS_ENDS = "bec", "dor", "fen", "gan", "lix", "mar", "nor", "pex", "rion", "sen", "tis", "vant", "vex", "wyn", "zan"
ALIAS_TRADES = ["Medical", "Surgical", "Devices", "Health", "Labs"]
SHORT = {
    "Medical": "MED", "Surgical": "SURG", "Orthopaedics": "ORTHO", "Diagnostics": "DIAG", "Healthcare": "HLTHCARE",
    "Devices": "DEV", "Pharma": "PHARM", "Supply": "SUP", "Instruments": "INSTR", "Corporation": "CORP", "Company": "CO",
    "Inc.": "INC", "LLC": "LLC", "Ltd.": "LTD",
}  # fmt: skip
LEGAL_FORMS = {"Inc.", "LLC", "Corporation", "Company", "Ltd."}


@dataclass(frozen=True)
class Names:
    """By golden supplier. hasty: without its legal form and one letter short; short: abbreviated capitals; alias: a name
    of its own, null for seven in ten; reason: why there is one.
    """

    legal: pa.Array
    hasty: pa.Array
    short: pa.Array
    alias: pa.Array
    reason: pa.Array


def make_names(streams: Streams, suppliers: Suppliers) -> Names:
    """The same names for the same suppliers. No alias is another supplier's alias."""
    random = streams.of("supplier names")
    legal = suppliers.table["supplier_name"].combine_chunks()
    names = legal.to_pylist()
    grid = random.permutation(len(ALIAS_STARTS) * len(ALIAS_ENDS) * len(ALIAS_TRADES))
    has = np.zeros(len(names), dtype=bool)
    has[random.choice(len(names), size=min(round(len(names) * ALIAS_SHARE), len(grid)), replace=False)] = True
    places = grid[np.maximum(np.cumsum(has) - 1, 0)]
    reasons = random.integers(0, len(ALIAS_REASONS), len(names))
    return Names(
        legal,
        pa.array([_hasty(name) for name in names]),
        pa.array([" ".join(SHORT.get(word, word) for word in name.split()).upper() for name in names]),
        pa.array([_alias(int(place)) for place in places], mask=~has),
        pa.array(ALIAS_REASONS).take(pa.array(reasons, mask=~has)),
    )


def supplier_aliases(suppliers: Suppliers, names: Names) -> pa.Table:
    """truth_supplier_alias: one row per supplier that had or has another name."""
    table = pa.table({"supplier_id": suppliers.table["supplier_id"], "alias": names.alias, "reason": names.reason})
    return table.filter(names.alias.is_valid())


def _hasty(name: str) -> str:
    """`Alderbay Medical Inc.` is Aldrbay Medical: no form, and the fourth letter missed."""
    words = [word for word in name.split() if word not in LEGAL_FORMS]
    return " ".join([words[0][:3] + words[0][4:], *words[1:]])


def _alias(place: int) -> str:
    rest, trade = divmod(place, len(ALIAS_TRADES))
    start, end = divmod(rest, len(ALIAS_ENDS))
    return f"{ALIAS_STARTS[start]}{ALIAS_ENDS[end]} {ALIAS_TRADES[trade]}"
