"""Measures sides of a comparison: each run in a process of its own, sides alternating, medians of what they report.

Belongs here: processes, CPU seconds, peak memory, and the JSON that is kept. Not here: what is compared.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
# DuckDB's and Arrow's threads may differ from machine to machine; CPU seconds and ratios hardly do on two.
THREADS = {"OMP_NUM_THREADS": "2"}

Sample = dict[str, Any]


def cpu_seconds() -> float:
    """User and system CPU of this process, all threads, and of children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_bytes() -> int:
    """The most memory this process has held. On Linux ru_maxrss also remembers the process it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def report(started: float, **figures: Any) -> None:
    """What a side prints when it is done: CPU since `started` (0: since the process began), peak memory, own figures."""
    print(json.dumps({"cpu": cpu_seconds() - started, "peak": peak_bytes(), **figures}), flush=True)


def run_side(module: str, *arguments: object) -> Sample:
    """One run of `python -m module arguments` in a process of its own. Raises RuntimeError with its last words."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=Path(__file__).parents[1], env=os.environ | THREADS, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(map(str, arguments))}: {done.stderr[-2000:]}")
    sample: Sample = json.loads(done.stdout.strip().splitlines()[-1])
    return sample


def alternate(runs: Mapping[str, Callable[[], Sample]], times: int) -> dict[str, list[Sample]]:
    """Every run once, then every run again: a machine that slows down slows all sides."""
    samples: dict[str, list[Sample]] = {name: [] for name in runs}
    for turn in range(times):
        for name, run in runs.items():
            sample = run()
            samples[name].append(sample)
            peak = f"{sample['peak'] / 1e6:,.0f} MB"
            print(f"  {turn + 1}/{times} {name:34} {sample['cpu']:8.2f} CPU s {peak:>9}", file=sys.stderr, flush=True)
    return samples


def median(samples: list[Sample], figure: str = "cpu") -> float:
    return statistics.median(sample[figure] for sample in samples)


def keep(name: str, results: Mapping[str, Any]) -> Path:
    """Put results into bench/results/<name>.json, over what it has under the same names: no host, path or clock time."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps(known | dict(results), indent=1) + "\n", encoding="utf-8")
    return path
