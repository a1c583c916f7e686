"""Why cases of one procedure differ between surgeons: supplies per case against the peers. Surgeons are labels, peers are
blinded, and nobody with fewer than eleven cases is a row. Not here: who is behind a label (the restricted database)."""

from bi.model import CURRENCY, FACILITY, Column, Dataset, Figure, Kind, Measure, Page, Span, Unit

BY = {FACILITY: "facility_key", CURRENCY: "currency_code", "procedure": "procedure_group", "surgeon": "surgeon_label"}
PARTS = {
    "difference": Measure("sum(difference_amount)"),
    "price": Measure("sum(price_amount)"),
    "mix": Measure("sum(mix_amount)"),
    "quantity": Measure("sum(quantity_amount)"),
    "waste": Measure("sum(waste_amount)"),
}

PAGE = Page(
    name="variation",
    title="Case variation",
    asks="For one procedure, who takes more supplies than the peers, and is it price, mix, quantity or waste?",
    datasets={
        "surgeons": Dataset(
            "mart_service_line.mart_physician_variation",
            BY,
            {
                "supplies": Measure("sum(supply_amount)"),
                "expected": Measure("sum(expected_amount)"),
                "cases": Measure("sum(case_count)", Unit.COUNT),
                "opportunity": Measure("sum(opportunity_amount)"),
                **PARTS,
            },
        ),
        "compared": Dataset(
            "mart_service_line.mart_physician_variation",
            BY,
            {
                "supplies": Measure("sum(supply_amount)"),
                "expected": Measure("sum(expected_amount)"),
                "cases": Measure("sum(case_count)", Unit.COUNT),
                **PARTS,
            },
            where="expected_amount is not null",
        ),
        "drivers": Dataset(
            "mart_service_line.mart_physician_variation_driver",
            {**BY, "group": "functional_group"},
            {
                "supplies": Measure("sum(supply_amount)"),
                "expected": Measure("sum(expected_amount)"),
                **PARTS,
            },
        ),
    },
    figures=(
        Figure(
            "procedures",
            "By procedure",
            "Where agreeing on a standard is worth most. Twelve months up to the last closed one. Choose a procedure.",
            Kind.TABLE,
            "surgeons",
            {"procedure": "Procedure"},
            (
                Column("Above the peers' median", "opportunity", bar=True),
                Column("Supplies", "supplies"),
                Column("Cases", "cases"),
                Column("Per case", "supplies", per="cases", unit=Unit.MONEY),
            ),
            span=Span.NOW,
            drill="procedure",
            is_wide=True,
        ),
        Figure(
            "surgeons",
            "By surgeon",
            "With whom to talk, and about what. Those who have peers. Choose one to see the groups of items.",
            Kind.TABLE,
            "compared",
            {"surgeon": "Surgeon", "procedure": "Procedure", FACILITY: "Facility"},
            (
                Column("More than as many cases of the peers", "difference", bar=True),
                Column("Per case", "supplies", per="cases", unit=Unit.MONEY),
                Column("Of what peers take", "supplies", per="expected", unit=Unit.RATE),
                Column("Cases", "cases"),
            ),
            span=Span.NOW,
            drill="surgeon",
            is_wide=True,
        ),
        Figure(
            "why",
            "Why",
            "From what as many cases of the peers take to what these took: price is bought, mix is chosen, waste is a habit.",
            Kind.BRIDGE,
            "compared",
            {},
            (
                Column("peers", "expected"),
                Column("price", "price"),
                Column("mix", "mix"),
                Column("quantity", "quantity"),
                Column("waste", "waste"),
                Column("chosen", "supplies"),
            ),
            span=Span.NOW,
        ),
        Figure(
            "groups",
            "By group of items",
            "Which product to talk about.",
            Kind.TABLE,
            "drivers",
            {"group": "Group of items"},
            (
                Column("More than the peers", "difference", bar=True),
                Column("Price", "price"),
                Column("Mix", "mix"),
                Column("Quantity", "quantity"),
                Column("Waste", "waste"),
            ),
            span=Span.NOW,
        ),
    ),
)
