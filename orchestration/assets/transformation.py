"""dbt as steps: staging, canonical and marts as assets, its tests as checks.

Belongs here: how dbt's nodes are called in Dagster, and `dbt build`. Not here: any SQL (dbt_project/).

Three steps, before mastering, after it, and below costing, and not one per model: a step costs more than most models do. A test
of error severity fails the step, so that nothing below it runs. dbt's unit tests need no data: they belong to CI and are left
out here.
"""

import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError
from packaging.version import Version

from costing import tables as costing_tables
from expectations.results import QualityResult
from ingestion.contracts import known_systems, load_contract
from ingestion.landing.ledger import Ledger
from ingestion.landing.raw import RawTables
from ingestion.settings import Settings, SettingsError
from ingestion.warehouse import Warehouse, let_go
from mastering import tables as mastering_tables
from orchestration.assets.costing import models_below_costing
from orchestration.assets.ingestion import WAREHOUSE_WAIT_SECONDS, Feed
from orchestration.assets.mastering import mastered_records
from orchestration.gate import held_tables
from orchestration.lineage import column_origins
from orchestration.naming import WAREHOUSE_POOL, identity, raw_schema
from orchestration.publish import current_build
from orchestration.quality import DbtAnswer, keep_results, owner_of, results_of_dbt
from orchestration.tables import Table

# Where dagster-dbt notes which dbt node a check is.
UNIQUE_ID = "dagster_dbt/unique_id"
# dbt's word for whatever the project has, tests too.
EVERYTHING = "fqn:*"


class DbtManifestMissingError(SettingsError):
    """Set-up has not been run, or was run for another folder; the message says what to run."""


def load_dbt_manifest(project_dir: Path) -> dict[str, Any]:
    path = manifest_path(project_dir)
    command = f"Run: dbt --no-partial-parse parse --project-dir {project_dir} --profiles-dir {project_dir}"
    if not path.exists():
        raise DbtManifestMissingError(f"{path} does not exist: dbt's manifest is made by set-up. {command}")
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    # A seed's file is read from the folder that dbt was told when it parsed: a relative one leads nowhere from here.
    folders = {node["root_path"] for node in manifest["nodes"].values() if node["resource_type"] == "seed"}
    if folders - {str(project_dir)}:
        raise DbtManifestMissingError(f"{path} was made for the folder {min(folders)}. {command}")
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and not node.get("attached_node"):
            _attach_singular_test(node)
    return manifest


def _attach_singular_test(test: dict[str, Any]) -> None:
    """A test over several models becomes a check of the one furthest down. Dagster makes a check of it only when told
    which, and a test that is no check would be forgotten by the gate after its run."""
    names = [unique_id.split(".")[2] for unique_id in test["depends_on"]["nodes"] if unique_id.startswith("model.")]
    if len(names) > 1:
        furthest = max(names, key=lambda name: (_depth(name), name))
        test["config"].setdefault("meta", {})["dagster"] = {"ref": {"name": furthest}}


def _depth(model: str) -> int:
    """How far down a model stands, by its name: stg_ first, dim_, fct_ and the like between, mart_ last."""
    return 0 if model.startswith("stg_") else 2 if model.startswith("mart_") else 1


def manifest_path(project_dir: Path) -> Path:
    return project_dir / "target" / "manifest.json"


def changed_since_manifest(project_dir: Path) -> list[Path]:
    """Files of the dbt project that are newer than its manifest, which then names models that dbt no longer builds."""
    made = manifest_path(project_dir).stat().st_mtime
    folders = ("models", "seeds", "macros")
    found = (path for folder in folders for path in (project_dir / folder).rglob("*") if path.is_file())
    return sorted(path for path in found if path.stat().st_mtime > made)


class ParlineTranslator(DagsterDbtTranslator):
    """dbt nodes under our own names; a source is the raw tables of every instance of its system."""

    def __init__(self, feeds: Sequence[Feed]):
        # Sources without a configured instance stay external assets, so that the graph is whole without any.
        self._raw_keys: dict[tuple[str, str], list[dg.AssetKey]] = {}
        for feed in feeds:
            for table in feed.tables:
                place = (raw_schema(feed.contract.system), table.name)
                self._raw_keys.setdefault(place, []).append(feed.key(table))
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        if node["resource_type"] == "source":
            # Tests of a source are shown on its first instance.
            return spec.replace_attributes(key=self._keys_of(node)[0])
        named = identity((node["schema"], node["name"]), owner_of(manifest, node), layer=_layer(node["schema"]))
        return spec.replace_attributes(
            key=named.key,
            group_name=named.group,
            owners=list(named.owners),
            tags={**spec.tags, **named.tags},
            description=node.get("description") or None,
            deps=list(self._dependencies(manifest, node, spec)),
        )

    def _dependencies(
        self, manifest: Mapping[str, Any], node: Mapping[str, Any], spec: dg.AssetSpec
    ) -> Iterator[dg.AssetDep]:
        yield from spec.deps
        named = {dep.asset_key for dep in spec.deps}
        for upstream in node.get("depends_on", {}).get("nodes", ()):
            if upstream.startswith("source."):
                for key in self._keys_of(self.get_resource_props(manifest, upstream)):
                    if key not in named:
                        named.add(key)
                        yield dg.AssetDep(key)

    def _keys_of(self, source: Mapping[str, Any]) -> list[dg.AssetKey]:
        return self._keys_at(source["schema"], source["name"])

    def _keys_at(self, schema: str, table: str) -> list[dg.AssetKey]:
        return self._raw_keys.get((schema, table)) or [dg.AssetKey([schema, table])]

    def column_lineage(self, sql: str) -> dg.TableColumnLineage:
        """Of which columns of which assets the columns of a model are made, by the SQL that dbt ran."""
        return dg.TableColumnLineage(
            {
                column: [
                    dg.TableColumnDep(key, origin.column)
                    for origin in sorted(origins)
                    for key in self._keys_at(origin.schema, origin.table)
                ]
                for column, origins in column_origins(sql).items()
            }
        )


def _layer(schema: str) -> str:
    return "mart" if schema.startswith("mart_") else schema


def transformation_assets(
    settings: Settings, project_dir: Path, dbt_manifest: Mapping[str, Any], feeds: Sequence[Feed]
) -> list[dg.AssetsDefinition]:
    """What mastering reads and all above it, everything else, and what stands on costing's shares; a step less for each of
    the two that a project has nothing for."""
    above = " ".join(f"+{name}" for name in mastered_records(dbt_manifest))
    below = " ".join(f"{name}+" for name in models_below_costing(dbt_manifest))
    steps = (
        ("dbt_records", above, ""),
        ("dbt_build", EVERYTHING, f"{above} {below}".strip()),
        ("dbt_costs", below, ""),
    )
    return [
        _dbt_step(name, select, exclude or None, settings, project_dir, dbt_manifest, feeds)
        for name, select, exclude in steps
        if select
    ]


def _dbt_step(
    name: str,
    select: str,
    exclude: str | None,
    settings: Settings,
    project_dir: Path,
    dbt_manifest: Mapping[str, Any],
    feeds: Sequence[Feed],
) -> dg.AssetsDefinition:
    translator = ParlineTranslator(feeds)

    @dbt_assets(
        manifest=dbt_manifest,
        name=name,
        select=select,
        exclude=exclude,
        dagster_dbt_translator=translator,
        pool=WAREHOUSE_POOL,
    )
    def dbt_step(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        changed = changed_since_manifest(project_dir)
        if changed:
            raise dg.Failure(
                f"{changed[0]} and {len(changed) - 1} more files changed after dbt's manifest was made. Run: make setup",
                allow_retries=False,
            )
        held = _prepare(settings, feeds, dbt_manifest)
        let_go(settings.warehouse_path)
        target = settings.home.resolve() / "dbt"
        _forget_another_parse(target, project_dir)
        tests = _checked(context)
        answers: dict[str, DbtAnswer] = {}
        try:
            with _warehouse_named(settings), _failure_in_short(target / "dbt.log"):
                build = dbt.cli(
                    [
                        "build",
                        # Every statement of 1,400 nodes is 50 MB a run; what it built is in compiled/.
                        "--log-level-file",
                        "info",
                        "--log-format-file",
                        "text",
                        "--exclude-resource-type",
                        "unit_test",
                        *_tests_of(context, tests, dbt_manifest, select),
                        *(part for table in held for part in ("--exclude", table.name)),
                    ],
                    context=context,
                    target_path=target,
                )
                for event in build.stream():
                    if isinstance(event, dg.AssetCheckResult):
                        test, answer = _answer(event)
                        answers[test] = answer
                    sql = _compiled(event, dbt_manifest, target) if isinstance(event, dg.Output) else None
                    if isinstance(event, dg.Output) and sql:
                        lineage = translator.column_lineage(sql)
                        yield event.with_metadata({**event.metadata, "dagster/column_lineage": lineage})
                    else:
                        yield event
        finally:
            _keep_test_results(settings, results_of_dbt(tests, answers, dbt_manifest), context.run.run_id)
        for table in held:
            key = dg.AssetKey([table.schema, table.name])
            if key in context.selected_asset_keys:
                # Dagster skips everything below an output that is missing.
                yield dg.MaterializeResult(asset_key=key, metadata={"status": "HELD"})

    return dbt_step


def _compiled(event: dg.Output[Any], dbt_manifest: Mapping[str, Any], target: Path) -> str | None:
    """The SQL that dbt ran for what an event tells of; none for a seed."""
    node = dbt_manifest["nodes"][event.metadata["unique_id"].value]
    path = target / "compiled" / node["package_name"] / node["original_file_path"]
    return path.read_text(encoding="utf-8") if node["resource_type"] == "model" and path.exists() else None


def _checked(context: dg.AssetExecutionContext) -> set[str]:
    """The dbt tests that are the checks asked for, by their ids."""
    step = context.assets_def
    return {(step.get_spec_for_check_key(key).metadata or {})[UNIQUE_ID] for key in context.selected_asset_check_keys}


def _answer(check: dg.AssetCheckResult) -> tuple[str, DbtAnswer]:
    """The test that dagster-dbt made a check's result of, and what dbt said."""
    said = {name: str(getattr(value, "value", value)) for name, value in (check.metadata or {}).items()}
    return said["unique_id"], DbtAnswer(said["status"], int(said.get("dagster_dbt/failed_row_count", "0")))


def _keep_test_results(settings: Settings, results: Sequence[QualityResult], run_id: str) -> None:
    with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
        keep_results(warehouse.connection, settings, results, run_id)


class LocalDbt(DbtCliResource):
    """dagster-dbt's resource without its `dbt --version` before every build, which asks a package index for news, and
    without its second connection to the warehouse: we count rows ourselves (about.tables)."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]  # it may be None
        return None


def local_dbt(project_dir: Path) -> LocalDbt:
    return LocalDbt(
        project_dir=str(project_dir),
        profiles_dir=str(project_dir),
        # Its manifest is that of set-up, and its answers come as events: to write both again takes three seconds a call.
        global_config_flags=["--no-write-json"],
        # The one of this environment, whether or not the environment is activated.
        dbt_executable=str(Path(sys.executable).with_name("dbt")),
    )


def _prepare(settings: Settings, feeds: Sequence[Feed], dbt_manifest: Mapping[str, Any]) -> list[Table]:
    """Make empty raw tables, mastering's and costing's (models read every system's, and a hospital need not have every
    system), and say which tables are not built: those below an object that a schema change has frozen."""
    with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
        Ledger(warehouse.connection)
        for system in known_systems():
            RawTables(warehouse.connection, load_contract(system)).ensure()
        mastering_tables.ensure(warehouse.connection)
        costing_tables.ensure(warehouse.connection)
        return sorted(held_tables(warehouse.connection, feeds, dbt_manifest, current_build(settings.published_dir)))


def _forget_another_parse(target: Path, project_dir: Path) -> None:
    """dbt keeps what it has parsed and goes on from there, which saves ten seconds a call; but it names the folder of the
    project. What was parsed in another, or before set-up was last run, is deleted."""
    told = target / "parsed_for"
    of_this = f"{project_dir} {manifest_path(project_dir).stat().st_mtime_ns}"
    if not told.exists() or told.read_text(encoding="utf-8") != of_this:
        (target / "partial_parse.msgpack").unlink(missing_ok=True)
        # Of releases that had dbt write it: its messages may quote values.
        (target / "run_results.json").unlink(missing_ok=True)
        target.mkdir(parents=True, exist_ok=True)
        told.write_text(of_this, encoding="utf-8")


def _tests_of(
    context: dg.AssetExecutionContext, checks: Collection[str], dbt_manifest: Mapping[str, Any], select: str
) -> list[str]:
    """The tests that are checks of this step, and no others. Left to itself, dbt runs every test that reads a table of the
    step, and one that compares it with a table of a later step would fail for want of that table. A name costs dbt ten
    milliseconds: where it is told to take everything, the tests of other steps are named, being fewer."""
    step = context.assets_def
    is_subset = (
        step.keys_by_output_name != step.node_keys_by_output_name
        or step.check_specs_by_output_name != step.node_check_specs_by_output_name
    )
    nodes = dbt_manifest["nodes"]
    tests = {unique_id for unique_id, node in nodes.items() if node["resource_type"] == "test"}
    flag, named = ("--exclude", tests - set(checks)) if select == EVERYTHING and not is_subset else ("--select", checks)
    names = sorted(".".join(nodes[unique_id]["fqn"]) for unique_id in named)
    return ["--indirect-selection", "empty", *(part for name in names for part in (flag, name))]


@contextmanager
def _failure_in_short(log: Path) -> Iterator[None]:
    """What dbt calls an error, without its command, which names every test. Raises dagster's Failure."""
    try:
        yield
    except DagsterDbtCliRuntimeError as error:
        errors = str(error).partition("Errors parsed from dbt logs:")[2].strip()
        raise dg.Failure(f"{errors or error}\nEverything dbt said: {log}", allow_retries=False) from None


@contextmanager
def _warehouse_named(settings: Settings) -> Iterator[None]:
    """dbt is a process of its own and reads the warehouse's path from the environment (profiles.yml)."""
    before = os.environ.get("PARLINE_WAREHOUSE")
    os.environ["PARLINE_WAREHOUSE"] = str(settings.warehouse_path.resolve())
    try:
        yield
    finally:
        if before is None:
            del os.environ["PARLINE_WAREHOUSE"]
        else:
            os.environ["PARLINE_WAREHOUSE"] = before
