"""How well items and suppliers are mastered: `python -m bench.mastering` prints every bar beside its figure.

Belongs here: the bars, the table, bench/results/mastering.json. Not here: how a set is measured (items.py, catalogues.py,
suppliers.py, network.py), a million records (million.py).
`--network` adds the demo network, two worlds made, served and read at scale 0.1 (takes half an hour).
`--retrain` makes the scoring model anew from our own families; it is refused where a weight moves too far.
"""

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.mastering import catalogues, items, million, network, suppliers
from bench.measure import keep

LABELS = 400
# Bars of the design: F1 without labels and with at most 400.
CATALOGUE_BARS = {"Abt-Buy": (0.91, 0.935), "Amazon-Google": (0.68, 0.69), "DBLP-ACM": (0.98, 0.98)}
ITEM_BAR = "precision 0.999, unsafe 0, f1 0.95, b_cubed 0.97"
LABELLED_F1 = 0.97
SUPPLIER_BAR = "precision 0.995, recall 0.95"
NETWORK_BARS = {"item": ITEM_BAR, "supplier": SUPPLIER_BAR, "unit factor": "precision 0.95, recall 0.95"}
NETWORK_SCALE, NETWORK_SEEDS = 0.1, (1, 2)


def rows() -> Iterator[dict[str, Any]]:
    """One row per set and setting, of the sets that are files or drawn."""
    for name, bars in CATALOGUE_BARS.items():
        for labels, bar in zip((0, LABELS), bars, strict=True):
            yield {
                "set": name,
                "setting": f"{labels} labels",
                **catalogues.quality(name, labels)._asdict(),
                "b_cubed": None,
                "bar": f"F1 {bar}",
            }
    for master in (items.hospital_items(), items.own_families()):
        resolution = items.resolved(master)
        yield {"set": master.name, "setting": "0 labels", **items.figures(master, resolution), "bar": ITEM_BAR}
        labelled = items.resolved(master, items.decided(master, resolution, LABELS))
        yield {
            "set": master.name,
            "setting": f"{LABELS} labels",
            **items.figures(master, labelled),
            "bar": f"f1 {LABELLED_F1}",
        }
    yield from suppliers.measure()


def network_rows(kept: Path | None) -> Iterator[dict[str, Any]]:
    """Three rows per seed: the suppliers, the items and the unit factors of the demo network. kept: where worlds stay."""
    with TemporaryDirectory() as folder:
        for seed in NETWORK_SEEDS:
            for kind, figures in network.figures((kept or Path(folder)) / f"seed-{seed}", NETWORK_SCALE, seed):
                yield {**figures, "kind": kind, "bar": NETWORK_BARS[kind]}


def _line(row: dict[str, Any]) -> str:
    figures = (row.get(name) for name in ("precision", "recall", "f1", "b_cubed"))
    shown = "".join("     -  " if figure is None else f"{figure:8.4f}" for figure in figures)
    return f"{row['set']:46}{row['setting']:16}{shown}  unsafe {row.get('unsafe', '-')!s:5}{row.get('bar', '')}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="measure one million records, and one per cent new")
    parser.add_argument("--network", action="store_true", help="measure the demo network at scale 0.1 too")
    parser.add_argument(
        "--worlds", type=Path, help="with --network: where worlds and warehouses stay for the next time"
    )
    parser.add_argument("--retrain", action="store_true", help="make and keep a new scoring model")
    arguments = parser.parse_args()
    if arguments.retrain:
        items.retrain()
    elif arguments.million:
        keep("mastering", {"million": million.measure()})
    else:
        kept = []
        for row in chain(rows(), network_rows(arguments.worlds) if arguments.network else ()):
            kept.append(row)
            print(_line(row), flush=True)
        keep("mastering", {"sets": kept})


if __name__ == "__main__":
    main()
