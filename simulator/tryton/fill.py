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
from pathlib import Path

from simulator.tryton import documents, masters, truth
from simulator.tryton.session import connect, create_reader

SEED = 20260401


class Story:
    """Walks through the plays. Every play has one name; every purchase belongs to exactly one play."""

    def __init__(self, hospital: masters.Hospital, reference: datetime.date) -> None:
        self.hospital = hospital
        self.reference = reference
        self.random = random.Random(SEED)
        self.plays: dict[int, str] = {}
        self.invoice_plays: dict[int, str] = {}
        self.bills = 0
        self.started = time.monotonic()

    def day(self, days_ago: int) -> datetime.date:
        return self.reference - datetime.timedelta(days=days_ago)

    def order(self, play: str, supplier: str, lines: list, days_ago: int, method: str = "fulfillment", to: str = ""):
        purchase = documents.order(self.hospital, supplier, lines, self.day(days_ago), method, to)
        self.note(play, purchase)
        return purchase

    def note(self, play: str, purchase) -> None:
        self.plays[purchase.id] = play
        seconds = time.monotonic() - self.started
        print(f"  {len(self.plays):3} orders, {seconds:5.1f} s: {play}", flush=True)

    def bill(self, purchase, days_ago: int, play: str = ""):
        """Post the draft invoice of an order."""
        return self.post(documents.draft_invoice(purchase), days_ago, play or self.plays[purchase.id])

    def post(self, invoice, days_ago: int, play: str):
        posted = documents.post(invoice, self.day(days_ago), self.supplier_number())
        self.invoice_plays[posted.id] = play
        return posted

    def supplier_number(self) -> str:
        self.bills += 1
        return f"SI-{70000 + 7 * self.bills}"

    # Everyday business -------------------------------------------------------------------------------------------

    def everyday(self) -> None:
        """Ordered, received in full, billed as ordered; some paid by transfer, one by check, one still unbilled."""
        baskets = [
            ("V01", ["GLV-M", "GLV-L", "CATH-16"]), ("V02", ["SUT-30", "DRP-LAP"]), ("V06", ["TUBE-EDTA"]),
            ("V07", ["HEP-5K", "SAL-09"]), ("V01", ["CATH-IV20", "GLV-S75"]), ("V05", ["GW-014", "BAL-25"]),
            ("V10", ["CONTR-IO"]), ("V09", ["SYR-10"]), ("V03", ["CEM-40", "SCR-45"]), ("V02", ["TROC-12", "SUT-40"]),
        ]
        for position, (supplier, codes) in enumerate(baskets):
            start = 84 - 6 * position
            lines = [(code, self.random.randint(2, 12), None, None) for code in codes]
            play = ("paid" if position < 4 else "paid by check" if position == 4
                    else "received, not billed" if position == 9 else "billed, unpaid")
            purchase = self.order(play, supplier, lines, start)
            documents.receive(purchase, self.day(start - 3), reference=f"DN-{4000 + position}")
            if position == 9:
                continue
            invoice = self.bill(purchase, start - 5)
            if position < 4:
                documents.transfer(self.hospital, invoice, self.day(start - 20))
            elif position == 4:
                documents.pay_by_check(self.hospital, invoice, self.day(start - 20))

    def units(self) -> None:
        """Ordered in another unit than stocked: boxes, cases, dozens, kilograms, and stock kept in boxes."""
        cases = [
            ("ordered in two units", "V01", [("GLV-M", 3, "Case of 1000", None), ("GLV-M", 2, "Box of 100", "9.1000")]),
            ("stocked in boxes, ordered in units", "V02", [("SUT-30", 18, "Unit", "5.9500")]),
            ("ordered by weight", "V07", [("ALG-PWD", "2.5", "Kilogram", None), ("ALG-PWD", "0.33", "Pound", "31.0000")]),
            ("ordered by the dozen", "V02", [("STAP-60", 1, "Dozen", None), ("STAP-60", 6, "Unit", "187.5000")]),
        ]
        for position, (play, supplier, lines) in enumerate(cases):
            purchase = self.order(play, supplier, lines, 62 - 4 * position)
            documents.receive(purchase, self.day(59 - 4 * position))
            self.bill(purchase, 57 - 4 * position)

    # Orders that go nowhere, or not yet --------------------------------------------------------------------------

    def open_orders(self) -> None:
        self.order("draft", "V01", [("GLV-L", 4, None, None), ("CATH-16", 3, None, None)], 4, to="draft")
        self.order("draft", "V05", [("STENT-30", 5, None, None), ("GW-014", 2, None, None)], 3, to="draft")
        self.order("draft", "V07", [("HEP-5K", 6, None, None), ("SAL-09", 40, None, None)], 2, to="draft")
        self.order("quotation", "V03", [("HIP-STEM", 2, None, None), ("HIP-CUP", 2, None, None)], 6, to="quotation")
        self.order("quotation", "V10", [("CONTR-IO", 8, None, None)], 5, to="quotation")
        self.order("confirmed, nothing arrived", "V06", [("RGT-TROP", 3, None, None)], 9)
        self.order("confirmed, nothing arrived", "V02", [("MESH-15", 4, None, None), ("DRP-LAP", 5, None, None)], 8)
        for play, state, days_ago in [("cancelled as draft", "draft", 40), ("cancelled as quotation", "quotation", 33)]:
            purchase = self.order(play, "V01", [("SYR-10", 5, None, None), ("GLV-M", 1, None, None)], days_ago, to=state)
            documents.advance_to(purchase, "cancelled")
        purchase = self.order("line removed while draft", "V02",
                              [("DRP-LAP", 2, None, None), ("SUT-40", 3, None, None), ("TROC-12", 1, None, None)],
                              28, to="draft")
        purchase.lines.remove(purchase.lines[1])
        purchase.save()
        documents.advance_to(purchase, "processing")
        documents.receive(purchase, self.day(25))
        self.bill(purchase, 24)

    # Receipts ----------------------------------------------------------------------------------------------------

    def receipts(self) -> None:
        purchase = self.order("two shipments", "V01", [("CATH-16", 10, None, None), ("GLV-S75", 6, None, None)], 50)
        documents.receive(purchase, self.day(46), {0: 4})
        self.bill(purchase, 45)
        documents.receive(purchase, self.day(41), {0: 6, 1: 6})
        self.bill(purchase, 40)
        purchase = self.order("partly received", "V02", [("TROC-12", 8, None, None), ("DRP-LAP", 6, None, None)], 30)
        documents.receive(purchase, self.day(26), {0: 3, 1: 6})
        self.bill(purchase, 25)
        purchase = self.order("received more than ordered", "V06", [("TUBE-EDTA", 5, None, None)], 36)
        documents.receive(purchase, self.day(33), {0: 6})
        self.bill(purchase, 31)
        purchase = self.order("lots", "V03", [("HIP-STEM", 3, None, None), ("HIP-CUP", 3, None, None),
                                              ("SCR-45", 2, None, None)], 48)
        documents.receive(purchase, self.day(44), lots={0: [("HS-A1", 2.0), ("HS-A2", 1.0)], 1: [("HC-77", 3.0)]})
        documents.transfer(self.hospital, self.bill(purchase, 43), self.day(20))
        purchase = self.order("received, not put away", "V05", [("STENT-30", 6, None, None)], 12)
        documents.receive(purchase, self.day(9), lots={0: [("ST-0091", 6.0)]}, put_away=False)
        purchase = self.order("returned in part", "V05", [("STENT-30", 8, None, None), ("BAL-25", 4, None, None)], 55)
        documents.receive(purchase, self.day(51), lots={0: [("ST-0080", 8.0)], 1: [("BL-310", 4.0)]})
        self.bill(purchase, 50)
        returned = documents.send_back(self.hospital, purchase, [("STENT-30", -2, None, None)], self.day(38))
        self.note("return", returned)
        self.bill(returned, 35, "credit note of a return")

    # Invoices ----------------------------------------------------------------------------------------------------

    def invoices(self) -> None:
        prices = [("price over tolerance", "1.12", "V02", "TROC-12"), ("price over tolerance", "1.35", "V10", "CONTR-IO"),
                  ("price within tolerance", "1.004", "V06", "RGT-TROP"), ("price under", "0.93", "V01", "CATH-IV20")]
        for position, (play, factor, supplier, code) in enumerate(prices):
            purchase = self.order(play, supplier, [(code, 6, None, None)], 46 - 5 * position)
            documents.receive(purchase, self.day(43 - 5 * position))
            documents.reprice(documents.draft_invoice(purchase), factor)
            self.bill(purchase, 41 - 5 * position)
        purchase = self.order("quantity over", "V03", [("CEM-40", 4, None, None)], 29)
        documents.receive(purchase, self.day(26))
        documents.requantify(documents.draft_invoice(purchase), 5.0)
        self.bill(purchase, 24)
        purchase = self.order("billed before receipt", "V05", [("GW-014", 3, None, None)], 27, "order")
        self.bill(purchase, 25)
        documents.receive(purchase, self.day(19))
        purchase = self.order("billed, never received", "V03", [("KNEE-FEM", 2, None, None)], 23, "order")
        self.bill(purchase, 21)
        purchase = self.order("freight added", "V01", [("GLV-L", 6, None, None)], 34)
        documents.receive(purchase, self.day(31))
        documents.add_freight(self.hospital, documents.draft_invoice(purchase), "48.75")
        self.bill(purchase, 30)
        purchase = self.order("taxed", "V08", [("PAP-A4", 7, None, None), ("SVC-CLEAN", 12, None, None)], 39, "order")
        documents.receive(purchase, self.day(37))
        self.bill(purchase, 36)
        for position, play in enumerate(["euro", "euro, price over tolerance"]):
            purchase = self.order(play, "V04", [("SAW-BL", 9, None, None), ("DRL-32", 2, None, None)], 44 - 9 * position)
            documents.receive(purchase, self.day(40 - 9 * position))
            if position:
                documents.reprice(documents.draft_invoice(purchase), "1.08", 1)
            self.bill(purchase, 38 - 9 * position)
        purchase = self.order("draft invoice", "V07", [("HEP-5K", 9, None, None)], 14)
        documents.receive(purchase, self.day(11))
        self.without_orders()

    def without_orders(self) -> None:
        house = self.hospital
        for days_ago, supplier, account, text, amount in [
                (52, "V08", "services", "Elevator inspection", "1850.00"), (22, "V01", "freight", "Courier", "63.40")]:
            invoice = documents.invoice_without_order(
                house, supplier, [(account, text, amount)], self.day(days_ago), self.supplier_number())
            self.invoice_plays[invoice.id] = "no order"

    def corrections(self) -> None:
        purchase = self.order("credited in part", "V02", [("SUT-30", 4, None, None), ("SUT-40", 5, None, None)], 42)
        documents.receive(purchase, self.day(39))
        invoice = self.bill(purchase, 37)
        note = documents.credit(invoice, self.day(32), f"CN-{self.supplier_number()}", {1: 2.0})
        self.invoice_plays[note.id] = "credit note in part"
        purchase = self.order("credited in full", "V09", [("SYR-10", 6, None, None)], 37)
        documents.receive(purchase, self.day(35))
        note = documents.credit(self.bill(purchase, 34), self.day(29), f"CN-{self.supplier_number()}")
        self.invoice_plays[note.id] = "credit note in full"
        purchase = self.order("billed twice", "V01", [("CATH-16", 7, None, None)], 31)
        documents.receive(purchase, self.day(28))
        invoice = self.bill(purchase, 27)
        again = documents.invoice_without_order(self.hospital, "V01", [
            ("supplies", "Foley catheter 16 Fr", str(invoice.untaxed_amount))], self.day(18), f"{invoice.reference}-A")
        self.invoice_plays[again.id] = "billed twice"
        invoice = documents.invoice_without_order(
            self.hospital, "V08", [("services", "Window cleaning", "420.00")], self.day(26), self.supplier_number())
        invoice.click("cancel")  # after posting: its ledger move stays and a second one takes it back
        self.invoice_plays[invoice.id] = "cancelled after posting"

    # Requisitions and payments -----------------------------------------------------------------------------------

    def requisitions(self) -> None:
        house = self.hospital
        wanted = [("MESH-15", 2, "V02", "409.0000"), ("RGT-TROP", 1, "V06", "655.0000"), ("STAP-60", 4, "V02", "190.0000")]
        for days_ago, to in [(60, "approved"), (35, "approved"), (10, "approved"), (7, "waiting"), (5, "draft"),
                             (21, "rejected"), (20, "cancelled")]:
            record = documents.requisition(house, wanted, self.day(days_ago), to)
            if to != "approved" or days_ago == 10:  # the last approved one still waits for a buyer
                continue
            for purchase in documents.order_requests(record, self.day(days_ago - 2)):
                self.note("from requisition", purchase)
                documents.advance_to(purchase, "processing")
                documents.receive(purchase, self.day(days_ago - 6))
                self.bill(purchase, days_ago - 8)

    def payments(self) -> None:
        plays = {play: identity for identity, play in self.invoice_plays.items()}
        for play, to, amount in [
                ("freight added", "draft", None), ("taxed", "approved", None), ("euro", "processing", None),
                ("price under", "failed", None), ("price within tolerance", "succeeded", None),
                ("quantity over", "succeeded", "200.00")]:
            invoice = documents.Model.get("account.invoice")(plays[play])
            documents.transfer(self.hospital, invoice, self.day(6), to, amount)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configuration", type=Path, required=True, help="the server's configuration file")
    parser.add_argument("--database", required=True)
    parser.add_argument("--reference-date", type=datetime.date.fromisoformat, default=datetime.date.today())
    parser.add_argument("--truth", type=Path, required=True, help="where to write what was made")
    parser.add_argument("--key", type=Path, required=True, help="where to write the key of the reading application")
    options = parser.parse_args(arguments)
    connect(options.configuration, options.database)
    if documents.Model.get("company.company").find([]):
        print("The database is already filled: nothing done.")
        return 0
    last_day = max(options.reference_date, datetime.date.today())
    print("Master data", flush=True)
    hospital = masters.build(masters.months_before(options.reference_date, 3), last_day)
    create_reader(options.key)
    story = Story(hospital, options.reference_date)
    for part in (story.everyday, story.units, story.open_orders, story.receipts, story.invoices, story.corrections,
                 story.requisitions, story.payments):
        print(part.__name__.replace("_", " "), flush=True)
        part()
    made = truth.collect(options.reference_date, story.plays, story.invoice_plays)
    options.truth.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(story.plays)} orders, {len(made['invoices'])} invoices in {time.monotonic() - story.started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
