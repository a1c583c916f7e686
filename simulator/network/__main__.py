"""`python -m simulator.network --out FOLDER`: make a world, write its truth and what its source systems show of it."""

import argparse
import time
from pathlib import Path

from simulator.network.world import write_world
from simulator.systems.sap import write_sap


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the demo network: its truth and its source systems.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=0.02, help="1.0 is a network of 2,185 beds; the demo is 0.02")
    options = parser.parse_args()
    start = time.monotonic()
    manifest = write_world(options.seed, options.scale, options.out / "truth")
    print(f"{time.monotonic() - start:6.1f} s  truth written, {len(manifest['tables'])} tables", flush=True)
    rows = write_sap(options.out / "truth", options.out / "systems" / "sap_s4")
    print(
        f"{time.monotonic() - start:6.1f} s  SAP written, {sum(rows.values()):,} rows; all in {options.out}", flush=True
    )


if __name__ == "__main__":
    main()
