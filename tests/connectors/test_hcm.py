"""The HCM's reports: pay by run and worker with lines that may be equal, read by period, and columns that may not go."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contracts import load_contract
from ingestion.landing.page import AuthenticationError
from ingestion.protocols.report_service import gathered, slices
from ingestion.settings import SettingsError
from ingestion.sources.hcm import open_source
from simulator.serve.saas import hcm as service
from tests.connectors.landed import Landed, pseudonym
from tests.connectors.part_of_network import START, PartOfNetwork, cut, served_part

CONTRACT = load_contract("hcm")
REPORT = "Payroll_Results_By_Cost_Center"
OPTIONS = {"pay_since": "2026-05-01", "longest_pay_period": 14}
# The next run is there on 2 October; by the 4th the run before was corrected for one worker, whose line is another.
AFTER_A_RUN, CORRECTED = START + timedelta(days=2), START + timedelta(days=4)
LAST_RUN, WORKER = "PR000051", "W000004"
PART = "(FROM whole WHERE Pay_Period_Start >= DATE '2026-05-01' AND Worker_Key <= 'W000030')"
HERE = f"Run_ID = '{LAST_RUN}' AND Worker_Key = '{WORKER}' AND Pay_Component_Code = 'REG' AND NOT Is_Retro"
# One correction of the part is there twice, equal in everything.
TWICE = f"SELECT min((Run_ID, Worker_Key, Cost_Center_ID, Pay_Component_Code)) FROM {PART} WHERE Is_Retro"
TABLES = {
    REPORT: f"""
        SELECT * REPLACE (if({HERE}, TIMESTAMP '{CORRECTED}', _until) AS _until) FROM {PART}
        UNION ALL BY NAME
        SELECT * REPLACE (Amount + 1000.01 AS Amount, TIMESTAMP '{CORRECTED}' AS _from) FROM {PART} WHERE {HERE}
        UNION ALL BY NAME
        FROM {PART} WHERE Is_Retro AND Amount < 0
            AND (Run_ID, Worker_Key, Cost_Center_ID, Pay_Component_Code) = ({TWICE})""",
    "Cost_Center_Hierarchy": f"""
        SELECT * REPLACE (if(Cost_Center_ID = '10001', TIMESTAMP '{AFTER_A_RUN}', _until) AS _until)
        FROM whole WHERE Cost_Center_ID < '10100'""",
}
LINE = "run_id, cost_center, pay_component, pay_component_type, hours, amount, is_retro, original_period_end_date"
SERVED = (
    "Run_ID, Cost_Center_ID, Pay_Component_Code, Pay_Component_Type, Hours::DECIMAL(18, 6), Amount, Is_Retro, "
    "Original_Period_End"
)


@pytest.fixture(scope="module")
def part(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartOfNetwork]:
    world = cut(made_world, tmp_path_factory.mktemp("hcm") / "world", "hcm", TABLES)
    with served_part(world, "hcm") as part:
        yield part


@pytest.fixture
def pay(part: PartOfNetwork) -> PartOfNetwork:
    part.at(START)
    part.fail()
    return part


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Landed]:
    with Landed(tmp_path) as landed:
        yield landed


def load(
    landed: Landed, pay: PartOfNetwork, mode: Any = "incremental", objects: tuple[str, ...] = ("payroll_result",)
) -> Any:
    return landed.load(pay.instance("hcm", OPTIONS, *objects), mode)


def assert_holds_what_is_served(landed: Landed, pay: PartOfNetwork, now: datetime) -> None:
    landed.see_current("raw_hcm.payroll_result", "raw_hcm.payroll_line")
    lines = landed.rows(f"SELECT {LINE} FROM current_payroll_line ORDER BY ALL")
    assert lines == landed.rows(f"SELECT {SERVED} FROM {pay.served(REPORT, now)} ORDER BY ALL")
    assert len(lines) > 1000


def test_pay_lands_line_by_line_and_two_equal_corrections_are_two(own: Landed, pay: PartOfNetwork) -> None:
    report = load(own, pay, "full", ())
    assert report.is_clean
    assert {report.objects[name].difference for name in ("payroll_result", "cost_center")} == {0}
    assert_holds_what_is_served(own, pay, START)
    assert own.rows("SELECT object, field, kind FROM ops.drift") == []
    equal = f"SELECT {LINE}, worker_key, count(*) FROM raw_hcm.payroll_line GROUP BY ALL HAVING count(*) > 1"
    assert [row[-1] for row in own.rows(equal)] == [2]
    assert own.rows(
        "SELECT DISTINCT run_id, pay_group, pay_period_start_date, pay_period_end_date, payment_date "
        "FROM raw_hcm.payroll_result ORDER BY ALL"
    ) == own.rows(
        "SELECT DISTINCT Run_ID, Pay_Group, Pay_Period_Start, Pay_Period_End, Payment_Date "
        f"FROM {pay.served(REPORT, START)} ORDER BY ALL"
    )
    assert own.rows(
        "SELECT cost_center, company, facility, level_3, is_inactive FROM raw_hcm.cost_center ORDER BY ALL"
    ) == (
        own.rows(
            "SELECT Cost_Center_ID, Company, Location, Level_3, Is_Inactive "
            f"FROM {pay.served('Cost_Center_Hierarchy', START)} ORDER BY ALL"
        )
    )


def test_a_worker_is_a_pseudonym_that_joins_with_the_time_clock(own: Landed, pay: PartOfNetwork) -> None:
    load(own, pay)
    workers = own.rows(f"SELECT DISTINCT Worker_Key FROM {pay.served(REPORT, START)}")
    made = sorted((pseudonym("network", "worker", worker),) for (worker,) in workers)
    for table in ("payroll_result", "payroll_line"):
        assert own.rows(f"SELECT DISTINCT worker_key FROM raw_hcm.{table} ORDER BY ALL") == made


def test_the_next_run_is_read_and_a_run_that_was_corrected_after_it_was_read(own: Landed, pay: PartOfNetwork) -> None:
    load(own, pay, objects=())
    pay.at(AFTER_A_RUN)
    report = load(own, pay, objects=())
    paid = own.value(
        f"SELECT count(DISTINCT Worker_Key) FROM {pay.served(REPORT, AFTER_A_RUN)} WHERE Run_ID = 'PR000052'"
    )
    assert report.objects["payroll_result"].landed == paid > 0
    # Read again, the last three periods and the one before them are no new versions.
    assert report.objects["payroll_result"].duplicate > 3 * paid - 20
    assert own.rows("SELECT cost_center FROM raw_hcm.cost_center WHERE _op = 'TOMBSTONE'") == [("10001",)]
    assert_holds_what_is_served(own, pay, AFTER_A_RUN)
    pay.at(CORRECTED)
    report = load(own, pay)
    assert (report.objects["payroll_result"].landed, report.objects["payroll_result"].quarantined) == (1, 0)
    assert_holds_what_is_served(own, pay, CORRECTED)
    assert load(own, pay, "reconcile").objects["payroll_result"].difference == 0


@pytest.mark.parametrize("column", ["Hours", "Amount", "Cost_Center_ID"])
@pytest.mark.parametrize("drift", ["drift_renamed", "drift_removed"])
def test_a_column_that_the_author_renames_or_removes_is_loud(
    own: Landed, pay: PartOfNetwork, drift: str, column: str
) -> None:
    pay.fail({"fault": drift, "field": column})
    found = load(own, pay).objects["payroll_result"]
    assert found.status == "FAILED"
    assert f"no entry has the column {column}: its author has renamed or removed it" in str(found.error)
    assert own.value("SELECT count(*) FROM raw_hcm.payroll_line") == 0


def test_a_column_that_the_author_adds_is_named_and_not_kept(own: Landed, pay: PartOfNetwork) -> None:
    pay.fail({"fault": "drift_added"})
    load(own, pay)
    assert_holds_what_is_served(own, pay, START)
    assert own.rows("SELECT field, kind FROM ops.drift") == [("lines.AddedByUpgrade", "ADDED")]


def test_lines_that_come_twice_are_not_paid_twice(own: Landed, pay: PartOfNetwork) -> None:
    pay.fail({"fault": "duplicate_rows", "rate": 0.5})
    found = load(own, pay).objects["payroll_result"]
    assert found.status == "FAILED"
    assert "come twice, equal in everything" in str(found.error)


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "429", "rate": 0.3, "seconds": 0},
        {"fault": "error_body_200", "rate": 0.3},
        {"fault": "truncated", "rate": 0.2},
        {"fault": "empty_page", "rate": 0.3},
    ],
    ids=lambda fault: fault["fault"],
)
def test_under_a_fault_pay_is_whole_or_its_load_fails_and_the_next_one_has_it(
    own: Landed, pay: PartOfNetwork, fault: dict[str, Any]
) -> None:
    pay.fail(fault)
    load(own, pay)
    # The last period may be left out for once: the next load begins before it.
    wrong = f"SELECT {LINE} FROM raw_hcm.payroll_line EXCEPT ALL SELECT {SERVED} FROM {pay.served(REPORT, START)}"
    assert own.rows(wrong) == []
    pay.fail()
    load(own, pay)
    assert_holds_what_is_served(own, pay, START)


def test_a_report_that_does_not_heed_its_prompts_is_refused(
    own: Landed, pay: PartOfNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(service.PROMPTS[service.PAYROLL], "Pay_Period_Start", "Pay_Period_End >= ?")
    found = load(own, pay).objects["payroll_result"]
    assert "pay came for other days than were asked for" in str(found.error)


def test_a_time_without_pay_before_pay_was_left_out(own: Landed, pay: PartOfNetwork) -> None:
    instance = pay.instance("hcm", {**OPTIONS, "pay_since": "2026-04-01"}, "payroll_result")
    found = own.load(instance).objects["payroll_result"]
    assert "no pay for periods that begin from 2026-04-01 to 2026-04-14, and there is pay after them" in str(
        found.error
    )


def test_a_wrong_password_is_refused_and_never_shown(pay: PartOfNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = pay.instance("hcm", OPTIONS)
    monkeypatch.setenv(str(instance.secret), "wrong-4711")
    source = open_source(instance, CONTRACT)
    with pytest.raises(AuthenticationError, match="401") as refused:
        source.check()
    source.close()
    assert "4711" not in str(refused.value)


def test_the_tenant_says_that_it_answers(pay: PartOfNetwork) -> None:
    source = open_source(pay.instance("hcm", OPTIONS), CONTRACT)
    assert source.check().startswith("tenant network answers, ")
    source.close()


def test_without_a_first_day_nothing_is_read(pay: PartOfNetwork) -> None:
    with pytest.raises(SettingsError, match=r"hcm: options\.pay_since"):
        open_source(pay.instance("hcm", {}), CONTRACT)


def test_lines_are_gathered_by_what_they_share_in_the_order_of_the_report() -> None:
    entries = [
        {"Run": "R1", "Who": "a", "Amount": "1.10"},
        {"Run": "R1", "Who": "b"},
        {"Run": "R1", "Who": "a", "Hours": "8"},
    ]
    assert gathered(entries, ["Run", "Who"], "lines") == [
        {"Run": "R1", "Who": "a", "lines": [{"Amount": "1.10"}, {"Hours": "8"}]},
        {"Run": "R1", "Who": "b", "lines": [{}]},
    ]


@given(
    first=st.dates(date(2024, 1, 1), date(2025, 1, 1)),
    days=st.integers(0, 400),
    longest=st.integers(7, 40),
    begins=st.integers(0, 400),
    lasts=st.integers(1, 40),
)
def test_every_period_lies_whole_in_one_slice_and_only_in_its_own(
    first: date, days: int, longest: int, begins: int, lasts: int
) -> None:
    last = first + timedelta(days=days)
    start = first + timedelta(days=min(begins, days))
    end = start + timedelta(days=min(lasts, longest) - 1)
    found = [slice_ for slice_ in slices(first, last, longest) if slice_.first <= start <= slice_.last]
    assert len(found) == 1
    assert found[0].first <= start <= end <= found[0].end
