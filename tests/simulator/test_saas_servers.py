"""The cloud services over HTTP, each with its own pages, operators, credentials, errors and weaknesses."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from simulator.serve.loopback import serving
from simulator.serve.saas.contracts import contracts_app, contracts_guard
from simulator.serve.saas.hcm import hcm_app, hcm_guard
from simulator.serve.saas.inventory import inventory_app, inventory_guard
from simulator.serve.saas.perioperative import perioperative_app, perioperative_guard
from simulator.serve.saas.procurement import procurement_app, procurement_guard
from tests.simulator import saas_world
from tests.simulator.saas_world import CHANGE, NOW

REPORT = "/ccx/service/customreport2/meridian/parline/Payroll_Results_By_Cost_Center"


@dataclass
class Clock:
    """A clock that a test moves."""

    time: datetime = NOW

    def now(self) -> datetime:
        return self.time


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    saas_world.write(folder)
    return folder


@pytest.fixture(scope="module")
def world_clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def clock(world_clock: Clock) -> Clock:
    world_clock.time = NOW
    return world_clock


def bearer(url: str, scope: str = "") -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": "client", "client_secret": "secret", "scope": scope}
    return {"Authorization": f"Bearer {httpx.post(f'{url}/oauth2/token', data=form).json()['access_token']}"}


@pytest.fixture(scope="module")
def procurement(folder: Path, world_clock: Clock) -> Iterator[httpx.Client]:
    app = procurement_app(folder / "procurement", world_clock.now, procurement_guard("client", "secret"), 10_000)
    with serving(app) as url, httpx.Client(base_url=url, headers=bearer(url)) as client:
        yield client


@pytest.fixture(scope="module")
def perioperative(folder: Path, world_clock: Clock) -> Iterator[httpx.Client]:
    app = perioperative_app(folder / "perioperative", world_clock.now, perioperative_guard("client", "secret"))
    with serving(app) as url, httpx.Client(base_url=url, headers=bearer(url)) as client:
        yield client


@pytest.fixture(scope="module")
def inventory(folder: Path, world_clock: Clock) -> Iterator[httpx.Client]:
    app = inventory_app(folder / "inventory", world_clock.now, inventory_guard("key"))
    with serving(app) as url, httpx.Client(base_url=url, headers={"X-API-Key": "key"}) as client:
        yield client


@pytest.fixture(scope="module")
def contracts(folder: Path, world_clock: Clock) -> Iterator[httpx.Client]:
    app = contracts_app(folder / "contracts", world_clock.now, contracts_guard("key"))
    with serving(app) as url, httpx.Client(base_url=url, headers={"X-API-Key": "key"}) as client:
        yield client


@pytest.fixture(scope="module")
def hcm(folder: Path, world_clock: Clock) -> Iterator[httpx.Client]:
    app = hcm_app(folder / "hcm", world_clock.now, hcm_guard("reader@meridian", "word"), "meridian", "parline")
    with serving(app) as url, httpx.Client(base_url=url, auth=("reader@meridian", "word")) as client:
        yield client


def got(client: httpx.Client, path: str, **parameters: Any) -> Any:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def orders(client: httpx.Client, **parameters: Any) -> list[dict[str, Any]]:
    return got(client, "/api/purchase_orders", **parameters)


# Procurement


def test_fifty_one_orders_are_two_pages_and_each_comes_once(procurement):
    pages = [orders(procurement, offset=offset, limit=200) for offset in (0, 50, 100)]
    assert [len(page) for page in pages] == [50, 1, 0]
    assert [order["id"] for page in pages for order in page] == list(range(1, 52))


def test_an_order_is_told_with_decimals_as_text_and_local_time_with_its_offset(procurement):
    assert orders(procurement, id=2) == [
        {
            "id": 2, "po-number": "4500000002", "status": "issued", "updated-at": "2025-02-28T21:00:00-05:00",
            "created-at": "2025-02-28T21:00:00-05:00", "comment": None,
            "supplier": {"number": "V2", "name": 'O\'Brien "Sons" & Co'},
            "order-lines": [
                {"id": 21, "line-num": 1, "price": "2.1000", "received": "0.00", "account": {"code": "H1-3"}},
                {"id": 22, "line-num": 2, "price": "2.2000", "received": "0.00", "account": {"code": "H1-4"}},
            ],
            "exported": False,
        }
    ]  # fmt: skip


def test_summer_time_has_another_offset(procurement, clock):
    clock.time = CHANGE
    assert orders(procurement, id=3)[0]["updated-at"] == "2025-03-11T08:00:00-04:00"


@pytest.mark.parametrize(
    ("parameters", "condition"),
    [
        ({"updated-at[gt]": "2025-03-01T05:00:00Z"}, "changed > TIMESTAMP '2025-03-01 05:00:00'"),
        ({"updated-at[gt_or_eq]": "2025-03-01T00:00:00-05:00"}, "changed >= TIMESTAMP '2025-03-01 05:00:00'"),
        ({"updated_at[lt]": "2025-03-01T05:00:00+00:00"}, "changed < TIMESTAMP '2025-03-01 05:00:00'"),
        ({"updated-at[lt_or_eq]": "2025-03-01"}, "changed <= TIMESTAMP '2025-03-01 05:00:00'"),
        ({"id[not_eq]": "7"}, "id <> 7"),
        ({"id[in]": "1,5,99"}, "id IN (1, 5)"),
        ({"po-number[not_in]": "4500000001,4500000002"}, "id > 2"),
        ({"comment[contains]": "NOTE 1"}, "comment LIKE '%note 1%'"),
        ({"comment[blank]": "true"}, "comment IS NULL"),
        ({"supplier[number]": "V1"}, "id % 3 = 1"),
        ({"supplier[number][not_eq]": "V1", "id[lt]": "20"}, "id % 3 <> 1 AND id < 20"),
        ({"order-lines[account][code]": "H1-3"}, "id % 3 >= 1 AND (id + 1) % 5 = 3 OR id % 3 = 2 AND (id + 2) % 5 = 3"),
        ({"order-lines[price][gt]": "44.15"}, "id >= 45 AND id % 3 > 0 OR id = 44"),
    ],
)
def test_an_operator_finds_what_sql_finds(procurement, folder, parameters, condition):
    table = f"(SELECT *, \"updated-at\" AS changed FROM '{folder}/procurement/purchase_orders.parquet' WHERE _from < '{NOW}')"
    expected = [id_ for (id_,) in duckdb.sql(f"SELECT id FROM {table} WHERE {condition} ORDER BY id").fetchall()]
    pages = [orders(procurement, offset=offset, **parameters) for offset in (0, 50)]
    assert [order["id"] for page in pages for order in page] == expected != []


def test_orders_come_in_the_order_asked_for(procurement):
    latest = orders(procurement, order_by="updated_at", dir="desc", limit=2)
    assert [order["id"] for order in latest] == [51, 50]


def test_only_the_fields_asked_for_come(procurement):
    fields = json.dumps(["id", {"supplier": ["number"]}, {"order_lines": ["line_num", {"account": ["code"]}]}])
    assert orders(procurement, id=4, fields=fields) == [
        {"id": 4, "supplier": {"number": "V1"}, "order-lines": [{"line-num": 1, "account": {"code": "H1-0"}}]}
    ]


def test_a_misspelt_filter_is_ignored_as_by_the_real_service(procurement):
    assert len(orders(procurement, **{"updatd-at[gt]": "2030-01-01"})) == 50


@pytest.mark.parametrize(
    "parameters",
    [
        {"updated-at[gt]": "yesterday"},
        {"id[gte]": "3"},
        {"order-lines[nothing]": "3"},
        {"order_by": "nothing"},
        {"limit": "many"},
        {"fields": "id"},
    ],
)
def test_a_malformed_question_is_refused_with_a_reason(procurement, parameters):
    answer = procurement.get("/api/purchase_orders", params=parameters)
    assert answer.status_code == 400
    assert answer.json()["errors"]["base"][0]


def test_a_version_is_shown_from_its_time_on_and_the_one_before_no_more(procurement, clock):
    clock.time = CHANGE - timedelta(seconds=1)
    assert got(procurement, "/api/purchase_orders/3")["status"] == "issued"
    clock.time = CHANGE
    assert got(procurement, "/api/purchase_orders/3")["status"] == "closed"
    assert [order["status"] for order in orders(procurement, **{"id[in]": "3"})] == ["closed"]
    assert procurement.get("/api/purchase_orders/60").status_code == 404


def test_an_order_that_changes_between_two_pages_lets_another_slip_past(procurement, clock):
    first = orders(procurement, order_by="updated_at", offset=0)
    clock.time = CHANGE
    second = orders(procurement, order_by="updated_at", offset=50)
    seen = [order["id"] for order in first + second]
    assert sorted(seen) == sorted([*range(1, 51), 3])  # 51 was not read, 3 was read twice


def test_what_is_marked_exported_is_not_found_again_until_it_changes(procurement, clock):
    answer = procurement.put("/api/purchase_orders/3", json={"exported": True})
    assert (answer.status_code, answer.json()["exported"]) == (200, True)
    assert 3 not in [order["id"] for order in orders(procurement, exported="false")]
    assert [order["id"] for order in orders(procurement, exported="true")] == [3]
    clock.time = CHANGE
    assert [order["id"] for order in orders(procurement, exported="false", status="closed")] == [3]
    clock.time = NOW
    assert procurement.put("/api/purchase_orders/3", json={"exported": False}).json()["exported"] is False


def test_nothing_else_can_be_written(procurement):
    assert procurement.put("/api/purchase_orders/3", json={"status": "closed"}).status_code == 422


def test_a_request_beyond_the_pace_of_a_second_is_told_to_wait(folder, clock):
    app = procurement_app(folder / "procurement", clock.now, procurement_guard("client", "secret"), requests_a_second=2)
    with serving(app) as url, httpx.Client(base_url=url, headers=bearer(url)) as client:
        answers = [client.get("/api/purchase_orders", params={"limit": 1}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "1"


def test_a_token_reads_what_its_scopes_allow(procurement):
    url = str(procurement.base_url)
    wrong = httpx.post(f"{url}/oauth2/token", data={"grant_type": "client_credentials", "client_id": "client"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    narrow = bearer(url, "core.invoice.read")
    statuses = [httpx.get(f"{url}/api/purchase_orders", headers=headers).status_code for headers in ({}, narrow)]
    assert statuses == [401, 403]


def test_a_path_that_is_not_there_is_refused_in_the_services_shape(procurement):
    answer = procurement.get("/api/nothing")
    assert (answer.status_code, list(answer.json())) == (404, ["errors"])


def test_a_file_that_is_missing_is_named(procurement):
    answer = procurement.get("/api/suppliers")
    assert answer.status_code == 500
    assert "suppliers.parquet is not there" in answer.json()["errors"]["base"][0]


# Perioperative


def cases(client: httpx.Client, **parameters: Any) -> Iterator[dict[str, Any]]:
    page = got(client, "/cases", **parameters)
    yield page
    while page["next_page_token"]:
        page = got(client, "/cases", page_token=page["next_page_token"], page_size=parameters.get("page_size", 100))
        yield page


def test_page_tokens_lead_through_every_case_once(perioperative):
    pages = list(cases(perioperative, page_size=5))
    assert [len(page["cases"]) for page in pages] == [5, 5, 2]
    assert sorted(case["case_id"] for page in pages for case in page["cases"]) == [f"C{n:07}" for n in range(1, 13)]


def test_a_case_that_changes_while_it_is_read_comes_again_and_none_is_missed(perioperative, clock):
    pages = cases(perioperative, page_size=5)
    first = next(pages)["cases"]
    clock.time = CHANGE
    read = [case["case_id"] for case in itertools.chain(first, *(page["cases"] for page in pages))]
    assert len(read) == 13
    assert len(set(read)) == 12
    assert read.count("C0000005") == 2


def test_the_whole_case_is_sent_again_with_its_supplies(perioperative, clock):
    clock.time = CHANGE
    (changed,) = got(perioperative, "/cases", last_modified_gte="2025-03-11T08:00:00-04:00")["cases"]
    assert changed == {
        "case_id": "C0000005", "status": "COMPLETED", "version": 2, "last_modified": "2025-03-11T08:00:00-04:00",
        "times": {"scheduled_start": "2025-03-12T08:00:00-04:00", "in_room": None},
        "supplies": [{"line_id": 51, "used": 1}, {"line_id": 52, "used": 2}],
    }  # fmt: skip


def test_a_page_token_dies_and_an_invented_one_never_lived(folder, clock):
    app = perioperative_app(folder / "perioperative", clock.now, perioperative_guard("client", "secret"), 0)
    with serving(app) as url, httpx.Client(base_url=url, headers=bearer(url)) as client:
        token = got(client, "/cases", page_size=5)["next_page_token"]
        expired, invented = (client.get("/cases", params={"page_token": each}) for each in (token, "invented"))
    assert (expired.status_code, expired.json()["code"]) == (410, "page_token_expired")
    assert (invented.status_code, invented.json()["code"]) == (400, "invalid_page_token")


# Inventory


def movements(client: httpx.Client, location: str, limit: int = 1000) -> list[list[dict[str, Any]]]:
    pages, after = [], 0
    while page := got(client, "/v1/movements", location=location, after_seq=after, limit=limit):
        if not page["data"]:
            assert page["next_after_seq"] == after
            return pages
        pages.append(page["data"])
        after = page["next_after_seq"]
    raise AssertionError


def test_the_sequence_of_a_location_has_no_gap_and_pages_go_on_after_a_number(inventory, clock):
    clock.time = datetime(2025, 4, 20)
    pages = movements(inventory, "L1", limit=5000)
    assert [len(page) for page in pages] == [1000, 1000, 500]
    assert [row["seq"] for page in pages for row in page] == list(range(1, 2501))
    after = got(inventory, "/v1/movements", location="L1", after_seq=2497)
    assert ([row["seq"] for row in after["data"]], after["next_after_seq"]) == ([2498, 2499, 2500], 2500)


def test_what_is_recorded_late_comes_with_a_late_number_and_its_own_early_time(inventory, clock):
    assert movements(inventory, "L1")[-1][-1]["seq"] == (NOW - datetime(2025, 1, 1)) // timedelta(hours=1)
    clock.time = datetime(2025, 4, 20)
    late = movements(inventory, "L1")[-1][-1]
    assert late["seq"] == 2500
    assert (late["occurred_at"], late["recorded_at"]) == ("2025-03-02T00:00:00Z", "2025-03-20T00:00:00Z")


def test_a_balance_is_the_sum_of_what_was_recorded_until_then(inventory):
    # 1 January, 06:00: the count of 5,000 of item 1, and one issue of each of the items 2 to 6.
    data = got(inventory, "/v1/balances", as_of="2025-01-01T06:00:00Z", location="L1")["data"]
    assert {row["item_no"]: row["on_hand"] for row in data} == {
        "I-1": 5000, "I-2": -1, "I-3": -1, "I-4": -1, "I-5": -1, "I-6": -1,
    }  # fmt: skip
    assert {row["as_of"] for row in data} == {"2025-01-01T06:00:00Z"}


def test_balances_go_on_after_the_last_of_a_page(inventory):
    whole = got(inventory, "/v1/balances")
    assert (len(whole["data"]), whole["next_after"]) == (10, None)
    first = got(inventory, "/v1/balances", limit=8)
    rest = got(inventory, "/v1/balances", limit=8, after=first["next_after"])
    assert first["data"] + rest["data"] == whole["data"]


@pytest.mark.parametrize(
    ("parameters", "headers", "refusal"),
    [
        ({}, {}, (400, "missing_parameter")),
        ({"location": "L9"}, {}, (404, "location_not_found")),
        ({"location": "L1", "after_seq": "-1"}, {}, (400, "invalid_parameter")),
        ({"location": "L1"}, {"X-API-Key": "wrong"}, (401, "unauthorized")),
    ],
)
def test_a_question_for_movements_is_refused(inventory, parameters, headers, refusal):
    answer = inventory.get("/v1/movements", params=parameters, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == refusal


# Contracts


def test_contracts_come_by_their_last_change_over_pages(contracts, clock):
    clock.time = datetime(2025, 6, 1)
    pages, page = [], 1
    while page:
        answer = got(contracts, "/contracts", page=page)
        pages.append([contract["contract_number"] for contract in answer["data"]])
        page = answer["next_page"]
    assert [len(page) for page in pages] == [25, 25, 10]
    # The second versions of 1 and 2 are of the days on which 21 and 22 are new.
    changed = got(contracts, "/contracts", updated_after="2025-02-20T00:00:00Z", page_size=4)["data"]
    assert [(contract["contract_number"], contract["version"]) for contract in changed] == [
        ("CN0020", 1), ("CN0001", 2), ("CN0021", 1), ("CN0002", 2),
    ]  # fmt: skip
    assert changed[1]["price_lines"] == [{"line_id": 1, "price": 817.5}]


def test_a_contract_that_is_not_there_yet_is_not_found(contracts):
    assert got(contracts, "/contracts/CN0037")["status"] == "DRAFT"
    answer = contracts.get("/contracts/CN0038")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


# HCM


def test_a_report_has_the_whole_period_at_once_as_text_without_what_is_empty(hcm):
    report = got(hcm, REPORT, format="json", Pay_Period_Start="2025-01-20-08:00", Pay_Period_End="2025-02-02-08:00")
    assert report == {
        "Report_Entry": [
            {
                "Run_ID": "R2", "Pay_Period_Start": "2025-01-20", "Pay_Period_End": "2025-02-02",
                "Worker_Key": "W000001", "Company": "1000", "Pay_Component_Type": "EARNING", "Hours": "80",
                "Amount": "3200.5", "Is_Retro": "0",
            },
            {
                "Run_ID": "R2", "Pay_Period_Start": "2025-01-20", "Pay_Period_End": "2025-02-02",
                "Worker_Key": "W000001", "Company": "1000", "Pay_Component_Type": "EARNING", "Hours": "-0.5",
                "Amount": "-12.34", "Is_Retro": "1", "Original_Period_End": "2025-01-19",
            },
        ]
    }  # fmt: skip


def test_a_report_by_run_adds_up(hcm):
    entries = got(hcm, REPORT, format="json", Run_ID="R1", Nonsense="ignored")["Report_Entry"]
    assert sum(Decimal(entry["Amount"]) for entry in entries) == Decimal("3299.50")


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        (REPORT, {"format": "json"}, 400),
        (REPORT, {"format": "json", "Pay_Period_Start": "2025-01-06"}, 400),
        (REPORT, {"format": "json", "Pay_Period_Start": "soon", "Pay_Period_End": "later"}, 400),
        (REPORT, {"Run_ID": "R1"}, 400),
        (REPORT.replace("Payroll", "Bank"), {"format": "json"}, 404),
        (REPORT.replace("meridian", "other"), {"format": "json", "Run_ID": "R1"}, 404),
    ],
)
def test_a_report_is_refused_with_a_reason(hcm, path, parameters, status):
    answer = hcm.get(path, params=parameters)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_report_is_only_for_its_integration_user(hcm):
    answer = httpx.get(f"{hcm.base_url}{REPORT}", auth=("reader@meridian", "other"))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid username or password"})
