"""Cases that are there at any scale, because somebody should find them.

Belongs here: how many, where, when and by whom; what sets them apart in use is in cards.py and recall.py. Stories: one
surgeon's knees cost 1.9 times those of the peers; spine constructs at H3 break a capped price; operations of the days
after the demo's present need intravenous fluid.
"""

import numpy as np

from simulator.network.calendar import CLOSED_MONTHS, MONTHS, STARTS, next_workday
from simulator.network.clinical import drgs, procedures
from simulator.network.clinical.mix import at
from simulator.network.streams import Ints

NO_STORY, TKA_SURGEON, TKA_PEER, SPINE_CAP, IV_FLUID = range(5)
STORIES = ["", "TKA_SURGEON", "TKA_PEER", "SPINE_CAP", "IV_FLUID_SCHEDULE"]
TKA_CASES, TKA_PEERS, TKA_PEER_CASES = 30, 3, 24
# What a knee of that surgeon costs against a peer's, and how much of the difference is cement and implants.
TKA_RATIO, TKA_MIX_SHARE = 1.9, 0.7
# The construct of a spinal fusion costs no more than this, whatever is implanted, says the contract. Dollars.
SPINE_CAP_DOLLARS, SPINE_CASES = 14_000, 16
SPINE_CAP_SITE, SPINE_CAP_MONTH = "H3", 13
SPINE_EXTRA_IMPLANTS, SPINE_EXTRA_PRICE = 8, 1_500
IV_CASES = 24


def columns() -> dict[str, Ints]:
    """Site, group of procedures, variant, DRG (-1: outpatient), day and story of each planted case; `rank` tells the
    surgeons of a story apart, -1 is any."""
    # All knees within the twelve months that a rolling year holds, ended by the last closed month.
    knees = _workdays(CLOSED_MONTHS - 10, CLOSED_MONTHS, TKA_CASES + TKA_PEERS * TKA_PEER_CASES)
    own = np.arange(len(knees)) % (len(knees) // TKA_CASES) == 0
    own &= np.cumsum(own) <= TKA_CASES
    peer = np.cumsum(~own) % TKA_PEERS
    parts = [
        _case("H1", procedures.KNEE, drgs.TKA_DRG, knees, np.where(own, TKA_SURGEON, TKA_PEER), np.where(own, 0, 1 + peer)),
        _case(SPINE_CAP_SITE, procedures.SPINE_FUSION, drgs.CODES.index("448"),
              _workdays(SPINE_CAP_MONTH, CLOSED_MONTHS, SPINE_CASES), SPINE_CAP),
        _case("H1", procedures.CHOLECYSTECTOMY, -1, next_workday(STARTS[MONTHS] + 1 + np.arange(IV_CASES) % 12), IV_FLUID),
    ]  # fmt: skip
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _workdays(first_month: int, last_month: int, number: int) -> Ints:
    days = np.linspace(STARTS[first_month - 1], STARTS[last_month] - 4, number).astype(np.int64)
    return next_workday(days)


def _case(site: str, group: int, drg: int, day: Ints, story: Ints | int, rank: Ints | int = -1) -> dict[str, Ints]:
    columns = {"site": at(site), "group": group, "variant": 0, "drg": drg, "day": day, "story": story, "rank": rank}
    return {
        name: np.broadcast_to(np.asarray(value, dtype=np.int64), day.shape).copy() for name, value in columns.items()
    }
