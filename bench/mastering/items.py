"""Item masters with a known truth, resolved and measured: the shared file, our own other families, the demo network.

Belongs here: bringing each into the tables that mastering.items takes, and its figures. Not here: metrics (metrics.py), our
own families (masters.py).
"""

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from bench.mastering.masters import draw
from bench.mastering.metrics import of_clusters, unsafe_merges
from mastering.items import ItemResolution, resolve
from mastering.items.arrivals import Steering, read_arrivals
from mastering.items.blocking import find_keys
from mastering.items.records import NOTHING_READ
from mastering.items.scoring import MODEL, pin, train
from mastering.stewardship import DECISIONS

SHARED = Path(__file__).parents[3] / "shared/data/entity_matching"
TRAINING_SEED = 7
NOON = datetime(2026, 11, 1, 12)  # noqa: DTZ001  # as stewards' tables hold it
RECORD = pa.schema(
    [
        (name, pa.string())
        for name in (
            "source_system",
            "source_instance",
            "source_item_key",
            "description",
            "manufacturer_name",
            "manufacturer_key",
            "manufacturer_part_number",
            "vendor_name",
            "vendor_catalogue_number",
            "unit_code",
            "item_class_hint",
            "ndc",
        )
    ]
    + [
        ("is_implant", pa.bool_()),
        ("created_at", pa.timestamp("us")),
        ("changed_at", pa.timestamp("us")),
        ("is_active", pa.bool_()),
    ]
)
IDENTIFIER = pa.schema(
    [
        (name, pa.string())
        for name in ("source_system", "source_instance", "source_item_key", "id_type", "value", "unit_code")
    ]
)
PACK = pa.schema(
    [(name, pa.string()) for name in ("source_system", "source_instance", "source_item_key", "unit_code")]
    + [("qty_num", pa.int64()), ("qty_den", pa.int64())]
)


class Master(NamedTuple):
    """Tables as resolve() takes them, and by record key the true item and its true attributes."""

    name: str
    records: pa.Table
    identifiers: pa.Table
    packs: pa.Table
    item_of: dict[str, str]
    attributes_of: dict[str, str]


def hospital_items() -> Master:
    """The shared file: four systems, 2,413 invented items."""
    with duckdb.connect() as connection:
        rows = (
            connection.execute(
                "SELECT * FROM read_csv($1, all_varchar = true)", [str(SHARED / "hospital_items/items_s1.csv")]
            )
            .to_arrow_table()
            .to_pylist()
        )
    records, identifiers, packs = [], [], []
    for row in rows:
        place = {"source_system": row["src"], "source_instance": "1", "source_item_key": row["rid"]}
        records.append(
            place
            | {
                "description": row["desc"],
                "manufacturer_name": row["mfr"],
                "manufacturer_part_number": row["mpn"],
                "unit_code": row["uom"],
            }
        )
        if row["gtin"]:
            identifiers.append(place | {"value": row["gtin"]})
        packs.append(place | {"unit_code": row["uom"], "qty_num": int(row["qty"]), "qty_den": 1})
    keys = [f"{row['src']}|1|{row['rid']}" for row in rows]
    return Master(
        "hospital items",
        *tables(records, identifiers, packs),
        {key: row["tid"] for key, row in zip(keys, rows, strict=True)},
        {key: row["fam"] + row["true_attr"] + (row["true_cat"] or "") for key, row in zip(keys, rows, strict=True)},
    )


def own_families(items: int = 3000, seed: int = 1) -> Master:
    """Families that the rules were not written for, unlike the shared file's in words and habits."""
    drawn = draw(items, seed)
    return Master(
        "own families", *tables(drawn.records, drawn.identifiers, drawn.packs), drawn.item_of, drawn.attributes_of
    )


def tables(
    records: list[dict[str, Any]], identifiers: list[dict[str, Any]], packs: list[dict[str, Any]]
) -> tuple[pa.Table, pa.Table, pa.Table]:
    return (
        pa.Table.from_pylist(records, RECORD),
        pa.Table.from_pylist(identifiers, IDENTIFIER),
        pa.Table.from_pylist(packs, PACK),
    )


def resolved(master: Master, decisions: pa.Table | None = None) -> ItemResolution:
    return resolve(
        master.records,
        master.identifiers,
        master.packs,
        DECISIONS.empty_table() if decisions is None else decisions,
        NOON,
    )


def figures(master: Master, resolution: ItemResolution) -> dict[str, float]:
    """Precision, recall and F1 of pairs, B-cubed, and the counts of wrong and unsafe pairs."""
    assigned = resolution.assignments
    cluster_of = dict(zip(assigned["record_key"].to_pylist(), assigned["cluster_key"].to_pylist(), strict=True))
    return of_clusters(cluster_of, master.item_of)._asdict() | {
        "unsafe": unsafe_merges(cluster_of, master.attributes_of),
        "review": len(resolution.review_queue),
    }


def decided(master: Master, resolution: ItemResolution, most: int) -> pa.Table:
    """What a steward says who goes through the queue from its top, as far as `most` decisions, and knows the truth."""
    rows = []
    for row in resolution.review_queue.slice(0, most).to_pylist():
        is_one = master.item_of[row["left_key"]] == master.item_of[row["right_key"]]
        rows.append(
            {
                "kind": "must" if is_one else "cannot",
                "left_key": row["left_key"],
                "right_key": row["right_key"],
                "by": "one",
                "second_by": "another",
                "at": NOON,
                "reason": "looked at both",
            }
        )
    return pa.Table.from_pylist(rows, DECISIONS)


def retrain(count: int = 3000, model: Path = MODEL) -> None:
    """Makes the scoring model anew from our own families, and keeps it. Raises ModelDriftError where a weight moves too far."""
    master = own_families(count, seed=TRAINING_SEED)
    with duckdb.connect() as connection:
        read = read_arrivals(connection, master.records, master.identifiers, Steering({}, {}), NOTHING_READ)
        connection.register("feature", read.features)
        connection.register("identifier_key", read.keys)
        find_keys(connection)
        pin(train(connection), model)
