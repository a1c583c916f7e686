"""What quarantine keeps of a bad record: enough to see why, nothing of a person."""

import json
from typing import Any

import pytest

from ingestion.contracts import read_contract
from ingestion.landing.decode import BadRecord, Decoder
from ingestion.landing.ledger import Quarantined
from ingestion.landing.minimise import Minimiser
from ingestion.landing.quarantine import QuarantineDesk

TEXT = """
apiVersion: v3.1.0
kind: DataContract
id: shop
name: Shop
version: 1.0.0
status: active
team: {{name: buying}}
schema:
  - name: orders
    description: One row per order.
    customProperties: [{{property: version, value: {{changedAt: [changed_at]}}}}]
    properties:
      - {{name: id, description: Key., logicalType: string, primaryKey: true, primaryKeyPosition: 1}}
      - {{name: amount, description: Money., logicalType: number}}
      - {{name: tax_token, description: Tax id., logicalType: integer,
         customProperties: [{{property: minimise, value: "pseudonym:tax"}}]}}
      - {{name: changed_at, description: Stamp., logicalType: timestamp}}
  - name: lines
    description: One row per line.
    customProperties: [{{property: parent, value: orders}}, {{property: rowsAt, value: lines}}]
    properties:
      - {{name: patient, description: For whom., logicalType: {patient}}}
"""
PLAIN = "string, classification: internal"
PERSONAL = 'string, classification: direct, customProperties: [{property: minimise, value: "pseudonym:patient"}]'


def entry(record: dict[str, Any] | bytes, patient: str = PLAIN, key: bytes | None = b"k" * 32) -> Quarantined:
    contract = read_contract("shop", TEXT.format(patient=patient), "shop.odcs.yaml")
    decoder = Decoder(contract.by_name["orders"], contract.children("orders"))
    body = record if isinstance(record, bytes) else json.dumps(record).encode()
    desk = QuarantineDesk("shop_main", decoder, Minimiser(key, "shop"), key)
    bad = decoder._diagnose(body, 0)
    assert isinstance(bad, BadRecord)
    return desk.unreadable(bad, "ref#0")


def test_the_value_that_does_not_fit_is_shown_where_nobody_is_in_the_record() -> None:
    found = entry({"id": "O1", "amount": "a lot", "changed_at": "2026-03-01T10:00:00Z"})
    payload = json.loads(found.payload)
    assert (found.record_key, found.error_class, found.field) == ("O1", "TYPE", "amount")
    assert payload["_unreadable"] == {"amount": '"a lot"'}
    assert found.changed_at is not None


@pytest.mark.parametrize("field", ["amount", "changed_at"])
def test_nothing_that_does_not_fit_is_kept_where_a_line_names_a_person(field: str) -> None:
    found = entry({"id": "O1", field: "CANARY Jane Doe", "lines": [{"patient": "CANARY Jane Doe"}]}, PERSONAL)
    assert "CANARY" not in str(found)


def test_a_value_that_would_become_a_pseudonym_is_not_kept_in_clear() -> None:
    found = entry({"id": "O1", "tax_token": "CANARY 12-3456789", "amount": "1.5"})
    assert "CANARY" not in str(found)
    assert json.loads(found.payload)["amount"] == "1.500000"


@pytest.mark.parametrize("body", [b'{"id": "CANARY', b"null", b'{"id": "CANARY", "id": "CANARY 2"}'])
def test_of_what_is_no_record_only_a_hash_is_kept(body: bytes) -> None:
    found = entry(body)
    assert (found.record_key, found.payload) == (None, "{}")
    assert "CANARY" not in str(found)


def test_a_record_of_which_no_column_can_be_read_is_an_entry_too() -> None:
    found = entry({"id": 1, "amount": [], "tax_token": "x", "changed_at": 5, "lines": 7})
    assert (found.record_key, found.error_class) == (None, "TYPE")


def test_hashes_are_keyed_and_the_same_record_is_the_same_entry() -> None:
    record = {"id": "O1", "amount": "x"}
    assert entry(record).quarantine_id == entry(record).quarantine_id
    assert entry(record).payload_hash != entry(record, key=None).payload_hash
