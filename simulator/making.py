"""A whole world in one folder: its truth, what each of its systems shows of it, and the files delivered so far.

Belongs here: the processes that make it. Not here: what happens (simulator/network), how it is shown (simulator/systems).
This process only waits, so it loads none of the libraries that the others need.
"""

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

# What takes longest is begun first.
RENDERED = (
    "sap_s4", "files", "ehr", "procurement", "perioperative", "inventory", "oracle_fusion", "d365", "ehr_h7", "hcm",
    "contracts",
)  # fmt: skip
PROCESSES = 2


def make(world: Path, seed: int, scale: float, tell: Callable[[str], None] = lambda line: None) -> dict[str, int]:
    """Make everything; returns the rows that each system holds, all their versions. `tell` hears of the progress."""
    start = time.monotonic()

    def told(line: str) -> None:
        tell(f"{time.monotonic() - start:6.1f} s  {line}")

    context = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as one:
        tables, rows_of_truth = one.submit(_write_truth, world, seed, scale).result()
    told(f"the truth: {tables} tables, {rows_of_truth:,} rows")
    rows = {}
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as several:
        asked = {several.submit(_render, world, name): name for name in RENDERED}
        for done in as_completed(asked):
            rows[asked[done]] = done.result()
            told(f"{asked[done]}: {rows[asked[done]]:,}")
    return rows


def _write_truth(world: Path, seed: int, scale: float) -> tuple[int, int]:
    from simulator.network.world import write_world

    manifest = write_world(seed, scale, world / "truth")
    return len(manifest["tables"]), sum(table["rows"] for table in manifest["tables"].values())


def _render(world: Path, name: str) -> int:
    """What one system shows: its rows, all versions; of the files, how many."""
    import pyarrow as pa

    from simulator.systems.every import RENDERINGS

    rows = sum(RENDERINGS[name](world / "truth", world / "systems" / name).values())
    # Another rendering follows in this process: what this one held is given back first.
    pa.default_memory_pool().release_unused()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the demo network: its truth and its source systems.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=0.02, help="1.0 is a network of 2,185 beds; the demo is 0.02")
    options = parser.parse_args()
    make(options.out, options.seed, options.scale, lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
