"""What service lines cost and earn, tied to the ledger. Not here: why surgeons differ (variation.py)."""

from bi.model import CURRENCY, FACILITY, MONTH, Column, Dataset, Figure, Kind, Measure, Page, Span, Unit

LINES = "mart_service_line.mart_service_line_cost"
BY = {FACILITY: "facility_key", MONTH: "period", CURRENCY: "currency_code", "service_line": "service_line_key"}

PAGE = Page(
    name="service-lines",
    title="Service lines",
    asks="What does each service line cost and earn, and how much of that is our choice of method?",
    kpis=(
        "CONTRIBUTION_MARGIN",
        "NET_MARGIN",
        "SUPPLY_EXPENSE_PER_DISCHARGE",
        "UNASSIGNED_COST_SHARE",
        "LEDGER_TIE_OUT",
    ),
    datasets={
        "cost": Dataset(
            LINES,
            {**BY, "patients": "patient_class"},
            {
                "cost": Measure("sum(cost_total_amount)"),
                "labor": Measure("sum(labor_direct_amount)"),
                "supplies": Measure("sum(supply_direct_amount)"),
                "implants": Measure("sum(implant_amount)"),
                "drugs": Measure("sum(drug_amount)"),
                "other": Measure("sum(equipment_amount + purch_service_amount + other_direct_amount)"),
                "overhead": Measure("sum(overhead_amount)"),
                "revenue": Measure("sum(net_revenue_amount)"),
                "contribution": Measure("sum(contribution_margin_amount)"),
                "direct": Measure("sum(direct_margin_amount)"),
                "net": Measure("sum(net_margin_amount)"),
            },
        ),
        "methods": Dataset(
            "mart_service_line.mart_allocation_comparison",
            BY,
            {
                "in_direct": Measure("sum(direct_amount)"),
                "in_step_down": Measure("sum(step_down_amount)"),
                "in_reciprocal": Measure("sum(reciprocal_amount)"),
                "moved": Measure("sum(reciprocal_moved_amount)"),
            },
        ),
    },
    figures=(
        Figure(
            "margins",
            "Cost and margins",
            "Which lines carry the network. Choose one to see all of this page for it.",
            Kind.TABLE,
            "cost",
            {"service_line": "Service line"},
            (
                Column("Cost", "cost", bar=True),
                Column("Net revenue", "revenue"),
                Column("Contribution", "contribution"),
                Column("of revenue", "contribution", per="revenue", unit=Unit.SHARE),
                Column("Direct margin", "direct"),
                Column("Net margin", "net"),
            ),
            drill="service_line",
            is_wide=True,
        ),
        Figure(
            "components",
            "What the cost is made of",
            "Whether labor, supplies or overhead is the lever.",
            Kind.TABLE,
            "cost",
            {"service_line": "Service line"},
            (
                Column("Labor", "labor", bar=True),
                Column("Supplies", "supplies"),
                Column("Implants", "implants"),
                Column("Drugs", "drugs"),
                Column("Other direct", "other"),
                Column("Overhead", "overhead"),
            ),
            drill="service_line",
            is_wide=True,
        ),
        Figure(
            "course",
            "Cost by month",
            "Whether a line grows, or costs more for the same.",
            Kind.TREND,
            "cost",
            {MONTH: "Month", "service_line": "Service line"},
            (Column("Cost", "cost"),),
            span=Span.TREND,
            is_wide=True,
        ),
        Figure(
            "methods",
            "What the method of allocation moves",
            "How far a line's result is a decision of ours: overhead by each method, and what reciprocal would move.",
            Kind.TABLE,
            "methods",
            {"service_line": "Service line"},
            (
                Column("Moved by reciprocal", "moved", bar=True),
                Column("Step-down", "in_step_down"),
                Column("Reciprocal", "in_reciprocal"),
                Column("Direct", "in_direct"),
            ),
            drill="service_line",
            is_wide=True,
        ),
    ),
)
