"""What the cloud services of the demo network show, read as files and over HTTP, is what truly happened."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from simulator.network.world import write_world
from simulator.serve.loopback import serving
from simulator.serve.saas.hcm import hcm_app, hcm_guard
from simulator.serve.saas.inventory import inventory_app, inventory_guard
from simulator.serve.saas.procurement import procurement_app, procurement_guard
from simulator.systems.hcm import write_hcm
from simulator.systems.inventory import write_inventory
from simulator.systems.procurement import write_procurement

NOW = datetime(2026, 10, 1, 6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(1, 0.005, folder / "truth")
    for name, write in (("procurement", write_procurement), ("inventory", write_inventory), ("hcm", write_hcm)):
        write(folder / "truth", folder / name)
    return folder


@pytest.fixture(scope="module")
def ask(folder: Path):
    connection = duckdb.connect()
    for file in folder.glob("*/*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    connection.execute("CREATE VIEW sap AS SELECT code AS site FROM truth_site WHERE erp = 'sap'")
    return lambda query: connection.execute(query).fetchall()


OBJECTS = {
    "purchase_orders": "id",
    "inventory_transactions": "id",
    "invoices": "id",
    "matching_allocations": "id",
    "suppliers": "id",
    "items": "id",
    "movements": "movement_id",
    "pars": "location_id || item_no",
    "locations": "location_id",
    "counts": "count_id",
}


@pytest.mark.parametrize(("name", "key"), OBJECTS.items())
def test_each_version_of_a_document_ends_where_the_next_begins_and_the_last_does_not_end(ask, name, key):
    following = f"lead(_from) OVER (PARTITION BY {key} ORDER BY _from)"
    assert ask(f"SELECT count(*) > 0 FROM {name}") == [(True,)]
    assert ask(f"SELECT count(*) FROM {name} WHERE _from IS NULL OR _until <= _from") == [(0,)]
    assert ask(f"FROM (SELECT _until, {following} AS next FROM {name}) WHERE _until IS DISTINCT FROM next") == []


# Procurement


def test_orders_are_those_of_the_sap_sites_at_their_own_price(ask):
    latest = 'SELECT unnest("order-lines") AS line FROM purchase_orders WHERE _until IS NULL'
    assert ask(f"SELECT count(*), sum(line.total) FROM ({latest})") == ask(
        "SELECT count(*), sum(round(packs * price, 2)::DECIMAL(18, 2)) FROM truth_order_line SEMI JOIN sap USING (site)"
    )


@pytest.mark.parametrize("now", ["2025-06-30 06:00:00", "2026-10-01 06:00:00"])
def test_an_order_shows_what_had_come_and_been_invoiced_by_then(ask, now):
    shown = f"""
        SELECT unnest("order-lines", recursive := true) FROM purchase_orders
        WHERE _from <= TIMESTAMP '{now}' AND (_until IS NULL OR _until > TIMESTAMP '{now}')"""
    day = now[:10]
    received = f"""
        SELECT sum(r.packs) FROM truth_receipt_line AS r JOIN truth_order_line USING (po_number, line)
        SEMI JOIN sap USING (site) WHERE posted_date < DATE '{day}'"""
    invoiced = f"""
        SELECT sum(e.packs) FROM truth_exception AS e JOIN truth_invoice AS i USING (invoice_id) SEMI JOIN sap USING (site)
        WHERE posted_date < DATE '{day}' AND po_number IS NOT NULL"""
    assert ask(f"SELECT sum(received)::BIGINT, sum(invoiced)::BIGINT FROM ({shown})") == [
        (ask(received)[0][0], ask(invoiced)[0][0])
    ]


def test_an_order_closes_when_all_of_it_has_come_and_is_billed(ask):
    open_lines = """
        SELECT "po-number", status, bool_and(line.received >= line.quantity AND line.invoiced >= line.quantity) AS is_done
        FROM (SELECT *, unnest("order-lines") AS line FROM purchase_orders) GROUP BY ALL"""
    assert ask(f"SELECT count(*) FROM ({open_lines}) WHERE (status = 'closed') <> is_done") == [(0,)]
    assert ask("SELECT DISTINCT status FROM purchase_orders ORDER BY 1") == [("closed",), ("issued",)]


def test_invoices_come_before_they_are_approved_and_are_paid_after(ask):
    assert ask("SELECT sum(\"gross-total\") FROM invoices WHERE _until IS NULL AND status = 'approved'") == ask(
        "SELECT sum(gross) FROM truth_invoice SEMI JOIN sap USING (site)"
    )
    paid = "SELECT count(*), sum(gross) FROM truth_invoice SEMI JOIN sap USING (site) WHERE payment_id IS NOT NULL"
    assert ask('SELECT count(*), sum("gross-total") FROM invoices WHERE paid') == ask(paid)
    assert ask("SELECT count(*) FROM invoices WHERE \"created-at\" >= _from AND status = 'approved'") == [(0,)]


def test_an_allocation_joins_a_billed_line_to_the_receipt_it_is_for(ask):
    joined = """
        SELECT count(*) FROM matching_allocations AS a JOIN inventory_transactions AS t ON t.id = "inventory-transaction-id"
        WHERE a."order-line-id" = t."order-line-id\""""
    received = "SELECT count(*) FROM truth_exception JOIN truth_invoice USING (invoice_id) SEMI JOIN sap USING (site)"
    assert ask(joined) == ask(f"{received} WHERE receipt_number IS NOT NULL")


def test_paging_by_offset_reads_every_invoice_of_a_quarter_once(ask, folder):
    def pages() -> Iterator[list[dict[str, Any]]]:
        app = procurement_app(folder / "procurement", lambda: NOW, procurement_guard("client", "secret"), 10_000)
        form = {"grant_type": "client_credentials", "client_id": "client", "client_secret": "secret"}
        with serving(app) as url, httpx.Client(base_url=url) as client:
            token = client.post("/oauth2/token", data=form).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            offset = 0
            question: dict[str, Any] = {"updated-at[gt_or_eq]": "2026-07-01T00:00:00-04:00", "order_by": "updated_at"}
            while page := client.get("/api/invoices", params=question | {"offset": offset}).json():
                yield page
                offset += len(page)

    read = [invoice for page in pages() for invoice in page]
    there = f"""
        SELECT count(*), sum("gross-total") FROM invoices
        WHERE "updated-at" >= TIMESTAMP '2026-07-01 04:00:00' AND _from <= TIMESTAMP '{NOW}'
            AND (_until IS NULL OR _until > TIMESTAMP '{NOW}')"""
    assert [(len({row["id"] for row in read}), sum(Decimal(row["gross-total"]) for row in read))] == ask(there)
    assert len(read) > 50


# Inventory


def test_a_location_numbers_what_it_recorded_without_a_gap(ask):
    assert ask(
        "SELECT count(*) FROM (SELECT max(seq) = count(*) AND min(seq) = 1 AND count(DISTINCT seq) = count(*) AS is_whole "
        "FROM movements GROUP BY location_id) WHERE NOT is_whole"
    ) == [(0,)]
    backwards = "lag(recorded_at) OVER (PARTITION BY location_id ORDER BY seq) > recorded_at"
    assert ask(f"SELECT count(*) FROM (SELECT {backwards} AS is_wrong FROM movements) WHERE is_wrong") == [(0,)]
    overtaken = "occurred_at < lag(occurred_at) OVER (PARTITION BY location_id ORDER BY seq) - INTERVAL 7 DAY"
    assert ask(f"SELECT count(*) > 0 FROM (SELECT {overtaken} AS is_late FROM movements) WHERE is_late") == [(True,)]


def test_movements_add_up_to_what_is_on_the_shelf(ask):
    shelf = """
        SELECT location, item_id, opening + coalesce(sum(m.quantity), 0)::BIGINT FROM truth_inventory
        JOIN truth_location ON code = location SEMI JOIN sap USING (site)
        LEFT JOIN truth_stock_movement AS m USING (location, item_id) GROUP BY location, item_id, opening"""
    book = "SELECT location_id, 'I-' || right(item_no, 6), sum(qty)::BIGINT FROM movements GROUP BY ALL"
    assert ask(f"({shelf}) EXCEPT ({book})") == ask(f"({book}) EXCEPT ({shelf})") == []


def test_every_receipt_names_its_order_and_a_late_one_is_recorded_late(ask):
    late = """
        SELECT count(*) FROM truth_receipt_line AS r JOIN truth_order_line AS l USING (po_number, line)
        SEMI JOIN sap USING (site) WHERE location IS NOT NULL AND posted_date > arrived_date"""
    assert ask("SELECT count(*) FROM movements WHERE type = 'RECEIPT' AND ref_id IS NULL") == [(0,)]
    assert ask(
        "SELECT count(*) FROM movements WHERE type = 'RECEIPT' AND recorded_at::DATE > occurred_at::DATE"
    ) == ask(late)


def test_balances_over_http_are_what_was_recorded_by_then(ask, folder):
    with (
        serving(inventory_app(folder / "inventory", lambda: NOW, inventory_guard("key"))) as url,
        httpx.Client(base_url=url, headers={"X-API-Key": "key"}) as client,
    ):
        after, found = "", {}
        while after is not None:
            question = {"as_of": "2026-01-01T00:00:00Z", "limit": 100, "after": after}
            page = client.get("/v1/balances", params=question).json()
            found |= {(row["location_id"], row["item_no"]): row["on_hand"] for row in page["data"]}
            after = page["next_after"]
    book = """SELECT location_id, item_no, sum(qty)::BIGINT FROM movements
        WHERE recorded_at <= TIMESTAMP '2026-01-01' GROUP BY ALL"""
    assert found == {(location, item): total for location, item, total in ask(book)}


def test_a_count_finds_what_is_there_and_differs_where_the_book_is_late(ask):
    there = """
        SELECT count(*) FROM counts JOIN truth_inventory AS i ON location = location_id AND item_id = 'I-' || right(item_no, 6)
        WHERE counted_qty <> opening + (SELECT coalesce(sum(quantity), 0) FROM truth_stock_movement AS m
            WHERE m.location = i.location AND m.item_id = i.item_id AND m.date < counted_at::DATE)"""
    assert ask(there) == [(0,)]
    assert ask("SELECT count(*) > 0 FROM counts WHERE variance_qty <> 0") == [(True,)]


# HCM


def test_a_report_of_a_period_holds_all_its_pay_to_the_cent(ask, folder):
    report = "/ccx/service/customreport2/meridian/parline/Payroll_Results_By_Cost_Center"
    app = hcm_app(folder / "hcm", lambda: NOW, hcm_guard("reader", "word"), "meridian", "parline")
    ((end,),) = ask("SELECT max(period_end) FROM truth_pay_line WHERE period_end < DATE '2026-07-01'")
    prompts = {"format": "json", "Pay_Period_Start": "2026-01-01", "Pay_Period_End": f"{end}-07:00"}
    with serving(app) as url:
        entries = httpx.get(f"{url}{report}", params=prompts, auth=("reader", "word")).json()["Report_Entry"]
    earned = sum(Decimal(entry["Amount"]) for entry in entries if entry["Pay_Component_Type"] == "EARNING")
    assert [(earned,)] == ask(
        f"SELECT sum(amount) FROM truth_pay_line WHERE period_end - 13 >= DATE '2026-01-01' AND period_end <= DATE '{end}'"
    )
    assert any(Decimal(entry["Amount"]) < 0 for entry in entries if entry["Is_Retro"] == "1")


def test_what_the_employer_adds_is_what_the_ledger_holds_in_every_department(ask):
    added = """
        SELECT Cost_Center_ID, sum(Amount) FROM Payroll_Results_By_Cost_Center
        WHERE Pay_Component_Type <> 'EARNING' GROUP BY ALL"""
    ledger = """
        SELECT cost_center, sum(amount) FROM truth_gl_line JOIN truth_account ON code = account
        WHERE expense_class = 'BENEFIT' AND source = 'PAYROLL' GROUP BY ALL HAVING sum(amount) <> 0"""
    assert ask(f"({added}) EXCEPT ({ledger})") == ask(f"({ledger}) EXCEPT ({added})") == []


def test_what_a_run_corrects_is_marked_with_the_period_it_was_of(ask):
    shown = """
        SELECT Run_ID, Worker_Key, Cost_Center_ID, Pay_Component_Code, Amount, Original_Period_End
        FROM Payroll_Results_By_Cost_Center WHERE Is_Retro"""
    corrected = """
        SELECT 'PR' || lpad(p.run::VARCHAR, 6, '0'), worker_id, worked_cost_center, pay_code, amount, earlier.period_end
        FROM truth_pay_line AS p JOIN (SELECT DISTINCT run, period_end FROM truth_pay_line) AS earlier
            ON earlier.run = corrects_run"""
    assert ask(f"({shown}) EXCEPT ({corrected})") == ask(f"({corrected}) EXCEPT ({shown})") == []
    assert ask(f"SELECT count(*) > 0 FROM ({shown}) WHERE Amount < 0") == [(True,)]


def test_every_department_is_in_the_hierarchy(ask):
    assert (
        ask(
            "SELECT Cost_Center_ID FROM Payroll_Results_By_Cost_Center EXCEPT SELECT Cost_Center_ID FROM Cost_Center_Hierarchy"
        )
        == []
    )
    assert ask("SELECT count(*) FROM Cost_Center_Hierarchy") == ask("SELECT count(*) FROM truth_cost_center")
