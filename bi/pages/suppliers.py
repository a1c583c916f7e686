"""How suppliers deliver and bill. Not here: what contracts say (contracts.py)."""

from bi.model import CURRENCY, FACILITY, MONTH, Column, Dataset, Figure, Kind, Measure, Page, Span, Unit

PAGE = Page(
    name="suppliers",
    title="Suppliers",
    asks="Who delivers late, bills wrongly, or takes a share that we did not decide on?",
    kpis=("SUPPLIER_LEAD_TIME", "INVOICE_EXCEPTION_RATE", "INVOICES_ON_ORDERS", "SPEND_NET"),
    datasets={
        "spend": Dataset(
            "mart_procurement.mart_spend_cube",
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "functional_currency_code",
                "supplier": "supplier_key",
            },
            {"net": Measure("sum(spend_net_amount)"), "lines": Measure("sum(line_count)", Unit.COUNT)},
        ),
        "deliveries": Dataset(
            "mart_procurement.mart_po_lifecycle",
            {FACILITY: "facility_key", MONTH: "strftime(first_received_at, '%Y-%m')", "supplier": "supplier_key"},
            {
                "hours": Measure("sum(order_to_receipt_hours)", Unit.HOURS),
                "deliveries": Measure("count(order_to_receipt_hours)", Unit.COUNT),
                "late": Measure(
                    "sum(case when first_received_at::date > original_promised_date then 1 else 0 end)", Unit.COUNT
                ),
                "promised": Measure("count(original_promised_date)", Unit.COUNT),
            },
            where="order_to_receipt_hours is not null",
        ),
        "exceptions": Dataset(
            "mart_procurement.mart_exception_queue",
            {
                FACILITY: "facility_key",
                MONTH: "strftime(opened_date, '%Y-%m')",
                CURRENCY: "currency_code",
                "supplier": "supplier_key",
                "code": "exception_code",
            },
            {
                "exceptions": Measure("count(*)", Unit.COUNT),
                "at_risk": Measure("sum(at_risk_amount)"),
                "first": Measure("sum(case when is_first_pass then 1 else 0 end)", Unit.COUNT),
            },
        ),
    },
    figures=(
        Figure(
            "spend",
            "Spend by supplier",
            "Choose one to see all of this page for it.",
            Kind.TABLE,
            "spend",
            {"supplier": "Supplier"},
            (Column("Net spend", "net", bar=True), Column("Invoice lines", "lines")),
            drill="supplier",
        ),
        Figure(
            "exceptions",
            "Exceptions by supplier",
            "Whose bills cost us work, and how much money they hold.",
            Kind.TABLE,
            "exceptions",
            {"supplier": "Supplier"},
            (
                Column("Exceptions", "exceptions", bar=True),
                Column("Of these at first sight", "first"),
                Column("At risk", "at_risk"),
            ),
            drill="supplier",
        ),
        Figure(
            "lead-time",
            "From order to first receipt",
            "Who needs a talk about delivery, or a higher reorder point. Most deliveries first.",
            Kind.TABLE,
            "deliveries",
            {"supplier": "Supplier"},
            (
                Column("Deliveries", "deliveries", bar=True),
                Column("Hours each", "hours", per="deliveries", unit=Unit.HOURS),
                Column("After the day promised", "late"),
                Column("Share of those promised", "late", per="promised", unit=Unit.SHARE),
            ),
            drill="supplier",
            is_wide=True,
        ),
        Figure(
            "codes",
            "What is wrong with the bills",
            "Which kind of fault to take up with the supplier chosen.",
            Kind.TABLE,
            "exceptions",
            {"code": "Exception"},
            (Column("Exceptions", "exceptions", bar=True), Column("At risk", "at_risk")),
        ),
        Figure(
            "course",
            "Lead time by month",
            "Whether deliveries become slower.",
            Kind.LINES,
            "deliveries",
            {MONTH: "Month"},
            (Column("Hours from order to receipt", "hours", per="deliveries", unit=Unit.HOURS),),
            span=Span.TREND,
            is_wide=True,
        ),
    ),
)
