"""How right the marts of orders and invoices are: each against the truth, as shares with what they are shares of.

Belongs here: bringing a mart's rows and the truth's together, and counting. Not here: what is true (expected.py), which
warehouse (true_names.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.procure_to_pay import expected

# Codes with fewer cases than this are shown and not held to the bar.
FEWEST_CASES = 20
STATES_AT = (
    "2024-12-15", "2025-02-28", "2025-05-10", "2025-08-01", "2025-10-31", "2026-01-15", "2026-03-31", "2026-06-05",
    "2026-08-15", "2026-09-30",
)  # fmt: skip
# The number of an order line at each system, from the line of the truth; a system's number of a document ends in the truth's.
LINE = "CASE source_instance WHEN 'sap_s4' THEN line_number // 10 ELSE line_number END"


@dataclass(frozen=True)
class Score:
    """`right` of `of`; bar: the least share of it, None where it is only shown."""

    name: str
    right: int
    of: int
    bar: float | None = None

    @property
    def share(self) -> float | None:
        return self.right / self.of if self.of else None

    @property
    def is_met(self) -> bool:
        return self.bar is None or self.share is None or self.share >= self.bar


class Marts:
    """A warehouse with the truth of its world beside it."""

    def __init__(self, warehouse: Path, world: Path, day: str):
        self.day = day
        self.connection = duckdb.connect(str(warehouse), read_only=True)
        for file in (world / "truth").glob("*.parquet"):
            self.connection.execute(f"CREATE TEMP VIEW {file.stem} AS FROM '{file}'")
        self.connection.execute(
            "CREATE TEMP TABLE precedence AS SELECT exception_code AS code, precedence FROM seeds.cfg_exception_code"
        )
        expected.prepare(self.connection, day)

    def _counts(self, query: str) -> tuple[int, ...]:
        row = self.connection.execute(query).fetchone()
        if row is None:
            raise ValueError(query)
        return row

    def match(self) -> Iterator[Score]:
        """Of every billed line of goods: exception or none, its codes, its primary code; lines that are not judged once."""
        self.connection.execute("""
            CREATE OR REPLACE TEMP TABLE judged AS
            WITH line AS (
                SELECT invoice_line_key, 'IV' || right(invoice_number, 8) AS invoice_id, match_status,
                    if(po_number IS NULL, NULL, 'PO' || right(po_number, 8)) AS po_number, line_amount AS amount,
                    if(match_status = 'EXCEPTION', primary_exception_code, NULL) AS found_code,
                    row_number() OVER (
                        PARTITION BY source_instance, invoice_number, po_number, line_amount ORDER BY line_number) AS place
                FROM mart_procurement.mart_three_way_match WHERE line_type = 'ITEM'),
            raised AS (
                SELECT invoice_line_key, list(exception_code) AS found_codes
                FROM mart_procurement.mart_invoice_line_exception WHERE is_exception GROUP BY ALL)
            SELECT line.*, coalesce(found_codes, []) AS found_codes, e.codes, e.primary_code,
                e.invoice_id IS NOT NULL AS is_true
            FROM line LEFT JOIN raised USING (invoice_line_key)
            LEFT JOIN expected AS e
                ON e.invoice_id = line.invoice_id AND e.po_number IS NOT DISTINCT FROM line.po_number
                AND e.amount = line.amount AND e.place = line.place""")
        lines, true, keys = self._counts(
            "SELECT count(*), count(*) FILTER (is_true), count(DISTINCT invoice_line_key) FROM judged"
        )
        yield Score("invoice lines found in the truth", true, lines)
        yield Score("invoice lines judged once", keys, lines, 1.0)
        self.connection.execute("DELETE FROM judged WHERE NOT is_true")
        both, wanted, found, same = self._counts("""
            SELECT count(*) FILTER (primary_code IS NOT NULL AND found_code IS NOT NULL),
                count(*) FILTER (primary_code IS NOT NULL), count(*) FILTER (found_code IS NOT NULL),
                count(*) FILTER (primary_code = found_code)
            FROM judged""")
        yield Score("exceptions: recall", both, wanted, 0.99)
        yield Score("exceptions: precision", both, found, 0.99)
        yield Score("primary code of exceptions", same, both, 0.98)
        codes = self.connection.execute("""
            SELECT code,
                count(*) FILTER (primary_code = code AND list_contains(found_codes, code)),
                count(*) FILTER (primary_code = code),
                count(*) FILTER (found_code = code AND list_contains(codes, code)),
                count(*) FILTER (found_code = code)
            FROM judged, precedence WHERE code IN (primary_code, found_code) GROUP BY code ORDER BY code""").fetchall()
        for code, recalled, wanted, precise, found in codes:
            yield Score(f"{code}: recall", recalled, wanted, 0.97 if wanted >= FEWEST_CASES else None)
            yield Score(f"{code}: precision", precise, found, 0.97 if wanted >= FEWEST_CASES else None)

    def price(self) -> Iterator[Score]:
        """Of every order line: the contract line that applies, or that none does. An expired contract applies no more."""
        row = self._counts(f"""
            WITH line AS (
                SELECT *, 'PO' || right(document_number, 8) AS po, {LINE} AS po_line
                FROM mart_procurement.mart_contract_compliance WHERE bought_line_type = 'PO_LINE'),
            held AS (
                SELECT truth.label, CASE
                    WHEN truth.contract_number IS NULL OR truth.label = 'EXPIRED'
                        THEN true_contract_number IS NULL OR true_resolution_rule = 'OTHER_SUPPLIER'
                    ELSE coalesce(true_contract_number = truth.contract_number AND true_tier_number = truth.tier
                        AND true_contract_line_number = truth.contract_line, false) END AS is_right
                FROM line JOIN truth_contract_price AS truth ON truth.po_number = po AND truth.line = po_line)
            SELECT count(*) FILTER (is_right), count(*), count(*) FILTER (is_right AND label = 'RETROACTIVE'),
                count(*) FILTER (label = 'RETROACTIVE') FROM held""")
        yield Score("contract price as the truth says", row[0], row[1], 0.995)
        yield Score("of them, prices announced afterwards", row[2], row[3])

    def states(self) -> Iterator[Score]:
        """Of every line ordered by a day: its state then."""
        name = "mart_po_lifecycle"
        row = self.connection.execute("SELECT sql FROM duckdb_views() WHERE view_name = ?", [name]).fetchone()
        as_of = self.connection.execute(f"SELECT max(as_of_date) FROM mart_procurement.{name}").fetchone()
        if row is None or as_of is None:
            raise ValueError(f"{name} is not built")
        view = row[0].split(" AS ", 1)[1].rstrip(";")
        for at in STATES_AT:
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE truly AS {expected.states_sql(self.day, at)}")
            right, lines = self._counts(f"""
                WITH line AS (
                    SELECT 'PO' || right(po_number, 8) AS po_number, {LINE} AS line,
                        replace(workflow_state, 'ACKNOWLEDGED', 'ORDERED') AS state
                    FROM ({view.replace(str(as_of[0]), at)})
                    WHERE po_number IS NOT NULL AND first_ordered_at IS NOT NULL)
                SELECT count(*) FILTER (truly.state = line.state), count(*)
                FROM line LEFT JOIN truly USING (po_number, line)""")
            yield Score(f"state of order lines on {at}", right, lines, 0.995)
