"""Great Expectations suites as asset checks: one step on the raw tables before dbt, and one after each step of dbt.

Steps of one making and not one step: the raw checks block what dbt builds, and the checks of marts need what dbt built, so
one step would wait for itself; likewise the checks of what mastering and costing read, and of what stands on them.

Not here: what is expected (expectations/).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
import duckdb

from expectations.marts import LAST_PUBLISHED, LAST_RESTRICTED, MEASURES, STEADY_CODES, Baseline, Place, mart_suites
from expectations.raw import raw_suite
from expectations.results import of_suite
from expectations.suite import Outcome, Suite
from expectations.validate import validate
from ingestion.contracts import ObjectContract
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration.assets.costing import tables_below_costing
from orchestration.assets.ingestion import WAREHOUSE_WAIT_SECONDS, Feed
from orchestration.assets.mastering import tables_above_mastering
from orchestration.naming import WAREHOUSE_OPEN, WAREHOUSE_POOL, raw_schema
from orchestration.publish import builds, current_build, published_models
from orchestration.quality import keep_results, owner_of, pages_of
from orchestration.tables import literal

SuiteByKey = dict[dg.AssetKey, Suite]
# What the suites of a step are, compared with a baseline, of tables that have these columns.
Suites = Callable[[Baseline, Mapping[Place, Sequence[str]]], SuiteByKey]


def expectation_checks(
    settings: Settings, dbt_manifest: Mapping[str, Any], feeds: Sequence[Feed]
) -> list[dg.AssetChecksDefinition]:
    published = [(model.table.schema, model.table.name) for model in published_models(dbt_manifest)]
    built = {(node["schema"], node["name"]) for node in dbt_manifest["nodes"].values()}
    places = sorted({*published, *(place for place in (*MEASURES, *STEADY_CODES) if place in built)})

    # A step of dbt is asked by a step of its own: one that asked of two would have to stand between them and after both.
    above, below = tables_above_mastering(dbt_manifest), tables_below_costing(dbt_manifest)

    owners = {
        (node["schema"], node["name"]): owner_of(dbt_manifest, node)
        for node in dbt_manifest["nodes"].values()
        if node["resource_type"] == "model"
    }

    def of(chosen: Sequence[Place]) -> Suites:
        # Made anew in each run: the baseline is the build that readers have at that moment.
        def made(baseline: Baseline, columns: Mapping[Place, Sequence[str]]) -> SuiteByKey:
            return {dg.AssetKey(suite.place): suite for suite in mart_suites(chosen, baseline, columns, owners)}

        return made

    of_records = of([place for place in places if place in above])
    of_marts = of([place for place in places if place not in above and place not in below])
    of_costs = of([place for place in places if place in below])

    def of_raw(baseline: Baseline, columns: Mapping[Place, Sequence[str]]) -> SuiteByKey:
        return {feed.key(table): _raw_suite(feed, table) for feed in feeds for table in feed.tables}

    made = (
        _step("raw_expectations", settings, of_raw),
        _step("record_expectations", settings, of_records),
        _step("mart_expectations", settings, of_marts),
        _step("cost_expectations", settings, of_costs),
    )
    return [step for step in made if step is not None]


def _step(name: str, settings: Settings, suites: Suites) -> dg.AssetChecksDefinition | None:
    specs = {key: _spec(key, suite) for key, suite in suites(Baseline(), {}).items()}
    if not specs:
        return None

    @dg.multi_asset_check(
        name=name,
        specs=list(specs.values()),
        can_subset=True,
        pool=WAREHOUSE_POOL,
        required_resource_keys={WAREHOUSE_OPEN},
    )
    def step(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        selected = context.selected_asset_check_keys
        with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
            connection = warehouse.connection
            with _baseline(connection, settings) as baseline:
                made = (
                    suites(baseline, _columns(connection, "current_database()"))
                    if baseline.columns
                    else suites(baseline, {})
                )
                chosen = {key: suite for key, suite in made.items() if specs[key].key in selected}
                outcomes = dict(zip(chosen, validate(connection, list(chosen.values())), strict=True))
            said = [result for judged in outcomes.values() for result in of_suite(*judged)]
            keep_results(connection, settings, said, context.run.run_id)
        for key, (suite, outcome) in outcomes.items():
            yield _result(key, suite, outcome, settings)

    return step


def _spec(key: dg.AssetKey, suite: Suite) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        suite.name,
        asset=key,
        description=suite.description,
        blocking=suite.is_critical,
        metadata={"query": suite.query},
    )


def _result(key: dg.AssetKey, suite: Suite, outcome: Outcome, settings: Settings) -> dg.AssetCheckResult:
    """A critical failure is an error, and so blocks; anything else that failed is a warning."""
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=suite.name,
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR if outcome.failed_critical else dg.AssetCheckSeverity.WARN,
        description="; ".join((*outcome.failed_critical, *outcome.failed_warning)) or None,
        metadata={
            **{name: dg.MetadataValue.text(value) for name, value in outcome.measures.items()},
            "all its checks": pages_of(settings, suite.place),
        },
    )


def _raw_suite(feed: Feed, table: ObjectContract) -> Suite:
    return raw_suite(
        raw_schema(feed.contract.system),
        table.name,
        feed.instance.name,
        table.minimum_rows,
        {
            column.name: column.max_null_percent / 100
            for column in table.landed_columns
            if column.max_null_percent is not None
        },
        has_versions=table.parent is None,
        owner=table.owner or feed.contract.owner,
    )


@contextmanager
def _baseline(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Baseline]:
    """The builds that readers have now, attached while the block lasts, and the rows of all that are kept."""
    rows: dict[Place, list[int]] = {}
    columns: dict[Place, tuple[str, frozenset[str]]] = {}
    attached = []
    for folder, alias in ((settings.published_dir, LAST_PUBLISHED), (settings.restricted_dir, LAST_RESTRICTED)):
        current = current_build(folder)
        if current is None:
            continue
        before = [build for build in builds(folder) if build.build_id < current.build_id]
        for build in (current, *reversed(before)):
            for name, table in build.manifest["tables"].items():
                rows.setdefault(_place(name), []).append(table["rows"])
        connection.execute(f"ATTACH {literal(str(current.database))} AS {alias} (READ_ONLY)")
        attached.append(alias)
        for place, names in _columns(connection, literal(alias)).items():
            columns[place] = (alias, frozenset(names))
    try:
        yield Baseline(rows, columns)
    finally:
        for alias in attached:
            connection.execute(f"DETACH {alias}")


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[Place, Sequence[str]]:
    """Columns of every table and view of a database; `database` is SQL."""
    found = connection.execute(
        f"SELECT schema_name, table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        f"WHERE database_name = {database} AND NOT internal GROUP BY ALL"
    ).fetchall()
    return {(schema, table): names for schema, table, names in found}


def _place(name: str) -> Place:
    schema, table = name.split(".", 1)
    return schema, table
