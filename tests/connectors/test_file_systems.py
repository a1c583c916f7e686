"""The network's file systems: coding, charges and remittances, books, budgets and statistics, time cards, DRG releases.

What each delivers is read here a second time, by Python's own csv reader, and compared with what landed. Books, time cards
and statistics are those of the smallest company: their volume does not shrink with the world.
"""

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.instances import Instance
from simulator.systems.feeds import FEEDS
from simulator.systems.files import write_files
from tests.connectors.landed import Landed, pseudonym

ASSIGNER = "meridian"
PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "ms_drg"


@dataclass(frozen=True)
class Delivered:
    """An object of a system: its files, the columns that tell its rows apart (behind `!` the domain of one that becomes a
    pseudonym), and a column of exact numbers with its name in the warehouse."""

    system: str
    name: str
    files: str
    key: tuple[str, ...]
    number: str
    landed_number: str

    def rows(self, world: Path) -> list[dict[str, str]]:
        """All rows of whole files, each as often as it was delivered."""
        rows: list[dict[str, str]] = []
        for file in sorted((world / "files").glob(self.files)):
            with file.open(encoding="utf-8", newline="") as opened:
                *found, trailer = list(csv.DictReader(opened))
            if next(iter(trailer.values())) == "TRAILER":
                rows += found
        return rows

    def business_key(self, row: dict[str, str]) -> str:
        parts = []
        for part in self.key:
            name, _, domain = part.partition("!")
            parts.append(pseudonym(ASSIGNER, domain, row[name]) if domain else row[name])
        return "|".join(parts)


OBJECTS = [
    Delivered("revenue_cycle", "coded_abstract", "coded_abstract/CODED_ABSTRACT_*.csv", ("encounter_id!encounter",),
              "drg_weight", "drg_weight"),
    Delivered("revenue_cycle", "charge", "charges/CHARGES_*.csv", ("transaction_id",), "amount", "amount"),
    Delivered("revenue_cycle", "remittance", "remittances/REMITTANCES_*.csv",
              ("claim_id!claim", "claim_frequency", "paid_date"), "paid", "paid_amount"),
    Delivered("finance_files", "ledger_line", "ledger/LEDGER_4000_2026*.csv",
              ("ledger", "entity", "journal_id", "line_number"), "amount", "amount"),
    Delivered("finance_files", "budget_line", "budget/BUDGET_4000_*.csv",
              ("version_id", "entity", "cost_center", "account", "period"), "amount", "amount"),
    Delivered("finance_files", "activity_statistic", "statistics/STATISTICS_H8_*.csv",
              ("facility", "cost_center", "statistic", "period"), "quantity", "qty"),
    Delivered("time_attendance", "time_card", "timecards/TIMECARDS_4000_2026*.csv",
              ("worker_key!worker", "shift_date", "in", "worked_cc", "pay_code"), "hours", "hours"),
    Delivered("code_systems", "ms_drg", "code_systems/CODE_SYSTEMS_MS_DRG_*.csv", ("grouper_version", "ms_drg"),
              "relative_weight", "relative_weight"),
]  # fmt: skip
SYSTEMS = sorted({one.system for one in OBJECTS})


def instance(world: Path, system: str) -> Instance:
    files = {one.name: one.files for one in OBJECTS if one.system == system}
    return Instance(system, system, str(world / "files"), options={"files": files}, assigner=ASSIGNER)


def see(landed: Landed) -> None:
    for one in OBJECTS:
        landed.see_current(f"raw_{one.system}.{one.name}")


@pytest.fixture(scope="module")
def landed(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    """Everything that these systems have delivered by the first day, read once."""
    with Landed(tmp_path_factory.mktemp("file_systems")) as landed:
        for system in SYSTEMS:
            report = landed.load(instance(made_world, system), "full")
            assert {item.difference for item in report.objects.values()} == {0}
            assert not [item.error for item in report.objects.values() if item.error]
        see(landed)
        yield landed


def readable(text: str) -> bool:
    return not text.endswith("O")


@pytest.mark.parametrize("one", OBJECTS, ids=lambda one: one.name)
def test_what_was_delivered_is_what_landed_key_by_key_and_to_the_last_digit(
    made_world: Path, landed: Landed, one: Delivered
) -> None:
    rows = one.rows(made_world)
    expected = {one.business_key(row): Decimal(row[one.number] or "0") for row in rows if readable(row[one.number])}
    found = dict(landed.rows(f"SELECT _business_key, coalesce({one.landed_number}, 0) FROM current_{one.name}"))
    assert expected
    # Of two codings of a visit the later counts: it is in a later file.
    assert found == expected
    [fetched] = landed.rows(f"SELECT fetched FROM ops.load_audit WHERE object = '{one.name}'")
    assert fetched == (len(rows),)


def test_charges_that_came_twice_are_duplicates_and_each_garbled_amount_waits_in_quarantine(
    made_world: Path, landed: Landed
) -> None:
    rows = OBJECTS[1].rows(made_world)
    times = Counter(row["transaction_id"] for row in rows if readable(row["amount"]))
    again = sum(count - 1 for count in times.values())
    garbled = {row["transaction_id"] for row in rows if not readable(row["amount"])}
    assert again > 0
    assert garbled
    assert landed.rows("SELECT duplicate FROM ops.load_audit WHERE object = 'charge'") == [(again,)]
    assert landed.rows("SELECT error_class, field FROM ops.quarantine GROUP BY ALL") == [("TYPE", "amount")]
    assert {row[0] for row in landed.rows("SELECT record_key FROM ops.quarantine")} == garbled


def test_nothing_that_names_a_person_has_landed(made_world: Path, landed: Landed) -> None:
    row = OBJECTS[0].rows(made_world)[0]
    columns = "patient_key, account_key, birth_year, zip3, attending_provider_key"
    key = OBJECTS[0].business_key(row)
    assert landed.rows(f"SELECT {columns} FROM current_coded_abstract WHERE _business_key = ?", key) == [(
        pseudonym(ASSIGNER, "patient", row["mrn"]), pseudonym(ASSIGNER, "account", row["account_number"]),
        int(row["birth_date"][:4]), row["postal_code"][:3], pseudonym(ASSIGNER, "provider", row["attending_npi"]),
    )]  # fmt: skip
    numbers = [row[name] for name in ("encounter_id", "account_number", "mrn", "birth_date", "attending_npi")]
    for one in OBJECTS:
        text = "\n".join(map(str, landed.rows(f"SELECT * FROM raw_{one.system}.{one.name} LIMIT 2000")))
        assert not [number for number in numbers if number in text]


def test_a_drg_that_was_coded_again_counts_and_the_first_coding_is_kept(made_world: Path, landed: Landed) -> None:
    twice = [row for row in OBJECTS[0].rows(made_world) if row["version"] == "2"]
    assert twice
    for row in twice:
        key = OBJECTS[0].business_key(row)
        versions = "SELECT version, ms_drg FROM raw_revenue_cycle.coded_abstract WHERE _business_key = ? ORDER BY 1"
        found = landed.rows(versions, key)
        assert [version for version, _ in found] == [1, 2]
        assert landed.rows("SELECT version, ms_drg FROM current_coded_abstract WHERE _business_key = ?", key) == [
            (2, row["ms_drg"])
        ]


def test_every_drg_that_was_coded_stands_in_the_release_that_it_names(landed: Landed) -> None:
    unknown = landed.rows(
        "SELECT DISTINCT ms_drg, grouper_version FROM current_coded_abstract WHERE ms_drg IS NOT NULL EXCEPT "
        "SELECT ms_drg, grouper_version FROM current_ms_drg"
    )
    assert unknown == []
    assert landed.rows(
        "SELECT count(*) FROM current_coded_abstract AS coded JOIN current_ms_drg AS known "
        "USING (grouper_version, ms_drg) WHERE drg_weight <> relative_weight"
    ) == [(0,)]


def test_the_published_titles_and_weights_land_by_version(tmp_path: Path) -> None:
    if not PUBLISHED.is_dir():
        pytest.skip("the published tables are not at hand: shared/data/ms_drg beside the repository")
    releases: dict[str, list[dict[str, str]]] = {}
    with (PUBLISHED / "ms_drg_titles_v36_v43_1.csv").open(newline="") as titles:
        for row in csv.DictReader(titles):
            kind = (
                {"True": "SURG", "False": "MED"}[row["is_surgical"]]
                if row["is_medical"] != row["is_surgical"]
                else "**"
            )
            releases.setdefault(row["version"].removeprefix("v"), []).append({
                "ms_drg": row["drg"], "mdc": row["mdc"], "type": kind, "title": row["desc"], "relative_weight": "",
                "gmlos": "",
            })  # fmt: skip
    with (PUBLISHED / "ms_drg_fy2008_weights_from_vista.csv").open(newline="") as weights:
        releases["25"] = list(csv.DictReader(weights))
    folder = tmp_path / "code_systems"
    folder.mkdir()
    for version, rows in releases.items():
        with (folder / f"CODE_SYSTEMS_MS_DRG_V{version}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, ["grouper_version", "effective_date", *rows[0]], lineterminator="\r\n")
            writer.writeheader()
            writer.writerows({"grouper_version": version, "effective_date": "2024-10-01"} | row for row in rows)
            total = sum((Decimal(row["relative_weight"] or 0) for row in rows), Decimal(0))
            file.write(f"TRAILER,{len(rows)},{total}\r\n")
    with Landed(tmp_path / "home") as landed:
        report = landed.load(Instance("published", "code_systems", str(tmp_path)), "full")
        assert (report.objects["ms_drg"].landed, report.objects["ms_drg"].difference) == (8445 + 738, 0)
        columns = "ms_drg, mdc, type, title, relative_weight"
        for version, rows in releases.items():
            expected = {
                (row["ms_drg"], row["mdc"] or None, row["type"], row["title"],
                 Decimal(row["relative_weight"]) if row["relative_weight"] else None)
                for row in rows
            }  # fmt: skip
            found = landed.rows(
                f"SELECT {columns} FROM raw_code_systems.ms_drg WHERE grouper_version = ?",
                version,
            )
            assert set(found) == expected


def test_days_that_go_by_bring_their_files_and_one_that_breaks_off_waits_until_it_comes_whole(
    made_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, files = tmp_path / "world", "charges/CHARGES_H[34]_2026*.csv"
    (world / "files").mkdir(parents=True)
    (world / "truth").symlink_to(made_world / "truth")
    shutil.copytree(made_world / "files/charges", world / "files/charges")
    monkeypatch.setattr("simulator.systems.files.FEEDS", [feed for feed in FEEDS if feed.name == "charges"])
    shown = replace(OBJECTS[1], files=files)
    read = replace(instance(world, "revenue_cycle"), objects=("charge",))
    read.options["files"]["charge"] = files

    def is_what_was_shown(landed: Landed) -> bool:
        landed.see_current("raw_revenue_cycle.charge")
        held = {row[0] for row in landed.rows("SELECT record_key FROM ops.quarantine WHERE record_key IS NOT NULL")}
        charges = {row[0] for row in landed.rows("SELECT charge_id FROM current_charge")}
        return charges | held == {row["transaction_id"] for row in shown.rows(world)} and not charges & held

    with Landed(tmp_path / "home") as landed:
        landed.load(read)
        before = landed.value("SELECT count(*) FROM raw_revenue_cycle.charge")
        assert is_what_was_shown(landed)
        assert write_files(world, datetime(2026, 10, 4, 6)) > 0
        broken = world / "files/charges/CHARGES_H3_20261003.csv"
        lines = broken.read_bytes().splitlines(keepends=True)
        broken.write_bytes(b"".join(lines[: len(lines) // 2]))
        landed.load(read)
        assert is_what_was_shown(landed)
        assert landed.value("SELECT count(*) FROM raw_revenue_cycle.charge") > before
        refused = "SELECT payload FROM ops.quarantine WHERE error_class = 'TRAILER' AND status = 'OPEN'"
        assert [json.loads(payload) for (payload,) in landed.rows(refused)] == [{"part": f"charges/{broken.name}"}]

        broken.write_bytes(b"".join(lines))
        report = landed.load(read, "full")
        assert report.objects["charge"].difference == 0
        assert is_what_was_shown(landed)
        assert landed.rows(refused) == []


def test_times_land_as_the_wall_clock_showed_them(made_world: Path, landed: Landed) -> None:
    row = OBJECTS[0].rows(made_world)[0]
    [(admitted,)] = landed.rows(
        "SELECT admitted_local_at FROM current_coded_abstract WHERE _business_key = ?", OBJECTS[0].business_key(row)
    )
    assert admitted == datetime.fromisoformat(row["admit_ts"])
