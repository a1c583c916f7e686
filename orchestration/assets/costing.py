"""Costing as one step between dbt's pools of cost and what stands on its shares: who bears overhead.

Belongs here: the asset and what it shows. Not here: how shares are found (costing/), or money, which dbt spreads and rounds.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from costing.warehouse import share_overhead
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration.assets.ingestion import WAREHOUSE_WAIT_SECONDS
from orchestration.naming import WAREHOUSE_OPEN, WAREHOUSE_POOL, identity

READ = ("int_cost__department", "int_cost__statistic", "cfg_allocation_basis")
# What reads the tables written; all below it waits for them.
READ_BY = ("stg_costing__allocation_share", "stg_costing__allocation_fault")
WRITTEN = {
    "allocation_share": "One row per method, facility, month, overhead department and department that bears part of its cost.",
    "allocation_fault": "One row per reason why overhead of a facility and month cannot be allocated by a method.",
}


def models_below_costing(dbt_manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The models that read what costing writes; none of a dbt project that has nothing to cost."""
    return READ_BY if {node["name"] for node in dbt_manifest["nodes"].values()} >= {*READ, *READ_BY} else ()


def tables_below_costing(dbt_manifest: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Schema and name of every model that stands on the shares."""
    nodes = dbt_manifest["nodes"]
    names = models_below_costing(dbt_manifest)
    waiting = [unique_id for unique_id, node in nodes.items() if node["name"] in names]
    found: set[str] = set()
    while waiting:
        unique_id = waiting.pop()
        if unique_id not in found and nodes.get(unique_id, {}).get("resource_type") == "model":
            found.add(unique_id)
            waiting.extend(dbt_manifest["child_map"].get(unique_id, ()))
    return {(nodes[unique_id]["schema"], nodes[unique_id]["name"]) for unique_id in found}


def costing_assets(settings: Settings, dbt_manifest: Mapping[str, Any]) -> list[dg.AssetsDefinition]:
    """One multi-asset; none for a dbt project that has nothing to cost. A pool that cannot be allocated does not fail the
    step: it is a row of `allocation_fault`, which a blocking test reads, so that only what stands on the shares is held up."""
    if not models_below_costing(dbt_manifest):
        return []
    schemas = {node["name"]: node["schema"] for node in dbt_manifest["nodes"].values()}
    read = [dg.AssetKey([schemas[name], name]) for name in READ]

    @dg.multi_asset(
        name="costing",
        specs=[_spec(table, description, read) for table, description in WRITTEN.items()],
        pool=WAREHOUSE_POOL,
        required_resource_keys={WAREHOUSE_OPEN},
    )
    def costed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
            done = share_overhead(warehouse.connection)
        context.log.info(f"{done.hospitals:,} facility months with overhead: {done.shares:,} shares by three methods")
        for fault in done.faults:
            context.log.error(fault)
        for table in WRITTEN:
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(["costing", table]),
                metadata={"facility_months": done.hospitals, "shares": done.shares, "faults": len(done.faults)},
                value=None,
            )

    return [costed]


def _spec(table: str, description: str, read: list[dg.AssetKey]) -> dg.AssetSpec:
    named = identity(("costing", table), "finance-data", layer="costing")
    return dg.AssetSpec(
        named.key,
        deps=read,
        description=description,
        group_name=named.group,
        owners=list(named.owners),
        tags=dict(named.tags),
        kinds={"python"},
    )
