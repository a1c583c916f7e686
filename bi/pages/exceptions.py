"""Invoices that do not match: what, whose, how old, and what they hold. Not here: prices against contracts (contracts.py)."""

from bi.model import CURRENCY, FACILITY, MONTH, Column, Dataset, Figure, Kind, Measure, Page, Span, Unit

QUEUE = "mart_procurement.mart_exception_queue"
MATCH = "mart_procurement.mart_three_way_match"
COUNTED = {"exceptions": Measure("count(*)", Unit.COUNT), "at_risk": Measure("sum(at_risk_amount)")}

PAGE = Page(
    name="exceptions",
    title="Invoice exceptions",
    asks="Which bills wait, for whom, and how much money do they hold?",
    kpis=("INVOICE_EXCEPTION_RATE", "FIRST_PASS_PERFECT_INVOICES", "MONEY_AT_RISK", "UNBILLED_RECEIPTS"),
    datasets={
        "open": Dataset(
            QUEUE,
            {
                FACILITY: "facility_key",
                CURRENCY: "currency_code",
                "code": "exception_code",
                "owner": "owner_role",
                "age": "age_bucket",
                "supplier": "supplier_key",
            },
            {**COUNTED, "beyond": Measure("sum(case when is_beyond_sla then 1 else 0 end)", Unit.COUNT)},
            where="is_open",
        ),
        "opened": Dataset(
            QUEUE,
            {
                FACILITY: "facility_key",
                MONTH: "strftime(opened_date, '%Y-%m')",
                CURRENCY: "currency_code",
                "code": "exception_code",
                "supplier": "supplier_key",
            },
            {
                **COUNTED,
                "days": Measure("sum(case when not is_open then days_open else 0 end)", Unit.DAYS),
                "closed": Measure("sum(case when is_open then 0 else 1 end)", Unit.COUNT),
            },
        ),
        "missing": Dataset(
            QUEUE,
            {
                FACILITY: "facility_key",
                MONTH: "strftime(opened_date, '%Y-%m')",
                CURRENCY: "currency_code",
                "supplier": "supplier_key",
            },
            {"lines": Measure("count(*)", Unit.COUNT), "billed": Measure("sum(line_amount)")},
            where="exception_code = 'RECEIPT_MISSING'",
        ),
        "units": Dataset(
            MATCH,
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "currency_code",
                "supplier": "supplier_key",
                "item": "item_key",
            },
            {"lines": Measure("count(*)", Unit.COUNT), "over": Measure("sum(line_amount - expected_amount)")},
            where="primary_exception_code = 'UOM_MISMATCH' and invoice_base_unit_price > po_base_unit_price"
            " and line_amount > expected_amount",
        ),
        "twice": Dataset(
            "(select other.*\n"
            "      from mart_procurement.mart_three_way_match as one\n"
            "      join mart_procurement.mart_three_way_match as other\n"
            "        using (supplier_key, supplier_invoice_number, line_number, doc_type)\n"
            "      where one.source_instance < other.source_instance\n"
            "        and one.invoice_status = 'PAID' and other.invoice_status = 'PAID') as twice",
            {
                FACILITY: "facility_key",
                CURRENCY: "currency_code",
                "supplier": "supplier_key",
                "invoice": "supplier_invoice_number",
                "system": "source_instance",
            },
            {"paid": Measure("sum(line_amount)"), "lines": Measure("count(*)", Unit.COUNT)},
        ),
    },
    figures=(
        Figure(
            "course",
            "Exceptions by month in which they came up",
            "Whether the process gets better, and which fault grows.",
            Kind.TREND,
            "opened",
            {MONTH: "Month", "code": "Exception"},
            (Column("Exceptions", "exceptions"),),
            span=Span.TREND,
        ),
        Figure(
            "owners",
            "Open today, by owner and fault",
            "Who is to clear what, and how much is beyond the agreed time.",
            Kind.TABLE,
            "open",
            {"owner": "Owner", "code": "Exception"},
            (
                Column("At risk", "at_risk", bar=True),
                Column("Open", "exceptions"),
                Column("Beyond the agreed time", "beyond"),
            ),
            span=Span.NOW,
            drill="code",
        ),
        Figure(
            "ages",
            "Open today, by age",
            "Whether old ones are left lying.",
            Kind.TABLE,
            "open",
            {"age": "Age"},
            (Column("Open", "exceptions", bar=True), Column("At risk", "at_risk")),
            span=Span.NOW,
        ),
        Figure(
            "time",
            "How long they take",
            "Where the process itself is slow. Of those that ended, by the month in which they came up.",
            Kind.TABLE,
            "opened",
            {"code": "Exception"},
            (
                Column("Ended", "closed", bar=True),
                Column("Days each", "days", per="closed", unit=Unit.DAYS),
            ),
            drill="code",
        ),
        Figure(
            "missing-receipts",
            "Billed goods that nobody has received, by facility",
            "Which receiving dock holds up the payments.",
            Kind.TABLE,
            "missing",
            {FACILITY: "Facility"},
            (Column("Lines", "lines", bar=True), Column("Billed", "billed")),
            drill=FACILITY,
        ),
        Figure(
            "unit-mismatch",
            "Small packs billed at the price of large ones",
            "What to send back to which supplier.",
            Kind.TABLE,
            "units",
            {"supplier": "Supplier"},
            (Column("Billed too much", "over", bar=True), Column("Lines", "lines")),
            drill="supplier",
        ),
        Figure(
            "paid-twice",
            "Paid twice through two systems",
            "Money to ask back: the second payment of the same invoice.",
            Kind.TABLE,
            "twice",
            {"supplier": "Supplier", "invoice": "Invoice", "system": "Second system"},
            (Column("Paid again", "paid", bar=True), Column("Lines", "lines")),
            span=Span.NOW,
            drill="supplier",
        ),
        Figure(
            "suppliers",
            "Open today, by supplier",
            "Whom to call.",
            Kind.TABLE,
            "open",
            {"supplier": "Supplier"},
            (Column("At risk", "at_risk", bar=True), Column("Open", "exceptions")),
            span=Span.NOW,
            drill="supplier",
            leads_to="suppliers",
        ),
    ),
)
