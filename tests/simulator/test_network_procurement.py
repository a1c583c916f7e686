"""From requisition to payment: what the network's truth says of it, asked in SQL as an auditor would."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from simulator.network.calendar import FIRST_DAY, LAST_DAY, STARTS
from simulator.network.fates import RunningQuota
from simulator.network.ground import Ground, make_ground
from simulator.network.movements import on_hand
from simulator.network.pricing import members_summing_to
from simulator.network.procurement import kept_stock, procure, run_stock
from simulator.network.purchasing import Used
from simulator.network.shipments import ssccs
from simulator.network.stock import first_come
from simulator.network.stocked import Demand
from simulator.network.streams import Streams
from simulator.network.world import make_world


@pytest.fixture(scope="module")
def ask(network_truth: Path):
    connection = duckdb.connect()
    for file in network_truth.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    connection.execute("""
        CREATE TABLE ordered AS FROM truth_order_line;
        CREATE TABLE received AS FROM truth_receipt_line;
        CREATE TABLE billed AS SELECT * FROM truth_exception JOIN truth_invoice USING (invoice_id);
    """)

    def ask(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    return ask


def one(ask, query: str) -> Any:
    [(value,)] = ask(query)
    return value


# Contracts and prices


def test_every_order_line_names_the_one_price_line_that_its_date_tier_and_site_allow(ask):
    """Found again from the tables alone: the item's line of a contract that the site may use on that day, in its tier."""
    candidates = """
        SELECT o.po_number, o.line, l.contract_number, l.line AS contract_line, l.price
        FROM ordered AS o JOIN truth_contract_line AS l
            ON l.item_id = o.item_id AND o.priced_date BETWEEN l.from_date AND l.to_date
        JOIN truth_contract_eligibility AS e
            ON e.contract_number = l.contract_number AND e.site = o.site AND e.tier = l.tier
            AND o.priced_date BETWEEN e.from_date AND e.to_date"""
    assert ask(f"SELECT po_number, line FROM ({candidates}) GROUP BY ALL HAVING count(*) > 1") == []
    named = """
        SELECT po_number, line, contract_number, contract_line, price FROM truth_contract_price
        WHERE contract_number IS NOT NULL AND label <> 'EXPIRED'"""
    assert ask(f"({candidates}) EXCEPT ({named})") == []
    assert ask(f"({named}) EXCEPT ({candidates})") == []
    assert one(ask, f"SELECT count(*) FROM ({named})") > 10_000


def test_an_expired_line_had_ended_and_nothing_applied_in_its_place(ask):
    expired = """
        FROM truth_contract_price AS p JOIN ordered USING (po_number, line)
        JOIN truth_contract_line AS l ON l.contract_number = p.contract_number AND l.line = p.contract_line
        WHERE p.label = 'EXPIRED'"""
    assert one(ask, f"SELECT count(*) {expired} AND priced_date <= l.to_date") == 0


def test_price_lines_that_were_loaded_late_or_never_say_so(ask):
    lines = """
        FROM truth_contract_price AS p JOIN ordered USING (po_number, line)
        JOIN truth_contract_line AS l ON l.contract_number = p.contract_number AND l.line = p.contract_line"""
    assert ask(f"SELECT DISTINCT loaded_on {lines} WHERE p.label = 'NOT_LOADED'") == [(None,)]
    assert one(ask, f"SELECT count(*) {lines} WHERE p.label = 'LATE' AND priced_date >= l.loaded_on") == 0
    on_contract = (
        f"SELECT count(*) {lines} WHERE p.label = 'ON_CONTRACT' AND (loaded_on IS NULL OR priced_date < loaded_on)"
    )
    assert one(ask, on_contract) == 0


def test_shares_of_contract_labels_are_met_to_the_line(ask):
    [(lines, eligible)] = ask("SELECT count(*), count(contract_number) FROM truth_contract_price")
    counts = dict(ask("SELECT label, count(*) FROM truth_contract_price GROUP BY ALL"))
    of_eligible = {"NOT_LOADED": 0.04, "LATE": 0.03, "EXPIRED": 0.02}
    assert {label: counts[label] for label in of_eligible} == {
        label: round(eligible * rate) for label, rate in of_eligible.items()
    }
    assert (counts["OFF_CONTRACT"], counts["EQUIVALENT"]) == (round(lines * 0.06), round(lines * 0.05))
    faults = dict(ask("SELECT price_fault, count(*) FROM truth_contract_price GROUP BY ALL"))
    assert one(ask, "SELECT count(*) FROM ordered WHERE is_price_wrong") == round(lines * 0.07)
    assert faults["PACK_RATIO"] == round(lines * 0.004)
    assert one(ask, "SELECT count(*) FROM ordered WHERE is_price_wrong AND price = contract_price") == 0


def test_what_was_bought_before_a_price_rose_retroactively_is_billed_anew(ask):
    early = "SELECT po_number, line FROM truth_contract_price WHERE label = 'RETROACTIVE'"
    assert one(ask, f"SELECT count(*) FROM ({early})") > 0
    announced = """
        SELECT DISTINCT l.loaded_on FROM truth_contract_price AS p
        JOIN truth_contract_line AS l ON l.contract_number = p.contract_number AND l.line = p.contract_line
        WHERE p.label = 'RETROACTIVE'"""
    assert [str(day) for (day,) in ask(announced)] == ["2026-04-01"]
    dearer = f"""
        SELECT count(*) FROM billed AS b JOIN ordered AS o USING (po_number, line) SEMI JOIN ({early}) USING (po_number, line)
        WHERE b.kind = 'REBILL' AND b.price <= o.price"""
    assert one(ask, dearer) == 0


def test_the_price_file_changes_six_percent_of_the_items_a_month(ask):
    items = one(ask, "SELECT count(DISTINCT item_id) FROM truth_contract_line")
    changes = """
        SELECT from_date, count(DISTINCT item_id) FROM truth_contract_line AS l JOIN truth_contract AS c USING (contract_number)
        WHERE from_date > c.starts_on AND day(from_date) = 1 GROUP BY ALL"""
    monthly = [count for _, count in ask(changes)]
    assert len(monthly) >= 24
    assert 0.04 < sum(monthly) / len(monthly) / items < 0.08


# Requisitions, orders, answers, shipments


def test_there_are_as_many_requisition_lines_as_the_shares_say(ask):
    lines = one(ask, "SELECT count(*) FROM ordered")
    counts = dict(ask("SELECT status, count(*) FROM truth_requisition_line GROUP BY ALL"))
    assert counts["ORDERED"] == lines
    assert (counts["REJECTED"], counts["CANCELLED"]) == (round(lines * 0.04), round(lines * 0.03))
    assert sum(counts.values()) == round(lines * 1.35 / 1.12)


def test_what_was_asked_for_and_approved_is_what_was_ordered(ask):
    asked = "SELECT po_number, po_line, sum(packs) FROM truth_requisition_line WHERE po_number IS NOT NULL GROUP BY ALL"
    ordered = "SELECT po_number, line, packs FROM ordered"
    assert ask(f"({asked}) EXCEPT ({ordered})") == []
    assert ask(f"({ordered}) EXCEPT ({asked})") == []
    assert one(ask, "SELECT count(*) FROM truth_requisition_line WHERE approved_at < requested_at") == 0
    assert (
        one(ask, "SELECT count(*) FROM truth_requisition_line WHERE (po_number IS NULL) <> (approved_at IS NULL)") == 0
    )
    assert one(ask, "SELECT count(DISTINCT approval_steps) FROM truth_requisition_line") >= 4


def test_answers_add_up_to_what_was_ordered_and_a_line_without_one_has_no_row(ask):
    """Q5, on the latest sequence; lines of the last two days may be unanswered yet."""
    latest = """
        SELECT po_number, line, sum(packs) AS packs FROM truth_acknowledgement_line AS a
        WHERE sequence = (SELECT max(sequence) FROM truth_acknowledgement_line AS b
                          WHERE a.po_number = b.po_number AND a.line = b.line)
        GROUP BY ALL"""
    joined = f"ordered AS o LEFT JOIN ({latest}) AS a USING (po_number, line)"
    assert one(ask, f"SELECT count(*) FROM {joined} WHERE a.packs <> o.packs") == 0
    silent = f"FROM {joined} WHERE a.packs IS NULL AND order_date < DATE '2026-10-28' AND origin <> 'PREFCARD'"
    assert ask(f"SELECT DISTINCT response {silent}") == [("NONE",)]


def test_what_the_supplier_refused_or_never_sent_did_not_come_and_is_cancelled(ask):
    lost = "SELECT * FROM ordered WHERE response = 'REJECT' OR delivery = 'NEVER'"
    assert one(ask, f"SELECT count(*) FROM ({lost}) SEMI JOIN received USING (po_number, line)") == 0
    assert ask(f"SELECT DISTINCT final_status FROM ({lost}) WHERE order_date < DATE '2026-10-01'") == [("CANCELLED",)]
    cancelled = "SELECT po_number, line FROM truth_order_change WHERE kind = 'CANCELLED'"
    assert one(ask, f"SELECT count(*) FROM ({cancelled}) SEMI JOIN received USING (po_number, line)") == 0


def test_one_supplier_ships_nothing_in_the_month_of_its_outage(ask):
    arrivals = """
        SELECT date_trunc('month', arrived_date)::DATE AS month, count(*) FROM received JOIN ordered USING (po_number, line)
        WHERE supplier_id = 'S-0006' AND origin <> 'PREFCARD' GROUP BY ALL"""
    months = {str(month): count for month, count in ask(arrivals)}
    assert "2025-11-01" not in months
    assert months["2025-12-01"] > 0


def test_what_arrived_was_shipped_before_under_a_container_code_of_its_own(ask):
    shipped = "SELECT po_number, line, sum(packs) FROM truth_shipment_line GROUP BY ALL"
    arrived = """
        SELECT po_number, line, sum(r.packs) FROM received AS r JOIN ordered USING (po_number, line)
        WHERE origin <> 'PREFCARD' GROUP BY ALL"""
    assert ask(f"({shipped}) EXCEPT ({arrived})") == ask(f"({arrived}) EXCEPT ({shipped})") == []
    [(rows, codes, wrong)] = ask("""
        SELECT count(*), count(DISTINCT sscc), count(*) FILTER (sscc NOT LIKE '0952%' OR length(sscc) <> 18)
        FROM truth_shipment_line""")
    assert (rows, wrong) == (codes, 0)
    shipments = one(ask, "SELECT count(DISTINCT shipment) FROM truth_shipment_line")
    noticed = one(ask, "SELECT count(DISTINCT shipment) FROM truth_shipment_line WHERE is_noticed")
    assert noticed == round(shipments * 0.625)
    early = (
        "SELECT count(*) FROM truth_shipment_line JOIN ordered USING (po_number, line) WHERE shipped_at < order_date"
    )
    assert one(ask, early) == 0


def test_orders_of_h5_before_its_cut_over_have_a_number_of_the_old_system(ask):
    numbered = "SELECT min(order_date)::VARCHAR, max(order_date)::VARCHAR, min(site), max(site) FROM ordered"
    [(first, last, *sites)] = ask(f"{numbered} WHERE legacy_number IS NOT NULL")
    assert (first >= "2024-10-01", "2025-02-20" < last < "2025-03-01", sites) == (True, True, ["H5", "H5"])
    assert one(ask, "SELECT count(*) FROM ordered WHERE site = 'H7' AND order_date < DATE '2025-07-01'") == 0


# Receipts


def test_nothing_is_received_beyond_the_order_but_what_is_said_to_be_over_nor_before_it(ask):
    """Q4."""
    lines = """
        SELECT o.packs, sum(r.packs - r.packs_over) AS came, min(arrived_date) AS first_came, any_value(order_date) AS day
        FROM ordered AS o JOIN received AS r USING (po_number, line) WHERE origin <> 'PREFCARD'
        GROUP BY po_number, line, o.packs"""
    assert one(ask, f"SELECT count(*) FROM ({lines}) WHERE came > packs OR first_came <= day") == 0
    assert one(ask, "SELECT count(*) FROM received WHERE posted_date < arrived_date") == 0
    assert one(ask, "SELECT count(*) FROM received WHERE packs_missing >= packs OR packs_over >= packs") == 0


def test_faults_of_receipts_are_met_to_the_line(ask):
    [(lines, over, missing, wrong)] = ask("""
        SELECT count(*), count(*) FILTER (packs_over > 0), count(*) FILTER (packs_missing > 0), count(*) FILTER (is_wrong_line)
        FROM received JOIN ordered USING (po_number, line) WHERE origin <> 'PREFCARD'""")
    assert (over, missing, wrong) == (round(lines * 0.012), round(lines * 0.008), round(lines * 0.005))
    assert one(ask, "SELECT count(*) FROM truth_return_line") == round(lines * 0.016)
    [(orders, partial, never)] = ask("""
        SELECT count(*), count(*) FILTER (delivery = 'PARTIAL'), count(*) FILTER (delivery = 'NEVER')
        FROM ordered WHERE origin <> 'PREFCARD'""")
    assert (partial, never) == (round(orders * 0.07), round(orders * 0.009))
    assert one(ask, "SELECT count(*) FROM received WHERE is_wrong_line AND posted_line = line") == 0


def test_h6_posts_more_of_its_receipts_late_than_others_and_later(ask):
    late = """
        SELECT site = 'H6', avg(is_late::INT), avg(posted_date - arrived_date) FILTER (is_late) FROM (
            SELECT DISTINCT o.site, r.receipt_number, r.is_late, r.posted_date, r.arrived_date
            FROM received AS r JOIN ordered AS o USING (po_number, line) WHERE o.origin <> 'PREFCARD')
        GROUP BY ALL ORDER BY ALL"""
    [(_, others, days), (_, h6, h6_days)] = ask(late)
    assert (round(others, 2), round(h6, 2)) == (0.09, 0.22)
    assert h6_days > 2 * days


# Invoices, credits, payments


def test_a_price_that_the_supplier_announced_is_the_price_that_it_bills(ask):
    announced = """
        SELECT count(*), count(*) FILTER (b.price = a.price)
        FROM billed AS b JOIN truth_acknowledgement_line AS a USING (po_number, line)
        WHERE b.kind = 'INVOICE' AND b.code = 'PRICE_OVER' AND a.code = 'PRICE_CHANGE'"""
    [(lines, equal)] = ask(announced)
    assert lines == equal > 100


def test_what_is_billed_of_a_receipt_line_is_what_came_unless_the_invoice_says_more(ask):
    """Q3: of a receipt line never more is matched than came; a line that bills more is labelled."""
    first = "SELECT * FROM billed JOIN received USING (receipt_number, receipt_line) WHERE kind = 'INVOICE'"
    assert one(ask, f"SELECT count(*) FROM ({first}) WHERE packs <> packs_1 AND code NOT IN ('QTY_OVER', 'UOM')") == 0
    assert one(ask, f"SELECT count(*) FROM ({first}) WHERE packs <= packs_1 AND code = 'QTY_OVER'") == 0
    again = f"SELECT count(*) FROM ({first}) GROUP BY receipt_number, receipt_line HAVING count(*) > 1"
    assert ask(again) == []
    returned = "SELECT count(*) FROM truth_return_line AS t JOIN received AS r USING (receipt_number, receipt_line)"
    assert one(ask, f"{returned} WHERE t.packs > r.packs") == 0


def test_a_fifth_of_the_credits_of_returns_is_overdue(ask):
    returns, overdue = ask("SELECT count(*), count(*) FILTER (is_credit_overdue) FROM truth_return_line")[0]
    assert overdue == round(returns * 0.2)
    waits = """
        SELECT is_credit_overdue, min(invoice_date - returned_at::DATE), max(invoice_date - returned_at::DATE)
        FROM truth_return_line JOIN truth_invoice ON credit_invoice_id = invoice_id GROUP BY ALL ORDER BY ALL"""
    [(_, _, longest), (_, shortest, _)] = ask(waits)
    assert longest <= 45 < shortest
    credited = """
        SELECT count(*) FROM truth_return_line AS t JOIN billed AS b ON b.invoice_id = t.credit_invoice_id
        WHERE b.packs <> -t.packs OR b.po_number <> t.po_number OR b.line <> t.line"""
    assert one(ask, credited) == 0


def test_a_rebill_credits_its_invoice_whole_and_bills_it_again(ask):
    goods = "(SELECT refers_to, kind, sum(amount) AS goods FROM billed WHERE refers_to IS NOT NULL GROUP BY ALL)"
    first = "(SELECT invoice_id AS refers_to, sum(amount) AS goods FROM billed GROUP BY ALL)"
    both = f"{goods} AS again JOIN {first} AS first USING (refers_to)"
    assert one(ask, f"SELECT count(*) FROM {both} WHERE kind = 'REBILL_CREDIT' AND again.goods <> -first.goods") == 0
    assert ask(
        "SELECT count(*) FILTER (kind = 'REBILL') - count(*) FILTER (kind = 'REBILL_CREDIT') FROM truth_invoice"
    ) == [(0,)]


def test_no_payment_is_less_than_nothing_and_each_pays_its_invoices(ask):
    """C9."""
    assert one(ask, "SELECT min(amount) > 0 FROM truth_payment")
    paid = "SELECT payment_id, sum(gross) FROM truth_invoice WHERE payment_id IS NOT NULL GROUP BY ALL"
    assert ask(f"({paid}) EXCEPT SELECT payment_id, amount FROM truth_payment") == []
    assert ask(f"SELECT payment_id, amount FROM truth_payment EXCEPT ({paid})") == []


# Stock


def test_transfers_net_to_nothing_with_what_is_under_way(ask):
    """Q2."""
    moved = "SELECT sum(quantity) FROM truth_stock_movement WHERE movement IN ('TRANSFER_OUT', 'TRANSFER_IN')"
    assert one(ask, moved) + one(ask, "SELECT sum(in_transit) FROM truth_inventory") == 0
    sent = "SELECT count(*) FROM truth_stock_movement WHERE movement = 'TRANSFER_OUT' AND location = 'DC-STORE'"
    assert one(ask, sent) > 100


def test_what_distributors_sell_reaches_the_store_rooms_of_h1_to_h6_through_the_center_only(ask):
    direct = """
        SELECT count(*) FROM ordered WHERE location LIKE 'H%-STORE' AND location < 'H7' AND supplier_id <= 'S-0003'"""
    assert one(ask, direct) == 0
    assert one(ask, "SELECT count(*) FROM ordered WHERE location = 'DC-STORE' AND supplier_id <= 'S-0003'") > 0


def test_stock_never_falls_below_nothing_on_any_day(ask):
    """Q8, physically: what comes on a day comes before what goes."""
    running = """
        SELECT location, item_id, date, sum(quantity) OVER (PARTITION BY location, item_id ORDER BY date) AS so_far
        FROM truth_stock_movement"""
    below = (
        f"SELECT count(*) FROM ({running}) JOIN truth_inventory USING (location, item_id) WHERE opening + so_far < 0"
    )
    assert one(ask, below) == 0


def test_a_count_brings_the_book_to_what_is_there(ask):
    """Q1: the difference is a movement of its own, never silent."""
    found = "SELECT location, item_id, date, counted - book FROM truth_count WHERE counted <> book"
    moved = "SELECT location, item_id, date, book_quantity FROM truth_stock_movement WHERE movement = 'COUNT'"
    assert ask(f"({found}) EXCEPT ({moved})") == []
    assert ask(f"({moved}) EXCEPT ({found})") == []
    assert one(ask, f"SELECT count(*) FROM ({found})") > 20


# Planted stories


def test_h6_has_three_in_five_of_the_invoice_lines_whose_receipt_is_missing(ask):
    [(missing, h6)] = ask(
        "SELECT count(*), count(*) FILTER (site = 'H6') FROM billed WHERE is_receipt_missing AND kind = 'INVOICE'"
    )
    assert h6 * 5 == missing * 3
    assert missing >= 30
    posted = """
        SELECT count(*) FROM billed AS b JOIN (
            SELECT receipt_number, max(arrived_date) AS arrived_date, any_value(posted_date) AS received_date
            FROM received GROUP BY ALL) AS r USING (receipt_number)
        WHERE kind = 'INVOICE' AND is_receipt_missing <> (arrived_date <= posted_date AND posted_date < received_date)"""
    assert one(ask, posted) == 0


def test_one_supplier_bills_boxes_at_the_price_of_a_case(ask):
    cases = """
        SELECT count(*), count(DISTINCT o.site)
        FROM billed AS b JOIN ordered AS o USING (po_number, line) JOIN truth_item USING (item_id)
        WHERE o.supplier_id = 'S-0017' AND purchase_uom = 'BX' AND b.code = 'UOM' AND b.price = o.price * 10"""
    [(lines, sites)] = ask(cases)
    assert (lines >= 30, sites >= 3) == (True, True)


def test_a_tier_is_missed_by_two_points_of_share_worth_eleven_hundred_thousand_dollars(ask):
    [(contract, threshold, bought, category, saving)] = ask("""
        SELECT contract_number, threshold_percent, packs_bought, packs_of_category, missed_saving FROM truth_story_tier""")
    assert (100 * bought / category, threshold) == (68, 70)
    # It is told of the contract's market basket: of its units, what is on the contract.
    share = f"""
        SELECT sum(o.packs) FILTER (NOT is_rival), sum(o.packs) FROM truth_contract_basket JOIN ordered AS o USING (item_id)
        WHERE contract_number = '{contract}' AND o.order_date BETWEEN DATE '2025-10-01' AND DATE '2026-09-30'"""
    assert ask(share) == [(bought, category)]
    # From the order lines and the price lines of the two tiers: what the year would have cost less in the next one.
    found = f"""
        SELECT sum(o.packs * (held.price - missed.price))
        FROM ordered AS o JOIN truth_contract_line AS held USING (item_id)
        JOIN truth_contract_line AS missed
            ON missed.item_id = held.item_id AND missed.contract_number = held.contract_number AND missed.tier = 2
        WHERE held.tier = 1 AND held.contract_number = '{contract}'
            AND o.order_date BETWEEN DATE '2025-10-01' AND DATE '2026-09-30'"""
    assert one(ask, found) == saving == Decimal("1100000.00")


def test_invoices_paid_in_two_erps_are_240_thousand_dollars(ask):
    twice = """
        SELECT count(*), sum(again.gross), count(again.payment_id), count(first.payment_id), count(DISTINCT again.site)
        FROM truth_invoice AS again JOIN truth_invoice AS first ON again.copy_of = first.invoice_id
        JOIN truth_site AS here ON here.code = again.site JOIN truth_site AS there ON there.code = first.site
        WHERE here.erp <> there.erp AND again.supplier_id = first.supplier_id AND again.gross = first.gross"""
    [(count, total, paid, paid_first, _)] = ask(twice)
    assert total == Decimal("240000.00")
    assert count == paid == paid_first >= 6
    assert one(ask, "SELECT sum(gross) FROM truth_invoice WHERE is_paid_twice AND copy_of IS NOT NULL") == total


# What the clinical part asks for


@pytest.fixture(scope="module")
def ground() -> Ground:
    return make_ground(3, 0.002)


def test_what_cases_demand_is_served_first_come_with_what_is_there_and_implants_are_ordered_after_their_use(ground):
    kept = kept_stock(ground)
    day = np.repeat(np.arange(FIRST_DAY + 1, FIRST_DAY + 601), 2)
    place = np.where(np.arange(len(day)) % 2 == 0, 5, -1)
    asked = np.full(len(day), 4)
    asked[0] = 1_000_000
    demand = Demand(day, place, asked)
    count = 300
    used_on, ordered_on = np.full(count, STARTS[3] + 5), STARTS[3] + 5 + np.arange(count) % 40
    center = next(place for place, center in enumerate(ground.centers) if center.site == "H3")
    one_each = np.ones(count, dtype=np.int64)
    used = Used(used_on, ordered_on, 7 * one_each, np.arange(count) // 3, one_each, 2 * one_each, center * one_each)
    stock = run_stock(ground, kept, demand)
    got = stock.flows.demand_used
    # Nobody can have a million: on the first day all that is there is taken; what is not kept is not there.
    assert asked[0] > got[0] > 0.9 * stock.flows.opening[5] > 0
    assert got[1::2].sum() == 0
    assert (got <= asked).all()
    assert on_hand(stock, LAST_DAY).tolist() == stock.flows.closing.tolist()
    supply = procure(ground, stock, used)
    lines = np.flatnonzero(supply.orders.case >= 0)
    # Of one case, supplier and day they are one order; it is dated after the use, and priced as of the use.
    assert sorted(supply.orders.day[lines].tolist()) == sorted(ordered_on.tolist())
    assert set(supply.orders.priced[lines].tolist()) == {int(STARTS[3] + 5)}
    bills = np.flatnonzero(np.isin(supply.receipts.line, lines))
    assert len(bills) == count
    assert (supply.receipts.posted[bills] == supply.orders.day[supply.receipts.line[bills]]).all()


def test_first_come_first_served():
    place, asked = np.array([1, 0, 1, 1]), np.array([3, 9, 4, 2])
    # Of place 1 there are 5: the first gets 3, the next 2 of 4, the last nothing; of place 0 there are 9.
    assert first_come(place, asked, np.array([9, 5])).tolist() == [3, 9, 2, 0]


def test_a_running_quota_is_exact_over_all_batches():
    quota = RunningQuota(Streams(1).of("test"), 0.07)
    marked = sum(int(quota.mark(np.ones(size, dtype=bool)).sum()) for size in (1, 3, 50, 500, 446))
    assert marked == 70


def test_members_are_drawn_that_sum_to_the_target():
    counts = np.array([50, 3, 1, 1, 7, 20, 1])
    chosen = members_summing_to(Streams(1).of("test"), counts, 31)
    assert counts[chosen].sum() == 31
    assert len(set(chosen.tolist())) == len(chosen)


def test_container_codes_pass_their_check_digit():
    # 09520000000000000: from the right, odd places weigh 3: 0 at place 17 x 3, 9 x 1, 5 x 3, 2 x 1 = 26, 4 to 30.
    assert ssccs(np.array([0])).tolist() == ["095200000000000004"]


def test_two_worlds_of_one_seed_have_the_same_procurement():
    def tables() -> dict[str, pa.Table]:
        pieces: dict[str, list[pa.Table]] = defaultdict(list)
        make_world(5, 0.002, lambda name, table: pieces[name].append(table))
        return {name: pa.concat_tables(found) for name, found in pieces.items()}

    first, second = tables(), tables()
    assert all(first[name].equals(second[name]) for name in first)
