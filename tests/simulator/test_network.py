"""The demo network keeps its own books: asked in SQL of the truth, as an auditor would."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest

from simulator.network.calendar import LAST_DAY, day_number, day_of, month_of, month_start, next_workday
from simulator.network.columns import decimals, times
from simulator.network.identifiers import gln, gtins
from simulator.network.labor import make_labor
from simulator.network.places import SITES, cost_centers
from simulator.network.streams import Streams, quota
from simulator.network.world import write_world

SMALL = 0.002


@pytest.fixture(scope="module")
def ask(network_truth):
    connection = duckdb.connect()
    for file in network_truth.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")

    def ask(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    return ask


def test_a_seed_and_a_scale_are_one_world_and_another_seed_is_another_that_balances_too(tmp_path):
    first, again, other = (write_world(seed, SMALL, tmp_path / name) for seed, name in ((1, "a"), (1, "b"), (2, "c")))
    assert again == first
    same = {
        name
        for name, table in other["tables"].items()
        if table["logical_hash"] == first["tables"][name]["logical_hash"]
    }
    # What exists does not depend on chance; everything that happens does.
    assert same == {
        "truth_site", "truth_account", "truth_cost_center", "truth_location", "truth_price_cap", "truth_story_tier",
    }  # fmt: skip
    unequal = f"SELECT company FROM '{tmp_path}/c/truth_gl_line.parquet' GROUP BY company, fiscal_month HAVING sum(amount) <> 0"
    assert duckdb.sql(unequal).fetchall() == []


def test_debits_equal_credits_in_every_company_and_month(ask):
    assert ask("SELECT company, fiscal_month FROM truth_gl_line GROUP BY ALL HAVING sum(amount) <> 0") == []
    assert ask("SELECT count(DISTINCT (company, fiscal_month)), count(*) > 100_000 FROM truth_gl_line") == [
        (4 * 25 - 9, True)
    ]


def test_what_is_owed_is_what_was_billed_and_not_paid(ask):
    [(owed,)] = ask("SELECT -sum(amount) FROM truth_gl_line WHERE account = '200100'")
    [(unpaid,)] = ask("SELECT sum(gross) FROM truth_invoice WHERE payment_id IS NULL")
    assert owed == unpaid > 0
    runs = "SELECT payment_id, sum(gross) FROM truth_invoice WHERE payment_id IS NOT NULL GROUP BY ALL"
    assert ask(f"{runs} EXCEPT SELECT payment_id, amount FROM truth_payment") == []


def test_an_invoice_is_its_lines_its_freight_and_its_tax(ask):
    lines = "(SELECT invoice_id, sum(amount) AS goods FROM truth_exception GROUP BY ALL)"
    assert (
        ask(f"SELECT * FROM truth_invoice JOIN {lines} USING (invoice_id) WHERE gross <> goods + freight + tax") == []
    )
    assert ask("SELECT count(*) FROM truth_invoice") == ask("SELECT count(DISTINCT invoice_id) FROM truth_exception")


def test_goods_received_and_not_invoiced_are_receipts_less_returns_less_what_invoices_cleared(ask):
    price = "(SELECT price FROM truth_order_line AS o WHERE o.po_number = d.po_number AND o.line = d.line)"
    came = "SELECT receipt_number, receipt_line, po_number, posted_line AS line, packs FROM truth_receipt_line"
    back = "(SELECT receipt_number, receipt_line, packs FROM truth_return_line)"
    returns = f"""SELECT came.* REPLACE (back.packs AS packs)
        FROM ({came}) AS came JOIN {back} AS back USING (receipt_number, receipt_line)"""
    [(received,)] = ask(f"SELECT sum(round(packs * {price}, 2)) FROM ({came}) AS d")
    [(returned,)] = ask(f"SELECT sum(round(packs * {price}, 2)) FROM ({returns}) AS d")
    [(cleared,)] = ask(f"SELECT sum(round(packs * {price}, 2)) FROM truth_exception AS d WHERE po_number IS NOT NULL")
    assert ask("SELECT -sum(amount) FROM truth_gl_line WHERE account = '200500'") == [(received - returned - cleared,)]


def test_stock_is_what_there_was_and_what_moved_and_the_ledger_has_of_it_what_its_erp_was_told(ask):
    moved = """(SELECT location, item_id, sum(quantity) AS net, sum(book_quantity) AS book
                FROM truth_stock_movement GROUP BY ALL)"""
    places = f"truth_inventory LEFT JOIN {moved} USING (location, item_id)"
    assert ask(f"SELECT * FROM {places} WHERE closing <> opening + coalesce(net, 0) OR closing < 0") == []
    assert ask(f"SELECT * FROM {places} WHERE closing_book <> opening + coalesce(book, 0)") == []
    # Receipts are posted as they are; of the rest an ERP is told wrongly of some. What left for another company has left.
    value = """
        SELECT item_class, sum(quantity * standard_cost)::DECIMAL(18, 2) FROM (
            SELECT location, item_id, closing_book + in_transit AS quantity FROM truth_inventory
            UNION ALL
            SELECT location, item_id,
                erp_quantity * CASE erp_fault WHEN 'MISSING' THEN 0 WHEN 'DUPLICATE' THEN 2 ELSE 1 END - book_quantity
            FROM truth_stock_movement WHERE movement IN ('USE', 'EXPIRE', 'COUNT'))
        JOIN truth_inventory USING (location, item_id) GROUP BY ALL"""
    ledger = """
        SELECT replace(initcap_first, 'Inventory, ', ''), sum(amount)::DECIMAL(18, 2)
        FROM truth_gl_line JOIN (SELECT code AS account, name AS initcap_first FROM truth_account) USING (account)
        WHERE account LIKE '1301%' GROUP BY ALL"""
    stock, books = dict(ask(value)), dict(ask(ledger))
    assert {name.lower(): worth for name, worth in stock.items()} == books


def test_pay_is_in_the_ledger_to_the_cent_and_what_is_accrued_is_reversed(ask):
    paid = ask("SELECT sum(amount) FROM truth_pay_line")
    assert ask("SELECT sum(amount) FROM truth_gl_line WHERE source = 'PAYROLL' AND account LIKE '600%'") == paid
    months = """
        SELECT fiscal_month, sum(amount) FILTER (amount > 0) AS made, sum(amount) FILTER (amount < 0) AS taken_back
        FROM truth_gl_line WHERE source = 'PAYROLL_ACCRUAL' AND account LIKE '600%' GROUP BY ALL"""
    pairs = f"SELECT count(*) FROM ({months}) AS a JOIN ({months}) AS b ON b.fiscal_month = a.fiscal_month + 1"
    assert ask(f"{pairs} WHERE coalesce(a.made, 0) + coalesce(b.taken_back, 0) <> 0") == [(0,)]
    assert ask(pairs)[0][0] >= 20
    hours = "SELECT sum(hours) FROM {} WHERE {}"
    last = "(SELECT max(period_end) FROM truth_pay_line)"
    assert ask(hours.format("truth_pay_line", "true")) == ask(hours.format("truth_shift", f"shift_date <= {last}"))


def test_every_department_has_somebody_where_there_are_enough_people():
    labor = make_labor(Streams(1), 0.06, cost_centers())
    assert len(labor.home) == 1260
    assert len(set(labor.home.tolist())) == 1150


def test_h7_buys_nothing_before_it_is_acquired(ask):
    [(first,)] = ask("SELECT min(posting_date) FROM truth_gl_line WHERE company = '3000' AND source = 'STOCK_USE'")
    assert first >= date(2025, 7, 1)


def test_places_and_accounts_do_not_scale(ask):
    centers = cost_centers()
    assert (len(centers), len({center.code for center in centers})) == (1150, 1150)
    assert ask("SELECT count(*) FROM truth_account") == [(620,)]
    assert sum(site.beds for site in SITES) == 2185
    assert len({center.name for center in centers if center.site == "SS"}) == 31


def test_identifiers_pass_their_check_digit():
    # 952000000000 has 9x1? By hand, from the right: 3x0 ... 1x2 + 3x5 + 1x9 = 26, so 4 is missing to 30.
    assert gln(0) == "9520000000004"
    # 0952000000001 from the right: 3x1 + (2x1 + 5x3 + 9x1) = 29, so 1 is missing to 30.
    assert gtins(np.array([1]), np.array([0])).tolist() == ["09520000000011"]


def test_months_workdays_and_cents():
    assert month_start(1) == date(2024, 10, 1)
    assert month_start(25) == date(2026, 10, 1)
    days = np.array([day_number(date(2024, 9, 30)), day_number(date(2024, 10, 1)), day_number(date(2026, 9, 30))])
    assert month_of(days).tolist() == [0, 1, 24]
    # The month ahead ends with October 2026.
    assert (day_of(LAST_DAY), month_of(np.array([LAST_DAY, LAST_DAY + 1])).tolist()) == (date(2026, 10, 31), [25, 26])
    saturday = np.array([day_number(date(2026, 11, 21))])
    assert next_workday(saturday).tolist() == [day_number(date(2026, 11, 23))]
    # 3 x 0.3350 = 1.005, half a cent away from zero, whichever the sign.
    assert times(np.array([3, -3]), np.array([3350, 3350])).tolist() == [101, -101]
    assert decimals(np.array([-105, 1050]), 18, 2).to_pylist() == [Decimal("-1.05"), Decimal("10.50")]


def test_a_quota_is_exact_and_never_more_than_there_is():
    random = Streams(1).of("test")
    marked = quota(random, np.array([True] * 1000 + [False] * 1000), 0.0345)
    assert (marked.sum(), marked[1000:].sum()) == (34, 0)
    assert quota(random, np.array([True, False]), 0.5, of=100).tolist() == [True, False]


def test_the_ledgers_totals_are_the_ledger(ask):
    keys = "company, fiscal_month, account, cost_center"
    lines = f"SELECT {keys}, sum(amount)::DECIMAL(18, 2) FROM truth_gl_line GROUP BY ALL"
    assert ask(f"({lines}) EXCEPT SELECT {keys}, amount FROM truth_gl_total") == []
    assert ask("SELECT sum(amount) FROM truth_gl_total") == [(Decimal(0),)]


def test_every_expense_is_some_departments(ask):
    nobodys = """
        SELECT DISTINCT source, account FROM truth_gl_line JOIN truth_account ON account = code
        WHERE kind = 'EXPENSE' AND cost_center IS NULL"""
    assert ask(nobodys) == []


def test_accrued_bills_are_paid_in_the_next_month(ask):
    owed = """
        SELECT fiscal_month, -sum(amount) FILTER (amount < 0) AS billed, sum(amount) FILTER (amount > 0) AS paid
        FROM truth_gl_line WHERE account = '210200' GROUP BY ALL"""
    pairs = f"SELECT count(*) FROM ({owed}) AS a JOIN ({owed}) AS b ON b.fiscal_month = a.fiscal_month + 1"
    assert ask(pairs) == [(24,)]
    assert ask(f"{pairs} WHERE a.billed <> b.paid") == [(0,)]


def test_a_statistic_of_hours_is_the_hours_worked(ask):
    [(counted,)] = ask("SELECT sum(quantity) FROM truth_activity_statistic WHERE statistic = 'HOURS_WORKED'")
    assert ask("SELECT sum(hours) FROM truth_shift WHERE pay_code <> 'PTO'") == [(counted,)]
    missing = """
        SELECT DISTINCT statistic FROM truth_cost_center
        WHERE kind = 'OVERHEAD' AND statistic NOT IN ('ACCUMULATED_COST', 'GROSS_REVENUE')
        EXCEPT SELECT statistic FROM truth_activity_statistic WHERE quantity > 0"""
    assert ask(missing) == []


def test_at_h1_the_womens_floors_and_cardiology_have_their_planted_shares(ask):
    share = """
        SELECT sum(quantity) FILTER (function IN ({})) / sum(quantity) FROM truth_activity_statistic AS found
        JOIN truth_cost_center ON code = cost_center WHERE site = 'H1' AND fiscal_month = 1 AND found.statistic = '{}'"""
    women = "'Labor and delivery', 'Postpartum', 'Neonatal intensive care'"
    cardiac = "'Cath lab', 'Electrophysiology', 'Cardiac care'"
    for functions, statistic, planted in (
        (women, "SQUARE_FEET", 0.30), (cardiac, "EQUIPMENT_DOLLARS", 0.45), ("'Plant operation'", "EQUIPMENT_DOLLARS", 0.40),
    ):  # fmt: skip
        [(found,)] = ask(share.format(functions, statistic))
        assert abs(float(found) - planted) < 0.005, statistic


def test_a_fiftieth_of_what_was_paid_is_taken_back_and_paid_anew_by_the_next_run(ask):
    [(paid,)] = ask("SELECT count(*) FROM truth_pay_line WHERE corrects_run IS NULL")
    lines = "SELECT run, worker_id, worked_cost_center, pay_code, hours, amount FROM truth_pay_line WHERE corrects_run"
    assert ask("SELECT count(*) FROM truth_pay_line WHERE corrects_run IS NOT NULL AND amount < 0") == [
        (round(paid * 0.02),)
    ]
    taken_back = """
        SELECT corrects_run, worker_id, worked_cost_center, pay_code, -hours, -amount FROM truth_pay_line
        WHERE corrects_run = run - 1 AND amount < 0"""
    assert ask(f"({taken_back}) EXCEPT {lines} IS NULL") == []
    wrong = "SELECT count(*) FROM truth_worker WHERE home_cost_center <> reported_cost_center"
    assert ask(wrong) == [(round(ask("SELECT count(*) FROM truth_worker")[0][0] * 0.012),)]
