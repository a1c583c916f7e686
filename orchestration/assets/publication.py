"""The published database as the last asset: written only when the gate has nothing against it.

Not here: how a file is written and swapped (publish.py), what stops it (gate.py).
"""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration.assets.ingestion import WAREHOUSE_WAIT_SECONDS, Feed
from orchestration.gate import held_tables, incomplete_tables, refusals
from orchestration.naming import PUBLISHED_KEY, WAREHOUSE_POOL, identity
from orchestration.publish import BuildFacts, current_build, publish, published_models


def publication_asset(
    settings: Settings,
    dbt_manifest: Mapping[str, Any],
    feeds: Sequence[Feed],
    blocking_checks: Sequence[dg.AssetCheckKey],
) -> dg.AssetsDefinition:
    models = published_models(dbt_manifest)
    named = identity(tuple(PUBLISHED_KEY.path), None, layer="published")
    feeding = {(feed.instance.name, table.name) for feed in feeds for table in feed.tables if table.feeds}

    @dg.asset(
        key=named.key,
        group_name=named.group,
        owners=list(named.owners),
        tags=dict(named.tags),
        kinds={"duckdb"},
        deps=[dg.AssetKey([model.table.schema, model.table.name]) for model in models],
        description="analytics.duckdb: every mart as of one moment, replaced whole after every blocking check passed. "
        "The last builds are kept; `parline publish --rollback` goes back one.",
        pool=WAREHOUSE_POOL,
    )
    def analytics(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
            held = held_tables(warehouse.connection, feeds, dbt_manifest, current_build(settings.published_dir))
            reasons = refusals(warehouse.connection, context.instance, blocking_checks, feeding, held)
            if reasons:
                raise dg.Failure(
                    description="Not published, the last build still answers:\n" + "\n".join(reasons),
                    metadata={"refusals": len(reasons)},
                    allow_retries=False,
                )
            build = publish(
                warehouse.connection,
                settings.published_dir,
                models,
                BuildFacts(
                    run_id=context.run.run_id,
                    git_commit=_git_commit(),
                    incomplete=incomplete_tables(warehouse.connection, context.instance, feeds, dbt_manifest),
                    held=held,
                ),
                keep=settings.published_builds,
                progress=context.log.debug,
            )
        return dg.MaterializeResult(
            metadata={
                "build_id": build.build_id,
                "path": dg.MetadataValue.path(build.database),
                "sha256": build.manifest["sha256"],
                "rows": {name: table["rows"] for name, table in build.manifest["tables"].items()},
                "incomplete": build.manifest["incomplete"],
            }
        )

    return analytics


def _git_commit() -> str:
    """The commit of the code that built it; `unknown` outside a checkout."""
    answer = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607  # wherever this machine has it
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or "unknown"
