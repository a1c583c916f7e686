"""How events reach a feed: most once and at once, some twice, some late, a few unreadable.

Belongs here: which event meets which fault on its way, by quota. Not here: what a feed does with it (simulator/systems).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.network.calendar import CLOSED_MONTHS, month_start
from simulator.network.columns import pick
from simulator.network.masters.catalogues import LEGACY_H8
from simulator.network.streams import Streams

FAULTS = ["DUPLICATE", "MALFORMED", "LATE_WITHIN_HOUR", "LATE_WITHIN_DAYS", "LATE_BEYOND_WEEK"]
# Of the events that are kept at once; an event has one of them at most. Hours that the late ones take, from and to.
RATES = (0.015, 0.0008, 0.02, 0.018, 0.002)
HOURS = ((24, 25), (0, 1), (0, 1), (2, 48), (8 * 24, 20 * 24))
# What is left of H8's item file of the planted night.
TRUNCATED_PERCENT = 37


def delivery_faults(streams: Streams, feed: str, part: int, events: pa.ChunkedArray) -> pa.Table:
    """One row per event that does not just arrive: the feed, the event's id, the fault, and the hours after which it
    comes (again). Exactly round(n x rate) of the events of a part."""
    random = streams.of(f"delivery of {feed} {part}")
    counts = [round(len(events) * rate) for rate in RATES]
    chosen = random.choice(len(events), size=sum(counts), replace=False)
    fault = np.repeat(np.arange(len(FAULTS)), counts)
    hours = random.integers(np.array(HOURS)[fault, 0], np.array(HOURS)[fault, 1])
    ranked = np.argsort(chosen)
    return pa.table(
        {
            "feed": pa.array([feed] * len(chosen), pa.string()),
            "event_id": events.take(pa.array(chosen[ranked])),
            "fault": pick(FAULTS, fault[ranked]),
            "delay_hours": pa.array(hours[ranked]),
        }
    )


def truncated_file(source_items: pa.Table) -> pa.Table:
    """The planted night on which H8's item file breaks off: what its header declares, and the rows that are there."""
    records = pc.sum(pc.equal(source_items["source"], LEGACY_H8)).as_py()
    night = month_start(CLOSED_MONTHS).replace(day=15)
    return pa.table(
        {
            "feed": ["legacy_h8"],
            "file": [f"ITEM_{night:%Y%m%d}.TXT"],
            "delivered_on": pa.array([night], pa.date32()),
            "declared_rows": pa.array([records], pa.int64()),
            "rows": pa.array([records * TRUNCATED_PERCENT // 100], pa.int64()),
        }
    )
