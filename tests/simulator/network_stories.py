"""The planted stories of the demo network, each as the question of an executive, and its answer asked of the truth.

Belongs here: queries and the independent reference that a mart's answer is held against. Not here: asserting (the tests).
Every query has one row. Money is dollars.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import duckdb

from simulator.network.places import OVERHEAD_KINDS
from simulator.network.statistics import CARDIAC, WOMEN


class Story(NamedTuple):
    """`mart`: where parline answers the question; `answer`: the names of the truth's columns, in order."""

    question: str
    mart: str
    answer: tuple[str, ...]
    query: str


STORIES = {
    "a": Story(
        "Which spine cases at H3 cost more in implants than the capped price allows, and how much more?",
        "mart_case_cost, mart_contract_price", ("cases", "dollars_over_cap"),
        # What is capped is what is paid: the price of the order that was made for the case.
        """WITH ordered AS (
            SELECT case_id, item_id, avg(price / eaches_per_purchase_uom) AS price
            FROM truth_order_line JOIN truth_item USING (item_id) WHERE case_id IS NOT NULL GROUP BY ALL)
        SELECT count(*), sum(cost - cap)::DECIMAL(18, 2) FROM (
            SELECT case_id, cap, sum(used * price) AS cost FROM truth_case JOIN truth_use USING (case_id)
            JOIN truth_item USING (item_id) JOIN truth_price_cap USING (site, procedure_group, item_class)
            JOIN ordered USING (case_id, item_id)
            WHERE site = 'H3' AND used > 0 AND in_room_at >= from_date GROUP BY ALL HAVING cost > cap)""",
    ),
    "b": Story(
        "Whose knee replacements at H1 cost 1.9 times those of the peers, and how much of it is cement and implants?",
        "mart_physician_variation", ("surgeon", "cases", "ratio", "share_of_cement_and_implants"),
        """WITH knee AS (
            SELECT c.provider_id, c.case_id, sum((used + wasted) * list_price)::DOUBLE AS total,
                sum((used + wasted) * list_price) FILTER (ownership <> 'OWNED' AND item_class <> 'Instrument')::DOUBLE AS mix
            FROM truth_case AS c JOIN truth_encounter USING (encounter_id) JOIN truth_use USING (case_id)
            JOIN truth_item USING (item_id)
            WHERE c.site = 'H1' AND procedure_group = 'KNEE' AND ms_drg = '470' AND c.status = 'COMPLETED' GROUP BY ALL),
        by_surgeon AS (SELECT provider_id, count(*) AS cases, avg(total) AS total, avg(mix) AS mix FROM knee GROUP BY ALL),
        dearest AS (FROM by_surgeon WHERE cases >= 24 ORDER BY total DESC LIMIT 1),
        peers AS (SELECT avg(total) AS total, avg(mix) AS mix FROM knee ANTI JOIN dearest USING (provider_id))
        SELECT provider_id, cases, round(dearest.total / peers.total, 2),
            round((dearest.mix - peers.mix) / (dearest.total - peers.total), 2)
        FROM dearest, peers""",
    ),
    "c": Story(
        "Which hospital's receiving makes three in five of the invoice lines whose receipt is missing?",
        "mart_three_way_match", ("site", "lines", "share"),
        """SELECT arg_max(site, lines), max(lines), max(lines) / sum(lines) FROM (
            SELECT site, count(*) AS lines FROM truth_exception JOIN truth_invoice USING (invoice_id)
            WHERE is_receipt_missing AND kind = 'INVOICE' GROUP BY ALL)""",
    ),
    "d": Story(
        "Which supplier bills boxes at the price of the case, on how many lines, for how much too much?",
        "mart_invoice_line_exception", ("supplier_id", "lines", "dollars_too_much"),
        """SELECT o.supplier_id, count(*), sum(billed.packs * (billed.price - o.price))::DECIMAL(18, 2)
        FROM truth_exception AS billed JOIN truth_order_line AS o USING (po_number, line)
        JOIN (SELECT item_id, purchase_uom FROM truth_item) USING (item_id)
        WHERE billed.code = 'UOM' AND purchase_uom = 'BX' AND billed.price = o.price * 10
        GROUP BY o.supplier_id ORDER BY count(*) DESC LIMIT 1""",
    ),
    "e": Story(
        "Which contract's next tier was missed by two points of share, and what would it have saved in the year?",
        "mart_contract_compliance", ("contract_number", "share_percent", "threshold_percent", "missed_saving"),
        """SELECT contract_number, 100 * packs_bought // packs_of_category, threshold_percent, missed_saving
        FROM truth_story_tier""",
    ),
    "f": Story(
        "What was paid twice because two ERPs had the same invoice?",
        "mart_duplicate_payment", ("invoices", "dollars"),
        """SELECT count(*), sum(again.gross) FROM truth_invoice AS again
        JOIN truth_invoice AS first ON again.copy_of = first.invoice_id
        JOIN truth_site AS here ON here.code = again.site JOIN truth_site AS there ON there.code = first.site
        WHERE here.erp <> there.erp AND again.payment_id IS NOT NULL AND first.payment_id IS NOT NULL""",
    ),
    "g": Story(
        "Which operations of the next two weeks want intravenous fluid, and what may stand in for what was short?",
        "mart_backorder_impact", ("cases_scheduled", "fluids_with_a_substitute"),
        """SELECT (
            SELECT count(DISTINCT c.case_id) FROM truth_case AS c
            JOIN truth_card_line AS l ON l.card_id = c.card_id AND l.version = c.card_version JOIN truth_item USING (item_id)
            WHERE item_class = 'Intravenous fluid' AND booked_at < TIMESTAMP '2026-10-01 06:00:00'
                AND scheduled_at >= TIMESTAMP '2026-10-01 06:00:00' AND scheduled_at < TIMESTAMP '2026-10-15 06:00:00'),
            (SELECT count(DISTINCT item_id) FROM truth_substitution JOIN truth_item USING (item_id)
             WHERE item_class = 'Intravenous fluid')""",
    ),
    "i": Story(
        "Where is the recalled lot, and in whose cases was it used?",
        "mart_recall_trace", ("lot", "locations", "cases"),
        """SELECT lot, (SELECT count(DISTINCT location) FROM truth_recall_stock WHERE quantity > 0),
            (SELECT count(DISTINCT case_id) FROM truth_use WHERE lot = recall.lot AND item_id = recall.item_id)
        FROM truth_recall AS recall""",
    ),
    "j": Story(
        "Which nightly file of H8 broke off and was refused?",
        "ops.load_audit", ("file", "declared_rows", "rows"),
        "SELECT file, declared_rows, rows FROM truth_truncated_file",
    ),
}  # fmt: skip


def overhead_of(
    ask: Any, site: str, month: int, is_reciprocal: bool, order: Sequence[str] = tuple(OVERHEAD_KINDS)
) -> dict[str, Fraction]:
    """Story h: dollars of overhead that reach the cardiac and the women's departments of a site in a fiscal month, when
    departments that serve each other both ways are closed one after the other (`order`), or all at once.

    Exact. Accumulated cost is a department's own cost, and one after the other also what has reached it until then. What a
    department does for itself does not count.
    """
    cost = {
        code: Fraction(amount)
        for code, amount in ask(f"""
        SELECT cost_center, sum(amount) FROM truth_gl_total JOIN truth_account ON account = truth_account.code
        JOIN truth_cost_center ON truth_cost_center.code = cost_center
        WHERE site = '{site}' AND fiscal_month = {month} AND truth_account.kind = 'EXPENSE' GROUP BY ALL""")
    }
    centers = ask(f"SELECT code, kind, function, statistic FROM truth_cost_center WHERE site = '{site}' ORDER BY code")
    statistics: dict[str, dict[str, Fraction]] = {"ACCUMULATED_COST": dict(cost)}
    for statistic, code, quantity in ask(f"""
        SELECT found.statistic, cost_center, quantity FROM truth_activity_statistic AS found
        JOIN truth_cost_center ON code = cost_center
        WHERE site = '{site}' AND fiscal_month = {month} AND quantity > 0"""):
        statistics.setdefault(statistic, {})[code] = Fraction(quantity)
    overhead = sorted((row for row in centers if row[1] == "OVERHEAD"), key=lambda row: order.index(row[2]))
    shares = {code: _shares(code, statistics.get(statistic, {})) for code, _, _, statistic in overhead}
    by_cost = {code for code, _, _, statistic in overhead if statistic == "ACCUMULATED_COST"}
    pools = _together(shares, cost) if is_reciprocal else _one_after_the_other(shares, cost, by_cost)
    reached: dict[str, Fraction] = dict.fromkeys(("CARDIAC", "WOMEN"), Fraction(0))
    for code, _, function, _ in centers:
        group = "CARDIAC" if function in CARDIAC else "WOMEN" if function in WOMEN else None
        if group:
            reached[group] += sum((pool * part.get(code, Fraction(0)) for pool, part in pools), Fraction(0))
    return reached


Shares = dict[str, Fraction]


def _shares(code: str, quantities: dict[str, Fraction]) -> Shares:
    served = {other: quantity for other, quantity in quantities.items() if other != code}
    total = sum(served.values(), Fraction(0))
    return {other: quantity / total for other, quantity in served.items()} if total else {}


def _one_after_the_other(
    shares: dict[str, Shares], cost: dict[str, Fraction], by_cost: set[str]
) -> list[tuple[Fraction, Shares]]:
    """Pools in the order in which they close; a closed department gets nothing any more. by_cost: what those close by whose
    statistic is the cost that stands where they close."""
    held, closed, pools = dict(cost), set[str](), []
    for code, part in shares.items():
        closed.add(code)
        served = held if code in by_cost else part
        open_part = {other: share for other, share in served.items() if other not in closed}
        total = sum(open_part.values(), Fraction(0))
        scaled = {other: share / total for other, share in open_part.items()} if total else {}
        pool = held.pop(code, Fraction(0))
        for other, share in scaled.items():
            held[other] = held.get(other, Fraction(0)) + pool * share
        pools.append((pool, scaled))
    return pools


def _together(shares: dict[str, Shares], cost: dict[str, Fraction]) -> list[tuple[Fraction, Shares]]:
    """What passes through each overhead department: its own cost and what the others send it, solved at once."""
    codes = list(shares)
    rows = [
        [Fraction(int(a == b)) - shares[b].get(a, Fraction(0)) for b in codes] + [cost.get(a, Fraction(0))]
        for a in codes
    ]
    for place in range(len(codes)):
        pivot = next(row for row in range(place, len(codes)) if rows[row][place])
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for other in range(len(codes)):
            if other != place and rows[other][place]:
                factor = rows[other][place]
                rows[other] = [value - factor * own for value, own in zip(rows[other], rows[place], strict=True)]
    return [(row[-1], shares[code]) for row, code in zip(rows, codes, strict=True)]


def open_truth(folder: Any) -> Any:
    """Asks the truth's tables in SQL."""
    connection = duckdb.connect()
    for file in folder.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    return lambda query: connection.execute(query).fetchall()
