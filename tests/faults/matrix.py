"""One cell of the fault matrix: a home of its own, loads under a fault and after it, and what the warehouse holds then.

Belongs here: homes, comparing with a home that nothing disturbed, the table. Not here: which cells there are
(test_matrix.py), the network (small_network.py).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import duckdb

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.land import Mode, land
from ingestion.landing.ledger import ObjectReport
from ingestion.landing.raw import VERSION_ORDER
from ingestion.landing.replay import replay_quarantine
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from tests.faults.small_network import START, VERY_LATE, Protocol, SmallNetwork
from tests.ingestion.landing_world import KEY

Records = dict[str, tuple[str, dict[str, Any]]]


@dataclass
class Wrong:
    """Records by what is wrong with them, by their keys; what is in quarantine or alarmed is known, and not wrong."""

    lost: set[str] = field(default_factory=set)
    duplicated: set[str] = field(default_factory=set)
    stale: set[str] = field(default_factory=set)
    nulled: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.count)

    @property
    def count(self) -> int:
        return sum(map(len, vars(self).values()))

    def __str__(self) -> str:
        return ", ".join(f"{len(keys)} {name}" for name, keys in vars(self).items() if keys) or "right"


class Home:
    """One warehouse that reads the object of one protocol."""

    def __init__(self, folder: Path, network: SmallNetwork, protocol: Protocol):
        self.folder, self.network, self.protocol = folder, network, protocol
        # Without an archive: what is held is asked for again.
        self.settings = Settings(home=folder, pseudonym_key=KEY)
        self.contract = load_contract(protocol.system)
        self.object = self.contract.by_name[protocol.object]
        self.table = f"raw_{self.contract.system}.{protocol.object}"

    @property
    def instance(self) -> Instance:
        return self.network.instance(self.protocol)

    @property
    def has_pseudonym_for_key(self) -> bool:
        return any(column.minimise.rule == "pseudonym" for column in self.object.key_columns)

    def load(self, mode: Mode = "incremental") -> ObjectReport:
        with Warehouse(self.settings.warehouse_path) as warehouse:
            report = land(warehouse, self.instance, self.settings, mode=mode)
        for item in report.objects.values():
            parts = (item.landed, item.duplicate, item.superseded, item.quarantined, item.out_of_scope)
            assert item.fetched == sum(parts), item
            assert item.unaccounted == 0, item
        return report.objects[self.protocol.object]

    def replay(self) -> None:
        with Warehouse(self.settings.warehouse_path) as warehouse:
            replay_quarantine(warehouse, self.instance, self.settings)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.settings.warehouse_path, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def records(self) -> Records:
        """Live current records by their keys, with their hash (which is of their lines too)."""
        names = [column.name for column in self.object.landed_columns]
        columns = ", ".join(f'"{name}"' for name in names)
        rows = self.query(
            f"SELECT _business_key, _payload_hash, {columns} FROM (FROM {self.table} QUALIFY row_number() OVER "
            f"(PARTITION BY _business_key ORDER BY {VERSION_ORDER}) = 1) WHERE _op = 'UPSERT'"
        )
        return {key: (digest, dict(zip(names, values, strict=True))) for key, digest, *values in rows}

    def doubled(self) -> set[str]:
        """Rows that stand more than once, of documents and of their lines."""
        found = set()
        for name in (self.object.name, *(child.name for child in self.contract.children(self.object.name))):
            rows = self.query(f"SELECT _row_key FROM raw_{self.contract.system}.{name} GROUP BY 1 HAVING count(*) > 1")
            found |= {f"{name} {key}" for (key,) in rows}
        return found

    def held(self) -> set[str]:
        """Keys of records that did not land, as long as they are open."""
        return self._open("<> 'SOURCE_VERSION_CONFLICT'")

    def conflicts(self) -> set[str]:
        """Keys of records with two payloads for one version: one of them landed."""
        return self._open("= 'SOURCE_VERSION_CONFLICT'")

    def _open(self, kind: str) -> set[str]:
        rows = self.query(f"SELECT record_key FROM ops.quarantine WHERE status = 'OPEN' AND error_class {kind}")
        return {key for (key,) in rows if key is not None}

    def alarms(self) -> set[tuple[str, str]]:
        """Kind and field of every schema change that was noticed."""
        return set(self.query("SELECT kind, field FROM ops.drift"))

    def against(self, truth: Records, said: Collection[str] | None = None) -> Wrong:
        """What is wrong here, but for records of which it is said (by default: what is held)."""
        here, held = self.records(), self.held() if said is None else set(said)
        known = truth.keys() - held
        wrong = Wrong(lost=known - here.keys(), duplicated=self.doubled(), stale=here.keys() - truth.keys() - held)
        for key in known & here.keys():
            (digest, values), (true_digest, true_values) = here[key], truth[key]
            if digest != true_digest:
                is_nulled = any(values[name] is None and true_values[name] is not None for name in values)
                (wrong.nulled if is_nulled else wrong.stale).add(key)
        return wrong


@dataclass
class Result:
    """What became of a cell. words: what loads under the fault did; struck: how often it struck them; silent: wrong
    records of loads that ended COMPLETE."""

    words: list[str] = field(default_factory=list)
    struck: int = 0
    silent: int = 0


@dataclass
class Matrix:
    """Every cell that was tried, by fault and protocol; of what cannot befall a protocol the reason."""

    results: dict[tuple[str, str], Result] = field(default_factory=dict)
    never: dict[tuple[str, str], str] = field(default_factory=dict)

    def record(self, protocol: str, fault: str, word: str, struck: int, silent: int = 0) -> None:
        result = self.results.setdefault((fault, protocol), Result())
        result.words += [word] if word not in result.words else []
        result.struck += struck
        result.silent += silent

    def lines(self, faults: Sequence[str], protocols: Sequence[str]) -> list[str]:
        """The table, and below it why some cells are empty."""
        numbers: dict[str, int] = {}

        def cell(fault: str, protocol: str) -> str:
            if result := self.results.get((fault, protocol)):
                return f"{'/'.join(result.words)} {result.struck}"
            reason = self.never.get((fault, protocol))
            return f"[{numbers.setdefault(reason, len(numbers) + 1)}]" if reason else ""

        table = [["", *protocols], *([fault, *(cell(fault, protocol) for protocol in protocols)] for fault in faults)]
        table = [row for row in table if any(row[1:])]
        widths = [max(len(row[column]) for row in table) + 2 for column in range(len(table[0]))]
        lines = ["".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in table]
        return lines + [f"[{number}] {reason}" for reason, number in numbers.items()]

    @property
    def silent(self) -> int:
        return sum(result.silent for result in self.results.values())


def very_late(truth: Records) -> set[str]:
    """Of the records those that came later than any lag allows for."""
    return {key for key, (_, values) in truth.items() if VERY_LATE in values.values()}


class Homes:
    """Homes that nothing disturbed, made when they are first wanted: one for each protocol and time."""

    def __init__(self, folder: Path, network: SmallNetwork):
        self._folder, self._network = folder, network
        self._made: dict[tuple[str, datetime], tuple[Home, Records]] = {}

    def clean(self, protocol: Protocol, now: datetime = START) -> tuple[Home, Records]:
        if (protocol.name, now) not in self._made:
            self._network.calm()
            self._network.at(now)
            home = Home(self._folder / f"{protocol.name} {now:%H}", self._network, protocol)
            assert home.load().status == "COMPLETE"
            records = home.records()
            self._network.at(START)
            assert len(records) > 30
            self._made[protocol.name, now] = home, records
        return self._made[protocol.name, now]

    def truth(self, protocol: Protocol, now: datetime = START) -> Records:
        return self.clean(protocol, now)[1]

    def copy(self, protocol: Protocol, folder: Path) -> Home:
        """A home that has read everything at START."""
        copytree(self.clean(protocol)[0].folder, folder)
        return Home(folder, self._network, protocol)


MATRIX, STOCK = Matrix(), Matrix()
