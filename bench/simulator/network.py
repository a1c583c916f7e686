"""How long a world of the demo network takes to be made, and how much memory: `python -m bench.simulator.network` prints it.

Belongs here: the whole command at the scales of its bars: truth, what every system shows, files. Not here: how fast it is
served (odata.py), how true it is (rates.py).
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import keep

# Scale: seconds and gigabytes at most.
BARS = {0.02: (60, 1), 0.1: (300, 2), 1.0: (3600, 8)}
LOOK_EVERY_SECONDS = 0.1


def measured(scale: float) -> tuple[float, float]:
    """Seconds, and the most gigabytes that the command and its children held at one moment; it prints its progress."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "simulator.making", "--out", folder, "--scale", str(scale)]
        start, peak = time.monotonic(), 0
        running = subprocess.Popen(command)
        while running.poll() is None:
            peak = max(peak, sum(map(_resident, _family(running.pid))))
            time.sleep(LOOK_EVERY_SECONDS)
        if running.returncode:
            raise SystemExit(running.returncode)
        return time.monotonic() - start, peak / 1e9


def _family(process: int) -> list[int]:
    """A process and all below it."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:
        return [process]
    return [process, *(member for child in children for member in _family(int(child)))]


def _resident(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS")), 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, action="append", help="of the bars, only these")
    scales = parser.parse_args().scale or list(BARS)
    goals = []
    for scale in scales:
        seconds, gigabytes = BARS[scale]
        took, peak = measured(scale)
        goals.append(
            {
                "scale": scale, "seconds": round(took, 1), "gigabytes": round(peak, 2),
                "bar": f"{seconds} s, {gigabytes} GB", "met": took <= seconds and peak <= gigabytes,
            }
        )  # fmt: skip
        met = "met   " if goals[-1]["met"] else "MISSED"
        print(f"{met} scale {scale}: {took:.1f} s, {peak:.2f} GB (at most {seconds} s, {gigabytes} GB)", flush=True)
        keep("network", {str(scale): goals[-1]})


if __name__ == "__main__":
    main()
