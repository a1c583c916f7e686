"""Raw tables: made from the contract before anything is loaded, written by dlt, counted afterwards.

Belongs here: everything that touches schema `raw_<system>`. Not here: what the rows mean.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Contract, ContractError, ObjectContract
from ingestion.landing.identity import CHILD_COLUMNS, ROOT_COLUMNS, Version

# dlt reads these when it is imported; it knows no DO_NOT_TRACK.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")
# All jobs of a load share one connection: in parallel, a merge of a child now and then failed its whole object.
os.environ.setdefault("LOAD__WORKERS", "1")

import dlt

# Newest first by the source's own order; what stands here in SQL is said for dbt in macros/current_version.sql.
VERSION_ORDER = (
    "_version_no DESC NULLS LAST, _changed_at DESC NULLS LAST, _contract_version DESC, "
    "_occurred_at DESC NULLS LAST, _payload_hash DESC"
)
BIGINT_DIGITS = 19


def holds_all_of(wider: str, narrower: str) -> bool:
    """Whether a SQL type is another one than a second and holds every value of it exactly."""
    decimals = [re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", kind) for kind in (wider, narrower)]
    if wider == narrower or decimals[0] is None:
        return (wider, narrower) == ("TIMESTAMP", "DATE")
    precision, scale = map(int, decimals[0].groups())
    if narrower == "BIGINT":
        return precision - scale >= BIGINT_DIGITS
    old_precision, old_scale = map(int, decimals[1].groups()) if decimals[1] else (39, 0)
    return scale >= old_scale and precision - scale >= old_precision - old_scale


def raw_schema(contract: Contract) -> str:
    return f"raw_{contract.system}"


class RawTables:
    """The raw tables of one contract in a warehouse."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Contract):
        self._connection, self.contract = connection, contract
        self.schema = raw_schema(contract)
        # Of which tables dlt has a copy.
        self._staged: set[str] = set()

    def ensure(self) -> None:
        """Create what the contract declares and the warehouse lacks: an empty feed has its tables too.

        A new column is added, and one whose type has become wider is widened: every value stays what it is. Raises
        ContractError for any other change of type.
        """
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self.schema}")
        tables = self._tables()
        for obj in self.contract.objects:
            wanted = {column.name: column.sql_type for column in obj.landed_columns}
            wanted |= ROOT_COLUMNS if obj.parent is None else CHILD_COLUMNS
            present = tables.get(obj.name, {})
            if not present:
                columns = ", ".join(f'"{name}" {kind}' for name, kind in wanted.items())
                self._connection.execute(f"CREATE TABLE {self.schema}.{obj.name} ({columns})")
                continue
            for name, kind in wanted.items():
                if name not in present:
                    self._connection.execute(f'ALTER TABLE {self.schema}.{obj.name} ADD COLUMN "{name}" {kind}')
                elif holds_all_of(kind, present[name]):
                    self._widen(obj.name, name, kind)
                elif present[name] != kind:
                    raise ContractError(
                        f"{self.contract.file}:{obj.line}: {obj.name}.{name} is {present[name]} in the warehouse and "
                        f"{kind} in the contract. A changed type is a new column: give it a new name, or see "
                        "docs/operating.md, upgrading a contract."
                    )

    def _widen(self, table: str, column: str, kind: str) -> None:
        """In dlt's copy too: what it stages there would be rounded to the old type, and nobody told."""
        for schema in (self.schema, f"{self.schema}_staging"):
            if self._scalar(
                "SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ? "
                "AND table_name = ?",
                schema,
                table,
            ):
                self._connection.execute(f'ALTER TABLE {schema}.{table} ALTER "{column}" SET DATA TYPE {kind}')

    def take_back(self, load_id: str, objects: Iterable[str] | None = None) -> int:
        """Remove the rows of a load that did not end; how many there were."""
        removed = 0
        for name in objects or [obj.name for obj in self.contract.objects]:
            done = self._connection.execute(f"DELETE FROM {self.schema}.{name} WHERE _load_id = ?", [load_id])
            removed += (done.fetchone() or (0,))[0]
        return removed

    def load(self, obj: ObjectContract, batches: Iterator[dict[str, pa.Table]], working_dir: Path) -> None:
        """Write batches of identified rows with dlt, insert-once on `_row_key`. Raises what the batches raise."""
        first = next((batch for batch in batches if any(len(table) for table in batch.values())), None)
        if first is None:
            return  # dlt takes half a second to load nothing
        batches = chain([first], batches)
        hints = {"disposition": "merge", "strategy": "insert-only"}
        raised: list[BaseException] = []

        def tables() -> Iterator[object]:
            try:
                for batch in batches:
                    for name, table in batch.items():
                        if len(table):
                            self._staged.add(name)
                            made = dlt.mark.make_hints(
                                table_name=name,
                                write_disposition=hints,  # type: ignore[arg-type]
                                primary_key="_row_key",
                                columns=_stamps_without_zone(table),
                            )
                            yield dlt.mark.with_hints(table, made, create_table_variant=True)
            except BaseException as error:
                raised.append(error)
                raise

        pipeline = dlt.pipeline(
            f"{self.contract.system}_{obj.name}",
            pipelines_dir=str(working_dir),
            destination=dlt.destinations.duckdb(self._connection),
            dataset_name=self.schema,
        )
        # The working folder is new in every load: nothing is kept in dlt's state, so nothing is brought back from it.
        pipeline.config.restore_from_destination = False
        threads = self._scalar("SELECT current_setting('threads')")
        # What is written comes in pages: a second thread of DuckDB costs a fifth more CPU and saves no time (bench).
        self._connection.execute("SET threads = 1")
        try:
            pipeline.extract(
                dlt.resource(tables, name=obj.name, write_disposition=hints, primary_key="_row_key"),  # type: ignore[arg-type]
                schema=dlt.Schema(f"{self.contract.system}_{obj.name}"),
                loader_file_format="parquet",
            )
            pipeline.normalize()
            pipeline.load(raise_on_failed_jobs=True)
        except Exception:
            if raised:
                raise raised[0] from None
            raise
        finally:
            self._connection.execute(f"SET threads = {threads}")
            pipeline.deactivate()
            shutil.rmtree(working_dir, ignore_errors=True)

    def not_standing(self, name: str, rows: pa.Table) -> pa.Table:
        """Of rows with a `_row_key` those that the table does not have yet. dlt would find out too, at ten times the price."""
        if not len(rows):
            return rows
        # A connection of its own: DuckDB 2 registers nothing where an answer is half read.
        with self._connection.cursor() as own:
            own.register("_offered", rows.select(["_row_key"]))
            standing = own.execute(
                f"SELECT _row_key FROM {self.schema}.{name} SEMI JOIN _offered USING (_row_key)"
            ).to_arrow_table()
        return rows.filter(pc.invert(pc.is_in(rows["_row_key"], standing["_row_key"].combine_chunks())))

    def written(self, obj: ObjectContract, load_id: str) -> int:
        """How many records (not tombstones) a load wrote; dlt's copy of them goes."""
        if obj.name in self._staged:
            self._connection.execute(f"DELETE FROM {self.schema}_staging.{obj.name}")
        records = "" if obj.parent else "AND _op = 'UPSERT'"
        return self._scalar(f"SELECT count(*) FROM {self.schema}.{obj.name} WHERE _load_id = ? {records}", load_id)

    def superseded(self, obj: ObjectContract, load_id: str) -> dict[str, int]:
        """Of the rows that a load wrote: how many are not part of a current version, by table."""
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE outdated AS SELECT _row_key FROM ("
            f" SELECT _row_key, _load_id, _op, "
            f"  row_number() OVER (PARTITION BY _source_instance, _business_key ORDER BY {VERSION_ORDER}) AS place"
            f" FROM {self.schema}.{obj.name} SEMI JOIN (SELECT DISTINCT _source_instance, _business_key"
            f"  FROM {self.schema}.{obj.name} WHERE _load_id = $load) USING (_source_instance, _business_key)"
            f") WHERE place > 1 AND _load_id = $load AND _op = 'UPSERT'",
            {"load": load_id},
        )
        counts = {obj.name: self._scalar("SELECT count(*) FROM outdated")}
        for child in self.contract.children(obj.name):
            counts[child.name] = self._scalar(
                f"SELECT count(*) FROM {self.schema}.{child.name} WHERE _load_id = ? "
                "AND _parent_row_key IN (SELECT _row_key FROM outdated)",
                load_id,
            )
        return counts

    def conflicts(self, obj: ObjectContract, load_id: str) -> list[dict[str, object]]:
        """Rows that share key and version with a row of this load and lose against it, or against another.

        Event time orders what nothing else does; beside a version number or a change stamp it is no version of its own.
        """
        version = "_version_no, _changed_at, _contract_version, _op"
        if not (obj.version.version_no or obj.version.changed_at):
            version += ", _occurred_at"
        relation = self._connection.execute(
            f"WITH touched AS (SELECT DISTINCT _source_instance, _business_key FROM {self.schema}.{obj.name} "
            f"  WHERE _load_id = ?), "
            f"ranked AS (SELECT *, row_number() OVER (PARTITION BY _source_instance, _business_key, {version} "
            f"  ORDER BY _occurred_at DESC NULLS LAST, _payload_hash DESC) AS _place "
            f"  FROM {self.schema}.{obj.name} SEMI JOIN touched USING (_source_instance, _business_key)) "
            f"SELECT * EXCLUDE (_place) FROM ranked WHERE _place > 1",
            [load_id],
        )
        rows: list[dict[str, object]] = relation.to_arrow_table().to_pylist()
        return rows

    def current(self, obj: ObjectContract, instance: str) -> pa.Table:
        """`_business_key`, `_version_no`, `_changed_at`, `_payload_hash`, `_op` of the current version of every key."""
        return self._connection.execute(
            f"SELECT _business_key, _version_no, _changed_at, _payload_hash, _op FROM {self.schema}.{obj.name} "
            f"WHERE _source_instance = ? "
            f"QUALIFY row_number() OVER (PARTITION BY _business_key ORDER BY {VERSION_ORDER}) = 1",
            [instance],
        ).to_arrow_table()

    def latest_change(self, obj: ObjectContract, instance: str) -> datetime | None:
        """The latest stamp of any version, UTC."""
        latest: datetime | None = self._connection.execute(
            f"SELECT max(_changed_at) FROM {self.schema}.{obj.name} WHERE _source_instance = ?", [instance]
        ).fetchall()[0][0]
        return latest and latest.replace(tzinfo=UTC)

    def versions(self, obj: ObjectContract, instance: str) -> tuple[dict[str, Version], dict[str, Version]]:
        """The current version of every key that is live, and of every key that is buried."""
        live: dict[str, Version] = {}
        buried: dict[str, Version] = {}
        columns = self.current(obj, instance).select(["_business_key", "_version_no", "_changed_at", "_op"])
        for key, number, changed_at, op in zip(*(column.to_pylist() for column in columns.columns), strict=True):
            (live if op == "UPSERT" else buried)[key] = Version(number, changed_at)
        return live, buried

    def open_keys(self, obj: ObjectContract, instance: str) -> list[str]:
        """Live records whose current version asks to be read again (`rereadWhile`)."""
        if obj.reread is None:
            return []
        condition = f'list_contains($values, "{obj.reread.column}"::VARCHAR)'
        rows = self._connection.execute(
            f"SELECT _business_key FROM (SELECT * FROM {self.schema}.{obj.name} WHERE _source_instance = $instance "
            f"QUALIFY row_number() OVER (PARTITION BY _business_key ORDER BY {VERSION_ORDER}) = 1) "
            f"WHERE _op = 'UPSERT' AND coalesce({condition}, false) = $is_in ORDER BY 1",
            {"instance": instance, "values": list(obj.reread.values), "is_in": obj.reread.is_in},
        ).fetchall()
        return [row[0] for row in rows]

    def without_gap(self, obj: ObjectContract, instance: str) -> dict[str, int]:
        """Of an object with a sequence: for each scope the number up to which none is missing. What is in quarantine is
        held."""
        if obj.sequence is None:
            return {}
        scope, number = obj.sequence.scope, obj.sequence.number
        rows = self._connection.execute(
            f"WITH held AS ("
            f' SELECT "{scope}"::VARCHAR AS scope, "{number}" AS number FROM {self.schema}.{obj.name} '
            f" WHERE _source_instance = $instance UNION "
            f" SELECT replace(replace(split_part(record_key, '|', 1), '%7C', '|'), '%25', '%'), "
            f"  split_part(record_key, '|', 2)::BIGINT FROM ops.quarantine WHERE status = 'OPEN' "
            f"  AND record_key IS NOT NULL AND source_instance = $instance AND object = $object) "
            f"SELECT scope, max(number) FROM (SELECT *, row_number() OVER (PARTITION BY scope ORDER BY number) AS place "
            f" FROM held) WHERE number = place GROUP BY 1",
            {"instance": instance, "object": obj.name},
        ).fetchall()
        return dict(rows)

    def history(self, obj: ObjectContract, instance: str, before: str, names: Sequence[str]) -> dict[str, int]:
        """Of an instance's rows from other loads: how often each of some columns was filled; under `*` how many rows."""
        records = "" if obj.parent else "AND _op = 'UPSERT'"
        filled = "".join(f', count("{name}")' for name in names)
        counts = self._connection.execute(
            f"SELECT count(*){filled} FROM {self.schema}.{obj.name} "
            f"WHERE _source_instance = ? AND _load_id <> ? {records}",
            [instance, before],
        ).fetchone()
        return dict(zip(["*", *names], counts or (), strict=False))

    def records_with(self, child: ObjectContract, instance: str, before: str) -> int:
        """Of an instance's records from other loads: how many had a row of this child."""
        return self._scalar(
            f"SELECT count(DISTINCT _parent_row_key) FROM {self.schema}.{child.name} "
            "WHERE _source_instance = ? AND _load_id <> ?",
            instance,
            before,
        )

    def _tables(self) -> dict[str, dict[str, str]]:
        """By table the types of its columns. Asked once for all: DuckDB looks through every column of the warehouse."""
        tables: dict[str, dict[str, str]] = {}
        for table, column, kind in self._connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = ? ORDER BY table_oid, column_index",
            [self.schema],
        ).fetchall():
            tables.setdefault(table, {})[column] = kind
        return tables

    def _scalar(self, sql: str, *values: object) -> int:
        row = self._connection.execute(sql, list(values)).fetchone()
        return int(row[0]) if row else 0


def _stamps_without_zone(table: pa.Table) -> dict[str, Any]:
    """dlt would stage every timestamp with a zone, and read it back in the zone of the session: ours are UTC as they are."""
    stamps = [column.name for column in table.schema if pa.types.is_timestamp(column.type)]
    return {name: {"name": name, "data_type": "timestamp", "timezone": False} for name in stamps}
