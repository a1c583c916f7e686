"""Whether the figures may be believed: freshness, quality, ties to the ledger, matching. Not here: the figures."""

from bi.model import CURRENCY, MONTH, Column, Dataset, Figure, Kind, Measure, Page, Span, Unit

TIES = {MONTH: "period", CURRENCY: "functional_currency_code", "company": "company_key"}

PAGE = Page(
    name="trust",
    title="Data trust",
    asks="May these figures be believed, and where not?",
    kpis=("LEDGER_TIE_OUT", "UNASSIGNED_COST_SHARE"),
    datasets={
        "fresh": Dataset(
            "mart_operations.mart_freshness",
            {
                "source": "source_instance",
                "object": "object_name",
                "status": "freshness_status",
                "owner": "owner_role",
                "late": "case when is_late then 'late' else 'on time' end",
            },
            {
                "hours": Measure("sum(hours_since_answer)", Unit.HOURS),
                "agreed": Measure("sum(agreed_hours)", Unit.HOURS),
                "objects": Measure("count(*)", Unit.COUNT),
                "quarantined": Measure("sum(quarantined_count)", Unit.COUNT),
            },
        ),
        "quality": Dataset(
            "mart_operations.mart_data_quality",
            {MONTH: "period", "dimension": "quality_dimension", "check": "check_name", "source": "source_instance"},
            {
                "failed": Measure("sum(failed_count)", Unit.COUNT),
                "checked": Measure("sum(checked_count)", Unit.COUNT),
                "passed": Measure("sum(passed_count)", Unit.COUNT),
            },
        ),
        "payables": Dataset(
            "mart_finance.mart_ap_reconciliation",
            TIES,
            {
                "ours": Measure("sum(spend_amount)"),
                "ledger": Measure("sum(ledger_amount)"),
                "difference": Measure("sum(difference_amount)"),
            },
        ),
        "received": Dataset(
            "mart_finance.mart_gr_ir_reconciliation",
            TIES,
            {
                "ours": Measure("sum(grir_amount)"),
                "ledger": Measure("sum(ledger_amount)"),
                "difference": Measure("sum(difference_amount)"),
            },
        ),
        "stock": Dataset(
            "mart_finance.mart_inventory_ledger",
            TIES,
            {
                "ours": Measure("sum(stock_amount)"),
                "ledger": Measure("sum(ledger_amount)"),
                "difference": Measure("sum(difference_amount)"),
            },
        ),
        "closed": Dataset(
            "mart_finance.mart_closed_month",
            {MONTH: "period", CURRENCY: "currency_code", "figure": "figure", "company": "company_key"},
            {
                "known": Measure("sum(as_known_amount)"),
                "final": Measure("sum(as_final_amount)"),
                "adjusted": Measure("sum(adjustment_amount)"),
            },
        ),
        "matching": Dataset(
            "mart_operations.mart_matching_accuracy",
            {"kind": "record_kind", "labels": "label_set", "measure": "measure_name", "measured": "measured_at::date"},
            {
                "numerator": Measure("sum(numerator)", Unit.RATE),
                "denominator": Measure("sum(denominator)", Unit.RATE),
            },
            where="slice_kind = 'ALL'",
        ),
        "review": Dataset(
            "mart_operations.mart_review_queue",
            {"kind": "record_kind", "review": "review_kind"},
            {"pairs": Measure("count(*)", Unit.COUNT), "days": Measure("sum(days_waiting)", Unit.DAYS)},
        ),
    },
    figures=(
        Figure(
            "freshness",
            "Feeds that are late or hold records back",
            "Which system's owner to call. Longest without an answer first.",
            Kind.TABLE,
            "fresh",
            {"source": "System", "object": "Object", "status": "State", "late": "Agreed time", "owner": "Owner"},
            (Column("Since it answered", "hours"), Column("Agreed", "agreed"), Column("In quarantine", "quarantined")),
            span=Span.NOW,
            is_wide=True,
        ),
        Figure(
            "payables",
            "Spend against the ledger's payables",
            "Every difference but 0.00 is explained before anybody uses the figures.",
            Kind.TABLE,
            "payables",
            {"company": "Company"},
            (Column("Spend", "ours"), Column("Ledger", "ledger"), Column("Difference", "difference")),
        ),
        Figure(
            "received",
            "Received and not invoiced, against the ledger",
            "The same, of goods received and of their bills in the period.",
            Kind.TABLE,
            "received",
            {"company": "Company"},
            (Column("Open", "ours"), Column("Ledger", "ledger"), Column("Difference", "difference")),
            span=Span.LAST,
        ),
        Figure(
            "stock",
            "Stock against the ledger's inventory",
            "The same, at the end of the period. A company without stock of its own system is not compared.",
            Kind.TABLE,
            "stock",
            {"company": "Company"},
            (Column("Stock", "ours"), Column("Ledger", "ledger"), Column("Difference", "difference")),
            span=Span.LAST,
        ),
        Figure(
            "closed",
            "Closed months: as known then and as final now",
            "What late documents changed after the books were closed.",
            Kind.TABLE,
            "closed",
            {"figure": "Figure"},
            (Column("As known", "known"), Column("As final", "final"), Column("Adjustment", "adjusted")),
            drill="figure",
        ),
        Figure(
            "quality",
            "Checks of the period's rows",
            "Which rule is broken, and how often.",
            Kind.TABLE,
            "quality",
            {"dimension": "Quality", "check": "Check"},
            (
                Column("Failed", "failed", bar=True),
                Column("Checked", "checked"),
                Column("Passed", "passed", per="checked", unit=Unit.SHARE),
            ),
        ),
        Figure(
            "matching",
            "How right the matching of items and suppliers is",
            "Whether spend by item and supplier may be trusted.",
            Kind.TABLE,
            "matching",
            {"kind": "Records", "labels": "Held against", "measure": "Measure", "measured": "On"},
            (Column("Measured", "numerator", per="denominator", unit=Unit.SHARE), Column("Of", "denominator")),
            span=Span.NOW,
        ),
        Figure(
            "review",
            "Pairs that wait for a steward",
            "Whether stewards keep up.",
            Kind.TABLE,
            "review",
            {"kind": "Records", "review": "Why"},
            (Column("Pairs", "pairs", bar=True), Column("Days each", "days", per="pairs", unit=Unit.DAYS)),
            span=Span.NOW,
        ),
    ),
)
