"""The feeds that come as files: whole, with true trailers, and the same whether time moved in one step or in many."""

import csv
import os
import shutil
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from simulator.systems.feeds import FEEDS
from simulator.systems.files import write_files

START = datetime(2026, 10, 1, 6)


@pytest.fixture(scope="module")
def world(own_truth: Path) -> Path:
    write_files(own_truth.parent, START)
    return own_truth.parent


def read(file: Path) -> tuple[list[str], list[list[str]], list[str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        names, *rows, trailer = csv.reader(opened)
    return names, rows, trailer


CONTROL = {
    "timecards": "hours", "ledger": "amount", "budget": "amount", "statistics": "quantity", "coded_abstract": "drg_weight",
    "charges": "amount", "remittances": "paid", "code_systems": "relative_weight",
}  # fmt: skip


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_every_file_ends_with_the_count_and_the_control_total_of_its_rows(world, feed):
    files = sorted((world / "files" / feed.name).glob("*"))
    assert files
    for file in files:
        names, rows, trailer = read(file)
        place = names.index(CONTROL[feed.name])
        total = sum((Decimal(readable(row[place])) for row in rows), Decimal(0))
        assert trailer[:2] == ["TRAILER", str(len(rows))]
        assert Decimal(trailer[2]) == total


def readable(amount: str) -> str:
    """A garbled amount as it was meant, and nothing as zero."""
    return amount.replace(",", ".").removesuffix("O") or "0"


@pytest.mark.parametrize(
    ("feed", "table", "column"),
    [
        ("timecards", "truth_shift", "hours"),
        ("ledger", "truth_gl_line", "amount"),
        ("budget", "truth_budget", "amount"),
    ],
)
def test_what_was_delivered_is_what_happened(world, feed, table, column):
    stamp = {"timecards": "shift_date", "ledger": "posting_date"}.get(feed)
    until = f"WHERE {stamp} < DATE '2026-10-01'" if stamp else "WHERE fiscal_month <= 24"
    [(rows, total)] = duckdb.sql(
        f"SELECT count(*), sum({column}) FROM '{world}/truth/{table}.parquet' {until}"
    ).fetchall()
    trailers = [read(file)[2] for file in (world / "files" / feed).glob("*")]
    assert sum(int(trailer[1]) for trailer in trailers) == rows
    assert sum(Decimal(trailer[2]) for trailer in trailers) == total


def test_charges_come_once_but_those_that_come_twice_and_a_few_are_garbled(world):
    ask = duckdb.sql
    rows = [row for file in (world / "files" / "charges").glob("*") for row in read(file)[1]]
    times = Counter(row[0] for row in rows)
    faults = f"SELECT event_id, fault, delay_hours FROM '{world}/truth/truth_event.parquet'"
    charged = f"FROM '{world}/truth/truth_charge.parquet' LEFT JOIN ({faults}) ON event_id = charge_id"
    due = "posted_at + to_hours(if(fault LIKE 'LATE%', delay_hours, 0)) < DATE '2026-10-01'"
    once = ask(f"SELECT charge_id {charged} WHERE {due}").fetchall()
    again = ask(f"""
        SELECT charge_id {charged} WHERE fault = 'DUPLICATE' AND posted_at + to_hours(delay_hours) < DATE '2026-10-01'
        """).fetchall()
    assert times == Counter(charge for (charge,) in once) + Counter(charge for (charge,) in again)
    garbled = {row[0] for row in rows if row[5].endswith("O")}
    assert garbled == {
        charge for (charge,) in ask(f"SELECT charge_id {charged} WHERE fault = 'MALFORMED' AND {due}").fetchall()
    }
    assert garbled


def test_a_drg_that_changed_after_the_bill_is_coded_a_second_time(world):
    rows = [row for file in (world / "files" / "coded_abstract").glob("*") for row in read(file)[1]]
    versions = defaultdict(dict)
    for row in rows:
        versions[row[0]][row[-1]] = row[10]
    twice = {visit: found for visit, found in versions.items() if len(found) == 2}
    truth = f"SELECT encounter_id, first_ms_drg, ms_drg FROM '{world}/truth/truth_encounter.parquet' WHERE first_ms_drg <> ''"
    expected = {visit: {"1": first, "2": last} for visit, first, last in duckdb.sql(truth).fetchall()}
    assert twice
    assert all(expected[visit] == found for visit, found in twice.items())


def test_each_company_and_month_of_the_ledger_balances_and_h5s_old_books_end_at_the_cut_over(world):
    files = sorted((world / "files" / "ledger").glob("*"))
    old = [file.name for file in files if "H5-ONPREM" in file.name]
    assert old == [f"LEDGER_H5-ONPREM_{month}.csv" for month in ("202410", "202411", "202412", "202501", "202502")]
    assert all(row[4].startswith("9") for row in read(world / "files" / "ledger" / old[0])[1])
    for month in ("202410", "202411", "202609"):
        balance = {}
        for file in files:
            if file.stem.endswith(month):
                for row in read(file)[1]:
                    balance[row[1]] = balance.get(row[1], Decimal(0)) + Decimal(row[8])
        assert set(balance.values()) == {Decimal(0)}


def test_time_moved_day_by_day_delivers_what_time_moved_at_once_delivers(world, tmp_path):
    for folder in ("steps", "once"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "truth").symlink_to(world / "truth")
        # What was delivered before the first day is there already.
        shutil.copytree(world / "files", tmp_path / folder / "files", copy_function=os.link)
    for day in (2, 3, 4):
        write_files(tmp_path / "steps", datetime(2026, 10, day, 6))
    write_files(tmp_path / "once", datetime(2026, 10, 4, 6))
    steps, once = (
        {
            str(file.relative_to(tmp_path / folder)): file.read_bytes()
            for file in sorted((tmp_path / folder / "files").rglob("*.csv"))
        }
        for folder in ("steps", "once")
    )
    assert steps == once
    assert "files/timecards/TIMECARDS_1000_20261003.csv" in once
    assert "files/timecards/TIMECARDS_1000_20261004.csv" not in once


def test_what_was_delivered_is_not_written_again(world):
    assert write_files(world, START) == 0
