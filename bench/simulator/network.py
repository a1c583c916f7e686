"""How long the demo network takes to be made, and how much memory: `python -m bench.simulator.network` prints it.

Belongs here: whole runs of the generator at the scales of its bars. Not here: how fast it is served (odata.py).
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import keep, report, run_side

# Scale: seconds and gigabytes at most.
BARS = {0.02: (60, 1), 0.1: (300, 2), 1.0: (3600, 8)}


def make(scale: float) -> None:
    """One world in a folder that goes away; prints what it took."""
    from simulator.network.world import write_world
    from simulator.systems.sap import write_sap

    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        write_world(1, scale, Path(folder) / "truth")
        rows = write_sap(Path(folder) / "truth", Path(folder) / "systems" / "sap_s4")
        report(0, seconds=time.monotonic() - started, rows=sum(rows.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, help="make one world and print what it took")
    scale = parser.parse_args().scale
    if scale is not None:
        make(scale)
        return
    goals = []
    for scale, (seconds, gigabytes) in BARS.items():
        sample = run_side("bench.simulator.network", "--scale", scale)
        took, peak = round(sample["seconds"], 1), round(sample["peak"] / 1e9, 2)
        is_met = took <= seconds and peak <= gigabytes
        goals.append(
            {"scale": scale, "seconds": took, "gigabytes": peak, "bar": f"{seconds} s, {gigabytes} GB", "met": is_met}
        )
        print(
            f"{'met   ' if is_met else 'MISSED'} scale {scale}: {took} s, {peak} GB (at most {seconds} s, {gigabytes} GB)"
        )
        sys.stdout.flush()
    keep("network", {"goals": goals})


if __name__ == "__main__":
    main()
