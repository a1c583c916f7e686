"""What lies where, how long it lasts, what is too much or too little. Not here: what cases used (utilization.py)."""

from bi.model import CURRENCY, FACILITY, MONTH, Column, Dataset, Figure, Kind, Measure, Page, Span, Unit

POSITION = "mart_inventory.mart_inventory_position"

PAGE = Page(
    name="inventory",
    title="Inventory",
    asks="Where does too much lie, where will something be missing, and what do we own that was never billed?",
    kpis=(
        "DAYS_ON_HAND",
        "INVENTORY_TURNS",
        "STOCK_AVAILABILITY",
        "EXPIRED_STOCK",
        "OBSOLETE_STOCK",
        "UNBILLED_RECEIPTS",
    ),
    datasets={
        "stock": Dataset(
            POSITION,
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "currency_code",
                "place": "location_type",
                "item_class": "item_class",
            },
            {
                "owned": Measure("sum(owned_amount)"),
                "consigned": Measure("sum(consigned_amount)"),
                "above": Measure("sum(above_par_amount)"),
                "expired": Measure("sum(expired_amount_90)"),
                "rest": Measure("sum(obsolete_amount)"),
                "demand": Measure("sum(demand_amount_90)"),
                "out": Measure("sum(case when is_stocked_out then 1 else 0 end)", Unit.COUNT),
                "wanted": Measure(
                    "sum(case when demand_base_qty_90 > 0 or par_base_qty > 0 then 1 else 0 end)", Unit.COUNT
                ),
            },
            where="on_hand_base_qty is not null and position_date = last_day(position_date)",
        ),
        "risk": Dataset(
            POSITION,
            {FACILITY: "facility_key", "item": "item_key", "location": "location_code"},
            {
                "risk": Measure("sum(stockout_risk)", Unit.SHARE),
                "on_hand": Measure("sum(on_hand_base_qty)", Unit.QUANTITY),
                "on_order": Measure("sum(on_order_base_qty)", Unit.QUANTITY),
                "demand": Measure("sum(demand_base_qty_28)", Unit.QUANTITY),
            },
            where="is_latest and stockout_risk >= 0.25",
        ),
        "rest": Dataset(
            POSITION,
            {FACILITY: "facility_key", CURRENCY: "currency_code", "item": "item_key", "location": "location_code"},
            {"value": Measure("sum(obsolete_amount)")},
            where="is_latest and obsolete_amount > 0",
        ),
        "unbilled": Dataset(
            "mart_finance.mart_gr_ir",
            {
                FACILITY: "facility_key",
                MONTH: "period",
                CURRENCY: "currency_code",
                "age": "age_bucket",
                "supplier": "supplier_key",
            },
            {"accrual": Measure("sum(proposed_accrual_amount)"), "lines": Measure("count(*)", Unit.COUNT)},
            where="proposed_accrual_amount <> 0",
        ),
    },
    figures=(
        Figure(
            "course",
            "Value of stock at month ends",
            "Whether money is tied up on shelves, and on which kind of place.",
            Kind.TREND,
            "stock",
            {MONTH: "Month", "place": "Kind of place"},
            (Column("Owned", "owned"),),
            span=Span.TREND,
        ),
        Figure(
            "unbilled",
            "Received and not invoiced, by age",
            "What to accrue, and which old receipts to clear. At the end of the period.",
            Kind.TABLE,
            "unbilled",
            {"age": "Age"},
            (Column("To accrue", "accrual", bar=True), Column("Order lines", "lines")),
            span=Span.LAST,
        ),
        Figure(
            "facilities",
            "By facility, at the end of the period",
            "Where to lower par levels, and where shelves run empty.",
            Kind.TABLE,
            "stock",
            {FACILITY: "Facility"},
            (
                Column("Owned", "owned", bar=True),
                Column("Consigned", "consigned"),
                Column("Above par", "above"),
                Column("Expired in 90 days", "expired"),
                Column("Places out of stock", "out", per="wanted", unit=Unit.SHARE),
            ),
            span=Span.LAST,
            drill=FACILITY,
            is_wide=True,
        ),
        Figure(
            "risk",
            "Likely to run out before the next delivery",
            "What to order or move today. From a chance of one in four on.",
            Kind.TABLE,
            "risk",
            {"item": "Item", FACILITY: "Facility", "location": "Place"},
            (
                Column("Chance", "risk", bar=True, adds_up=False),
                Column("On hand", "on_hand"),
                Column("On order", "on_order"),
                Column("Used in 28 days", "demand"),
            ),
            span=Span.NOW,
            is_wide=True,
        ),
        Figure(
            "at-rest",
            "Stock that has not moved for a year",
            "What to return, move or write off.",
            Kind.TABLE,
            "rest",
            {"item": "Item", FACILITY: "Facility", "location": "Place"},
            (Column("Value", "value", bar=True),),
            span=Span.NOW,
            is_wide=True,
        ),
    ),
)
