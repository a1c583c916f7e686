"""Ways of reading besides a change stamp: documents dated by their read, open ones read again, sequences, deliveries."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingestion.contracts import ContractError, ObjectContract, read_contract
from ingestion.landing.page import Envelope, Page, Part, Refused, Window
from tests.ingestion.landing_world import NOON, ScriptedSource, World

HEAD = """
apiVersion: v3.1.0
kind: DataContract
id: shop
name: Shop
version: 1.0.0
status: active
team: {name: buying}
schema:
"""
INVOICES = (
    HEAD
    + """
  - name: orders
    description: One row per invoice version.
    customProperties:
      - {property: cursor, value: created_on}
      - {property: lag, value: P1D}
      - {property: version, value: {changedAt: [created_on], asRead: true}}
      - {property: rereadWhile, value: {column: status, notIn: [PAID]}}
    properties:
      - {name: id, description: Number., logicalType: string, primaryKey: true, primaryKeyPosition: 1}
      - {name: status, description: Status., logicalType: string}
      - {name: created_on, description: Created., logicalType: date}
"""
)
MOVEMENTS = (
    HEAD
    + """
  - name: orders
    description: One row per stock movement.
    customProperties:
      - {property: disposition, value: posting}
      - {property: version, value: {}}
      - {property: sequence, value: {scope: location, number: seq}}
    properties:
      - {name: location, description: Where., logicalType: string, primaryKey: true, primaryKeyPosition: 1}
      - {name: seq, description: Number., logicalType: integer, primaryKey: true, primaryKeyPosition: 2}
      - {name: quantity, description: How many., logicalType: number}
"""
)
CHARGES = (
    HEAD
    + """
  - name: orders
    description: One row per charge.
    customProperties:
      - {property: disposition, value: posting}
      - {property: cursor, value: arrival}
      - {property: lag, value: P1D}
      - {property: version, value: {}}
    properties:
      - {name: id, description: Number., logicalType: string, primaryKey: true, primaryKeyPosition: 1}
      - {name: amount, description: Amount., logicalType: number, physicalType: "DECIMAL(18,2)"}
"""
)


class Created(ScriptedSource):
    """Invoices that can be asked for by the day they were created, and by number."""

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        self.asked.append(("pages", window.start))
        start = window.start.date().isoformat() if window.start else ""
        return self._pages([d for d in self.documents if d["created_on"] >= start])


class Numbered(ScriptedSource):
    """Movements after a number, location by location."""

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        self.asked.append(("after", dict(window.after)))
        return self._pages([d for d in self.documents if d["seq"] > window.after.get(d["location"], 0)])


class Delivered(ScriptedSource):
    """Files: of each its name, and either its rows or what is wrong with it."""

    files: dict[str, bytes | Refused]

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page | Refused]:  # type: ignore[override]
        self.asked.append(("pages", window.start))
        for name, file in self.files.items():
            if isinstance(file, Refused):
                yield file
            else:
                yield Page(file, Envelope(delimiter=","), name, watermark=self.clock, part=Part(name, str(len(file))))


def invoice(number: str, status: str, created_on: str) -> dict[str, Any]:
    return {"id": number, "status": status, "created_on": created_on}


def movement(location: str, seq: int, quantity: Any = "1") -> dict[str, Any]:
    return {"location": location, "seq": seq, "quantity": quantity}


@pytest.fixture
def invoices(world: World) -> World:
    world.contract = read_contract("shop", INVOICES, "shop.odcs.yaml")
    return world


def test_an_invoice_that_is_not_paid_is_read_again_until_it_is(invoices: World) -> None:
    source = Created([invoice("1", "OPEN", "2026-01-05"), invoice("2", "PAID", "2026-01-06"),
                      invoice("3", "OPEN", "2026-03-02")])  # fmt: skip
    invoices.load(source)
    # Whatever order their hashes have: what was read last is what is.
    for status in ("SENT", "HELD", "DUE", "LATE", "PAID"):
        source.clock += timedelta(hours=1)
        source.documents[0] = invoice("1", status, "2026-01-05")
        source.asked.clear()
        invoices.load(source)
        # The third is young enough to be in the window; the second is paid.
        assert source.asked == [("pages", datetime(2026, 3, 1, tzinfo=UTC)), ("pages_by_key", ["1"])]
        assert invoices.current(columns="id, status") == [("1", status), ("2", "PAID"), ("3", "OPEN")]
    source.asked.clear()
    invoices.load(source)
    assert ("pages_by_key", ["1"]) not in source.asked


def test_a_version_that_only_its_read_dates_is_new_only_when_something_changed(invoices: World) -> None:
    text = INVOICES.replace("changedAt: [created_on], asRead: true", "asRead: true").replace(
        "      - {property: cursor, value: created_on}\n      - {property: lag, value: P1D}\n", ""
    )
    invoices.contract = read_contract("shop", text, "shop.odcs.yaml")
    source = Created([invoice("1", "OPEN", "2026-01-05")])
    invoices.load(source)
    source.clock += timedelta(hours=1)
    again = invoices.load(source)
    assert (again.objects["orders"].landed, again.objects["orders"].duplicate) == (0, 1)
    source.clock += timedelta(hours=1)
    source.documents = [invoice("1", "BLOCKED", "2026-01-05")]
    invoices.load(source)
    source.clock += timedelta(hours=1)
    # What it was at first it may become again: that is a version too, and the newest.
    source.documents = [invoice("1", "OPEN", "2026-01-05")]
    invoices.load(source)
    assert invoices.current(columns="id, status") == [("1", "OPEN")]
    assert invoices.rows("SELECT count(*) FROM raw_shop.orders") == [(3,)]


def test_a_sequence_is_asked_after_the_last_number_before_a_gap(world: World) -> None:
    world.contract = read_contract("shop", MOVEMENTS, "shop.odcs.yaml")
    source = Numbered([movement("OR", 1), movement("OR", 2), movement("OR", 4), movement("DC", 1)])
    world.load(source)
    source.documents += [movement("OR", 3), movement("OR", 5), movement("ICU", 1)]
    world.load(source)
    assert source.asked == [("after", {}), ("after", {"OR": 2, "DC": 1})]
    assert world.rows("SELECT location, count(*), max(seq) FROM raw_shop.orders GROUP BY 1 ORDER BY 1") == [
        ("DC", 1, 1), ("ICU", 1, 1), ("OR", 5, 5),
    ]  # fmt: skip
    world.load(source)
    assert source.asked[-1] == ("after", {"OR": 5, "DC": 1, "ICU": 1})


def test_a_number_in_quarantine_is_held_and_not_asked_for_in_every_load(world: World) -> None:
    world.contract = read_contract("shop", MOVEMENTS, "shop.odcs.yaml")
    source = Numbered([movement("OR", 1), movement("OR", 2, "two"), movement("OR", 3)])
    world.load(source)
    assert [(key, status) for key, _, _, status in world.quarantine()] == [("OR|2", "OPEN")]
    world.load(source)
    assert source.asked[-1] == ("after", {"OR": 3})


def test_a_refused_file_is_kept_in_mind_until_it_comes_whole_while_the_others_are_landed(world: World) -> None:
    world.contract = read_contract("shop", CHARGES, "shop.odcs.yaml")
    source = Delivered()
    source.files = {
        "A.csv": b"id,amount\n1,5.00\n2,7.00\n",
        "B.csv": Refused("B.csv", "TRUNCATED", "no trailer: the file breaks off"),
    }
    report = world.load(source)
    assert report.objects["orders"].landed == 2
    assert world.quarantine("error_class, reason, status") == [
        ("TRUNCATED", "B.csv: no trailer: the file breaks off", "OPEN")
    ]
    source.clock += timedelta(days=1)
    source.files = {"B.csv": b"id,amount\n3,9.00\n"}
    world.load(source)
    # By the delivery, less the lag: not by anything that stands in the rows.
    assert source.asked == [("pages", None), ("pages", NOON - timedelta(days=1))]
    assert world.quarantine("error_class, status") == [("TRUNCATED", "REPLAYED")]
    assert world.current(columns="id") == [("1",), ("2",), ("3",)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (INVOICES.replace("lag, value: P1D", "lag, value: PT10M"), "is a date: what comes later that day"),
        (INVOICES.replace("column: status, notIn", "column: state, notIn"), "'state' is no landed column"),
        (INVOICES.replace("notIn: [PAID]", "notIn: [PAID], in: [OPEN]"), "either `in` or `notIn`"),
        (MOVEMENTS.replace("scope: location", "scope: quantity"), "sequence: the key is quantity, seq"),
        (CHARGES.replace("      - {property: lag, value: P1D}\n", ""), "a cursor without a lag"),
    ],
)
def test_a_way_of_reading_that_cannot_be_right_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContractError, match=r"shop\.odcs\.yaml:\d+: (schema\.)?orders") as refused:
        read_contract("shop", text, "shop.odcs.yaml")
    assert message in str(refused.value)


def test_an_envelope_survives_the_archive(world: World) -> None:
    world.contract = read_contract("shop", CHARGES, "shop.odcs.yaml")
    source = Delivered()
    source.files = {"A.csv": b"id,amount\n1,5.00\n"}
    landing = world.landing(source)
    with landing as opened:
        opened.load([world.contract.by_name["orders"]])
        archive = opened._archive
        (name,) = archive.files("shop_main", "orders")
        ((_, page),) = archive.pages(name)
    assert page.envelope == Envelope(delimiter=",")
    assert page.body == b"id,amount\n1,5.00\n"
