"""The first page: how the network stands, and what deserves attention. Not here: why; the other pages say that."""

from bi.model import CURRENCY, FACILITY, MONTH, Column, Dataset, Figure, Kind, Measure, Page, Span

PAGE = Page(
    name="index",
    title="Overview",
    asks="How does the network stand this month, and what deserves attention first?",
    kpis=(
        "SPEND_NET",
        "SUPPLY_EXPENSE_SHARE",
        "CONTRACT_COMPLIANCE",
        "INVOICE_EXCEPTION_RATE",
        "MONEY_AT_RISK",
        "INVENTORY_TURNS",
        "CONTRIBUTION_MARGIN",
        "FIRST_CASE_ON_TIME",
    ),
    datasets={
        "attention": Dataset(
            "mart_operations.mart_attention",
            {
                FACILITY: "facility_key",
                CURRENCY: "currency_code",
                "topic": "topic_name",
                "member": "member_name",
                "member_key": "member_key",
                "owner": "owner_role",
                "page": "page_name",
                "figure": "figure_name",
                "pick": "pick_name",
            },
            {"amount": Measure("sum(attention_amount)"), "rows": Measure("sum(row_count)")},
        ),
        "spend": Dataset(
            "mart_procurement.mart_spend_cube",
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "functional_currency_code",
                # What goes into stock is expensed when it is used.
                "expense_class": "case when is_inventory then 'INTO_STOCK' else expense_class end",
            },
            {"net": Measure("sum(spend_net_amount)")},
        ),
        "cost": Dataset(
            "mart_service_line.mart_service_line_cost",
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "currency_code",
                "service_line": "service_line_key",
            },
            {
                "cost": Measure("sum(cost_total_amount)"),
                "revenue": Measure("sum(net_revenue_amount)"),
                "contribution": Measure("sum(contribution_margin_amount)"),
                "net": Measure("sum(net_margin_amount)"),
            },
        ),
    },
    figures=(
        Figure(
            "attention",
            "What deserves attention",
            "Greatest first. Each line leads to the page that tells why, with it chosen.",
            Kind.ATTENTION,
            "attention",
            {
                "topic": "Topic",
                "member": "Of",
                FACILITY: "Facility",
                "owner": "Owner",
                "member_key": "Key",
                "page": "Page",
                "figure": "Figure",
                "pick": "Chosen",
            },
            (Column("Worth", "amount"),),
            span=Span.NOW,
            top=12,
            is_wide=True,
        ),
        Figure(
            "spend-course",
            "Net spend by kind of expense",
            "Whether a rise is one kind of expense or all of them.",
            Kind.TREND,
            "spend",
            {MONTH: "Month", "expense_class": "Kind of expense"},
            (Column("Net spend", "net"),),
            span=Span.TREND,
        ),
        Figure(
            "lines",
            "Service lines: cost and margin",
            "Which lines carry the network, and which it carries.",
            Kind.TABLE,
            "cost",
            {"service_line": "Service line"},
            (
                Column("Cost", "cost", bar=True),
                Column("Net revenue", "revenue"),
                Column("Net margin", "net"),
            ),
            drill="service_line",
            leads_to="service-lines",
        ),
    ),
)
