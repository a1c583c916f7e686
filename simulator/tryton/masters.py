"""Master data of the demo hospital: company, ledger, units, suppliers, items. Runs inside the server's own environment.

Belongs here: what exists before the first document (names, factors and prices are invented).
Does not belong here: documents (documents.py) and the choice of which document plays which part (fill.py).
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from proteus import Model, Wizard, config

COMPANY = "Meridian Regional Health"


class Supplier(NamedTuple):
    name: str
    city: str
    currency: str = "USD"


class Item(NamedTuple):
    """An item as the catalogue knows it. `cost` is US dollars for one `unit`; suppliers are codes of SUPPLIERS."""

    code: str
    name: str
    category: str
    unit: str
    purchase_unit: str
    cost: str
    supplier: str
    lot_required: bool = False


# V04 carries everything a name can do to a pipeline: accents, both quotes, a separator, markup, a model's own name.
SUPPLIERS = {
    "V01": Supplier("Northgate Medical Supply", "Fairhaven"),
    "V02": Supplier("Alder & Finch Surgical", "Fairhaven"),
    "V03": Supplier("Corvane Orthopaedics, Inc.", "Millbrook"),
    "V04": Supplier(
        """Müller-Ñandú & Søn d'Équipement; "Präzision" {"__name__": "party.party"} <b>""", "Bremen", "EUR"
    ),
    "V05": Supplier("Lumen Cardio Systems", "Eastport"),
    "V06": Supplier("Brightwater Laboratories", "Eastport"),
    "V07": Supplier("Tidewell Pharmacy Wholesale", "Millbrook"),
    "V08": Supplier("Haldane Facility Services", "Fairhaven"),
    "V09": Supplier("NORTHGATE MEDICAL SUPPLY", "Fairhaven"),  # the same firm typed twice: a duplicate vendor record
    "V10": Supplier("Quillon Imaging", "Eastport"),
}

# Factor = how many of the category's base unit one of these holds.
UNITS = {
    "Pair": ("pr", "Units", 2.0),
    "Dozen": ("dz", "Units", 12.0),
    "Box of 10": ("bx10", "Units", 10.0),
    "Box of 24": ("bx24", "Units", 24.0),
    "Box of 36": ("bx36", "Units", 36.0),
    "Box of 50": ("bx50", "Units", 50.0),
    "Box of 100": ("bx100", "Units", 100.0),
    "Case of 100": ("cs100", "Units", 100.0),
    "Case of 1000": ("cs1000", "Units", 1000.0),
    "Milliliter": ("ml", "Volume", 0.001),
}

ITEMS = [
    Item("GLV-M", "Exam glove nitrile M", "supplies", "Unit", "Case of 1000", "0.0850", "V01"),
    Item("GLV-L", "Exam glove nitrile L", "supplies", "Unit", "Case of 1000", "0.0850", "V01"),
    Item("GLV-S75", "Surgical glove sterile 7.5", "supplies", "Pair", "Box of 50", "1.1200", "V01"),
    Item("CATH-16", "Foley catheter 16 Fr", "supplies", "Unit", "Box of 10", "6.4500", "V01"),
    Item("CATH-IV20", "IV catheter 20 G", "supplies", "Unit", "Box of 50", "1.8700", "V01"),
    Item("SYR-10", "Syringe 10 ml luer lock", "supplies", "Unit", "Box of 100", "0.1450", "V09"),
    Item("SUT-30", "Suture absorbable 3-0", "supplies", "Box of 36", "Box of 36", "214.2000", "V02"),
    Item("SUT-40", "Suture nylon 4-0", "supplies", "Box of 24", "Box of 24", "96.4800", "V02"),
    Item("STAP-60", "Stapler reload 60 mm", "supplies", "Unit", "Dozen", "187.5000", "V02"),
    Item("TROC-12", "Trocar 12 mm", "supplies", "Unit", "Box of 10", "42.3000", "V02"),
    Item("DRP-LAP", "Laparotomy drape", "supplies", "Unit", "Box of 10", "14.7500", "V02"),
    Item("MESH-15", "Hernia mesh 15 x 15 cm", "implants", "Unit", "Unit", "412.0000", "V02", True),
    Item("HIP-STEM", "Hip stem cementless size 4", "implants", "Unit", "Unit", "1985.0000", "V03", True),
    Item("HIP-CUP", "Acetabular cup 54 mm", "implants", "Unit", "Unit", "1240.0000", "V03", True),
    Item("KNEE-FEM", "Femoral component left size 5", "implants", "Unit", "Unit", "2310.5000", "V03", True),
    Item("SCR-45", "Cortical screw 4.5 x 32", "implants", "Unit", "Box of 10", "38.9000", "V03", True),
    Item("CEM-40", "Bone cement 40 g", "supplies", "Unit", "Box of 10", "71.2500", "V03", True),
    Item("SAW-BL", "Sagittal saw blade", "supplies", "Unit", "Unit", "33.3300", "V04"),
    Item("DRL-32", "Drill bit 3.2 mm", "supplies", "Unit", "Box of 10", "27.4500", "V04"),
    Item("STENT-30", "Coronary stent 3.0 x 18", "implants", "Unit", "Unit", "1120.0000", "V05", True),
    Item("BAL-25", "Balloon catheter 2.5 mm", "supplies", "Unit", "Unit", "298.0000", "V05", True),
    Item("GW-014", "Guide wire 0.014", "supplies", "Unit", "Box of 10", "84.6000", "V05"),
    Item("RGT-TROP", "Troponin reagent kit", "laboratory", "Unit", "Unit", "655.0000", "V06", True),
    Item("TUBE-EDTA", "EDTA tube 4 ml", "laboratory", "Unit", "Case of 100", "0.2300", "V06"),
    Item("SAL-09", "Saline 0.9 %", "pharmacy", "Milliliter", "Liter", "0.0019", "V07"),
    Item("HEP-5K", "Heparin vial 5000 IU", "pharmacy", "Unit", "Box of 24", "4.3600", "V07", True),
    Item("ALG-PWD", "Alginate powder", "pharmacy", "Gram", "Kilogram", "0.0640", "V07"),
    Item("CONTR-IO", "Iodinated contrast 100 ml", "pharmacy", "Unit", "Box of 10", "31.8000", "V10"),
    Item("PAP-A4", "Printer paper", "taxed", "Unit", "Box of 10", "4.9900", "V08"),
    Item("SVC-CLEAN", "Terminal cleaning, hour", "services", "Hour", "Hour", "58.0000", "V08"),
]

# Expense account of each category: number, name, parent in the server's own chart.
CATEGORIES = {
    "supplies": ("5.1.1.1", "Medical and surgical supplies", "5.1.1"),
    "implants": ("5.1.1.2", "Implants", "5.1.1"),
    "laboratory": ("5.1.1.3", "Laboratory supplies", "5.1.1"),
    "pharmacy": ("5.1.1.4", "Pharmaceuticals", "5.1.1"),
    "services": ("5.1.3.1", "Purchased services", "5.1.3"),
    "taxed": ("5.1.3.2", "Office supplies", "5.1.3"),
    "freight": ("5.1.3.3", "Inbound freight", "5.1.3"),
}
TAX_ACCOUNT = "6.3.4"


class Hospital:
    """Everything the documents refer to, by the names used in the tables above."""

    def __init__(self) -> None:
        self.currencies: dict[str, Any] = {}
        self.accounts: dict[str, Any] = {}
        self.categories: dict[str, Any] = {}
        self.units: dict[str, Any] = {}
        self.suppliers: dict[str, Any] = {}
        self.products: dict[str, Any] = {}
        self.employees: dict[str, Any] = {}
        self.payment_journals: dict[str, Any] = {}
        self.check_payment: Any = None


def build(first_day: datetime.date, last_day: datetime.date) -> Hospital:
    """Create all master data; fiscal years cover first_day to last_day."""
    hospital = Hospital()
    _currencies(hospital)
    _company(hospital)
    _fiscal_years(first_day, last_day)
    _ledger(hospital)
    _units(hospital)
    _suppliers(hospital)
    _products(hospital)
    return hospital


def load() -> Hospital:
    """Find what `build` made, by its natural keys: for later activity in a filled database."""
    hospital = Hospital()
    hospital.currencies = {one.code: one for one in Model.get("currency.currency").find([])}
    hospital.units = {one.name: one for one in Model.get("product.uom").find([])}
    hospital.products = {one.code: one for one in Model.get("product.product").find([("code", "!=", None)])}
    names = {supplier.name: code for code, supplier in SUPPLIERS.items()}
    for party in Model.get("party.party").find([("name", "in", list(names))]):
        hospital.suppliers[names[party.name]] = party
    numbers = {number: name for name, (number, _, _) in CATEGORIES.items()}
    for account in Model.get("account.account").find([("code", "in", list(numbers))]):
        hospital.accounts[numbers[account.code]] = account
    return hospital


def _currencies(hospital: Hospital) -> None:
    currency_model = Model.get("currency.currency")
    for code, name, symbol, rate in [("USD", "US Dollar", "$", "1"), ("EUR", "Euro", "€", "0.92")]:
        currency = currency_model(name=name, code=code, symbol=symbol, rounding=Decimal("0.01"), digits=2)
        currency.rates.new(date=datetime.date(2000, 1, 1), rate=Decimal(rate))
        currency.save()
        hospital.currencies[code] = currency


def _company(hospital: Hospital) -> None:
    party = Model.get("party.party")(name=COMPANY)
    party.save()
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party = party
    wizard.form.currency = hospital.currencies["USD"]
    wizard.execute("add")
    user_model = Model.get("res.user")
    settings = config.get_config()
    settings._context = user_model.get_preferences(True, {})
    for name in ["Requester One", "Buyer Two"]:
        person = Model.get("party.party")(name=name)
        person.save()
        employee = Model.get("company.employee")(party=person)
        employee.save()
        hospital.employees[name] = employee
    user = user_model(settings.user)
    user.employees.extend(Model.get("company.employee").find([]))
    user.employee = Model.get("company.employee").find([("party.name", "=", "Buyer Two")])[0]
    user.save()
    settings._context = user_model.get_preferences(True, {})


def _fiscal_years(first_day: datetime.date, last_day: datetime.date) -> None:
    (company,) = Model.get("company.company").find([])
    sequence_model = Model.get("ir.sequence.strict")
    type_model = Model.get("ir.sequence.type")
    types = {name: type_model.find([("name", "=", name)])[0] for name in ("Account Move", "Invoice")}

    def sequence(kind: str, prefix: str) -> Any:
        record = sequence_model(name=prefix, sequence_type=types[kind], company=company, prefix=prefix)
        record.save()
        return record

    for year in range(first_day.year, last_day.year + 1):
        fiscal_year = Model.get("account.fiscalyear")(name=str(year), company=company)
        fiscal_year.start_date, fiscal_year.end_date = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
        fiscal_year.move_sequence = sequence("Account Move", f"GL{year}-")
        (numbering,) = fiscal_year.invoice_sequences
        for kind, prefix in [("invoice", "INV"), ("credit_note", "CRN")]:
            for side in ("in", "out"):
                setattr(numbering, f"{side}_{kind}_sequence", sequence("Invoice", f"{prefix}-{side.upper()}-{year}-"))
        fiscal_year.save()
        fiscal_year.click("create_period")


def _ledger(hospital: Hospital) -> None:
    settings = config.get_config()
    (company,) = Model.get("company.company").find([])
    account_model = Model.get("account.account")
    template = Model.get("ir.model.data").get_id("account.account_template_root_en", settings.context)
    chart = Wizard("account.create_chart")
    chart.execute("account")
    chart.form.account_template = Model.get("account.account.template")(template)
    chart.form.company = company
    chart.execute("create_account")

    def by_number(number: str) -> Any:
        return account_model.find([("code", "=", number)])[0]

    chart.form.account_receivable, chart.form.account_payable = by_number("1.2.1"), by_number("2.1.1")
    chart.form.category_account_expense, chart.form.category_account_revenue = by_number("5.1.1"), by_number("4.1.1")
    chart.execute("create_properties")

    tax = Model.get("account.tax")(name="Sales tax 6 %", description="Sales tax 6 %", type="percentage")
    tax.rate = Decimal("0.06")
    tax.invoice_account = tax.credit_note_account = by_number(TAX_ACCOUNT)
    tax.save()
    for name, (number, title, parent) in CATEGORIES.items():
        above = by_number(parent)
        account = account_model(name=title, code=number, parent=above, type=above.type)
        account.save()
        category = Model.get("product.category")(name=title, accounting=True, account_expense=account)
        if name == "taxed":
            category.supplier_taxes.append(tax)
        category.save()
        hospital.accounts[name], hospital.categories[name] = account, category
    _payment_means(hospital, by_number)


def _payment_means(hospital: Hospital, by_number) -> None:
    cash = by_number("1.1.1")
    clearing = Model.get("account.account")(name="Payments under way", code="1.1.9", parent=cash.parent)
    clearing.type, clearing.reconcile, clearing.deferral = cash.type, True, True
    clearing.save()
    (journal,) = Model.get("account.journal").find([("type", "=", "cash")])
    for code, currency in hospital.currencies.items():
        transfer = Model.get("account.payment.journal")(name=f"Bank transfer {code}", process_method="manual")
        transfer.currency, transfer.clearing_journal, transfer.clearing_account = currency, journal, clearing
        transfer.save()
        hospital.payment_journals[code] = transfer
    hospital.check_payment = Model.get("account.invoice.payment.method")(
        name="Check", journal=journal, credit_account=cash, debit_account=cash
    )
    hospital.check_payment.save()


def _units(hospital: Hospital) -> None:
    unit_model = Model.get("product.uom")
    categories = {one.name: one for one in Model.get("product.uom.category").find([])}
    for name, (symbol, category, factor) in UNITS.items():
        unit = unit_model(name=name, symbol=symbol, category=categories[category])
        unit.factor = factor  # the server computes the rate
        unit.rounding, unit.digits = (1.0, 0) if category == "Units" else (0.01, 2)
        unit.save()
    hospital.units = {one.name: one for one in unit_model.find([])}


def _suppliers(hospital: Hospital) -> None:
    term = Model.get("account.invoice.payment_term")(name="Net 30")
    line = term.lines.new(type="remainder")
    line.relativedeltas.new(days=30)
    term.save()
    countries = {}
    for code, name in [("US", "United States"), ("DE", "Germany")]:
        countries[code] = Model.get("country.country")(code=code, name=name)
        countries[code].save()
    for position, (code, supplier) in enumerate(SUPPLIERS.items(), start=1):
        party = Model.get("party.party")(name=supplier.name, code=code)
        party.supplier_payment_term = term
        party.supplier_currency = hospital.currencies[supplier.currency]
        (address,) = party.addresses
        address.street_unstructured, address.city = f"{position}00 Demo Way", supplier.city
        address.postal_code = f"0000{position % 10}"
        address.country = countries["DE" if supplier.currency == "EUR" else "US"]
        party.identifiers.new(code=f"952000{position:04d}")
        party.save()
        hospital.suppliers[code] = party


def _products(hospital: Hospital) -> None:
    for item in ITEMS:
        template = Model.get("product.template")(name=item.name, code=item.code)
        template.type = "service" if item.category == "services" else "goods"
        template.default_uom = hospital.units[item.unit]
        template.purchasable = True
        template.purchase_uom = hospital.units[item.purchase_unit]
        template.list_price = Decimal(item.cost)
        template.account_category = hospital.categories[item.category]
        if item.lot_required:
            template.lot_required = ["supplier", "storage"]
        (product,) = template.products
        product.cost_price = Decimal(item.cost)
        template.save()
        (product,) = template.products
        offer = Model.get("purchase.product_supplier")(template=template, party=hospital.suppliers[item.supplier])
        offer.code = f"{item.supplier}-{item.code.replace('-', '')}"
        offer.lead_time = datetime.timedelta(days=4)
        offer.prices.new(quantity=0.0, unit_price=Decimal(item.cost) * _per_purchase_unit(hospital, item))
        offer.save()
        hospital.products[item.code] = product


def _per_purchase_unit(hospital: Hospital, item: Item) -> Decimal:
    ordered, stocked = hospital.units[item.purchase_unit], hospital.units[item.unit]
    return Decimal(str(ordered.factor)) / Decimal(str(stocked.factor))


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The first day of the month that lies `months` before `day`."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return datetime.date(years, month + 1, 1)
