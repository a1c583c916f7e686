"""What happens after the story: one named step at a time, for tests of what a later run must see and must not touch.

Belongs here: which document a step picks and what it touches. Does not belong here: how documents are made.
Every step prints one line of JSON: its name and the ids it touched, by model. Picks are the same in the same database.
`--directly` writes the line alone, as another client may: then the order's own last_modified_at does not move.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path

from proteus import Model

from simulator.tryton import documents, masters
from simulator.tryton.session import connect
from simulator.tryton.together import perform, perform_together

BASKETS = [
    ("V01", [("GLV-M", 2, None, None), ("CATH-16", 4, None, None)]),
    ("V02", [("DRP-LAP", 3, None, None)]),
    ("V04", [("SAW-BL", 6, None, None), ("DRL-32", 1, None, None)]),
]


def add_orders(count: int) -> dict:
    """Confirmed orders of today, nothing received or billed; one in three in euros."""
    hospital = masters.load()
    today = datetime.datetime.now(datetime.UTC).date()
    acts = [documents.order(hospital, *BASKETS[position % len(BASKETS)], today) for position in range(count)]
    purchases = perform_together(acts)
    return {
        "purchase.purchase": [one.id for one in purchases],
        "purchase.line": [line.id for one in purchases for line in one.lines],
        "stock.move": [move.id for one in purchases for move in one.moves],
    }


def change_order(directly: bool) -> dict:
    """One more of the first line of the oldest draft; confirmed orders refuse every change."""
    purchase = _drafts()[0]
    line = purchase.lines[0]
    if directly:
        line = Model.get("purchase.line")(line.id)
    line.quantity += 1.0
    (line if directly else purchase).save()
    return {"purchase.purchase": [purchase.id], "purchase.line": [line.id]}


def remove_line(directly: bool) -> dict:
    """The last line of the draft with the most lines disappears; the server keeps no trace of it."""
    purchase = max(_drafts(), key=lambda one: len(one.lines))
    line = purchase.lines[-1]
    identity = line.id
    if directly:
        Model.get("purchase.line").delete([Model.get("purchase.line")(identity)])
    else:
        purchase.lines.remove(line)
        purchase.save()
    return {"purchase.purchase": [purchase.id], "purchase.line": [identity]}


def cancel_order() -> dict:
    """The oldest quotation is cancelled; its lines and amounts stay."""
    purchase = Model.get("purchase.purchase").find([("state", "=", "quotation")], order=[("id", "ASC")])[0]
    perform(documents.advance_to(purchase, "cancelled"))
    return {"purchase.purchase": [purchase.id]}


def delete_draft() -> dict:
    """The newest of the drafts with the fewest lines is deleted, with its lines; the server keeps no trace of them."""
    purchase = min(_drafts(), key=lambda one: (len(one.lines), -one.id))
    touched = {"purchase.purchase": [purchase.id], "purchase.line": [line.id for line in purchase.lines]}
    purchase.delete()
    return touched


def credit_note() -> dict:
    """One unit of the first line of the newest posted invoice in dollars is credited, and the note posted today."""
    invoice = Model.get("account.invoice").find(
        [("type", "=", "in"), ("state", "=", "posted"), ("currency.code", "=", "USD"), ("untaxed_amount", ">", 0)],
        order=[("id", "DESC")],
    )[0]
    today = datetime.datetime.now(datetime.UTC).date()
    note = perform(documents.credit(invoice, today, f"CN-{invoice.reference}", {0: 1.0}))
    return {
        "account.invoice": [note.id],
        "account.invoice.line": [line.id for line in note.lines],
        "account.move": [note.move.id],
        "credited": [invoice.id],
    }


def _drafts() -> list:
    return Model.get("purchase.purchase").find([("state", "=", "draft")], order=[("id", "ASC")])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configuration", type=Path, required=True, help="the server's configuration file")
    parser.add_argument("--database", required=True)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("add_orders").add_argument("--count", type=int, default=3)
    for name in ("change_order", "remove_line"):
        steps.add_parser(name).add_argument("--directly", action="store_true")
    for name in ("cancel_order", "delete_draft", "credit_note"):
        steps.add_parser(name)
    options = vars(parser.parse_args(arguments))
    connect(options.pop("configuration"), options.pop("database"))
    step = options.pop("step")
    print(json.dumps({"step": step, **globals()[step](**options)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
