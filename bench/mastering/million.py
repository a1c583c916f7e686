"""One million item records resolved, and again when one per cent of them is new: time and memory.

Belongs here: the measurement. Not here: quality (items.py).
"""

import json
import time
from typing import Any

import pyarrow as pa

from bench.mastering.items import NOON, Master, own_families
from bench.measure import cpu_seconds, peak_bytes
from mastering.items import ItemState, resolve
from mastering.stewardship import DECISIONS

# Our families give about three records of an item.
ITEMS, NEW = 330_000, 0.01


def measure(items: int = ITEMS) -> dict[str, Any]:
    """Seconds and peak memory of a full run of all records but one per cent, of a run with nothing new, of one with the rest.

    Memory is this process's, with the master and the state before in it; each process that helps holds up to 0.5 GB more.
    ratio: the CPU seconds of one per cent of those of all, both without what a run with nothing new takes.
    """
    master = own_families(items)
    old = master.records.slice(0, int(len(master.records) * (1 - NEW)))
    figures: dict[str, Any] = {"records": len(master.records)}
    state = _timed(figures, "full", old, master, None)
    _timed(figures, "nothing new", old, master, state)
    _timed(figures, "one per cent new", master.records, master, state)
    full, fixed, new = (figures[name]["cpu_seconds"] for name in ("full", "nothing new", "one per cent new"))
    figures["ratio"] = round((new - fixed) / (full - fixed), 3)
    print(json.dumps(figures, indent=1), flush=True)
    return figures


def _timed(figures: dict[str, Any], name: str, records: pa.Table, master: Master, state: ItemState | None) -> ItemState:
    started, used = time.perf_counter(), cpu_seconds()
    left = resolve(records, master.identifiers, master.packs, DECISIONS.empty_table(), NOON, state).state
    figures[name] = {
        "seconds": round(time.perf_counter() - started, 1), "cpu_seconds": round(cpu_seconds() - used, 1),
        "peak_gigabytes": round(peak_bytes() / 1e9, 2),
    }  # fmt: skip
    return left
