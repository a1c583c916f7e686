"""Mastering as one step between dbt's records and dbt's dimensions: which records are one supplier, which are one item.

Belongs here: the asset and what it shows. Not here: any rule of it (mastering/), or how golden keys reach facts (dbt).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from mastering.registry import Run
from orchestration.assets.ingestion import WAREHOUSE_WAIT_SECONDS
from orchestration.naming import WAREHOUSE_OPEN, WAREHOUSE_POOL, identity

READ = (
    "int_supplier_record", "int_shared_supplier_number", "int_item_record", "int_item_identifier", "int_item_unit",
    "int_record_spend", "map_supplier_alias",
)  # fmt: skip
WRITTEN = {
    "supplier_xref": "One row per source supplier and stay at a golden supplier, with the evidence.",
    "golden_supplier": "One row per golden supplier with the attributes that survived.",
    "supplier_provenance": "One row per golden supplier and attribute: on whose word.",
    "supplier_id": "One row per id of a golden supplier ever minted.",
    "supplier_review": "One row per pair of suppliers that a steward should look at.",
    "item_xref": "One row per source item and stay at a golden item, with the evidence.",
    "golden_item": "One row per golden item with the attributes that survived.",
    "item_provenance": "One row per golden item and attribute: on whose word.",
    "item_id": "One row per id of a golden item ever minted.",
    "item_identifier": "One row per identifier of a source item, in its normal form, or why it is none.",
    "item_review": "One row per pair of items that a steward should look at.",
}


def mastered_records(dbt_manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The models that mastering reads; none of a dbt project that has no records to master."""
    return READ if {node["name"] for node in dbt_manifest["nodes"].values()} >= set(READ) else ()


def tables_above_mastering(dbt_manifest: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Schema and name of what is built before mastering: what it reads, and all that stands above that."""
    names = mastered_records(dbt_manifest)
    waiting = [key for key, node in dbt_manifest["nodes"].items() if node["name"] in names]
    found: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in found and key in dbt_manifest["nodes"]:
            found.add(key)
            waiting += dbt_manifest["parent_map"].get(key, ())
    return {(dbt_manifest["nodes"][key]["schema"], dbt_manifest["nodes"][key]["name"]) for key in found}


def mastering_assets(settings: Settings, dbt_manifest: Mapping[str, Any]) -> list[dg.AssetsDefinition]:
    """One multi-asset; none for a dbt project that has no records to master."""
    schemas = {node["name"]: node["schema"] for node in dbt_manifest["nodes"].values()}
    read = [dg.AssetKey([schemas[name], name]) for name in mastered_records(dbt_manifest)]
    if not read:
        return []

    @dg.multi_asset(
        name="mastering",
        specs=[_spec(table, description, read) for table, description in WRITTEN.items()],
        pool=WAREHOUSE_POOL,
        required_resource_keys={WAREHOUSE_OPEN},
    )
    def mastered(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        # Splink and scikit-learn take seconds to import, which nobody who only opens the graph should wait for.
        from mastering.warehouse import MODEL_VERSION, master

        run = Run(context.run.run_id, datetime.now(UTC).replace(tzinfo=None), MODEL_VERSION)
        with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
            done = master(warehouse.connection, run)
        for kind, summary in done.items():
            context.log.info(
                f"{kind}s: {summary.records:,} records are {summary.golden:,}; {summary.queued:,} pairs wait for a steward"
            )
        for table in WRITTEN:
            kind = "supplier" if "supplier" in table else "item"
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(["mastering", table]), metadata={**vars(done[kind])}, value=None
            )

    return [mastered]


def _spec(table: str, description: str, read: list[dg.AssetKey]) -> dg.AssetSpec:
    named = identity(("mastering", table), None, layer="mastering")
    return dg.AssetSpec(
        named.key,
        deps=read,
        description=description,
        group_name=named.group,
        owners=list(named.owners),
        tags=dict(named.tags),
        kinds={"python"},
    )
