"""Documents of procure-to-pay, made through the server's own client: order, receive, return, invoice, credit, pay.

Belongs here: one function for one act of a buyer, a storekeeper or an accountant, dates given by the caller.
Does not belong here: master data (masters.py) and which act follows which (fill.py, advance.py).
Every act is a generator of steps (together.py) and returns the record it made.
Quantities are in the unit of their line; prices are in the currency of the order.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from proteus import Model, Wizard

from simulator.tryton.masters import SUPPLIERS, Hospital
from simulator.tryton.together import SAVE

Line = tuple  # (item code, quantity, unit name or None for the purchase unit, unit price or None for the offer's price)


def order(
    hospital: Hospital,
    supplier: str,
    lines: list[Line],
    day: datetime.date,
    method: str = "fulfillment",
    to: str = "processing",
):
    """A purchase order; `method` is what makes an invoice due: order, fulfillment or manual. `to`: draft or later."""
    purchase = Model.get("purchase.purchase")()
    purchase.party = hospital.suppliers[supplier]
    purchase.currency = hospital.currencies[SUPPLIERS[supplier].currency]
    purchase.purchase_date = day
    purchase.invoice_method = method
    for code, quantity, unit, price in lines:
        line = purchase.lines.new()
        line.product = hospital.products[code]
        if unit:
            line.unit = hospital.units[unit]
        line.quantity = float(quantity)
        if price is not None:
            line.unit_price = Decimal(price)
    yield purchase, SAVE
    yield from advance_to(purchase, to)
    return purchase


def advance_to(purchase, state: str):
    """Walk an order from draft towards `state` (draft, quotation, processing, cancelled)."""
    if state in ("quotation", "processing"):
        yield purchase, "quote"
    if state == "processing":
        yield purchase, "confirm"
    if state == "cancelled":
        yield purchase, "cancel"


def receive(
    purchase,
    day: datetime.date,
    quantities: dict[int, float] | None = None,
    lots: dict[int, list[tuple[str, float]]] | None = None,
    reference: str | None = None,
    put_away: bool = True,
):
    """Receive an order's open moves in one supplier shipment.

    `quantities` (position of the order line -> quantity) limits what arrives; absent lines do not arrive.
    `lots` splits a line over lots; a product that needs a lot and has none here gets one of its own.
    """
    move_model = Model.get("stock.move")
    shipment = Model.get("stock.shipment.in")(supplier=purchase.party, reference=reference)
    shipment.effective_date = shipment.planned_date = day
    purchase.reload()
    open_moves = {move.origin.id: move for move in purchase.moves if move.state == "draft"}
    arriving = []
    for position, line in enumerate(purchase.lines):
        if line.id not in open_moves or (quantities is not None and position not in quantities):
            continue
        move = move_model(open_moves[line.id].id)
        total = move.quantity if quantities is None else quantities[position]
        split = (lots or {}).get(position) or [(f"L{purchase.number}-{position + 1}", total)]
        for part, (number, quantity) in enumerate(split):
            if part:
                (copy,) = move_model.duplicate([move])
                move = move_model(copy.id)
            move.quantity = quantity
            if line.product.template.lot_required:
                move.lot = _lot(line.product, number)
            arriving.append(move)
    for move in arriving:
        shipment.incoming_moves.append(move)
    yield shipment, SAVE
    yield shipment, "receive"
    if put_away:
        yield shipment, "do"
    purchase.reload()
    return shipment


def _lot(product, number: str):
    lot_model = Model.get("stock.lot")
    found = lot_model.find([("product", "=", product.id), ("number", "=", number)])
    if found:
        return found[0]
    lot = lot_model(product=product, number=number)
    lot.save()
    return lot


def send_back(hospital: Hospital, purchase, lines: list[Line], day: datetime.date):
    """An order with negative quantities: goods leave from stock, the supplier owes a credit note."""
    returned = yield from order(hospital, _supplier_code(purchase), lines, day)
    for shipment in returned.shipment_returns:
        shipment.effective_date = day
        for move in shipment.moves:
            if move.product.template.lot_required:
                received = [one for one in purchase.moves if one.product == move.product and one.lot]
                move.lot = received[0].lot
        yield shipment, SAVE
        yield shipment, "assign_force"
        yield shipment, "do"
    returned.reload()
    return returned


def _supplier_code(purchase) -> str:
    return next(code for code, supplier in SUPPLIERS.items() if supplier.name == purchase.party.name)


def draft_invoice(purchase):
    """The invoice the server prepared for an order, still a draft."""
    purchase.reload()
    return next(invoice for invoice in purchase.invoices if invoice.state == "draft")


def post(invoice, day: datetime.date, reference: str):
    """Post an invoice with the supplier's own number."""
    invoice.invoice_date = day
    invoice.reference = reference
    yield invoice, SAVE
    yield invoice, "post"
    return invoice


def reprice(invoice, factor: str, position: int = 0) -> None:
    """Change the price of one line, as a supplier does who bills another price than ordered."""
    line = invoice.lines[position]
    line.unit_price = (line.unit_price * Decimal(factor)).quantize(Decimal("0.0001"))


def requantify(invoice, quantity: float, position: int = 0) -> None:
    """Change the quantity of one line, as a supplier does who bills more or less than arrived."""
    invoice.lines[position].quantity = quantity


def add_freight(invoice, account, amount: str) -> None:
    """A line without product and without order."""
    _expense_line(invoice, account, "Freight", amount)


def _expense_line(invoice, account, text: str, amount: str) -> None:
    line = invoice.lines.new()
    line.account = account
    line.description = text
    line.quantity = 1.0
    line.unit_price = Decimal(amount)


def invoice_without_order(
    hospital: Hospital, supplier: str, account: str, text: str, amount: str, day: datetime.date, reference: str
):
    """Post an invoice nobody ordered, on an account of CATEGORIES."""
    invoice = Model.get("account.invoice")(type="in")
    invoice.party = hospital.suppliers[supplier]
    invoice.currency = hospital.currencies[SUPPLIERS[supplier].currency]
    _expense_line(invoice, hospital.accounts[account], text, amount)
    return (yield from post(invoice, day, reference))


def credit(invoice, day: datetime.date, reference: str, keep: dict[int, float] | None = None):
    """Post a credit note for an invoice; `keep` (position -> quantity credited) limits it, absent lines vanish."""
    wizard = Wizard("account.invoice.credit", [invoice])
    wizard.form.with_refund = False
    wizard.execute("credit")
    (note,) = wizard.actions[0]
    if keep is not None:
        for position, line in reversed(list(enumerate(list(note.lines)))):
            if position in keep:
                line.quantity = -keep[position]
            else:
                note.lines.remove(line)
    return (yield from post(note, day, reference))


def transfer(hospital: Hospital, invoice, day: datetime.date, to: str = "succeeded", amount: str | None = None):
    """A payment by bank transfer, walked to `to`: draft, approved, processing, succeeded or failed."""
    invoice.reload()
    wizard = Wizard("account.move.line.pay", list(invoice.lines_to_pay))
    wizard.form.date = day
    wizard.execute("next_")
    wizard.form.journal = hospital.payment_journals[invoice.currency.code]
    wizard.execute("next_")
    (payment,) = wizard.actions[0]
    if amount is not None:
        payment.amount = Decimal(amount)
        payment.save()
    if to == "draft":
        return payment
    yield payment, "submit"
    yield payment, "approve"
    if to == "approved":
        return payment
    payment.click("process_wizard")
    if to == "failed":
        yield payment, "fail"
    elif to == "succeeded":
        success = payment.click("succeed_wizard")
        success.form.date = day
        success.execute("succeed")
        payment.reload()
        yield payment.clearing_move, "post"
    payment.reload()
    return payment


def pay_by_check(hospital: Hospital, invoice, day: datetime.date) -> None:
    """Pay in the ledger only: no payment record exists, as in a house that pays by check."""
    wizard = invoice.click("pay")
    wizard.form.payment_method = hospital.check_payment
    wizard.form.date = day
    wizard.execute("choice")
    invoice.reload()


def requisition(hospital: Hospital, lines: list[Line], day: datetime.date, to: str = "approved"):
    """A requisition of the wards; `to`: draft, waiting, rejected, cancelled or approved (which makes requests)."""
    record = Model.get("purchase.requisition")(employee=hospital.employees["Requester One"], supply_date=day)
    record.description = "Ward stock"
    for code, quantity, supplier, price in lines:
        line = record.lines.new()
        line.product = hospital.products[code]
        line.quantity = float(quantity)
        line.supplier = hospital.suppliers[supplier]
        line.unit_price = Decimal(price)
    yield record, SAVE
    if to == "cancelled":
        yield record, "cancel"
    elif to != "draft":
        yield record, "wait"
        if to == "rejected":
            yield record, "reject"
        elif to == "approved":
            yield record, "approve"
    return record


def order_requests(record, day: datetime.date) -> list:
    """Turn a requisition's requests into draft orders, one for each supplier."""
    requests = [request for line in record.lines for request in line.purchase_requests]
    Wizard("purchase.request.create_purchase", requests)
    made: dict[int, Any] = {}
    for request in requests:
        request.reload()
        made[request.purchase.id] = request.purchase
    for purchase in made.values():
        purchase.purchase_date = day
        purchase.save()
    return [made[key] for key in sorted(made)]
