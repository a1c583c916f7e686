"""The monthly close as a partitioned asset: one partition for each month whose books have closed.

A partition is a sheet for the controller, `<home>/close/<month>/closed-<month>.xlsx`: what was known when the books closed,
what is known now, and the difference as adjustments of a month that is open. The first time, what was known goes into the
audit log as a digest for each company. Every later time it is held against that: a closed month that says something else
fails its check.

Not here: when books close and what is frozen (dbt_project/models/canonical/close), the schedule of runs (schedules.py).
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
import duckdb
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from ingestion.settings import Settings
from orchestration import audit
from orchestration.export import export
from orchestration.naming import CLOSE_KEY, PUBLISHED_KEY, identity
from orchestration.publish import FILE_NAME

MART = "mart_finance.mart_closed_month"
OWNER = "finance-data"
JOB = "monthly_close"
MONTHS = dg.DynamicPartitionsDefinition(name="closed_months")
STANDS_CHECK = "as_known_is_unchanged"
CLOSED = "CLOSE"
LOOK_AGAIN_SECONDS = 3600

# What was known, by company and as one text: names of suppliers may be mended later, so they are not part of it.
AS_KNOWN = f"""
    SELECT company_key, md5(string_agg(period_figure_key || ' ' || as_known_amount, ',' ORDER BY period_figure_key))
    FROM {MART} WHERE period = ? AND as_known_amount <> 0 GROUP BY company_key ORDER BY company_key
"""
FIGURES = f"""
    SELECT company_key, figure, sum(as_known_amount) AS as_known, sum(as_final_amount) AS as_final,
        sum(adjustment_amount) AS adjustment, any_value(currency_code ORDER BY currency_code DESC) AS currency
    FROM {MART} WHERE period = ? GROUP BY company_key, figure ORDER BY company_key, figure
"""


def close_asset(settings: Settings) -> dg.AssetsDefinition:
    """One asset, partitioned by closed month. Reads the published file only."""
    named = identity(tuple(CLOSE_KEY.path), OWNER, layer="published")

    @dg.asset(
        key=named.key,
        group_name=named.group,
        owners=list(named.owners),
        tags=dict(named.tags),
        kinds={"xlsx"},
        deps=[PUBLISHED_KEY],
        partitions_def=MONTHS,
        check_specs=[
            dg.AssetCheckSpec(
                STANDS_CHECK,
                asset=named.key,
                description="What is kept as known when the books closed is what the audit log was told then.",
            )
        ],
        description="One row per figure, company, facility and subject of a closed month: as known at the close, as known "
        "now, and the adjustment. Grain and columns: mart_finance.mart_closed_month.",
    )
    def closed_month(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        month = context.partition_key
        sheet = settings.home / "close" / month / f"closed-{month}.xlsx"
        with _published(settings) as connection:
            known = dict(connection.execute(AS_KNOWN, [month]).fetchall())
            if not known:
                raise dg.Failure(f"No company's books of {month} have closed, or nothing is published.")
            sheet.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            rows = export(
                connection, f"SELECT * FROM {MART} WHERE period = '{month}' ORDER BY period_figure_key", sheet
            )
            figures = connection.execute(FIGURES, [month])
            columns, totals = [column[0] for column in figures.description], figures.fetchall()
        told = closes(settings).get(month, {})
        for company in sorted(set(known) - set(told)):
            audit.record(settings, CLOSED, month, company=company, as_known=known[company], run=context.run.run_id)
        yield dg.MaterializeResult(
            metadata={
                "sheet": dg.MetadataValue.path(sheet.resolve()),
                "rows": rows,
                "companies": len(known),
                "figures": dg.MetadataValue.table(
                    [dg.TableRecord({n: str(v) for n, v in zip(columns, row, strict=True)}) for row in totals],
                    dg.TableSchema([dg.TableColumn(name) for name in columns]),
                ),
            }
        )
        altered = sorted(company for company in told if known.get(company) != told[company])
        yield dg.AssetCheckResult(
            check_name=STANDS_CHECK,
            passed=not altered,
            description=f"{month} no longer says what was known at the close of {', '.join(altered)}: closed.closed_figure "
            "was changed. Restore it from the last backup." if altered else None,
        )  # fmt: skip

    return closed_month


def close_job(asset: dg.AssetsDefinition) -> UnresolvedAssetJobDefinition:
    """Writes one month."""
    return dg.define_asset_job(
        JOB, selection=[asset], description="The sheet of a closed month, and whether it still stands."
    )


def month_closed(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Asks for the partition of a month when a company's books of it have closed."""

    @dg.sensor(
        name="month_closed",
        job=job,
        description="Writes the sheet of a month, once for each company whose books of it have closed.",
        minimum_interval_seconds=LOOK_AGAIN_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(_context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        waiting = unwritten(settings)
        if not waiting:
            return dg.SkipReason("every month that has closed is written")
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(run_key=f"{month} {' '.join(companies)}", partition_key=month)
                for month, companies in waiting.items()
            ],
            dynamic_partitions_requests=[MONTHS.build_add_request(list(waiting))],
        )

    return sensor


def unwritten(settings: Settings) -> dict[str, Sequence[str]]:
    """Closed months with the companies whose close is not in the audit log yet."""
    told = closes(settings)
    waiting = {
        month: [company for company in companies if company not in told.get(month, {})]
        for month, companies in closed_months(settings).items()
    }
    return {month: companies for month, companies in waiting.items() if companies}


def closed_months(settings: Settings) -> dict[str, Sequence[str]]:
    """Months, oldest first, with the companies whose books of it have closed; none before anything is published."""
    if not (settings.published_dir / FILE_NAME).exists():
        return {}
    with _published(settings) as connection:
        return dict(
            connection.execute(
                f"SELECT period, list(DISTINCT company_key ORDER BY company_key) FROM {MART} "
                "WHERE as_known_amount <> 0 GROUP BY period ORDER BY period"
            ).fetchall()
        )


def closes(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    """By month and company, the digest of what was known when it was written first."""
    told: dict[str, dict[str, str]] = {}
    for entry in audit.entries(settings):
        if entry["action"] == CLOSED:
            told.setdefault(entry["subject"], {}).setdefault(entry["detail"]["company"], entry["detail"]["as_known"])
    return told


def _published(settings: Settings) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(settings.published_dir / FILE_NAME), read_only=True)
