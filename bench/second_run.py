"""What the demo's second run costs, with a day's change: `python -m bench.second_run --home var/parline --world var/network`.

The demo has run once (`make demo`) and its systems still serve. The world goes on by one day, and `parline run` reads, builds,
checks and publishes it. At most three minutes, all in. Kept in bench/results/second_run.json.

Belongs here: the day, the run, its steps by the clock. Not here: what a build's models cost (daily_change.py).
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.demo_network import simulate
from bench.measure import cpu_seconds, keep

BAR_SECONDS = 180


def environment(home: Path) -> dict[str, str]:
    """The demo's settings and secrets, as its demo.env exports them."""
    lines = (home / "demo.env").read_text(encoding="utf-8").splitlines()
    told = (line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)
    return {**os.environ, "PYTHONUNBUFFERED": "1", **{name: value.strip("'\"") for name, value in told}}


def run(home: Path) -> Iterator[str]:
    """Lines of `parline run`. Raises CalledProcessError."""
    command = [Path(sys.executable).with_name("parline"), "run"]
    with subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        yield from process.stdout or ()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def seconds_of_steps(lines: Iterator[str]) -> Mapping[str, int]:
    """By step: from `hh:mm:ss step: started` to `hh:mm:ss step: done`."""
    began, seconds = {}, {}
    for line in lines:
        print(line, end="", file=sys.stderr, flush=True)
        step, _, what = line.strip().partition(" ")[2].partition(": ")
        if what == "started":
            began[step] = time.monotonic()
        elif what == "done" and step in began:
            seconds[step] = round(time.monotonic() - began[step])
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var/parline"))
    parser.add_argument("--world", type=Path, default=Path("var/network"))
    given = parser.parse_args()
    simulate("advance", "--world", given.world, "--days", 1)
    began, cpu = time.monotonic(), cpu_seconds()
    steps = seconds_of_steps(run(given.home))
    wall, cpu = time.monotonic() - began, cpu_seconds() - cpu
    for step, seconds in steps.items():
        print(f"  {step:<28}{seconds:>6} s")
    print(
        f"second run: {wall:.0f} s ({cpu:.0f} s of CPU), at most {BAR_SECONDS}: {'met' if wall <= BAR_SECONDS else 'MISSED'}"
    )
    keep("second_run", {"seconds": round(wall), "cpu": round(cpu), "bar": BAR_SECONDS, "steps": dict(steps)})


if __name__ == "__main__":
    main()
