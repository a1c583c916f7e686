"""A small hospital supplier ledger to land: its contract, a source over documents in memory, and loads of both.

Belongs here: what tests of landing share. Not here: any test. Every load made here is checked for its accounts: nothing
fetched may be unaccounted for, in any test.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from ingestion.contracts import Contract, ObjectContract, read_contract
from ingestion.instances import Instance
from ingestion.landing.land import Landing, Mode
from ingestion.landing.ledger import LoadReport
from ingestion.landing.page import Deletion, Envelope, Page, SourceKey, Window
from ingestion.landing.raw import VERSION_ORDER, RawTables
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse

# The source's clock stands still unless a test moves it.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
DATA = Envelope(list_at=("data",))

ORDERS = """
apiVersion: v3.1.0
kind: DataContract
id: shop
name: Shop
version: {version}
status: active
team: {{name: buying}}
schema:
  - name: orders
    description: One row per order version.
    customProperties:
      - {{property: sourceObject, value: Order}}
      - {{property: cursor, value: changed_at}}
      - {{property: lag, value: PT10M}}
      - {{property: version, value: {{changedAt: [changed_at]}}}}
      - {{property: deletes, value: {deletes}}}
    properties:
      - {{name: id, description: Number of the order., logicalType: string, primaryKey: true, primaryKeyPosition: 1}}
      - {{name: amount, description: Amount., logicalType: number, physicalType: "DECIMAL(18,2)"}}
      - {{name: note, description: Free text., logicalType: string}}
      - {{name: changed_at, description: Last change., logicalType: timestamp, required: true}}
{extra}  - name: lines
    description: One row per line of an order version.
    customProperties:
      - {{property: parent, value: orders}}
      - {{property: rowsAt, value: lines}}
      - {{property: version, value: {{changedAt: [changed_at]}}}}
    properties:
      - {{name: order_id, description: The order., logicalType: string,
         customProperties: [{{property: source, value: ^id}}]}}
      - {{name: item, description: What., logicalType: string, required: true}}
      - {{name: quantity, description: How many., logicalType: number}}
      - {{name: changed_at, description: Last change of the line., logicalType: timestamp}}
"""
EXTRA_COLUMN = "      - {name: buyer, description: Who orders., logicalType: string}\n"

UNITS = """
apiVersion: v3.1.0
kind: DataContract
id: units
name: Units
version: 1.0.0
status: active
team: {name: buying}
schema:
  - name: unit
    description: One row per version of a unit in a complete list.
    customProperties:
      - {property: disposition, value: snapshot}
      - {property: floor, value: 0.9}
      - {property: version, value: {}}
    properties:
      - {name: code, description: Code., logicalType: string, primaryKey: true, primaryKeyPosition: 1}
      - {name: name, description: Name., logicalType: string}
"""


def orders_contract(version: str = "1.0.0", deletes: str = "reconcile", extra: str = "") -> Contract:
    return read_contract("shop", ORDERS.format(version=version, deletes=deletes, extra=extra), "shop.odcs.yaml")


def order(
    number: str, minute: int | str | None, *lines: tuple[str, Any], amount: Any = "10.00", **more: Any
) -> dict[str, Any]:
    """An order changed `minute` minutes before noon (or at an instant given as text)."""
    stamp = (NOON - timedelta(minutes=minute)).isoformat() if isinstance(minute, int) else minute
    rows = [{"item": item, "quantity": quantity} for item, quantity in lines]
    return {"id": number, "amount": amount, "changed_at": stamp, "lines": rows, **more}


@dataclass
class ScriptedSource:
    """Serves documents as real JSON, in pages. `failure` is raised after the first page; `key_stamps` tells stamps of
    records whose change no window shows."""

    documents: list[Any] = field(default_factory=list)
    rows_a_page: int = 2
    clock: datetime = NOON
    lists_keys: bool = True
    ignores_window: bool = False
    failure: BaseException | None = None
    announced: int | None = None
    told_deleted: list[Deletion] = field(default_factory=list)
    key_stamps: dict[str, datetime] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    key: str = "id"
    envelope: Envelope = DATA
    bodies: list[bytes] | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def check(self) -> str:
        return "answers"

    def now(self) -> datetime:
        return self.clock

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        self.asked.append(("pages", window.start))
        if self.bodies is not None:
            return iter([Page(body, self.envelope, "scripted") for body in self.bodies])
        return self._pages([d for d in self.documents if self.ignores_window or _is_in(d, window)])

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        self.asked.append(("pages_by_key", [key[0] for key in keys]))
        return self._pages([d for d in self._visible() if (d[self.key],) in keys])

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey] | None:
        if not self.lists_keys:
            return None
        latest = {d[self.key]: d for d in self._visible()}
        return iter([SourceKey((key,), self.key_stamps.get(key) or _stamp(d)) for key, d in latest.items()])

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        return iter(self.told_deleted)

    def close(self) -> None:
        pass

    def _visible(self) -> list[dict[str, Any]]:
        return [d for d in self.documents if isinstance(d, dict) and d.get(self.key) not in self.hidden | {None}]

    def _pages(self, documents: list[Any]) -> Iterator[Page]:
        for start in range(0, len(documents), self.rows_a_page):
            rows = documents[start : start + self.rows_a_page]
            body = b"\n".join(map(orjson.dumps, rows)) if self.envelope.lines else orjson.dumps({"data": rows})
            yield Page(body, self.envelope, f"scripted page at {start}", self.announced or len(rows))
            if self.failure is not None:
                raise self.failure


def _stamp(document: Any) -> datetime | None:
    try:
        stamps = [document["changed_at"], *(line.get("changed_at") for line in document.get("lines") or [])]
        return max(datetime.fromisoformat(stamp).astimezone(UTC) for stamp in stamps if stamp)
    except (KeyError, TypeError, ValueError):
        return None


def _is_in(document: Any, window: Window) -> bool:
    stamp = _stamp(document)
    return stamp is None or window.start is None or stamp >= window.start


class World:
    """One warehouse in a folder, and loads of scripted sources into it."""

    def __init__(self, folder: Path, **settings: Any):
        keys = {"archive_key": KEY, "pseudonym_key": KEY}
        self.settings = Settings(home=folder, **{**keys, **settings})
        self.instance = Instance("shop_main", "shop", "http://127.0.0.1")
        self.messages: list[str] = []
        self.contract = orders_contract()
        self.warehouse = Warehouse(self.settings.warehouse_path)

    def __enter__(self) -> "World":
        self.warehouse.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.warehouse.__exit__(None, None, None)

    def landing(self, source: ScriptedSource, instance: Instance | None = None) -> AbstractContextManager[Landing]:
        raw = RawTables(self.warehouse.connection, self.contract)
        return Landing(
            self.warehouse, instance or self.instance, self.settings, source, raw, self.messages.append
        )  # fmt: skip

    def load(
        self,
        source: ScriptedSource,
        mode: Mode = "incremental",
        accept_fewer: bool = False,
        instance: Instance | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> LoadReport:
        with self.landing(source, instance) as landing:
            meanwhile()
            landing.load(self.contract.roots, mode, accept_fewer)
        self.assert_accounts(landing.report)
        return landing.report

    def assert_accounts(self, report: LoadReport) -> None:
        """fetched = landed + duplicate + superseded + quarantined + out of scope, in the report and in ops."""
        for item in report.objects.values():
            parts = (item.landed, item.duplicate, item.superseded, item.quarantined, item.out_of_scope)
            assert item.fetched == sum(parts), item
            assert min(parts) >= 0, item
            assert item.unaccounted == 0, item
        stored = self.rows("SELECT object, fetched, unaccounted FROM ops.load_audit WHERE load_id = ?", report.load_id)
        assert sorted(stored) == sorted((i.object, i.fetched, 0) for i in report.objects.values())

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.warehouse.connection.execute(sql, list(values)).fetchall()

    def current(self, table: str = "orders", columns: str = "id, amount, note") -> list[tuple[Any, ...]]:
        """Live current rows of a root table of completed loads, ordered: as docs/architecture.md says."""
        return self.rows(
            f"SELECT {columns} FROM raw_{self.contract.system}.{table} "
            f"WHERE _load_id IN (SELECT load_id FROM ops.load WHERE status = 'COMPLETE') "
            f"QUALIFY row_number() OVER (PARTITION BY _source_instance, _business_key "
            f"ORDER BY {VERSION_ORDER}) = 1 AND _op = 'UPSERT' ORDER BY ALL"
        )

    def current_lines(self, columns: str = "order_id, item, quantity") -> list[tuple[Any, ...]]:
        keys = [row[0] for row in self.current(columns="_row_key")]
        return self.rows(
            f"SELECT {columns} FROM raw_shop.lines WHERE _parent_row_key IN (SELECT unnest(?)) ORDER BY ALL", keys
        )

    def quarantine(self, columns: str = "record_key, error_class, field, status") -> list[tuple[Any, ...]]:
        return self.rows(f"SELECT {columns} FROM ops.quarantine ORDER BY ALL")

    def drift(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT kind, field FROM ops.drift ORDER BY ALL")
