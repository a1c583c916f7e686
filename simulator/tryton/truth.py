"""What the fill made, read back from the server's own books: the figures a warehouse must reproduce.

Belongs here: counts by model, the invoices with their amounts, the ledger's totals, the part each document plays.
Does not belong here: making documents. Amounts are strings of decimals in the currency named beside them.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal

from proteus import Model

from simulator.tryton.masters import CATEGORIES, TAX_ACCOUNT

COUNTED = [
    "party.party",
    "product.product",
    "product.template",
    "product.uom",
    "purchase.product_supplier",
    "purchase.requisition",
    "purchase.requisition.line",
    "purchase.request",
    "purchase.purchase",
    "purchase.line",
    "stock.shipment.in",
    "stock.shipment.in.return",
    "stock.move",
    "stock.lot",
    "stock.location",
    "account.invoice",
    "account.invoice.line",
    "account.invoice.tax",
    "account.payment",
    "account.account",
    "account.move",
    "account.move.line",
    "account.fiscalyear",
    "account.period",
    "account.journal",
    "currency.currency",
]
BOOKED = ("posted", "paid")


def collect(reference: datetime.date, plays: dict[int, str], invoice_plays: dict[int, str]) -> dict:
    """One JSON-ready object; `spend` adds posted and paid supplier invoices and credit notes, by currency."""
    invoices = [_invoice(record, invoice_plays) for record in _all("account.invoice")]
    spend: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for invoice in invoices:
        if invoice["state"] in BOOKED:
            for amount in ("untaxed", "tax", "total"):
                spend[invoice["currency"]][amount] += Decimal(invoice[amount])
    return {
        "reference_date": reference.isoformat(),
        "counts": {model: len(Model.get(model).find([("id", ">=", 0)])) for model in COUNTED},
        "purchases": [_purchase(record, plays) for record in _all("purchase.purchase")],
        "invoices": invoices,
        "spend": {currency: {name: str(value) for name, value in totals.items()} for currency, totals in spend.items()},
        "ledger": _ledger(),
        "suppliers": {party.code: party.name for party in Model.get("party.party").find([("code", "like", "V%")])},
    }


def _all(model: str) -> list:
    return Model.get(model).find([], order=[("id", "ASC")])


def _purchase(record, plays: dict[int, str]) -> dict:
    return {
        "id": record.id,
        "number": record.number,
        "play": plays.get(record.id),
        "state": record.state,
        "supplier": record.party.code,
        "currency": record.currency.code,
        "untaxed": str(record.untaxed_amount),
        "lines": len(record.lines),
        "invoices": [one.id for one in record.invoices],
        "shipment_state": record.shipment_state,
        "invoice_state": record.invoice_state,
    }


def _invoice(record, plays: dict[int, str]) -> dict:
    return {
        "id": record.id,
        "number": record.number,
        "reference": record.reference,
        "play": plays.get(record.id),
        "state": record.state,
        "supplier": record.party.code,
        "currency": record.currency.code,
        "untaxed": str(record.untaxed_amount),
        "tax": str(record.tax_amount),
        "total": str(record.total_amount),
        "lines": len(record.lines),
        "invoice_date": record.invoice_date.isoformat() if record.invoice_date else None,
    }


def _ledger() -> dict:
    """Posted moves only, in company currency: debit minus credit by account, and what the invoices cost.

    Nothing but supplier invoices books on expense and tax accounts here, so their balances are the spend.
    """
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for line in Model.get("account.move.line").find([("move.state", "=", "posted")]):
        balances[line.account.code] += line.debit - line.credit
    spent = sum((balances[number] for number, _, _ in CATEGORIES.values()), Decimal())
    return {
        "balances": {code: str(value) for code, value in sorted(balances.items())},
        "untaxed": str(spent),
        "tax": str(balances[TAX_ACCOUNT]),
        "total": str(spent + balances[TAX_ACCOUNT]),
    }
