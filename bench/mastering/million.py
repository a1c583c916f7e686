"""One million item records resolved, and again when one per cent of them is new: time and memory.

Belongs here: the measurement. Not here: quality (items.py).
"""

import json
import time
from typing import Any

import pyarrow as pa

from bench.mastering.items import NOON, own_families
from bench.measure import peak_bytes
from mastering.items import ItemResolution, ItemState, resolve
from mastering.stewardship import DECISIONS

# Our families give about three records of an item.
ITEMS, NEW = 330_000, 0.01


def measure(items: int = ITEMS) -> dict[str, Any]:
    """Seconds and peak memory of a full run without one per cent of the records, then of the run with all of them."""
    master = own_families(items)
    old = master.records.slice(0, int(len(master.records) * (1 - NEW)))
    figures: dict[str, Any] = {"records": len(master.records)}
    first = _timed(figures, "full", old, master.identifiers, master.packs, None)
    _timed(figures, "one per cent new", master.records, master.identifiers, master.packs, first.state)
    print(json.dumps(figures, indent=1), flush=True)
    return figures


def _timed(
    figures: dict[str, Any],
    name: str,
    records: pa.Table,
    identifiers: pa.Table,
    packs: pa.Table,
    state: ItemState | None,
) -> ItemResolution:
    started, used = time.perf_counter(), time.process_time()
    found = resolve(records, identifiers, packs, DECISIONS.empty_table(), NOON, state)
    figures[name] = {
        "seconds": round(time.perf_counter() - started, 1), "cpu_seconds": round(time.process_time() - used, 1),
        "peak_gigabytes": round(peak_bytes() / 1e9, 2),
    }  # fmt: skip
    return found
