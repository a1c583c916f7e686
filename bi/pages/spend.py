"""What was spent, on what, where, and why it changed. Not here: at which price (contracts.py), of whom (suppliers.py)."""

from bi.model import CURRENCY, FACILITY, MONTH, Column, Dataset, Figure, Kind, Measure, Page, Span, Unit

CUBE = "mart_procurement.mart_spend_cube"
NET = {"net": Measure("sum(spend_net_amount)")}

PAGE = Page(
    name="spend",
    title="Spend",
    asks="What did we spend, on what and where, and why did it change?",
    kpis=("SPEND_NET", "SUPPLY_EXPENSE", "SUPPLY_EXPENSE_SHARE", "LABOR_EXPENSE_SHARE"),
    datasets={
        "spend": Dataset(
            CUBE,
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "functional_currency_code",
                "category": "category_l1",
                # What goes into stock is expensed when it is used.
                "expense_class": "case when is_inventory then 'INTO_STOCK' else expense_class end",
            },
            {
                **NET,
                "gross": Measure("sum(spend_gross_amount)"),
                "freight": Measure("sum(spend_freight_amount)"),
                "credits": Measure("sum(credit_amount)"),
                "lines": Measure("sum(line_count)", Unit.COUNT),
            },
        ),
        "suppliers": Dataset(
            CUBE,
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "functional_currency_code",
                "category": "category_l1",
                "supplier": "supplier_key",
            },
            NET,
        ),
        "items": Dataset(
            CUBE,
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "functional_currency_code",
                "category": "category_l1",
                "item": "item_key",
            },
            NET,
            where="item_key in (select item_key from mart_procurement.mart_spend_cube where item_key <> '-1' "
            "group by item_key order by sum(spend_net_amount) desc, item_key limit 150)",
        ),
        "bridge": Dataset(
            "mart_procurement.mart_spend_bridge",
            {
                MONTH: "period",
                CURRENCY: "functional_currency_code",
                "company": "company_key",
                "item_class": "item_class",
            },
            {
                "earlier": Measure("sum(earlier_spend_amount)"),
                "volume": Measure("sum(volume_amount)"),
                "price": Measure("sum(price_amount)"),
                "mix": Measure("sum(mix_amount)"),
                "new": Measure("sum(new_item_amount)"),
                "gone": Measure("sum(discontinued_item_amount)"),
                "now": Measure("sum(spend_amount)"),
            },
            where="comparison = 'PRIOR_YEAR'",
        ),
    },
    figures=(
        Figure(
            "course",
            "Net spend by month",
            "Whether this period stands out, and which kind of expense makes it.",
            Kind.TREND,
            "spend",
            {MONTH: "Month", "expense_class": "Kind of expense"},
            (Column("Net spend", "net"),),
            span=Span.TREND,
        ),
        Figure(
            "bridge",
            "Why goods cost more or less than a year ago",
            "Volume is ours to plan, price the suppliers' to explain. Of the companies; no single facility.",
            Kind.BRIDGE,
            "bridge",
            {},
            (
                Column("a year ago", "earlier"),
                Column("volume", "volume"),
                Column("price", "price"),
                Column("mix", "mix"),
                Column("new items", "new"),
                Column("items gone", "gone"),
                Column("this period", "now"),
            ),
        ),
        Figure(
            "categories",
            "By category",
            "Where a percent saved is worth most. Choose one to see its suppliers and items.",
            Kind.TABLE,
            "spend",
            {"category": "Category"},
            (Column("Net spend", "net", bar=True), Column("Credits", "credits"), Column("Lines", "lines")),
            drill="category",
        ),
        Figure(
            "facilities",
            "By facility",
            "Who spends, and what freight adds to it.",
            Kind.TABLE,
            "spend",
            {FACILITY: "Facility"},
            (
                Column("Net spend", "net", bar=True),
                Column("Freight", "freight"),
                Column("Freight of gross", "freight", per="gross", unit=Unit.SHARE),
            ),
            drill=FACILITY,
        ),
        Figure(
            "suppliers",
            "By supplier",
            "With whom to sit down first.",
            Kind.TABLE,
            "suppliers",
            {"supplier": "Supplier"},
            (Column("Net spend", "net", bar=True),),
            drill="supplier",
            leads_to="suppliers",
        ),
        Figure(
            "items",
            "By item",
            "The items worth standardising. Of the 150 on which most is spent.",
            Kind.TABLE,
            "items",
            {"item": "Item"},
            (Column("Net spend", "net", bar=True),),
        ),
    ),
)
