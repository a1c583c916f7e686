"""Great Expectations suites as asset checks: one step on the raw tables before dbt, and one after each step of dbt.

Steps of one making and not one step: the raw checks block what dbt builds, and the checks of marts need what dbt built, so
one step would wait for itself; likewise the checks of what mastering and costing read, and of what stands on them.

Not here: what is expected (expectations/).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from expectations.marts import MEASURES, mart_suites
from expectations.raw import raw_suite
from expectations.suite import Outcome, Suite
from expectations.validate import validate
from ingestion.contracts import ObjectContract
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration.assets.costing import tables_below_costing
from orchestration.assets.ingestion import WAREHOUSE_WAIT_SECONDS, Feed
from orchestration.assets.mastering import tables_above_mastering
from orchestration.naming import WAREHOUSE_POOL, raw_schema
from orchestration.publish import current_build, published_models

SuiteByKey = dict[dg.AssetKey, Suite]


def expectation_checks(
    settings: Settings, dbt_manifest: Mapping[str, Any], feeds: Sequence[Feed]
) -> list[dg.AssetChecksDefinition]:
    published = [(model.table.schema, model.table.name) for model in published_models(dbt_manifest)]
    built = {(node["schema"], node["name"]) for node in dbt_manifest["nodes"].values()}
    places = sorted({*published, *(place for place in MEASURES if place in built)})

    # A step of dbt is asked by a step of its own: one that asked of two would have to stand between them and after both.
    above, below = tables_above_mastering(dbt_manifest), tables_below_costing(dbt_manifest)

    def of_records() -> SuiteByKey:
        return of_tables([place for place in places if place in above])

    def of_marts() -> SuiteByKey:
        return of_tables([place for place in places if place not in above and place not in below])

    def of_costs() -> SuiteByKey:
        return of_tables([place for place in places if place in below])

    def of_tables(chosen: Sequence[tuple[str, str]]) -> SuiteByKey:
        # Made anew in each run: the baseline is the build that readers have at that moment.
        return {dg.AssetKey(suite.place): suite for suite in mart_suites(chosen, _last_build_rows(settings))}

    def of_raw() -> SuiteByKey:
        return {feed.key(table): _raw_suite(feed, table) for feed in feeds for table in feed.tables}

    made = (
        _step("raw_expectations", settings, of_raw),
        _step("record_expectations", settings, of_records),
        _step("mart_expectations", settings, of_marts),
        _step("cost_expectations", settings, of_costs),
    )
    return [step for step in made if step is not None]


def _step(name: str, settings: Settings, suites: Callable[[], SuiteByKey]) -> dg.AssetChecksDefinition | None:
    specs = {key: _spec(key, suite) for key, suite in suites().items()}
    if not specs:
        return None

    @dg.multi_asset_check(name=name, specs=list(specs.values()), can_subset=True, pool=WAREHOUSE_POOL)
    def step(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        selected = context.selected_asset_check_keys
        chosen = {key: suite for key, suite in suites().items() if specs[key].key in selected}
        with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
            outcomes = validate(warehouse.connection, list(chosen.values()))
            for key, (suite, outcome) in zip(chosen, outcomes, strict=True):
                yield _result(key, suite, outcome)

    return step


def _spec(key: dg.AssetKey, suite: Suite) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        suite.name,
        asset=key,
        description=suite.description,
        blocking=suite.is_critical,
        metadata={"query": suite.query},
    )


def _result(key: dg.AssetKey, suite: Suite, outcome: Outcome) -> dg.AssetCheckResult:
    """A critical failure is an error, and so blocks; anything else that failed is a warning."""
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=suite.name,
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR if outcome.failed_critical else dg.AssetCheckSeverity.WARN,
        description="; ".join((*outcome.failed_critical, *outcome.failed_warning)) or None,
        metadata={name: dg.MetadataValue.text(value) for name, value in outcome.measures.items()},
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
    )


def _last_build_rows(settings: Settings) -> dict[tuple[str, str], int]:
    build = current_build(settings.published_dir)
    tables = build.manifest["tables"] if build else {}
    return {(name.split(".")[0], name.split(".")[1]): table["rows"] for name, table in tables.items()}
