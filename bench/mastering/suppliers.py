"""Supplier masters with a known truth, resolved and measured: the demo network's vendor records, names of hospital ledgers.

Belongs here: bringing each into the tables that mastering.suppliers takes, and its figures. Not here: metrics (metrics.py).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from bench.mastering.firms import make_firms
from bench.mastering.items import SHARED
from bench.mastering.metrics import of_clusters, of_pairs
from mastering.metrics import Quality
from mastering.stewardship import DECISIONS
from mastering.suppliers import link, resolve
from mastering.suppliers.aliases import ALIASES, Aliases, known_aliases
from mastering.suppliers.names import read_name
from mastering.suppliers.records import SUPPLIER_RECORDS
from mastering.vocabulary import record_key
from simulator.network.masters.catalogues import D365, ORACLE_FUSION, SAP_S4
from simulator.network.masters.names import make_names, supplier_aliases
from simulator.network.masters.supplier_records import make_vendor_records, supplier_in_use, vendor_records
from simulator.network.streams import Streams
from simulator.network.suppliers import make_suppliers

NOON = datetime(2026, 11, 1, 12)  # noqa: DTZ001  # as stewards' tables hold it
LEDGERS = datetime(2020, 3, 1)  # noqa: DTZ001  # when the ledgers' names were typed
# The legacy ERP of H8 has no interface: nobody sees its vendors.
SEEN = (SAP_S4, ORACLE_FUSION, D365)
# What share of the suppliers the documents of an ERP name, as in the demo network.
USED = {SAP_S4: 0.45, ORACLE_FUSION: 0.35, D365: 0.16}
NO_ALIASES = ALIASES.empty_table()
KINDS = ("nhs", "charity", "charity_date")
LINK_BAR, DEDUPE_BAR = "f1 0.90 at precision 0.92", "b_cubed 0.90"


class VendorMaster(NamedTuple):
    """Tables as resolve() takes them, and by record key the true supplier."""

    records: pa.Table
    aliases: pa.Table
    supplier_of: dict[str, str]


def network_vendors(seed: int, scale: float) -> VendorMaster:
    """The simulator's vendor records at a scale (1.0: 2,400 suppliers), as far as a system shows them."""
    streams = Streams(seed)
    suppliers = make_suppliers(streams, scale)
    names = make_names(streams, suppliers)
    random, count = streams.of("bench: documents"), len(suppliers.kind)
    in_use = {erp: random.choice(count, round(count * share), replace=False) for erp, share in USED.items()}
    records = make_vendor_records(streams, suppliers, names, {erp: np.sort(places) for erp, places in in_use.items()})
    table = vendor_records(streams, records, suppliers, names)
    paid_at = {
        (row["source"], row["source_pk"]): row["remit_to"] for row in supplier_in_use(records, suppliers).to_pylist()
    }
    return vendor_master(
        table.to_pylist(), paid_at, supplier_aliases(suppliers, names).to_pylist(), suppliers.table.to_pylist()
    )


def vendor_master(
    rows: Iterable[Mapping[str, Any]],
    paid_at: Mapping[tuple[str, str], str],
    aliases: Iterable[Mapping[str, Any]],
    suppliers: Iterable[Mapping[str, Any]],
) -> VendorMaster:
    """Rows of truth_source_supplier as systems show them: GLN, role and remit-to in SAP only."""
    records, supplier_of = [], {}
    for row in rows:
        if row["source"] not in SEEN:
            continue
        is_sap = row["source"] == SAP_S4
        supplier_of[record_key(row["source"], row["source"], row["source_pk"])] = row["supplier_id"]
        records.append(
            {
                "source_system": row["source"], "source_instance": row["source"], "source_supplier_key": row["source_pk"],
                "name": row["name"], "tax_id_hash": row["ein"] and hashlib.sha256(row["ein"].encode()).hexdigest(),
                "gln": row["gln"] if is_sap else None, "street": row["street"], "city": row["city"],
                "postal_code": row["postal_code"], "country_code": "US", "role": row["role"] if is_sap else None,
                "remit_to_key": paid_at.get((row["source"], row["source_pk"])) if is_sap else None,
                "is_active": row["is_active"],
            }
        )  # fmt: skip
    legal_name = {row["supplier_id"]: row["supplier_name"] for row in suppliers}
    told = [
        {"alias": row["alias"], "name": legal_name[row["supplier_id"]], "reason": row["reason"].casefold()}
        for row in aliases
    ]
    return VendorMaster(
        pa.Table.from_pylist(records, SUPPLIER_RECORDS), pa.Table.from_pylist(told, ALIASES), supplier_of
    )


def measure() -> list[dict[str, Any]]:
    """One row per set and setting: set, setting, precision, recall, f1, b_cubed (None where it has no sense)."""
    return [*_measure_vendors(), *_measure_ledgers()]


def _measure_vendors() -> list[dict[str, Any]]:
    rows = []
    for seed in (1, 2, 4):
        master, firms = network_vendors(seed, 1.0), make_firms(seed, 600)
        rows += [
            _resolved(f"network vendors, seed {seed}", "no aliases", master.records, NO_ALIASES, master.supplier_of),
            _resolved(f"network vendors, seed {seed}", "aliases", master.records, master.aliases, master.supplier_of),
            _resolved(f"other firms, seed {seed}", "no aliases", firms.records, NO_ALIASES, firms.supplier_of),
        ]
    return rows


def _resolved(
    name: str, setting: str, records: pa.Table, aliases: pa.Table, supplier_of: dict[str, str]
) -> dict[str, Any]:
    found = resolve(records, DECISIONS.empty_table(), aliases, NOON).assignments
    cluster_of = dict(zip(*(found[column].to_pylist() for column in ("record_key", "cluster_key")), strict=True))
    return _row(name, setting, of_clusters(cluster_of, supplier_of))


def _measure_ledgers() -> list[dict[str, Any]]:
    """Names of hospital ledgers, found among known names; what is linked to one known name, or reads alike, is one."""
    folder = SHARED / "nhs_suppliers"
    with duckdb.connect() as connection:
        typed, known, grouped = (
            connection.execute(
                f"SELECT {columns} FROM read_parquet($1) ORDER BY ALL", [str(folder / f"{file}.parquet")]
            ).fetchall()
            for columns, file in (
                ("q, truth, kind", "queries"),
                ("DISTINCT name", "reference_names"),
                ("q, e", "dedupe"),
            )
        )
    listed, truth_of = [name for (name,) in known], {name: truth for name, truth, kind in typed if kind in KINDS}
    kind_of, entity_of = {name: kind for name, _, kind in typed}, dict(grouped)
    bodies = _bodies_of_names(truth_of, entity_of)
    rows = []
    for setting, table in (("no aliases", NO_ALIASES), ("known aliases", known_aliases())):
        names = sorted({*truth_of, *entity_of})
        found = {row.typed: row.known for row in link(names, listed, Aliases(table, {}, LEDGERS))}
        for kinds in (KINDS, ("nhs",), ("charity", "charity_date")):
            asked = {name: truth for name, truth in truth_of.items() if kind_of[name] in kinds}
            linked = {name: name_found for name in asked if (name_found := found[name]) is not None}
            same_body = {
                name: asked[name] if entity_of.get(name) in bodies.get(name_found, ()) else name_found
                for name, name_found in linked.items()
            }
            for what, links in (("to a name of the same body", same_body), ("to the labelled name", linked)):
                quality = of_pairs(set(links.items()), set(asked.items()))
                bar = LINK_BAR if kinds == KINDS and links is same_body else ""
                rows.append(
                    _row(f"ledger names, link {what}: {', '.join(kinds)}", setting, quality)
                    | {"b_cubed": None, "bar": bar}
                )
        cluster_of = {name: read_name(found[name] or name).key for name in entity_of}
        rows.append(_row("ledger names, dedupe", setting, of_clusters(cluster_of, entity_of)) | {"bar": DEDUPE_BAR})
    return rows


def _bodies_of_names(truth_of: Mapping[str, str], entity_of: Mapping[str, str]) -> dict[str, set[str]]:
    """By name the bodies that bear it, as the set's own labels say: that of whoever typed it, and of what it was linked to. A
    charity is labelled with one of its names; a name that stands in the list letter for letter as typed may be another."""
    bodies: dict[str, set[str]] = defaultdict(set)
    for name, entity in entity_of.items():
        bodies[name].add(entity)
        if name in truth_of:
            bodies[truth_of[name]].add(entity)
    return bodies


def _row(name: str, setting: str, quality: Quality) -> dict[str, Any]:
    return {"set": name, "setting": setting, **quality._asdict()}
