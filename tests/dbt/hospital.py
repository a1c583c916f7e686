"""A hospital's procure-to-pay in some thirty documents, each a case of the match whose figures were worked out by hand.

Belongs here: the documents, named by their case. Not here: how they become raw rows (raw_world.py), or what is expected
of them (the tests). Prices are per box of ten unless said otherwise: one box of gloves costs 50.00, a glove 5.00.
"""

import datetime
from decimal import Decimal
from typing import Any

from tests.dbt.raw_world import RawWorld

EACH, BOX, CASE, DOZEN, HOUR = 1, 2, 3, 4, 5
GLOVES, STEM, CLEANING, SUTURES, WIRE = 1, 2, 3, 4, 5
MEDLINE, ORTHO, EUROMED, HOSPITAL = 1, 2, 3, 10
USD, EUR = 1, 2
WAREHOUSE, INPUT, STORAGE, SUPPLIERS = 1, 2, 3, 4
SUPPLIES, IMPLANTS, SERVICES, FREIGHT, PAYABLES, SALES_TAX = 11, 12, 13, 14, 20, 21


def day(number: int) -> datetime.date:
    """A day of October 2026."""
    return datetime.date(2026, 10, number)


def money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class Hospital:
    """Writes documents into a raw world; ids of lines are the order's or invoice's id times ten, plus the position."""

    deleted_at = datetime.datetime(2026, 10, 30)

    def __init__(self, world: RawWorld):
        self.world = world
        self.entry_id = 1000

    def order(self, order_id: int, lines: list[tuple], day_no: int = 1, supplier: int = MEDLINE, state: str = "processing",
              currency: int = USD, version: int = 0, **values: Any) -> None:  # fmt: skip
        """Lines are (item, quantity, unit, price) or (..., line id)."""
        self.world.put(
            "purchase", at=at(day_no, version), id=order_id, number=f"PO{order_id}", company_id=1, supplier_id=supplier,
            warehouse_id=WAREHOUSE, currency_id=currency, purchase_date=day(day_no), invoice_method="fulfillment",
            state=state, **values,
            lines={"purchase_line": [
                {"id": order_id * 10 + position, "type": "line", "product_id": line[0], "quantity": Decimal(line[1]),
                 "uom_id": line[2], "unit_price": Decimal(line[3]), "amount": cents(line[1], line[3])}
                for position, line in enumerate(lines, start=1)
            ]},
        )  # fmt: skip

    def receive(self, move_id: int, order_line: int, item: int, quantity: str, unit: int, day_no: int) -> None:
        self._move(move_id, order_line, item, quantity, unit, day_no, SUPPLIERS, INPUT)

    def send_back(self, move_id: int, order_line: int, item: int, quantity: str, unit: int, day_no: int) -> None:
        self._move(move_id, order_line, item, quantity, unit, day_no, STORAGE, SUPPLIERS)

    def _move(
        self, move_id: int, order_line: int, item: int, quantity: str, unit: int, day_no: int, come: int, go: int
    ) -> None:
        self.world.put(
            "stock_move", at=at(day_no), id=move_id, company_id=1, product_id=item, quantity=Decimal(quantity), uom_id=unit,
            from_location_id=come, to_location_id=go, origin=f"purchase.line,{order_line}", effective_date=day(day_no),
            state="done",
        )  # fmt: skip

    def bill(self, invoice_id: int, lines: list[dict[str, Any]], total: str, day_no: int = 5, reference: str | None = None,
             taxes: list[dict[str, Any]] | None = None, state: str = "posted", supplier: int = MEDLINE, currency: int = USD,
             ledger: str | None = None, billed_moves: tuple[tuple[int, int], ...] = (), version: int = 0) -> None:  # fmt: skip
        """An invoice with its ledger entry; `ledger` is the control account's amount in dollars, where it is not `total`.
        `billed_moves` are (position of the line, id of the stock move) that the source links."""
        posted = state in ("posted", "paid", "cancelled")
        entry = 1000 + invoice_id
        self.world.put(
            "invoice", at=at(day_no, version), id=invoice_id, number=None if state == "draft" else f"I{invoice_id}",
            reference=reference or f"S-{invoice_id}", type="in", company_id=1, party_id=supplier, currency_id=currency,
            account_id=PAYABLES, invoice_date=day(day_no), state=state, move_id=entry if posted else None,
            cancel_move_id=5000 + invoice_id if state == "cancelled" else None, total_amount=Decimal(total),
            lines={
                "invoice_line": [
                    {"id": invoice_id * 10 + position, "type": "line", "account_id": SUPPLIES, **line}
                    for position, line in enumerate(lines, start=1)
                ],
                "invoice_tax": [
                    {"id": invoice_id * 10 + position, "account_id": SALES_TAX, **tax}
                    for position, tax in enumerate(taxes or [], start=1)
                ],
                "invoice_line_stock_move": [
                    {"invoice_line_id": invoice_id * 10 + position, "stock_move_id": move} for position, move in billed_moves
                ],
            },
        )  # fmt: skip
        if posted:
            self.enter(entry, f"account.invoice,{invoice_id}", ledger or total, day_no)
        if state == "cancelled":
            self.enter(5000 + invoice_id, f"account.move,{entry}", str(-Decimal(ledger or total)), day_no)

    def keep_books(self, state: str, version: int = 0) -> None:
        """October, open or closed."""
        self.world.put(
            "period", at=at(1, version), id=1, name="2026-10", fiscal_year_id=1, start_date=day(1), end_date=day(31),
            state=state, type="standard",
        )  # fmt: skip

    def enter(self, entry: int, origin: str, payable: str, day_no: int) -> None:
        """A ledger entry: the control account credited with `payable`, an expense account debited."""
        amount = Decimal(payable)
        debit, credit = (amount, Decimal(0)) if amount > 0 else (Decimal(0), -amount)
        self.world.put(
            "account_move", at=at(day_no), id=entry, number=f"GL{entry}", company_id=1, period_id=1, journal_id=1,
            date=day(day_no), origin=origin, state="posted",
            lines={"account_move_line": [
                {"id": entry * 10 + 1, "account_id": SUPPLIES, "debit": debit, "credit": credit},
                {"id": entry * 10 + 2, "account_id": PAYABLES, "party_id": MEDLINE, "debit": credit, "credit": debit},
            ]},
        )  # fmt: skip


def at(day_no: int, version: int = 0) -> datetime.datetime:
    return datetime.datetime(2026, 10, day_no, 12) + datetime.timedelta(hours=version)


def cents(quantity: str, price: str) -> Decimal:
    return (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"))


def line(item: int | None, quantity: str, unit: int | None, price: str, origin: int | str | None = None,
         account: int = SUPPLIES) -> dict[str, Any]:  # fmt: skip
    """An invoice line; `origin` is the id of an order line, or a whole reference."""
    return {
        "product_id": item, "quantity": Decimal(quantity), "uom_id": unit, "unit_price": Decimal(price),
        "amount": cents(quantity, price), "account_id": account,
        "origin": f"purchase.line,{origin}" if isinstance(origin, int) else origin,
    }  # fmt: skip


def set_up_masters(world: RawWorld) -> None:
    for identity, name in [
        (MEDLINE, "Medline"),
        (ORTHO, "Ortho One"),
        (EUROMED, "Euromed"),
        (HOSPITAL, "Our Hospital"),
    ]:
        world.put("party", id=identity, code=f"V{identity}", name=name, active=True)
    world.put("currency", id=USD, code="USD", name="Dollar", digits=2, lines={
        "currency_rate": [{"id": 1, "date": datetime.date(2000, 1, 1), "rate": Decimal("1")}]})  # fmt: skip
    world.put("currency", id=EUR, code="EUR", name="Euro", digits=2, lines={
        "currency_rate": [{"id": 2, "date": datetime.date(2000, 1, 1), "rate": Decimal("0.92")}]})  # fmt: skip
    world.put("company", id=1, party_id=HOSPITAL, currency_id=USD)
    for identity, name in [(1, "Units"), (2, "Time")]:
        world.put("uom_category", id=identity, name=name)
    for identity, symbol, category, factor, rate in [
        (EACH, "u", 1, "1", "1"), (BOX, "bx10", 1, "10", "0.1"), (CASE, "cs100", 1, "100", "0.01"),
        (DOZEN, "dz", 1, "12", "0.083333333333"), (HOUR, "h", 2, "1", "1"),
    ]:  # fmt: skip
        world.put("uom", id=identity, name=symbol, symbol=symbol, category_id=category, factor=Decimal(factor),
                  rate=Decimal(rate), digits=0)  # fmt: skip
    for identity, name in [(1, "Medical and surgical supplies"), (2, "Implants"), (3, "Purchased services")]:
        world.put("product_category", id=identity, name=name, is_accounting=True)
    for identity, code, name, kind, unit, category in [
        (GLOVES, "GLV", "Exam glove", "goods", EACH, 1), (STEM, "STEM", "Hip stem", "goods", EACH, 2),
        (CLEANING, "CLEAN", "Cleaning, hour", "service", HOUR, 3), (SUTURES, "SUT", "Sutures", "goods", DOZEN, 1),
        (WIRE, "WIRE", "Guide wire", "goods", EACH, 1),
    ]:  # fmt: skip
        world.put("product_template", id=identity, code=code, name=name, type=kind, default_uom_id=unit,
                  account_category_id=category, active=True)  # fmt: skip
        world.put("product", id=identity, template_id=identity, code=code, active=True)
    for identity, code, kind, parent in [
        (WAREHOUSE, "WH", "warehouse", None), (INPUT, "IN", "storage", WAREHOUSE), (STORAGE, "STO", "storage", WAREHOUSE),
        (SUPPLIERS, "SUP", "supplier", None),
    ]:  # fmt: skip
        world.put("location", id=identity, code=code, name=code, type=kind, parent_id=parent)
    for identity, code, payable, expense in [
        (SUPPLIES, "5.1.1.1", False, True), (IMPLANTS, "5.1.1.2", False, True), (SERVICES, "5.1.3.1", False, True),
        (FREIGHT, "5.1.3.3", False, True), (PAYABLES, "2.1.1", True, False), (SALES_TAX, "6.3.4", False, True),
    ]:  # fmt: skip
        world.put("account", id=identity, code=code, name=code, company_id=1, type_id=1, statement="income",
                  is_payable=payable, is_expense=expense, is_revenue=False, is_receivable=False, is_stock=False,
                  is_debt=False)  # fmt: skip
    world.put("fiscal_year", id=1, name="2026", company_id=1, start_date=datetime.date(2026, 1, 1),
              end_date=datetime.date(2026, 12, 31), state="open")  # fmt: skip
    Hospital(world).keep_books("open")
    world.put("journal", id=1, code="EXP", name="Expense", type="expense")
    world.put("tax", id=1, name="Sales tax 6 %", type="percentage", rate=Decimal("0.06"))


def fill(world: RawWorld) -> None:
    """Every case once. The comment on each says what must come out."""
    world.load("0001")
    set_up_masters(world)
    hospital = Hospital(world)
    billed_in_one_against_two_receipts(hospital)
    prices(hospital)
    quantities(hospital)
    corrections(hospital)
    without_order(hospital)
    charges(hospital)
    references(hospital)
    requisition_and_payment(hospital)


def billed_in_one_against_two_receipts(hospital: Hospital) -> None:
    # Ten boxes, received as four and six: 40 gloves of the first receipt and 60 of the second cover the invoice.
    hospital.order(1, [(GLOVES, "10", BOX, "50.00")])
    hospital.receive(101, 11, GLOVES, "4", BOX, 2)
    hospital.receive(102, 11, GLOVES, "6", BOX, 4)
    hospital.bill(1, [line(GLOVES, "10", BOX, "50.00", 11)], "500.00")


def prices(hospital: Hospital) -> None:
    for order_id, quantity, price, item, unit, ordered_at in [
        (2, "6", "56.00", GLOVES, BOX, "50.00"),  # 12 % and 36.00 over: an exception
        (3, "6", "50.50", GLOVES, BOX, "50.00"),  # 1 % and 3.00 over: within 2 % and 25.00
        (4, "100", "50.50", GLOVES, BOX, "50.00"),  # 1 %, but 50.00 over: the amount does not hold
        (5, "10", "500.00", GLOVES, BOX, "50.00"),  # ten times the price, and a box holds ten: a unit was mixed up
        (6, "1", "1985.01", STEM, EACH, "1985.00"),  # one cent over on an implant: no tolerance at all
        (7, "6", "40.00", GLOVES, BOX, "50.00"),  # 20 % under: below the 10 % allowed
    ]:
        hospital.order(order_id, [(item, quantity, unit, ordered_at)])
        hospital.receive(order_id * 100 + 1, order_id * 10 + 1, item, quantity, unit, 3)
        hospital.bill(order_id, [line(item, quantity, unit, price, order_id * 10 + 1)], str(cents(quantity, price)))
    # The same price said in another unit: ten boxes at 50.00 billed as a case of a hundred at 500.00.
    hospital.order(8, [(GLOVES, "10", BOX, "50.00")])
    hospital.receive(801, 81, GLOVES, "10", BOX, 3)
    hospital.bill(8, [line(GLOVES, "1", CASE, "500.00", 81)], "500.00")
    # Euros: 92.00 at 0.92 to the dollar is 100.00.
    hospital.order(9, [(WIRE, "4", EACH, "23.00")], supplier=EUROMED, currency=EUR)
    hospital.receive(901, 91, WIRE, "4", EACH, 3)
    hospital.bill(9, [line(WIRE, "4", EACH, "23.00", 91)], "92.00", supplier=EUROMED, currency=EUR, ledger="100.00")


def quantities(hospital: Hospital) -> None:
    # Cancelled, and goods and bill came all the same.
    hospital.order(20, [(GLOVES, "5", BOX, "50.00")], state="cancelled")
    hospital.receive(2001, 201, GLOVES, "5", BOX, 3)
    hospital.bill(20, [line(GLOVES, "5", BOX, "50.00", 201)], "250.00")
    # Nothing received: awaited until the grace of five days is over, an exception on the sixth.
    hospital.order(21, [(GLOVES, "3", BOX, "50.00")])
    hospital.bill(21, [line(GLOVES, "3", BOX, "50.00", 211)], "150.00", day_no=10)
    # Four ordered and received, five billed.
    hospital.order(22, [(GLOVES, "4", BOX, "50.00")])
    hospital.receive(2201, 221, GLOVES, "4", BOX, 3)
    hospital.bill(22, [line(GLOVES, "5", BOX, "50.00", 221)], "250.00")
    # Five ordered, six received and billed.
    hospital.order(23, [(GLOVES, "5", BOX, "50.00")])
    hospital.receive(2301, 231, GLOVES, "6", BOX, 3)
    hospital.bill(23, [line(GLOVES, "6", BOX, "50.00", 231)], "300.00")
    # Stock kept by the dozen, a dozen received four by four: three thirds are one, exactly.
    hospital.order(24, [(SUTURES, "12", EACH, "8.00")])
    for position in range(3):
        hospital.receive(2401 + position, 241, SUTURES, "4", EACH, 2 + position)
    hospital.bill(24, [line(SUTURES, "12", EACH, "8.00", 241)], "96.00", day_no=6)
    # A service needs no receipt.
    hospital.order(25, [(CLEANING, "12", HOUR, "58.00")])
    hospital.bill(25, [line(CLEANING, "12", HOUR, "58.00", 251, SERVICES)], "696.00")


def corrections(hospital: Hospital) -> None:
    # Eight received and billed, two sent back and credited: six remain on both sides.
    hospital.order(30, [(GLOVES, "8", BOX, "50.00")])
    hospital.receive(3001, 301, GLOVES, "8", BOX, 2)
    hospital.bill(30, [line(GLOVES, "8", BOX, "50.00", 301)], "400.00", day_no=4)
    hospital.send_back(3002, 301, GLOVES, "2", BOX, 8)
    hospital.bill(31, [line(GLOVES, "-2", BOX, "50.00", "account.invoice.line,301")], "-100.00", day_no=9)
    # A credit that nothing stands behind.
    hospital.order(32, [(GLOVES, "4", BOX, "50.00")])
    hospital.receive(3201, 321, GLOVES, "4", BOX, 2)
    hospital.bill(32, [line(GLOVES, "4", BOX, "50.00", 321)], "200.00", day_no=4)
    hospital.bill(33, [line(GLOVES, "-1", BOX, "50.00", 321)], "-50.00", day_no=9)
    # A return order of its own: what goes back covers its credit.
    hospital.order(34, [(STEM, "-2", EACH, "1985.00")], day_no=7, supplier=ORTHO)
    hospital.send_back(3401, 341, STEM, "2", EACH, 8)
    hospital.bill(34, [line(STEM, "-2", EACH, "1985.00", 341, IMPLANTS)], "-3970.00", day_no=10, supplier=ORTHO)
    # Billed twice: 0815 and, later, 815-R.
    hospital.order(35, [(GLOVES, "2", BOX, "50.00")])
    hospital.receive(3501, 351, GLOVES, "2", BOX, 2)
    hospital.bill(35, [line(GLOVES, "2", BOX, "50.00", 351)], "100.00", day_no=4, reference="0815")
    hospital.bill(36, [line(GLOVES, "2", BOX, "50.00", 351)], "100.00", day_no=20, reference="815-R")
    # Credited in full and billed again under the same number: a rebill, no duplicate.
    hospital.order(37, [(GLOVES, "2", BOX, "50.00")])
    hospital.receive(3701, 371, GLOVES, "2", BOX, 2)
    hospital.bill(37, [line(GLOVES, "2", BOX, "51.00", 371)], "102.00", day_no=4, reference="R-1")
    hospital.bill(
        38, [line(GLOVES, "-2", BOX, "51.00", "account.invoice.line,371")], "-102.00", day_no=5, reference="R-1C"
    )
    hospital.bill(39, [line(GLOVES, "2", BOX, "50.00", 371)], "100.00", day_no=6, reference="R-1")
    # Cancelled after posting: its own entry and one that takes it back.
    hospital.bill(40, [line(None, "1", None, "420.00", None, SERVICES)], "420.00", state="cancelled")


def without_order(hospital: Hospital) -> None:
    hospital.bill(50, [line(GLOVES, "1", BOX, "50.00")], "50.00")  # supplies need an order
    hospital.bill(51, [line(None, "1", None, "1850.00", None, SERVICES)], "1850.00")  # services need none
    hospital.bill(52, [line(GLOVES, "1", BOX, "50.00", 99999)], "50.00")  # an order line that nobody knows
    hospital.bill(53, [line(GLOVES, "1", BOX, "50.00")], "50.00", state="draft")  # nothing that a supplier sent
    # From another supplier than was ordered from, in another currency, for another item.
    hospital.order(54, [(GLOVES, "1", BOX, "50.00")])
    hospital.receive(5401, 541, GLOVES, "1", BOX, 2)
    hospital.bill(54, [line(WIRE, "1", EACH, "46.00", 541)], "46.00", supplier=EUROMED, currency=EUR, ledger="50.00")


def charges(hospital: Hospital) -> None:
    # Three lines of 10.00, freight of 0.10 and tax of 1.80: freight falls as 0.04, 0.03, 0.03.
    hospital.order(60, [(WIRE, "1", EACH, "10.00"), (WIRE, "1", EACH, "10.00"), (WIRE, "1", EACH, "10.00")])
    for position in (1, 2, 3):
        hospital.receive(6000 + position, 600 + position, WIRE, "1", EACH, 2)
    hospital.bill(
        60,
        [line(WIRE, "1", EACH, "10.00", 600 + position) for position in (1, 2, 3)]
        + [line(None, "1", None, "0.10", None, FREIGHT)],
        "31.90",
        taxes=[{"tax_id": 1, "base": Decimal("30.00"), "amount": Decimal("1.80"), "is_manual": False}],
    )
    # A courier's bill of 63.40: above the 50.00 of freight that need no question.
    hospital.bill(61, [line(None, "1", None, "63.40", None, FREIGHT)], "63.40")
    # 6 % of 50.00 is 3.00, and 4.50 is billed.
    hospital.order(62, [(GLOVES, "1", BOX, "50.00")])
    hospital.receive(6201, 621, GLOVES, "1", BOX, 2)
    hospital.bill(62, [line(GLOVES, "1", BOX, "50.00", 621)], "54.50",
                  taxes=[{"tax_id": 1, "base": Decimal("50.00"), "amount": Decimal("4.50"), "is_manual": True}])  # fmt: skip


def references(hospital: Hospital) -> None:
    # Two receipts of five; the first invoice names the second receipt, so the second invoice gets the first.
    hospital.order(70, [(GLOVES, "10", BOX, "50.00")])
    hospital.receive(7001, 701, GLOVES, "5", BOX, 2)
    hospital.receive(7002, 701, GLOVES, "5", BOX, 3)
    hospital.bill(70, [line(GLOVES, "5", BOX, "50.00", 701)], "250.00", day_no=4, billed_moves=((1, 7002),))
    hospital.bill(71, [line(GLOVES, "5", BOX, "50.00", 701)], "250.00", day_no=5)


def requisition_and_payment(hospital: Hospital) -> None:
    world = hospital.world
    world.put("requisition", id=1, number="R1", company_id=1, warehouse_id=WAREHOUSE, currency_id=USD, supply_date=day(9),
              state="done", lines={"requisition_line": [
                  {"id": 11, "product_id": GLOVES, "quantity": Decimal("2"), "uom_id": BOX, "unit_price": Decimal("50.00")}
              ]})  # fmt: skip
    world.put("purchase_request", id=1, company_id=1, product_id=GLOVES, supplier_id=MEDLINE, quantity=Decimal("2"),
              uom_id=BOX, purchase_line_id=11, origin="purchase.requisition.line,11", state="purchased")  # fmt: skip
    world.put("payment", id=1, number="P1", kind="payable", company_id=1, party_id=MEDLINE, currency_code="USD",
              date=day(20), amount=Decimal("500.00"), move_line_id=10012, state="succeeded")  # fmt: skip
