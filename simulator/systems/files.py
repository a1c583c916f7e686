"""The feeds that come as files: time cards, ledger, budget, statistics, coded abstracts, charges and remittances.

Belongs here: what each file holds and when it is delivered. A file has a line of names, its rows, and a trailer with their
count and a control total. History comes by the month, in one file for each site or company; from the month ahead on, what
is daily comes by the day. A file once delivered is never changed: what is corrected later is in a later file.
Not here: feeds of other systems. Times are local without an offset, as the systems that write such files have them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from simulator.systems.truth import has_table, open_truth

VIEWS = """
    CREATE TEMP VIEW place AS
        SELECT center.code AS cost_center, site.code AS site, site.company, site.timezone
        FROM truth_cost_center AS center JOIN truth_site AS site ON center.site = site.code;
    CREATE TEMP MACRO local(moment, zone) AS (moment AT TIME ZONE 'UTC') AT TIME ZONE zone;
    CREATE TEMP MACRO fiscal_year(month) AS 2025 + (month - 1) // 12;
"""
# The general ledger of H5 stood on premises until the cut-over, under account numbers of its own.
CUT_OVER_MONTH = 6


@dataclass(frozen=True)
class Feed:
    """`select` has the columns of the file, `_unit` (whose file it is) and `_delivered` (the day that it belongs to)."""

    name: str
    table: str
    select: str
    control: str
    order: str
    is_daily: bool = True


FEEDS = [
    Feed(
        "timecards", "truth_shift",
        """SELECT worker_id AS worker_key, home_cost_center AS home_cc, worked_cost_center AS worked_cc, shift_date,
            started AS "in", started + to_minutes((hours * 60)::INTEGER) AS "out", hours, pay_code,
            job_family AS job_code, company AS _unit, shift_date AS _delivered
        FROM (SELECT *, shift_date + to_hours(CASE hash(worker_id) % 3 WHEN 0 THEN 19 ELSE 7 END) AS started
              FROM truth_shift)
        JOIN truth_worker USING (worker_id) JOIN place ON place.cost_center = worked_cost_center""",
        control="hours", order="shift_date, worker_key, worked_cc, pay_code",
    ),
    Feed(
        "ledger", "truth_gl_line",
        f"""SELECT CASE WHEN is_old THEN 'H5-ONPREM' ELSE 'PRIMARY' END AS ledger, entity,
            source || '-' || document || '-' || strftime(posting_date, '%Y%m%d') AS journal_id,
            line AS line_number,
            CASE WHEN is_old THEN '9' || account ELSE account END AS account, cost_center, fiscal_month AS period,
            posting_date, amount, source AS source_module, document AS source_document, false AS is_adjustment,
            CASE WHEN is_old THEN 'H5-ONPREM' ELSE entity END AS _unit, posting_date AS _delivered
        FROM (SELECT gl.*, gl.company AS entity, fiscal_month < {CUT_OVER_MONTH} AND place.site = 'H5' AS is_old
              FROM truth_gl_line AS gl LEFT JOIN place USING (cost_center))""",
        control="amount", order="posting_date, source_module, source_document, entity, line_number",
    ),
    Feed(
        "budget", "truth_budget",
        """SELECT 'FY' || fiscal_year(fiscal_month) || '-' || version AS version_id, version AS scenario,
            budget.company AS entity, cost_center, account, fiscal_month AS period, amount, NULL AS statistic,
            budget.company || '_FY' || fiscal_year(fiscal_month) || '_' || version AS _unit,
            (DATE '2024-10-01' + to_months(((fiscal_month - 1) // 12 * 12
                                            + CASE version WHEN 'ORIGINAL' THEN 0 ELSE 5 END)::INTEGER))::DATE AS _delivered
        FROM truth_budget AS budget""",
        control="amount", order="cost_center, account, period", is_daily=False,
    ),
    Feed(
        "statistics", "truth_activity_statistic",
        """SELECT site AS facility, cost_center, statistic, fiscal_month AS period, quantity, site AS _unit,
            (DATE '2024-09-01' + to_months(fiscal_month::INTEGER))::DATE AS _delivered
        FROM truth_activity_statistic JOIN place USING (cost_center)""",
        control="quantity", order="cost_center, statistic", is_daily=False,
    ),
]  # fmt: skip


def write_files(world: Path, until: datetime) -> int:
    """Deliver what is due by then and is not there yet; returns how many files were written. `until` is UTC."""
    connection = open_truth(world / "truth")
    connection.execute(VIEWS)
    written = 0
    for feed in FEEDS:
        if has_table(connection, feed.table):
            written += _deliver(connection, feed, world / "files" / feed.name, until.date())
    return written


def _deliver(connection: duckdb.DuckDBPyConnection, feed: Feed, folder: Path, today: date) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    spans = connection.execute(
        f"SELECT _unit, min(_delivered), max(_delivered) FROM ({feed.select}) GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    written = 0
    for first, end, stamp in _periods(connection, feed.is_daily):
        if end > today:
            break
        # From its first row to its last a unit sends a file for every period, an empty one where nothing happened.
        files = {
            unit: folder / f"{feed.name.upper()}_{unit}_{stamp}.csv"
            for unit, begins, ends in spans
            if begins < end and ends >= first
        }
        missing = {unit: file for unit, file in files.items() if not file.exists()}
        if not missing:
            continue
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE due AS FROM ({feed.select}) WHERE _delivered >= ? AND _delivered < ?",
            [first, end],
        )
        for unit, file in missing.items():
            _write(connection, feed, file, unit)
        written += len(missing)
    return written


def _periods(connection: duckdb.DuckDBPyConnection, is_daily: bool) -> Iterator[tuple[date, date, str]]:
    """First day, the day after the last, and the stamp of its files: months, and days in the month ahead."""
    starts = connection.execute("""
        SELECT DISTINCT (DATE '2024-09-01' + to_months(fiscal_month::INTEGER))::DATE, fiscal_month > 24
        FROM truth_gl_total ORDER BY 1""").fetchall()
    for start, is_ahead in starts:
        end = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        if is_ahead and is_daily:
            for number in range((end - start).days):
                day = start + timedelta(days=number)
                yield day, day + timedelta(days=1), f"{day:%Y%m%d}"
        else:
            yield start, end, f"{start:%Y%m}"


def _write(connection: duckdb.DuckDBPyConnection, feed: Feed, file: Path, unit: str) -> None:
    part = file.with_suffix(".part")
    connection.execute(
        f"""COPY (SELECT * EXCLUDE (_unit, _delivered) FROM due WHERE _unit = $unit ORDER BY {feed.order})
        TO '{part}' (FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S')""",
        {"unit": unit},
    )
    found = connection.execute(
        f"SELECT count(*), coalesce(sum({feed.control}), 0) FROM due WHERE _unit = ?", [unit]
    ).fetchone()
    rows, total = found or (0, 0)
    with part.open("a", encoding="utf-8") as opened:
        opened.write(f"TRAILER,{rows},{total}\n")
    part.replace(file)
