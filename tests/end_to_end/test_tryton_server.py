"""The Tryton server of the demo says what its fill meant. First run: three minutes (environment, database, fill)."""

import base64
import json
from decimal import Decimal

import httpx

from simulator.tryton.server import Server


def client(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"Authorization": f"bearer {server.key}"}, timeout=60)


def read(server: Server, model: str, fields: list[str], domain: list | None = None) -> list[dict]:
    encoded = base64.urlsafe_b64encode(json.dumps(domain or []).encode()).decode()
    with client(server) as session:
        answer = session.get(f"/model/{model}", params={"f": fields, "d": encoded})
        answer.raise_for_status()
        return answer.json()


def test_every_model_holds_as_many_records_as_the_fill_counted(filled):
    with client(filled) as session:
        counted = {
            model: session.post(f"/model/{model}/search_count", json={"domain": []}).json()
            for model in filled.truth["counts"]
        }
    assert counted == filled.truth["counts"]
    assert counted["purchase.purchase"] >= 36


def test_supplier_names_are_served_as_they_were_typed(filled):
    served = {row["code"]: row["name"] for row in read(filled, "party.party", ["code", "name"])}
    assert filled.truth["suppliers"].items() <= served.items()
    assert served["V04"].startswith('Müller-Ñandú & Søn d\'Équipement; "Präzision" {"__name__"')


def test_the_ledger_holds_the_posted_invoices_to_the_cent(filled):
    truth = filled.truth
    assert truth["spend"]["USD"]["untaxed"] == "81190.99"
    assert truth["spend"]["EUR"]["untaxed"] == "1602.51"  # 781.05 / 0.92 = 848.97 and 821.46 / 0.92 = 892.89
    assert Decimal(truth["ledger"]["untaxed"]) == Decimal("81190.99") + Decimal("848.97") + Decimal("892.89")
    assert truth["ledger"]["tax"] == "20.96"  # 6 % of 7 boxes of paper at 49.90


def test_an_order_does_not_notice_a_line_removed_without_it(changeable):
    touched = changeable.advance("remove_line", "--directly")
    (order,) = touched["purchase.purchase"]
    (line,) = touched["purchase.line"]
    (after,) = read(changeable, "purchase.purchase", ["write_date", "lines"], [["id", "=", order]])
    assert line not in after["lines"]
    assert after["write_date"] is None


def test_an_order_notices_a_line_changed_through_it(changeable):
    (order,) = changeable.advance("change_order")["purchase.purchase"]
    (after,) = read(changeable, "purchase.purchase", ["write_date"], [["id", "=", order]])
    assert after["write_date"] is not None


def test_a_deleted_draft_is_gone_and_a_cancelled_order_stays(changeable):
    (deleted,) = changeable.advance("delete_draft")["purchase.purchase"]
    (cancelled,) = changeable.advance("cancel_order")["purchase.purchase"]
    rows = read(changeable, "purchase.purchase", ["state", "lines.quantity"], [["id", "in", [deleted, cancelled]]])
    assert [(row["id"], row["state"], len(row["lines"]) > 0) for row in rows] == [(cancelled, "cancelled", True)]


def test_a_credit_note_has_negative_quantities_and_a_posted_move(changeable):
    (note,) = changeable.advance("credit_note")["account.invoice"]
    (row,) = read(
        changeable, "account.invoice", ["state", "type", "lines.quantity", "move.number"], [["id", "=", note]]
    )
    assert (row["state"], row["type"], [line["quantity"] for line in row["lines"]]) == ("posted", "in", [-1.0])
    assert row["move"]["number"]
