"""When files are delivered: of each feed and period one for each site or company.

Belongs here: periods, names, trailers. A file has a line of names, its rows, and a trailer with their
count and a control total. History comes by the month, in one file for each site or company; from the month ahead on, what
is daily comes by the day. A file once delivered is never changed: what is corrected later is in a later file.
Not here: what a feed holds (feeds.py).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from simulator.systems.feeds import FEEDS, Feed, open_feeds
from simulator.systems.truth import has_table, open_truth


def write_files(world: Path, until: datetime) -> int:
    """Deliver what is due by then and is not there yet; returns how many files were written. `until` is UTC."""
    connection = open_truth(world / "truth")
    open_feeds(connection)
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
    missing: list[tuple[date, date, dict[str, Path]]] = []
    for first, end, stamp in _periods(connection, feed.is_daily):
        if end > today:
            break
        # From its first row to its last a unit sends a file for every period, an empty one where nothing happened.
        files = {
            unit: folder / f"{feed.name.upper()}_{unit}_{stamp}.csv"
            for unit, begins, ends in spans
            if begins < end and ends >= first
        }
        if files := {unit: file for unit, file in files.items() if not file.exists()}:
            missing.append((first, end, files))
    if missing:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE feed AS FROM ({feed.select}) WHERE _delivered >= ? AND _delivered < ?",
            [missing[0][0], missing[-1][1]],
        )
    for first, end, files in missing:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE due AS FROM feed WHERE _delivered >= ? AND _delivered < ?", [first, end]
        )
        for unit, file in files.items():
            _write(connection, feed, file, unit)
    connection.execute("DROP TABLE IF EXISTS feed")
    return sum(len(files) for _, _, files in missing)


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
        f"""COPY (SELECT * EXCLUDE (_unit, _delivered, _control) FROM due WHERE _unit = $unit ORDER BY {feed.order})
        TO '{part}' (FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S')""",
        {"unit": unit},
    )
    found = connection.execute(
        "SELECT count(*), coalesce(sum(_control), 0) FROM due WHERE _unit = ?", [unit]
    ).fetchone()
    rows, total = found or (0, 0)
    with part.open("a", encoding="utf-8") as opened:
        opened.write(f"TRAILER,{rows},{total}\n")
    part.replace(file)
