"""What late events do to closed months: as known must not change by a byte, and the difference must be listed.

Belongs here: the events, written as landing would have, and the build after them. Not here: what is kept of a closed month (dbt
model closed_figure).
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb

from bench.build import dbt
from bench.procure_to_pay.scores import Score
from costing.warehouse import share_overhead
from orchestration.assets.costing import READ_BY

# A closed month of the demo network. In it: five stays are coded again, under another DRG; the books are opened for a journal
# of the month that is posted once more; a claim is taken back and settled higher.
MONTH = "2026-05"
EVENTS = {
    "coded_abstract": f"""
        INSERT INTO raw_revenue_cycle.coded_abstract
        SELECT * REPLACE (version + 1 AS version, '871' AS ms_drg, _version_no + 1 AS _version_no,
            md5(_row_key || 'late') AS _row_key, md5(_payload_hash || 'late') AS _payload_hash)
        FROM raw_revenue_cycle.coded_abstract
        WHERE strftime(discharged_local_at, '%Y-%m') = '{MONTH}' AND ms_drg IS NOT NULL AND ms_drg NOT IN ('871', '998', '999')
        ORDER BY encounter_key LIMIT 5""",
    "journal_item": f"""
        INSERT INTO raw_sap_s4.journal_item
        SELECT * REPLACE ('9' || substr(accounting_document, 2) AS accounting_document,
            replace(_business_key, accounting_document, '9' || substr(accounting_document, 2)) AS _business_key,
            md5(_row_key || 'late') AS _row_key, md5(_payload_hash || 'late') AS _payload_hash)
        FROM raw_sap_s4.journal_item
        WHERE accounting_document = (
            SELECT min(accounting_document) FROM raw_sap_s4.journal_item
            WHERE strftime(posting_date, '%Y-%m') = '{MONTH}' AND document_type = 'SA' AND gl_account LIKE '6%')""",
    "remittance": f"""
        INSERT INTO raw_revenue_cycle.remittance
        SELECT * EXCLUDE (frequency, factor) REPLACE (again.frequency AS claim_frequency,
            again.factor * billed_amount AS billed_amount,
            again.factor * allowed_amount AS allowed_amount, again.factor * paid_amount AS paid_amount,
            again.factor * contractual_amount AS contractual_amount,
            claim_key || '|' || again.frequency || '|' || paid_date AS _business_key,
            md5(_row_key || again.frequency) AS _row_key, md5(_payload_hash || again.frequency) AS _payload_hash)
        FROM (SELECT * FROM raw_revenue_cycle.remittance
            WHERE strftime(paid_date, '%Y-%m') = '{MONTH}' AND claim_frequency = '1' AND paid_amount > 0
            ORDER BY claim_key LIMIT 1)
        CROSS JOIN (VALUES ('8', -1), ('7', 2)) AS again (frequency, factor)""",
}  # fmt: skip
KNOWN = """
    SELECT md5(string_agg(concat_ws('|', period_figure_key, period, amount, row_count), ';' ORDER BY period_figure_key)),
        count(*)
    FROM closed.closed_figure WHERE period <= ?"""
ADJUSTED = """
    SELECT count(*),
        coalesce(sum(adjustment_amount) FILTER (figure IN (SELECT cost_component FROM seeds.cfg_cost_component)), 0),
        coalesce(sum(adjustment_amount) FILTER (figure = 'NET_REVENUE'), 0),
        count(*) FILTER (adjustment_period IS NULL), min(period), max(period)
    FROM mart_finance.mart_closed_month WHERE adjustment_amount <> 0"""
LEDGER = "SELECT sum(ledger_amount) FROM canonical.int_cost__ledger"


def late_events(warehouse: Path, as_of: str) -> Iterator[Score]:
    """Changes `warehouse`: give it a copy. Prints what is listed."""
    with duckdb.connect(str(warehouse)) as connection:
        [(last,)] = connection.execute("SELECT max(period) FROM closed.closed_figure").fetchall()
        [(known, rows)] = connection.execute(KNOWN, [last]).fetchall()
        [(ledger,)] = connection.execute(LEDGER).fetchall()
        for event in EVENTS.values():
            connection.execute(event)
    read = [
        f"stg_{name}+"
        for name in ("revenue_cycle__coded_abstract", "revenue_cycle__remittance", "sap_s4__journal_item")
    ]
    dbt(warehouse, as_of, "run", "--select", *read, "--exclude", *(f"{name}+" for name in READ_BY))
    with duckdb.connect(str(warehouse)) as connection:
        share_overhead(connection)
    dbt(warehouse, as_of, "run", "--select", *(f"{name}+" for name in READ_BY))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        [(known_after, rows_after)] = connection.execute(KNOWN, [last]).fetchall()
        [(ledger_after,)] = connection.execute(LEDGER).fetchall()
        [(adjustments, cost, revenue, homeless, first, until)] = connection.execute(ADJUSTED).fetchall()
    print(f"  as known, {rows:,} rows of closed months: {known} before, {known_after} after")
    print(f"  {adjustments:,} adjustments of {first} to {until}: cost {cost:,.2f}, net revenue {revenue:,.2f}")
    yield Score("late events: rows as known that are the same", rows if known == known_after else 0, rows_after, 1.0)
    yield Score("late events: something is adjusted", int(adjustments > 0 and revenue != 0), 1, 1.0)
    yield Score("late events: adjustments with an open month", adjustments - homeless, adjustments, 1.0)
    yield Score(
        "late events: cost adjusted is what the ledger gained", int(cost == ledger_after - ledger != Decimal(0)), 1, 1.0
    )
