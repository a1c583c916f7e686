"""A whole world in one folder: its truth, what each of its systems shows of it, and the files delivered so far.

Belongs here: which renderings there are. Not here: how any of them looks (simulator/systems).
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from simulator.network.world import write_world
from simulator.serve.clock import START
from simulator.systems.contracts import write_contracts
from simulator.systems.d365 import write_d365
from simulator.systems.ehr import write_ehr
from simulator.systems.files import write_files
from simulator.systems.hcm import write_hcm
from simulator.systems.inventory import write_inventory
from simulator.systems.oracle import write_oracle
from simulator.systems.perioperative import write_perioperative
from simulator.systems.procurement import write_procurement
from simulator.systems.sap import write_sap

# What each system shows, by the name of its folder: made of the truth's files, never of each other's.
RENDERINGS: dict[str, Callable[[Path, Path], dict[str, int]]] = {
    "sap_s4": write_sap,
    "oracle_fusion": write_oracle,
    "d365": write_d365,
    "procurement": write_procurement,
    "contracts": write_contracts,
    "perioperative": write_perioperative,
    "inventory": write_inventory,
    "hcm": write_hcm,
}


def make(world: Path, seed: int, scale: float, tell: Callable[[str], None] = lambda line: None) -> dict[str, int]:
    """Make everything; returns the rows that each system holds, all their versions. `tell` hears of the progress."""
    start = time.monotonic()

    def told(line: str) -> None:
        tell(f"{time.monotonic() - start:6.1f} s  {line}")

    manifest = write_world(seed, scale, world / "truth")
    events = sum(table["rows"] for table in manifest["tables"].values())
    told(f"the truth: {len(manifest['tables'])} tables, {events:,} rows")
    rows = {}
    for name, render in RENDERINGS.items():
        rows[name] = sum(render(world / "truth", world / "systems" / name).values())
        told(f"{name}: {rows[name]:,} rows")
    for name, types in write_ehr(world / "truth", world / "systems").items():
        rows[name] = sum(types.values())
        told(f"{name}: {rows[name]:,} versions of resources")
    told(f"files: {write_files(world, START)}")
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
