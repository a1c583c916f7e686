"""How events reach a feed: most once and at once, some twice, some late, a few unreadable.

Belongs here: which event meets which fault on its way, by quota. Not here: what a feed does with it (simulator/systems).
"""

import numpy as np
import pyarrow as pa

from simulator.network.columns import pick
from simulator.network.streams import Streams

FAULTS = ["DUPLICATE", "MALFORMED", "LATE_WITHIN_HOUR", "LATE_WITHIN_DAYS", "LATE_BEYOND_WEEK"]
# Of the events that are kept at once; an event has one of them at most. Hours that the late ones take, from and to.
RATES = (0.015, 0.0008, 0.02, 0.018, 0.002)
HOURS = ((24, 25), (0, 1), (0, 1), (2, 48), (8 * 24, 20 * 24))


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
