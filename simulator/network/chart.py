"""The chart of accounts of the network: 620 natural accounts, one list for all companies.

Belongs here: accounts and what each is for. Not here: what posts to them (ledger.py).
"""

from typing import NamedTuple

# The classes of items that are bought, each with its own inventory and expense account.
ITEM_CLASSES = [
    "Medical supply", "Surgical supply", "Instrument", "Orthopaedic implant", "Spine implant", "Cardiac implant",
    "Other implant", "Catheter and wire", "Suture and stapling", "Wound care", "Intravenous fluid", "Drug",
    "Laboratory supply", "Imaging supply", "Respiratory supply", "Dialysis supply", "Food", "Linen", "Office supply",
    "Housekeeping supply",
]  # fmt: skip
IMPLANT_CLASSES = ("Orthopaedic implant", "Spine implant", "Cardiac implant", "Other implant")

ASSET, LIABILITY, NET_ASSET, REVENUE, EXPENSE = "ASSET", "LIABILITY", "NET_ASSET", "REVENUE", "EXPENSE"

# Control accounts: sub-ledgers agree with them to the cent.
CASH, RECEIVABLE, ACCOUNTS_PAYABLE, GR_IR, ACCRUED_PAYROLL = "100100", "110100", "200100", "200500", "210100"
FREIGHT, SALES_TAX, PRICE_VARIANCE, INVENTORY_ADJUSTMENT = "650100", "650200", "650300", "650400"
OPENING_EQUITY, AFFILIATES = "300100", "150100"
PROPERTY, ACCUMULATED_DEPRECIATION, ACCRUED_EXPENSES, LONG_TERM_DEBT = "140100", "140900", "210200", "220100"

PAYERS = ["Medicare", "Medicare Advantage", "Medicaid", "Commercial", "Self-pay", "Workers' compensation"]
REVENUE_KINDS = [
    "Room and board", "Intensive care", "Nursery", "Operating room", "Recovery", "Anaesthesia", "Supplies", "Implants",
    "Drugs", "Laboratory", "Pathology", "Imaging", "CT", "MRI", "Cath lab", "Endoscopy", "Emergency", "Therapy",
    "Respiratory", "Cardiology", "Dialysis", "Oncology", "Blood", "Clinic", "Other",
]  # fmt: skip
JOB_FAMILIES = [
    "Management", "Registered nurse", "Licensed nurse", "Nursing aide", "Physician", "Advanced practitioner",
    "Pharmacist", "Pharmacy technician", "Surgical technician", "Laboratory technologist", "Imaging technologist",
    "Respiratory therapist", "Physical therapist", "Clerical", "Service worker", "Skilled trade", "Information technology",
    "Finance", "Social worker", "Dietitian",
]  # fmt: skip
PAY_KINDS = ["regular", "overtime", "paid time off", "call and premium", "agency"]
BENEFIT_FAMILIES = 10
BENEFITS = ["FICA", "Health", "Dental", "Pension", "Disability", "Unemployment", "Workers' compensation", "Tuition"]
PURCHASED_SERVICES = [
    "Physician fees", "Agency management", "Maintenance contract", "Reference laboratory", "Linen service", "Consulting",
    "Legal", "Audit", "Advertising", "Collection", "Waste removal", "Courier", "Transcription", "Software", "Hosting",
    "Telecommunication", "Insurance", "Rent", "Equipment rental", "Travel", "Dues", "Education", "Postage", "Other",
]  # fmt: skip
UTILITIES = ["Electricity", "Gas", "Water", "Sewer", "Steam", "Fuel"]
DEPRECIATION = [
    "Land improvements",
    "Buildings",
    "Fixed equipment",
    "Major movable",
    "Minor movable",
    "Software",
    "Leases",
]
ACCOUNTS = 620


class Account(NamedTuple):
    """A natural account; `expense_class` only where the cost engine needs it."""

    code: str
    name: str
    kind: str
    expense_class: str | None = None


def accounts() -> list[Account]:
    """All 620, by code."""
    found = [
        Account(CASH, "Cash, operating", ASSET),
        Account(RECEIVABLE, "Patient accounts receivable", ASSET),
        Account(ACCOUNTS_PAYABLE, "Accounts payable, trade", LIABILITY),
        Account(GR_IR, "Goods received, not invoiced", LIABILITY),
        Account(ACCRUED_PAYROLL, "Accrued payroll", LIABILITY),
        Account(PROPERTY, "Property, plant and equipment", ASSET),
        Account(ACCUMULATED_DEPRECIATION, "Accumulated depreciation", ASSET),
        Account(ACCRUED_EXPENSES, "Accrued expenses", LIABILITY),
        Account(LONG_TERM_DEBT, "Long-term debt", LIABILITY),
        Account(AFFILIATES, "Due from and to affiliates", ASSET),
        Account(OPENING_EQUITY, "Net assets without restriction", NET_ASSET),
        Account(FREIGHT, "Freight in", EXPENSE, "OTHER_DIRECT"),
        Account(SALES_TAX, "Sales and use tax", EXPENSE, "OTHER_DIRECT"),
        Account(PRICE_VARIANCE, "Purchase price variance", EXPENSE, "SUPPLY"),
        Account(INVENTORY_ADJUSTMENT, "Inventory count differences and expiry", EXPENSE, "SUPPLY"),
    ]
    found += [
        Account(inventory_account(item), f"Inventory, {name.lower()}", ASSET) for item, name in enumerate(ITEM_CLASSES)
    ]
    found += [
        Account(expense_account(item), f"{name} expense", EXPENSE, _class_of(name))
        for item, name in enumerate(ITEM_CLASSES)
    ]
    found += _series(400_000, [f"{kind}, {payer}" for kind in REVENUE_KINDS for payer in PAYERS], REVENUE)
    found += _series(450_000, [f"Deductions, {payer}" for payer in PAYERS], REVENUE)
    pay = [f"{family}, {kind}" for family in JOB_FAMILIES for kind in PAY_KINDS]
    found += _series(600_000, pay, EXPENSE, "LABOR")
    families = [family.lower() for family in JOB_FAMILIES[:BENEFIT_FAMILIES]]
    found += _series(
        610_000, [f"{benefit}, {family}" for benefit in BENEFITS for family in families], EXPENSE, "BENEFIT"
    )
    found += _series(660_000, PURCHASED_SERVICES, EXPENSE, "PURCHASED_SERVICE")
    found += _series(670_000, UTILITIES, EXPENSE, "OTHER_DIRECT")
    found += _series(680_000, [f"Depreciation, {kind.lower()}" for kind in DEPRECIATION], EXPENSE, "EQUIPMENT")
    found += _series(120_000, [f"Receivable, {payer}" for payer in PAYERS], ASSET)
    # What is left are funds and projects on the balance sheet, as many as the network keeps.
    funds = ACCOUNTS - len(found)
    found += _series(310_000, [f"Restricted fund {number}" for number in range(1, funds + 1)], NET_ASSET)
    return sorted(found)


def inventory_account(item_class: int) -> str:
    """Where stock of an item class is carried at standard cost."""
    return str(130_100 + item_class)


def expense_account(item_class: int) -> str:
    """Where use of an item class is charged to the department that used it."""
    return str(640_100 + item_class)


def salary_account(family: int, pay_kind: int) -> str:
    """Pay of a job family, by kind of pay."""
    return str(600_001 + family * len(PAY_KINDS) + pay_kind)


def benefit_account(benefit: int, family: int) -> str:
    """What the employer adds, by benefit: ten families have accounts of their own, the last of them bears the rest."""
    return str(610_001 + benefit * BENEFIT_FAMILIES + min(family, BENEFIT_FAMILIES - 1))


def _class_of(name: str) -> str:
    return "IMPLANT" if name in IMPLANT_CLASSES else "DRUG" if name == "Drug" else "SUPPLY"


def _series(first: int, names: list[str], kind: str, expense_class: str | None = None) -> list[Account]:
    return [Account(str(first + number), name, kind, expense_class) for number, name in enumerate(names, 1)]
