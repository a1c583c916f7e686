"""Folders of delivered files: which of them are taken, what makes one whole, and what lands of it.

The files here are written by the tests: remittances, budgets, charges and ledger lines, as the contracts name them.
"""

import csv
import os
import shutil
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.ledger import LoadReport
from ingestion.landing.page import IncompleteAnswerError, Page, Refused, SourceError, UnreachableError, Window
from ingestion.landing.replay import replay_archive
from ingestion.protocols.delimited import PAGE_BYTES, FileFormat, UnfitFileError, check_file, page_bodies
from ingestion.protocols.delivered_files import DeliveredFiles
from ingestion.settings import SettingsError
from ingestion.sources import finance_files, revenue_cycle
from tests.connectors.landed import Landed, pseudonym

REMITTANCE = "claim_id,encounter_id,payer_class,billed,allowed,paid,contractual,denial_code,paid_date,claim_frequency\n"
BUDGET = "version_id,scenario,entity,cost_center,account,period,amount,statistic\n"
LEDGER = (
    "ledger,entity,journal_id,line_number,account,cost_center,period,posting_date,amount,source_module,"
    "source_document,is_adjustment\n"
)
CHARGE = (
    "transaction_id,encounter_id,charge_code,revenue_code,quantity,amount,service_date,post_date,department,item_number,"
    "transaction_type,links_to\n"
)


def claims(*paid: str, first: int = 1) -> str:
    """Lines of claims, one for each amount paid."""
    return "".join(
        f"CL{number},E{number},Medicare,900.00,500.00,{amount},400.00,,2026-03-02,1\n"
        for number, amount in enumerate(paid, first)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "delivered"
    for name in ("coded_abstract", "charges", "remittances", "ledger", "budget", "statistics"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture
def landed(tmp_path: Path) -> Iterator[Landed]:
    with Landed(tmp_path / "home") as landed:
        yield landed


def block(folder: Path, *objects: str, system: str = "revenue_cycle", **options: object) -> Instance:
    return Instance("files", system, str(folder), None, objects, options, "meridian")


def remittances(folder: Path, **options: object) -> Instance:
    return block(folder, "remittance", **options)


def paid_amounts(landed: Landed) -> list[Decimal]:
    return [row[0] for row in landed.rows("SELECT paid_amount FROM raw_revenue_cycle.remittance ORDER BY 1")]


def refusals(landed: Landed, status: str = "OPEN") -> list[tuple[str, str]]:
    return landed.rows("SELECT error_class, reason FROM ops.quarantine WHERE status = ? ORDER BY ALL", status)


def accounts(report: LoadReport, name: str = "remittance") -> dict[str, int]:
    item = report.objects[name]
    assert item.status == "COMPLETE", item.error
    return {
        "fetched": item.fetched,
        "landed": item.landed,
        "duplicate": item.duplicate,
        "quarantined": item.quarantined,
    }


def test_rows_land_once_with_exact_values_and_nobodys_number(folder: Path, landed: Landed) -> None:
    rows = (
        "CL1,E7,Medicare,0.30,0.20,0.10,0.10,D03,2026-02-28,1\nCL1,E7,Medicare,-0.30,-0.20,-0.10,-0.10,,2026-03-02,8\n"
    )
    (folder / "remittances/REMITTANCES_H1.csv").write_text(REMITTANCE + rows + "TRAILER,2,0.00\n")
    report = landed.load(remittances(folder))
    assert accounts(report) == {"fetched": 2, "landed": 2, "duplicate": 0, "quarantined": 0}
    claim, encounter = pseudonym("meridian", "claim", "CL1"), pseudonym("meridian", "encounter", "E7")
    columns = "claim_key, claim_frequency, paid_date, encounter_key, billed_amount, paid_amount, denial_code"
    assert landed.rows(f"SELECT {columns} FROM raw_revenue_cycle.remittance ORDER BY claim_frequency") == [
        (claim, "1", date(2026, 2, 28), encounter, Decimal("0.30"), Decimal("0.10"), "D03"),
        (claim, "8", date(2026, 3, 2), encounter, Decimal("-0.30"), Decimal("-0.10"), None),
    ]


@pytest.mark.parametrize(
    ("encoding", "mark", "delimiter"),
    [("utf-8", b"", ","), ("utf-8", b"\xef\xbb\xbf", "|"), ("cp1252", b"", ";")],
)
def test_a_system_may_write_another_encoding_and_delimiter_and_break_lines_in_quotes(
    folder: Path, landed: Landed, encoding: str, mark: bytes, delimiter: str
) -> None:
    names = LEDGER.strip().split(",")
    row = ["PRIMARY", "1000", "J1", "1", "660019", "", "3", "2024-12-31", "12.50", "MANUAL", 'Café "Zoë"\n5 €', "true"]
    with (folder / "ledger/LEDGER_1000.csv").open("w+b") as file:
        text = "\r\n".join(
            delimiter.join(f'"{value.replace(chr(34), chr(34) * 2)}"' if '"' in value else value for value in line)
            for line in (names, row, ["TRAILER", "1", "12.5"])
        )
        file.write(mark + text.encode(encoding))
    report = landed.load(block(folder, "ledger_line", system="finance_files", encoding=encoding, delimiter=delimiter))
    assert accounts(report, "ledger_line")["landed"] == 1
    columns = "line_number, cost_center, period, posting_date, amount, source_document, is_adjustment"
    assert landed.rows(f"SELECT {columns} FROM raw_finance_files.ledger_line") == [
        (1, None, 3, date(2024, 12, 31), Decimal("12.50"), 'Café "Zoë"\n5 €', True)
    ]


UNFIT = {
    "EMPTY": b"",
    "TRAILER": (REMITTANCE + claims("1.00", "2.00")).encode(),
    "TRAILER without a total": (REMITTANCE + claims("1.00") + "TRAILER,1").encode(),
    "ROW_COUNT": (REMITTANCE + claims("1.00", "2.00") + "TRAILER,3,3.00\n").encode(),
    "ROW_COUNT of a file that was appended to itself": (REMITTANCE + claims("1.00") + "TRAILER,1,1.00\n").encode() * 2,
    "CONTROL_TOTAL by one cent": (REMITTANCE + claims("1.00", "2.00") + "TRAILER,2,3.01\n").encode(),
    "CONTROL_TOTAL beyond what a float tells": (
        REMITTANCE + claims("90071992547409.93", "0.01") + "TRAILER,2,90071992547409.95\n"
    ).encode(),
    "HEADER": (claims("1.00", "2.00") + "TRAILER,2,3.00\n").encode(),
    "HEADER without a column": (
        REMITTANCE.replace(",paid,", ",paid_out,") + claims("1.00") + "TRAILER,1,1.00\n"
    ).encode(),
    "HEADER twice": (REMITTANCE.replace("denial_code", "billed") + claims("1.00") + "TRAILER,1,1.00\n").encode(),
    "ENCODING": (REMITTANCE + claims("1.00").replace("Medicare", "Médicare") + "TRAILER,1,1.00\n").encode("cp1252"),
    "MALFORMED": (REMITTANCE + claims("1.00").replace("Medicare", '"Medicare') + "TRAILER,1,1.00\n").encode(),
}


def test_files_that_are_not_whole_are_refused_by_name_and_the_others_go_on_until_they_come_whole(
    folder: Path, landed: Landed
) -> None:
    good = REMITTANCE + claims("7.00", first=70) + "TRAILER,1,7.00\n"
    (folder / "remittances/REMITTANCES_0.csv").write_text(good)
    files = {f"remittances/REMITTANCES_{number}.csv": told for number, told in enumerate(UNFIT, 1)}
    for name, told in files.items():
        (folder / name).write_bytes(UNFIT[told])
    assert accounts(landed.load(remittances(folder)))["landed"] == 1
    assert paid_amounts(landed) == [Decimal("7.00")]
    refused = {reason.partition(": ")[0]: (error_class, reason) for error_class, reason in refusals(landed)}
    assert {name: error_class for name, (error_class, _) in refused.items()} == {
        name: told.split()[0] for name, told in files.items()
    }
    assert not [reason for _, reason in refused.values() if "edicare" in reason]

    for name in files:
        (folder / name).write_text(REMITTANCE + claims("1.00", "2.00") + "TRAILER,2,3.00\n")
    landed.load(remittances(folder))
    assert paid_amounts(landed) == [Decimal("1.00"), Decimal("2.00"), Decimal("7.00")]
    assert refusals(landed) == []


def test_an_empty_file_with_a_trailer_says_that_nothing_happened(folder: Path, landed: Landed) -> None:
    (folder / "remittances/REMITTANCES_H1.csv").write_text(REMITTANCE + "TRAILER,0,0\n")
    before = datetime.now(UTC)
    report = landed.load(remittances(folder))
    assert accounts(report) == {"fetched": 0, "landed": 0, "duplicate": 0, "quarantined": 0}
    assert refusals(landed) == []
    watermark = report.objects["remittance"].watermark_to
    assert watermark is not None
    assert watermark.replace(tzinfo=UTC) >= before


@pytest.mark.parametrize("name", ["REMITTANCES_H1.csv.part", "REMITTANCES_H1.tmp", ".REMITTANCES_H1.csv"])
def test_a_name_that_says_that_the_file_is_unfinished_is_left_alone_until_it_has_its_own(
    folder: Path, landed: Landed, name: str
) -> None:
    instance = remittances(folder, files={"remittance": "remittances/*REMITTANCES*"})
    unfinished = folder / "remittances" / name
    unfinished.write_text(REMITTANCE + claims("1.00"))
    landed.load(instance)
    assert (paid_amounts(landed), refusals(landed)) == ([], [])
    unfinished.write_text(REMITTANCE + claims("1.00") + "TRAILER,1,1.00\n")
    unfinished.rename(folder / "remittances/REMITTANCES_H1.csv")
    landed.load(instance)
    assert paid_amounts(landed) == [Decimal("1.00")]


def test_the_same_file_under_another_name_brings_nothing_new(folder: Path, landed: Landed) -> None:
    file = folder / "remittances/REMITTANCES_H1.csv"
    file.write_text(REMITTANCE + claims("1.00", "2.00") + "TRAILER,2,3.00\n")
    landed.load(remittances(folder))
    shutil.copy(file, file.with_name("REMITTANCES_H1_again.csv"))
    report = landed.load(remittances(folder))
    assert accounts(report) == {"fetched": 2, "landed": 0, "duplicate": 2, "quarantined": 0}
    assert len(paid_amounts(landed)) == 2


def test_a_charge_that_comes_twice_is_a_duplicate_and_a_garbled_amount_is_one_row_put_aside(
    folder: Path, landed: Landed
) -> None:
    row = "{0},E1,401904,0710,2,{1},2024-10-02,2024-10-03,19001,,CG,\n"
    rows = row.format("CH1", "25.50") + row.format("CH2", '"1,50O"') + row.format("CH3", "4.00") + "CH4,E1,too,few\n"
    (folder / "charges/CHARGES_H1_1.csv").write_text(CHARGE + rows + "TRAILER,4,31.00\n")
    (folder / "charges/CHARGES_H1_2.csv").write_text(CHARGE + row.format("CH1", "25.50") + "TRAILER,1,25.50\n")
    report = landed.load(block(folder, "charge"))
    assert accounts(report, "charge") == {"fetched": 5, "landed": 2, "duplicate": 1, "quarantined": 2}
    assert landed.rows("SELECT record_key, error_class, field FROM ops.quarantine ORDER BY ALL") == [
        ("CH2", "TYPE", "amount"),
        (None, "MALFORMED", None),
    ]
    assert landed.rows("SELECT charge_id, amount FROM raw_revenue_cycle.charge ORDER BY ALL") == [
        ("CH1", Decimal("25.50")),
        ("CH3", Decimal("4.00")),
    ]
    # Read again is the file of which something was put aside, and no other.
    again = landed.load(block(folder, "charge"))
    assert accounts(again, "charge") == {"fetched": 4, "landed": 0, "duplicate": 2, "quarantined": 2}
    full = landed.load(block(folder, "charge"), "full").objects["charge"]
    assert (full.source_count, full.warehouse_count, full.difference) == (3, 2, 0)


def budget(folder: Path, name: str, *amounts: str) -> Path:
    rows = "".join(
        f"FY2026-ORIGINAL,ORIGINAL,1000,10001,66000{place},13,{amount},\n" for place, amount in enumerate(amounts)
    )
    file = folder / "budget" / name
    total = sum(map(Decimal, amounts), Decimal(0))
    file.write_text(f"{BUDGET}{rows}TRAILER,{len(amounts)},{total}\n")
    return file


def current_budget(landed: Landed) -> list[tuple[str, Decimal]]:
    landed.see_current("raw_finance_files.budget_line")
    return landed.rows("SELECT account, amount FROM current_budget_line ORDER BY 1")


def test_of_two_deliveries_of_a_budget_version_the_one_written_last_counts_whatever_is_copied_when(
    folder: Path, landed: Landed
) -> None:
    instance = block(folder, "budget_line", system="finance_files")
    first = budget(folder, "BUDGET_A.csv", "10.00", "20.00")
    second = budget(folder, "BUDGET_1.csv", "10.00", "21.00")
    written = time.time()
    os.utime(first, (written - 7200, written - 7200))
    os.utime(second, (written - 3600, written - 3600))
    report = landed.load(instance)
    assert accounts(report, "budget_line") == {"fetched": 4, "landed": 2, "duplicate": 0, "quarantined": 0}
    assert report.objects["budget_line"].superseded == 2
    assert current_budget(landed) == [("660000", Decimal("10.00")), ("660001", Decimal("21.00"))]

    # An old file that is copied anew arrives now, and is as old as it was.
    shutil.copy2(first, folder / "budget/BUDGET_Z.csv")
    landed.load(instance)
    assert current_budget(landed) == [("660000", Decimal("10.00")), ("660001", Decimal("21.00"))]

    budget(folder, "BUDGET_B.csv", "9.00", "20.00")
    landed.load(instance)
    assert current_budget(landed) == [("660000", Decimal("9.00")), ("660001", Decimal("20.00"))]
    versions = landed.value("SELECT count(*) FROM raw_finance_files.budget_line")

    # Four files of two rows, each of which was read once.
    report = replay_archive(landed.warehouse, instance, landed.settings)
    assert accounts(report, "budget_line") == {"fetched": 8, "landed": 0, "duplicate": 8, "quarantined": 0}
    assert landed.value("SELECT count(*) FROM raw_finance_files.budget_line") == versions


def test_another_order_of_columns_and_a_new_one_are_read_by_their_names(folder: Path, landed: Landed) -> None:
    names, row = REMITTANCE.strip().split(","), claims("1.00").strip().split(",")
    lines = [[*reversed(names), "check_number"], [*reversed(row), "4711"], ["TRAILER", "1", "1.00"]]
    with (folder / "remittances/REMITTANCES_H1.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
    landed.load(remittances(folder))
    assert paid_amounts(landed) == [Decimal("1.00")]
    assert landed.rows("SELECT field, kind FROM ops.drift") == [("check_number", "ADDED")]


def source(folder: Path) -> DeliveredFiles:
    return revenue_cycle.open_source(remittances(folder), load_contract("revenue_cycle"))


REMITTANCES = load_contract("revenue_cycle").by_name["remittance"]


def parts(folder: Path, window: Window) -> list[str | None]:
    return [
        page.part and page.part.name for page in source(folder).pages(REMITTANCES, window) if isinstance(page, Page)
    ]


def test_what_arrived_before_the_window_is_not_read_again_and_a_copy_arrives_when_it_is_copied(folder: Path) -> None:
    file = folder / "remittances/REMITTANCES_H1.csv"
    file.write_text(REMITTANCE + claims("1.00") + "TRAILER,1,1.00\n")
    time.sleep(0.05)
    since = datetime.now(UTC)
    assert parts(folder, Window(None, since)) == ["remittances/REMITTANCES_H1.csv"]
    assert parts(folder, Window(since, datetime.now(UTC))) == []
    time.sleep(0.05)
    shutil.copy2(file, file.with_name("REMITTANCES_H2.csv"))
    assert parts(folder, Window(since, datetime.now(UTC))) == ["remittances/REMITTANCES_H2.csv"]
    assert parts(folder, Window(None, since)) == ["remittances/REMITTANCES_H1.csv"]
    # A stamp of tomorrow does not keep a file away until then.
    os.utime(file, (time.time() + 86400, time.time() + 86400))
    assert "remittances/REMITTANCES_H1.csv" in parts(folder, Window(since, datetime.now(UTC)))


def test_a_file_that_landed_whole_is_read_again_only_when_it_is_another_one(folder: Path, landed: Landed) -> None:
    file = folder / "remittances/REMITTANCES_H1.csv"
    file.write_text(REMITTANCE + claims("1.00", "2.00") + "TRAILER,2,3.00\n")
    spoilt = folder / "remittances/REMITTANCES_H2.csv"
    spoilt.write_text(REMITTANCE + claims("3.00", first=3) + "TRAILER,1,3.00\n")
    assert accounts(landed.load(remittances(folder)))["fetched"] == 3
    # All of it arrived within the hour that every load looks back.
    assert accounts(landed.load(remittances(folder)))["fetched"] == 0
    stamps = spoilt.stat()
    spoilt.write_text(REMITTANCE + claims("4.00", first=4) + "TRAILER,1,4.00\n")
    os.utime(spoilt, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
    assert accounts(landed.load(remittances(folder))) == {"fetched": 1, "landed": 1, "duplicate": 0, "quarantined": 0}
    assert accounts(landed.load(remittances(folder), "full"))["fetched"] == 3


def test_a_file_of_which_a_row_was_put_aside_is_read_again(folder: Path, landed: Landed) -> None:
    lines = claims("1.00", "2.00").replace("2026-03-02,1\n", "some day,1\n", 1)
    (folder / "remittances/REMITTANCES_H1.csv").write_text(REMITTANCE + lines + "TRAILER,2,3.00\n")
    for _ in range(2):
        assert accounts(landed.load(remittances(folder)))["quarantined"] == 1


def test_a_file_that_changes_while_it_is_read_is_not_believed(folder: Path) -> None:
    file = folder / "remittances/REMITTANCES_H1.csv"
    file.write_text(REMITTANCE + claims("1.00") + "TRAILER,1,1.00\n")
    pages = source(folder).pages(REMITTANCES, Window(None, datetime.now(UTC)))
    assert isinstance(next(pages), Page)
    with file.open("a") as opened:
        opened.write("more\n")
    with pytest.raises(IncompleteAnswerError, match=r"REMITTANCES_H1\.csv changed while it was read"):
        list(pages)


def test_a_file_that_is_taken_away_before_it_is_read_is_refused(folder: Path) -> None:
    for number in (1, 2):
        (folder / f"remittances/REMITTANCES_H{number}.csv").write_text(REMITTANCE + claims("1.00") + "TRAILER,1,1.00\n")
    pages = source(folder).pages(REMITTANCES, Window(None, datetime.now(UTC)))
    assert isinstance(next(pages), Page)
    (folder / "remittances/REMITTANCES_H2.csv").unlink()
    [refused] = pages
    assert refused == Refused(
        "remittances/REMITTANCES_H2.csv", "UNREADABLE", "the file cannot be opened: No such file or directory"
    )


def test_keys_are_those_of_whole_files_and_a_page_is_read_again_by_one_of_them(folder: Path) -> None:
    (folder / "remittances/REMITTANCES_H1.csv").write_text(REMITTANCE + claims("1.00", "2.00") + "TRAILER,2,3.00\n")
    (folder / "remittances/REMITTANCES_H2.csv").write_text(REMITTANCE + claims("7.00", first=70) + "TRAILER,1,7.00\n")
    (folder / "remittances/REMITTANCES_H3.csv").write_text(REMITTANCE + claims("8.00", first=80))
    now = datetime.now(UTC)
    listed = [key.key for key in source(folder).keys(REMITTANCES, now)]
    assert sorted(listed) == [("CL1", "1", "2026-03-02"), ("CL2", "1", "2026-03-02"), ("CL70", "1", "2026-03-02")]
    # A file that is given other rights arrives anew, and its keys are those that were there.
    (folder / "remittances/REMITTANCES_H1.csv").chmod(0o600)
    assert [key.key for key in source(folder).keys(REMITTANCES, now)] == listed
    again = list(source(folder).pages_by_key(REMITTANCES, [("CL70", "1", "2026-03-02"), ("CL80", "1", "2026-03-02")]))
    assert [page.part and page.part.name for page in again] == ["remittances/REMITTANCES_H2.csv"]


def test_numbers_in_keys_are_as_landing_writes_them(folder: Path) -> None:
    row = "PRIMARY,1000,J1,{0},660019,,3,2024-12-31,1.00,MANUAL,,false\n"
    rows = row.format("007") + row.format(" 8 ") + row.format("nine")
    (folder / "ledger/LEDGER_1000.csv").write_text(LEDGER + rows + "TRAILER,3,3.00\n")
    contract = load_contract("finance_files")
    ledger = finance_files.open_source(block(folder, system="finance_files"), contract)
    keys = ledger.keys(contract.by_name["ledger_line"], datetime.now(UTC))
    assert [key.key for key in keys] == [("PRIMARY", "1000", "J1", "7"), ("PRIMARY", "1000", "J1", "8")]


def test_a_large_file_is_cut_between_rows_into_pages_that_each_begin_with_the_names(tmp_path: Path) -> None:
    file, rows = tmp_path / "large.csv", 200_000
    texts = ['a "quoted", broken\nline', 'a "quoted", broken\n"', "plain"]
    with file.open("w", newline="") as opened:
        opened.write("number,text,amount\n")
        csv.writer(opened, lineterminator="\n").writerows([n, texts[n % 3], "0.01"] for n in range(rows))
        opened.write(f'{rows},a 5" tube,0.01\nTRAILER,{rows + 1},2000.01\n')
    assert PAGE_BYTES < file.stat().st_size < 2 * PAGE_BYTES
    tracemalloc.start()
    with file.open("rb") as opened:
        checked = check_file(opened, FileFormat(), {"number"}, "amount")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        pages = list(page_bodies(opened, checked, FileFormat()))
    found = [list(csv.reader(body.decode().splitlines(keepends=True))) for body, _ in pages]
    assert [page[0] for page in found] == [["number", "text", "amount"]] * 2
    assert [len(page) - 1 for page in found] == [count for _, count in pages]
    assert [int(row[0]) for page in found for row in page[1:]] == list(range(rows + 1))
    # A few pages, and the values of one column of one: never the file.
    assert most < 6 * PAGE_BYTES


def test_a_row_that_is_longer_than_a_page_is_still_one_row(tmp_path: Path) -> None:
    long = "x\n" * PAGE_BYTES
    file = tmp_path / "long.csv"
    file.write_text(f'number,text,amount\n1,"{long}",0.01\n2,,0.02\nTRAILER,2,0.03\n')
    with file.open("rb") as opened:
        assert sum(rows for _, _, rows in check_file(opened, FileFormat(), (), "amount").pages) == 2


def test_a_total_with_more_digits_than_any_number_has_is_summed_exactly(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text("amount\n99999999999999999999999999.9999\n0.0001\nTRAILER,2,100000000000000000000000000\n")
    with file.open("rb") as opened:
        check_file(opened, FileFormat(), (), "amount")
    file.write_text("amount\n99999999999999999999999999.9999\n0.0002\nTRAILER,2,100000000000000000000000000\n")
    with file.open("rb") as opened, pytest.raises(UnfitFileError, match=r"add up to 1(0{26})\.0001"):
        check_file(opened, FileFormat(), (), "amount")


def test_what_is_configured_wrongly_is_said(folder: Path) -> None:
    contract = load_contract("revenue_cycle")
    with pytest.raises(SettingsError, match=r"options\.files: there is no object remitances"):
        revenue_cycle.open_source(remittances(folder, files={"remitances": "*.csv"}), contract)
    for option, value in {"encoding": "utf-16", "delimiter": '"', "files": {"remittance": "/elsewhere/*"}}.items():
        with pytest.raises(SettingsError, match=rf"options\.{option}"):
            revenue_cycle.open_source(remittances(folder, **{option: value}), contract)
    with pytest.raises(UnreachableError, match="there is no folder"):
        source(folder / "nowhere").now()
    lost = revenue_cycle.open_source(remittances(folder, files={"remittance": "remitances/*.csv"}), contract)
    with pytest.raises(SourceError, match="there is no folder"):
        list(lost.pages(REMITTANCES, Window(None, datetime.now(UTC))))
    (folder / "remittances/REMITTANCES_H1.csv").write_text(REMITTANCE + "TRAILER,0,0\n")
    assert source(folder).check().startswith("1 files of 1 objects in ")
