"""What was bought on contract and at which price. Not here: faults of bills (exceptions.py)."""

from bi.model import CURRENCY, FACILITY, MONTH, Column, Dataset, Figure, Kind, Measure, Page, Span, Unit

COMPLIANCE = "mart_procurement.mart_contract_compliance"
BY = {FACILITY: "facility_key", MONTH: "period", CURRENCY: "currency_code"}

PAGE = Page(
    name="contracts",
    title="Contracts and price",
    asks="Do we buy on contract, at the contract's price, and reach the tiers that we negotiated?",
    kpis=("CONTRACT_COMPLIANCE", "PRICE_ACCURACY", "LEAKAGE"),
    datasets={
        "bought": Dataset(
            COMPLIANCE,
            {**BY, "class": "compliance_class", "supplier": "supplier_key"},
            {
                "bought": Measure("sum(line_amount)"),
                "lines": Measure("count(*)", Unit.COUNT),
                "above": Measure(
                    "sum(case when compliance_class = 'ON_CONTRACT_PRICE_HIGH' then price_var_amount end)"
                ),
                "leak": Measure("sum(leakage_amount)"),
                "compliant": Measure("sum(case when is_addressable and is_on_contract then line_amount else 0 end)"),
                "addressable": Measure("sum(case when is_addressable then line_amount else 0 end)"),
            },
        ),
        "claims": Dataset(
            COMPLIANCE,
            {**BY, "supplier": "supplier_key", "contract": "true_contract_number"},
            {"claim": Measure("sum(retro_claim_amount)"), "lines": Measure("count(*)", Unit.COUNT)},
            where="retro_claim_amount <> 0",
        ),
        "leaking": Dataset(
            COMPLIANCE,
            {**BY, "item": "item_key", "supplier": "supplier_key"},
            {"leak": Measure("sum(leakage_amount)"), "bought": Measure("sum(line_amount)")},
            where="leakage_amount > 0",
        ),
        "high": Dataset(
            COMPLIANCE,
            {**BY, "contract": "contract_number", "supplier": "supplier_key", "item": "item_key"},
            {"above": Measure("sum(price_var_amount)"), "lines": Measure("count(*)", Unit.COUNT)},
            where="compliance_class = 'ON_CONTRACT_PRICE_HIGH'",
        ),
        "tiers": Dataset(
            "mart_procurement.mart_tier_attainment",
            {
                CURRENCY: "currency_code",
                "contract": "contract_number",
                "supplier": "supplier_key",
                "tier": "tier_number",
                "asks": "requirement_type",
                "until": "measured_to_date",
                "over": "case when is_over then 'over' else 'running' end",
                "reached": "case when is_reached then 'reached' else 'missed' end",
            },
            {
                "saving": Measure("sum(tier_saving_amount)"),
                "attained": Measure("sum(attained)", Unit.RATE),
                "asked": Measure("sum(requirement_threshold)", Unit.RATE),
                "short": Measure("sum(shortfall)", Unit.RATE),
            },
            where="not is_reached",
        ),
    },
    figures=(
        Figure(
            "classes",
            "How it was bought, by month",
            "Whether more goes past the contracts, and how.",
            Kind.TREND,
            "bought",
            {MONTH: "Month", "class": "Class"},
            (Column("Bought", "bought"),),
            span=Span.TREND,
        ),
        Figure(
            "facilities",
            "Compliance by facility",
            "Which facility to help first.",
            Kind.TABLE,
            "bought",
            {FACILITY: "Facility"},
            (
                Column("Addressable", "addressable", bar=True),
                Column("On contract", "compliant", per="addressable", unit=Unit.SHARE),
                Column("Above the price", "above"),
                Column("Leakage", "leak"),
            ),
            drill=FACILITY,
        ),
        Figure(
            "tiers",
            "Tiers missed, and what they would have saved",
            "Which commitment to move volume to before the measuring ends.",
            Kind.TABLE,
            "tiers",
            {
                "contract": "Contract",
                "supplier": "Supplier",
                "tier": "Tier",
                "asks": "Of",
                "until": "Measured to",
                "over": "Time",
            },
            (
                Column("Would have saved", "saving", bar=True),
                Column("Attained", "attained", adds_up=False),
                Column("Asked", "asked", adds_up=False),
                Column("Short by", "short", adds_up=False),
            ),
            span=Span.NOW,
            is_wide=True,
        ),
        Figure(
            "price-high",
            "Paid above the contract's price",
            "What to claim back, of whom.",
            Kind.TABLE,
            "high",
            {"supplier": "Supplier", "contract": "Contract"},
            (Column("Above the price", "above", bar=True), Column("Lines", "lines")),
            drill="supplier",
        ),
        Figure(
            "items-high",
            "The same by item",
            "Which lines of the price file to correct.",
            Kind.TABLE,
            "high",
            {"item": "Item"},
            (Column("Above the price", "above", bar=True), Column("Lines", "lines")),
        ),
        Figure(
            "leakage",
            "Contracted items bought elsewhere",
            "Whom to tell that a contract exists.",
            Kind.TABLE,
            "leaking",
            {"supplier": "Bought of"},
            (Column("Dearer by", "leak", bar=True), Column("Bought", "bought")),
            drill="supplier",
        ),
        Figure(
            "claims",
            "Prices that were announced late",
            "Credits to ask for: the price was lower on the day of purchase than known then. Below zero, what they may ask.",
            Kind.TABLE,
            "claims",
            {"supplier": "Supplier", "contract": "Contract"},
            (Column("To claim", "claim", bar=True), Column("Lines", "lines")),
            drill="supplier",
        ),
    ),
)
