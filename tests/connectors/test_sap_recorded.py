"""What real OData servers answered for SAP's entities lands with equal counts and exact values, in both versions.

Belongs here: recordings that stand beside this checkout; none of them is copied here. The columns are those of the
contract of SAP: recorded is each entity set by itself, so each object is made a root of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import simplejson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingestion.contracts import Column, Contract, ObjectContract, load_contract
from ingestion.contracts.model import VersionOrder
from ingestion.landing.page import Page, SourceKey, Window
from ingestion.protocols.http import JsonClient
from ingestion.protocols.odata import ODataClient
from ingestion.protocols.odata_objects import ODataObjects
from ingestion.protocols.odata_query import Version
from simulator.serve.loopback import serving
from tests.ingestion.landing_world import ScriptedSource, World

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "recorded"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings of SAP are not beside this checkout")

SAP = load_contract("sap_s4")
# Recorded entity set: the object of the contract that has its columns, and how many rows were recorded.
SETS = {
    "A_Product": ("product", 120),
    "A_Supplier": ("business_partner", 40),
    "A_PurchaseOrder": ("purchase_order", 250),
    "A_PurchaseOrderItem": ("purchase_order_item", 869),
    "A_MaterialDocumentItem": ("material_document_item", 686),
    "A_SupplierInvoice": ("supplier_invoice", 191),
    "A_SuplrInvcItemPurOrdRef": ("supplier_invoice_item", 662),
}
ADDRESS = "http://localhost:4104"
ISO = {"odata_date": "iso", "odata_date_and_time": "iso_date_and_time"}


@dataclass
class Recording:
    """The recorded answers of one version: by path and place the body, as it was sent."""

    version: Version
    bodies: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for file in sorted((RECORDED / f"sap_v{self.version}").glob("A_*.json")):
            answer = simplejson.loads(file.read_text(), use_decimal=True)
            body = answer["body"]
            path, _, query = answer["url"].partition("//")[2].partition("/")[2].partition("?")
            text = body if isinstance(body, str) else simplejson.dumps(body, use_decimal=True)
            self.bodies[path, query.rpartition("=")[2]] = text

    def rows(self, entity_set: str) -> list[dict[str, Any]]:
        bodies = [body for (path, _), body in self.bodies.items() if path.endswith(f"/{entity_set}")]
        parsed = [simplejson.loads(body, use_decimal=True) for body in bodies]
        return [row for body in parsed for row in (body["d"]["results"] if self.version == 2 else body["value"])]

    def service(self, entity_set: str) -> str:
        path = next(path for path, _ in self.bodies if path.endswith(f"/{entity_set}"))
        return path.removeprefix(f"odata/v{self.version}/")

    def answer(self, request: Request) -> Response:
        place = (request.path_params["path"], request.query_params.get("$skiptoken", ""))
        # The servers knew themselves by a name of their own: that, and nothing else of a body, is changed.
        body = self.bodies[place].replace(ADDRESS, str(request.base_url).rstrip("/"))
        return Response(body, media_type="application/json")


class RecordedSap(ScriptedSource):
    """Reads the recorded sets as any OData source is read."""

    objects: ODataObjects

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        return self.objects.pages(obj, window)

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        raise AssertionError("nothing is missing")

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey] | None:
        return self.objects.keys(obj, as_of)


def by_itself(recording: Recording, entity_set: str) -> ObjectContract:
    """The object of a recorded set as a root: its own columns, none of them required but its key."""
    obj = SAP.by_name[SETS[entity_set][0]]
    columns = []
    for column in obj.landed_columns:
        path = column.path.lstrip("^")
        if entity_set == "A_Supplier":
            if not path.startswith("to_Supplier.") and path != "Supplier":
                continue
            key_position = 1 if path == "Supplier" else None
            path = path.removeprefix("to_Supplier.")
        elif "." in path:
            continue
        else:
            key_position = column.key_position
        encoding = column.encoding if recording.version == 2 else ISO.get(column.encoding, column.encoding)
        is_key = key_position is not None
        columns.append(
            replace(column, path=path, encoding=encoding, key_position=key_position, required=is_key, valid_values=())
        )
    return replace(
        obj, name=obj.name, source_object=recording.service(entity_set), columns=tuple(columns), disposition="posting",
        parent=None, rows_at=None, cursor=None, lag=None, version=VersionOrder(), is_dated_by_read=False, reread=None,
        not_taken=(),
    )  # fmt: skip


def expected(column: Column, row: dict[str, Any]) -> Any:
    """A recorded value, read without anything of what landing uses."""
    value = row.get(column.path)
    if value is None:
        return None
    if column.logical_type == "number":
        return Decimal(value).quantize(Decimal(1).scaleb(-column.scale))
    if column.logical_type in ("date", "timestamp"):
        text = str(value)
        moment = (
            datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text[6:].partition(")")[0].partition("+")[0]))
            if text.startswith("/Date(")
            else datetime.fromisoformat(text)
        )
        return moment.date() if column.logical_type == "date" else moment.replace(tzinfo=None)
    return value


@pytest.mark.parametrize("version", [2, 4])
def test_recorded_answers_land_with_equal_counts_and_exact_values(world: World, version: Version) -> None:
    recording = Recording(version)
    roots = tuple(by_itself(recording, entity_set) for entity_set in SETS)
    world.contract = Contract("sap_recorded", "SAP", "1.0.0", "erp", "As recorded.", roots, SAP.not_taken)
    with serving(Starlette(routes=[Route("/{path:path}", recording.answer)])) as address:
        source = RecordedSap(clock=datetime(2027, 1, 1, tzinfo=UTC))
        client = JsonClient(address)
        source.objects = ODataObjects(ODataClient(client, version), world.contract, f"odata/v{version}")
        report = world.load(source, "full")
        client.close()
    for (entity_set, (_, count)), obj in zip(SETS.items(), roots, strict=True):
        found, rows = report.objects[obj.name], recording.rows(entity_set)
        assert len(rows) == count
        assert (found.fetched, found.landed, found.source_count, found.difference) == (count, count, count, 0), found
        # A pseudonym is no recorded value.
        kept = [column for column in obj.columns if column.minimise.rule == "keep"]
        landed = world.current(obj.name, ", ".join(column.name for column in kept))
        wanted = [tuple(expected(column, row) for column in kept) for row in rows]
        keys = [index for index, column in enumerate(kept) if column.key_position]

        def in_order(row: tuple[Any, ...], keys: list[int] = keys) -> list[str]:
            return [str(row[index]) for index in keys]

        assert sorted(landed, key=in_order) == sorted(wanted, key=in_order), entity_set
    assert world.quarantine() == []
