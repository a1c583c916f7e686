"""Fill an empty Tryton database with about three months of a small hospital's procure-to-pay, the same every time.

Belongs here: which order plays which part, and the truth about it written beside the database.
Does not belong here: how a document is made (documents.py) and what it is made of (masters.py).
Run by server.py inside the server's own environment; the reference date is the day "today" of the story.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import sys
import time
from functools import partial
from pathlib import Path

from simulator.tryton import documents, masters, truth
from simulator.tryton.session import connect, create_reader
from simulator.tryton.together import SAVE, perform_together

SEED = 20260401


class Story:
    """The plays. Every purchase and every invoice belongs to one play; days count back from the reference date."""

    def __init__(self, hospital: masters.Hospital, reference: datetime.date) -> None:
        self.hospital = hospital
        self.reference = reference
        self.random = random.Random(SEED)
        self.plays: dict[int, str] = {}
        self.invoice_plays: dict[int, str] = {}
        self.bills = 0

    def acts(self) -> list:
        """All plays, to be performed together."""
        return [
            *self.everyday(),
            *self.units(),
            *self.open_orders(),
            *self.receipts(),
            *self.invoices(),
            *self.corrections(),
            *self.requisitions(),
        ]

    def day(self, days_ago: int) -> datetime.date:
        return self.reference - datetime.timedelta(days=days_ago)

    def order(
        self, play: str, supplier: str, lines: list, days_ago: int, method: str = "fulfillment", to: str = "processing"
    ):
        purchase = yield from documents.order(self.hospital, supplier, lines, self.day(days_ago), method, to)
        self.plays[purchase.id] = play
        return purchase

    def bill(self, purchase, days_ago: int, play: str = "", change=None):
        """Post the draft invoice of an order; `change` alters it before, as the supplier's paper does."""
        invoice = documents.draft_invoice(purchase)
        if change:
            change(invoice)
        self.invoice_plays[invoice.id] = play or self.plays[purchase.id]
        return (yield from documents.post(invoice, self.day(days_ago), self.supplier_number()))

    def supplier_number(self) -> str:
        self.bills += 1
        return f"SI-{70000 + 7 * self.bills}"

    def usual(self, play: str, supplier: str, lines: list, days_ago: int, change=None):
        """Ordered, received in full three days later, billed after five."""
        purchase = yield from self.order(play, supplier, lines, days_ago)
        yield from documents.receive(purchase, self.day(days_ago - 3), reference=f"DN-{4000 + days_ago}")
        return (yield from self.bill(purchase, days_ago - 5, change=change))

    # Everyday business -------------------------------------------------------------------------------------------

    def everyday(self):
        baskets = [
            ("V01", ["GLV-M", "GLV-L", "CATH-16"]),
            ("V02", ["SUT-30", "DRP-LAP"]),
            ("V06", ["TUBE-EDTA"]),
            ("V07", ["HEP-5K", "SAL-09"]),
            ("V01", ["CATH-IV20", "GLV-S75"]),
            ("V05", ["GW-014", "BAL-25"]),
            ("V10", ["CONTR-IO"]),
            ("V09", ["SYR-10"]),
            ("V03", ["CEM-40", "SCR-45"]),
        ]
        plays = ["paid"] * 4 + ["paid by check"] + ["billed, unpaid"] * 4
        for position, ((supplier, codes), play) in enumerate(zip(baskets, plays, strict=True)):
            lines = [(code, self.random.randint(2, 12), None, None) for code in codes]
            yield self.usual_and_paid(play, supplier, lines, 84 - 6 * position)
        yield self.received_only([("TROC-12", 4, None, None), ("SUT-40", 3, None, None)])

    def usual_and_paid(self, play: str, supplier: str, lines: list, days_ago: int):
        invoice = yield from self.usual(play, supplier, lines, days_ago)
        if play == "paid":
            yield from documents.transfer(self.hospital, invoice, self.day(days_ago - 20))
        elif play == "paid by check":
            documents.pay_by_check(self.hospital, invoice, self.day(days_ago - 20))

    def received_only(self, lines: list):
        purchase = yield from self.order("received, not billed", "V02", lines, 30, "manual")
        yield from documents.receive(purchase, self.day(27))

    def units(self):
        """Ordered in another unit than stocked: boxes, cases, dozens, kilograms, and stock kept in boxes."""
        for position, (play, supplier, lines) in enumerate(
            [
                (
                    "ordered in two units",
                    "V01",
                    [("GLV-M", 3, "Case of 1000", None), ("GLV-M", 2, "Box of 100", "9.1000")],
                ),
                ("stocked in boxes, ordered in units", "V02", [("SUT-30", 18, "Unit", "5.9500")]),
                (
                    "ordered by weight",
                    "V07",
                    [("ALG-PWD", 2.5, "Kilogram", None), ("ALG-PWD", 0.33, "Pound", "31.0000")],
                ),
                ("ordered by the dozen", "V02", [("STAP-60", 1, "Dozen", None), ("STAP-60", 6, "Unit", "187.5000")]),
            ]
        ):
            yield self.usual(play, supplier, lines, 62 - 4 * position)

    # Orders that go nowhere, or not yet --------------------------------------------------------------------------

    def open_orders(self):
        for play, supplier, codes, days_ago in [
            ("draft", "V01", ["GLV-L", "CATH-16"], 4),
            ("draft", "V05", ["STENT-30", "GW-014"], 3),
            ("draft", "V07", ["HEP-5K", "SAL-09"], 2),
            ("draft", "V02", ["DRP-LAP", "TROC-12", "SUT-30"], 2),
            ("quotation", "V03", ["HIP-STEM", "HIP-CUP"], 6),
            ("quotation", "V10", ["CONTR-IO"], 5),
            ("confirmed, nothing arrived", "V06", ["RGT-TROP"], 9),
            ("confirmed, nothing arrived", "V02", ["MESH-15", "DRP-LAP"], 8),
        ]:
            lines = [(code, self.random.randint(2, 9), None, None) for code in codes]
            to = play if play in ("draft", "quotation") else "processing"
            yield self.order(play, supplier, lines, days_ago, to=to)
        for play, state in [("cancelled as draft", "draft"), ("cancelled as quotation", "quotation")]:
            yield self.cancelled(play, state)
        yield self.line_removed()

    def cancelled(self, play: str, state: str):
        lines = [("SYR-10", 5, None, None), ("GLV-M", 1, None, None)]
        purchase = yield from self.order(play, "V01", lines, 40, to=state)
        yield from documents.advance_to(purchase, "cancelled")

    def line_removed(self):
        lines = [("DRP-LAP", 2, None, None), ("SUT-40", 3, None, None), ("TROC-12", 1, None, None)]
        purchase = yield from self.order("line removed while draft", "V02", lines, 28, to="draft")
        purchase.lines.remove(purchase.lines[1])
        yield purchase, SAVE
        yield from documents.advance_to(purchase, "processing")
        yield from documents.receive(purchase, self.day(25))
        yield from self.bill(purchase, 24)

    # Receipts ----------------------------------------------------------------------------------------------------

    def receipts(self):
        yield self.two_shipments()
        yield self.one_receipt(
            "partly received", "V02", [("TROC-12", 8, None, None), ("DRP-LAP", 6, None, None)], {0: 3.0, 1: 6.0}
        )
        yield self.one_receipt("received more than ordered", "V06", [("TUBE-EDTA", 5, None, None)], {0: 6.0})
        yield self.lots()
        yield self.not_put_away()
        yield self.returned()

    def two_shipments(self):
        lines = [("CATH-16", 10, None, None), ("GLV-S75", 6, None, None)]
        purchase = yield from self.order("two shipments", "V01", lines, 50)
        yield from documents.receive(purchase, self.day(46), {0: 4.0})
        yield from self.bill(purchase, 45)
        yield from documents.receive(purchase, self.day(41), {0: 6.0, 1: 6.0})
        yield from self.bill(purchase, 40)

    def one_receipt(self, play: str, supplier: str, lines: list, quantities: dict[int, float]):
        purchase = yield from self.order(play, supplier, lines, 30)
        yield from documents.receive(purchase, self.day(26), quantities)
        yield from self.bill(purchase, 25)

    def lots(self):
        lines = [("HIP-STEM", 3, None, None), ("HIP-CUP", 3, None, None), ("SCR-45", 2, None, None)]
        purchase = yield from self.order("lots", "V03", lines, 48)
        lots = {0: [("HS-A1", 2.0), ("HS-A2", 1.0)], 1: [("HC-77", 3.0)]}
        yield from documents.receive(purchase, self.day(44), lots=lots)
        invoice = yield from self.bill(purchase, 43)
        yield from documents.transfer(self.hospital, invoice, self.day(20))

    def not_put_away(self):
        purchase = yield from self.order("received, not put away", "V05", [("STENT-30", 6, None, None)], 12)
        yield from documents.receive(purchase, self.day(9), lots={0: [("ST-0091", 6.0)]}, put_away=False)

    def returned(self):
        lines = [("STENT-30", 8, None, None), ("BAL-25", 4, None, None)]
        purchase = yield from self.order("returned in part", "V05", lines, 55)
        yield from documents.receive(purchase, self.day(51), lots={0: [("ST-0080", 8.0)], 1: [("BL-310", 4.0)]})
        yield from self.bill(purchase, 50)
        back = [("STENT-30", -2, None, None)]
        returned = yield from documents.send_back(self.hospital, purchase, back, self.day(38))
        self.plays[returned.id] = "return"
        yield from self.bill(returned, 35, "credit note of a return")

    # Invoices ----------------------------------------------------------------------------------------------------

    def invoices(self):
        for position, (play, factor, supplier, code) in enumerate(
            [
                ("price over tolerance", "1.12", "V02", "TROC-12"),
                ("price over tolerance", "1.35", "V10", "CONTR-IO"),
                ("price within tolerance", "1.004", "V06", "RGT-TROP"),
                ("price under", "0.93", "V01", "CATH-IV20"),
            ]
        ):
            yield self.usual(
                play, supplier, [(code, 6, None, None)], 46 - 5 * position, partial(documents.reprice, factor=factor)
            )
        yield self.usual(
            "quantity over", "V03", [("CEM-40", 4, None, None)], 29, partial(documents.requantify, quantity=5.0)
        )
        yield self.usual(
            "freight added",
            "V01",
            [("GLV-L", 6, None, None)],
            34,
            partial(documents.add_freight, account=self.hospital.accounts["freight"], amount="48.75"),
        )
        yield self.billed_before("billed before receipt", "V05", [("GW-014", 3, None, None)], 19)
        yield self.billed_before("billed, never received", "V03", [("KNEE-FEM", 2, None, None)], None)
        yield self.billed_before("taxed", "V08", [("PAP-A4", 7, None, None), ("SVC-CLEAN", 12, None, None)], 20)
        lines = [("SAW-BL", 9, None, None), ("DRL-32", 2, None, None)]
        yield self.usual("euro", "V04", lines, 44)
        yield self.usual(
            "euro, price over tolerance", "V04", lines, 35, partial(documents.reprice, factor="1.08", position=1)
        )
        yield self.draft_bill()
        for days_ago, supplier, account, text, amount in [
            (52, "V08", "services", "Elevator inspection", "1850.00"),
            (22, "V01", "freight", "Courier", "63.40"),
        ]:
            yield self.without_order("no order", supplier, account, text, amount, days_ago)

    def billed_before(self, play: str, supplier: str, lines: list, received: int | None):
        purchase = yield from self.order(play, supplier, lines, 27, "order")
        yield from self.bill(purchase, 25)
        if received:
            yield from documents.receive(purchase, self.day(received))

    def draft_bill(self):
        purchase = yield from self.order("draft invoice", "V07", [("HEP-5K", 9, None, None)], 14)
        yield from documents.receive(purchase, self.day(11))
        self.invoice_plays[documents.draft_invoice(purchase).id] = "draft invoice"

    def without_order(
        self, play: str, supplier: str, account: str, text: str, amount: str, days_ago: int, reference: str = ""
    ):
        invoice = yield from documents.invoice_without_order(
            self.hospital, supplier, account, text, amount, self.day(days_ago), reference or self.supplier_number()
        )
        self.invoice_plays[invoice.id] = play
        return invoice

    def corrections(self):
        yield self.credited("credited in part", "V02", ["SUT-30", "SUT-40"], "credit note in part", {1: 2.0})
        yield self.credited("credited in full", "V09", ["SYR-10"], "credit note in full", None)
        yield self.billed_twice()
        yield self.cancelled_invoice()

    def credited(self, play: str, supplier: str, codes: list[str], note_play: str, keep: dict[int, float] | None):
        invoice = yield from self.usual(play, supplier, [(code, 5, None, None) for code in codes], 42)
        note = yield from documents.credit(invoice, self.day(32), f"CN-{self.supplier_number()}", keep)
        self.invoice_plays[note.id] = note_play

    def billed_twice(self):
        invoice = yield from self.usual("billed twice", "V01", [("CATH-16", 7, None, None)], 31)
        yield from self.without_order(
            "billed twice",
            "V01",
            "supplies",
            "Foley catheter 16 Fr",
            str(invoice.untaxed_amount),
            18,
            f"{invoice.reference}-A",
        )

    def cancelled_invoice(self):
        """Cancelled after posting: its ledger move stays and a second one takes it back."""
        invoice = yield from self.without_order(
            "cancelled after posting", "V08", "services", "Window cleaning", "420.00", 26
        )
        yield invoice, "cancel"

    # Requisitions and payments -----------------------------------------------------------------------------------

    def requisitions(self):
        for days_ago, to in [
            (60, "approved"),
            (35, "approved"),
            (10, "approved"),
            (7, "waiting"),
            (5, "draft"),
            (21, "rejected"),
            (20, "cancelled"),
        ]:
            yield self.requisition(days_ago, to)

    def requisition(self, days_ago: int, to: str):
        wanted = [
            ("MESH-15", 2, "V02", "409.0000"),
            ("RGT-TROP", 1, "V06", "655.0000"),
            ("STAP-60", 4, "V02", "190.0000"),
        ]
        record = yield from documents.requisition(self.hospital, wanted, self.day(days_ago), to)
        if to != "approved" or days_ago == 10:  # the last approved one still waits for a buyer
            return
        for purchase in documents.order_requests(record, self.day(days_ago - 2)):
            self.plays[purchase.id] = "from requisition"
            yield from documents.advance_to(purchase, "processing")
            yield from documents.receive(purchase, self.day(days_ago - 6))
            yield from self.bill(purchase, days_ago - 8)

    def payments(self):
        """Payments in every state, for invoices of the plays above."""
        by_play = {play: identity for identity, play in self.invoice_plays.items()}
        for play, to, amount in [
            ("freight added", "draft", None),
            ("taxed", "approved", None),
            ("euro", "processing", None),
            ("price under", "failed", None),
            ("price within tolerance", "succeeded", None),
            ("quantity over", "succeeded", "200.00"),
        ]:
            invoice = documents.Model.get("account.invoice")(by_play[play])
            yield documents.transfer(self.hospital, invoice, self.day(6), to, amount)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configuration", type=Path, required=True, help="the server's configuration file")
    parser.add_argument("--database", required=True)
    today = datetime.datetime.now(datetime.UTC).date()
    parser.add_argument("--reference-date", type=datetime.date.fromisoformat, default=today)
    parser.add_argument("--truth", type=Path, required=True, help="where to write what was made")
    parser.add_argument("--key", type=Path, required=True, help="where to write the key of the reading application")
    options = parser.parse_args(arguments)
    connect(options.configuration, options.database)
    started = time.monotonic()
    last_day = max(options.reference_date, today)
    hospital = masters.build(masters.months_before(options.reference_date, 3), last_day)
    create_reader(options.key)
    print(f"  {time.monotonic() - started:5.0f} s  master data", flush=True)
    story = Story(hospital, options.reference_date)
    perform_together(story.acts(), started)
    perform_together(story.payments(), started)
    made = truth.collect(options.reference_date, story.plays, story.invoice_plays)
    options.truth.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(story.plays)} orders, {len(made['invoices'])} invoices in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
