"""The published databases as the last assets: written only when the gate has nothing against it.

Not here: how a file is written and swapped (publish.py), what stops it (gate.py).
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration import audit
from orchestration.assets.ingestion import WAREHOUSE_WAIT_SECONDS, Feed
from orchestration.gate import fed_tables, held_tables, incomplete_tables, refusals
from orchestration.naming import PUBLISHED_KEY, RESTRICTED_KEY, WAREHOUSE_OPEN, WAREHOUSE_POOL, identity
from orchestration.publish import (
    FILE_NAME,
    RESTRICTED_FILE_NAME,
    Build,
    BuildFacts,
    PublishedModel,
    current_build,
    publish,
    published_models,
    restricted_models,
)


def publication_assets(
    settings: Settings,
    dbt_manifest: Mapping[str, Any],
    feeds: Sequence[Feed],
    blocking_checks: Sequence[dg.AssetCheckKey],
) -> list[dg.AssetsDefinition]:
    """The file for everybody, and the one of single visits and cases, where a dbt project has any."""
    analytics = Publication(
        PUBLISHED_KEY,
        settings.published_dir,
        FILE_NAME,
        published_models(dbt_manifest),
        "analytics.duckdb: every mart as of one moment, replaced whole after every blocking check passed. "
        "The last builds are kept; `parline publish --rollback` goes back one.",
    )
    patient_level = Publication(
        RESTRICTED_KEY,
        settings.restricted_dir,
        RESTRICTED_FILE_NAME,
        restricted_models(dbt_manifest),
        "patient_level.duckdb: marts and facts of single visits and cases, under pseudonyms, in a folder that nobody but "
        "its owner may read. The same checks stand before it.",
    )
    return [
        _publication_asset(publication, settings, dbt_manifest, feeds, blocking_checks)
        for publication in (analytics, patient_level)
        if publication.models or publication is analytics
    ]


@dataclass(frozen=True)
class Publication:
    """A published file: its asset, where it lies, and what is in it."""

    key: dg.AssetKey
    folder: Path
    file_name: str
    models: Sequence[PublishedModel]
    description: str


def _publication_asset(
    publication: Publication,
    settings: Settings,
    dbt_manifest: Mapping[str, Any],
    feeds: Sequence[Feed],
    blocking_checks: Sequence[dg.AssetCheckKey],
) -> dg.AssetsDefinition:
    named = identity(tuple(publication.key.path), None, layer="published")
    feeding = {
        (feed.instance.name, name) for feed in feeds for name, below in fed_tables(dbt_manifest, feed).items() if below
    }

    @dg.asset(
        key=named.key,
        group_name=named.group,
        owners=list(named.owners),
        tags=dict(named.tags),
        kinds={"duckdb"},
        deps=[dg.AssetKey([model.table.schema, model.table.name]) for model in publication.models],
        description=publication.description,
        pool=WAREHOUSE_POOL,
        required_resource_keys={WAREHOUSE_OPEN},
    )
    def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        publication.folder.mkdir(parents=True, exist_ok=True)
        if publication.key == RESTRICTED_KEY:
            publication.folder.chmod(0o700)
        with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
            held = held_tables(warehouse.connection, feeds, dbt_manifest, current_build(publication.folder))
            reasons = refusals(warehouse.connection, context.instance, blocking_checks, feeding, held)
            if reasons:
                raise dg.Failure(
                    description="Not published, the last build still answers:\n" + "\n".join(reasons),
                    metadata={"refusals": len(reasons)},
                    allow_retries=False,
                )
            build = publish(
                warehouse.connection,
                publication.folder,
                publication.models,
                BuildFacts(
                    run_id=context.run.run_id,
                    git_commit=_git_commit(),
                    incomplete=incomplete_tables(warehouse.connection, context.instance, feeds, dbt_manifest),
                    held=held,
                    audit_head=audit.head(settings),
                ),
                keep=settings.published_builds,
                progress=context.log.debug,
                file_name=publication.file_name,
            )
        audit.record(
            settings,
            "PUBLISH",
            publication.file_name,
            build=build.build_id,
            sha256=build.manifest["sha256"],
            run=context.run.run_id,
        )
        if publication.key == PUBLISHED_KEY:
            _tell_of_tables(context, settings, build)
        return dg.MaterializeResult(
            metadata={
                "build_id": build.build_id,
                "path": dg.MetadataValue.path(build.database),
                "sha256": build.manifest["sha256"],
                "rows": {name: table["rows"] for name, table in build.manifest["tables"].items()},
                "incomplete": build.manifest["incomplete"],
            }
        )

    return published


def _tell_of_tables(context: dg.AssetExecutionContext, settings: Settings, build: Build) -> None:
    """How many rows each published table has, and where the dictionary tells of it, on the table's own page."""
    pack = settings.pack_url or (settings.published_dir / "pack").resolve().as_uri()
    for name, table in build.manifest["tables"].items():
        context.log_event(
            dg.AssetObservation(
                asset_key=name.split("."),
                metadata={
                    "dagster/row_count": table["rows"],
                    "dictionary": dg.MetadataValue.url(f"{pack}/dictionary.html#{name}"),
                },
            )
        )


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
