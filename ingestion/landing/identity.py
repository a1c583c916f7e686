"""Who a record is and which version of it: business key, payload hash, version stamps, and the insert-once row key.

Belongs here: the technical columns of a raw table. Not here: which version is current (that is read, never stored).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Contract, ObjectContract
from ingestion.landing.decode import Rows

UNIT = "chr(31)"
NULL = "chr(0)"
BEFORE_ALL = datetime(1, 1, 1)  # noqa: DTZ001  # raw tables hold UTC without saying so

# Technical columns of a root table and of a child table, with their DuckDB types: docs/architecture.md says what each is.
ROOT_COLUMNS = {
    "_source_instance": "VARCHAR", "_business_key": "VARCHAR", "_row_key": "VARCHAR", "_payload_hash": "VARCHAR",
    "_version_no": "BIGINT", "_changed_at": "TIMESTAMP", "_occurred_at": "TIMESTAMP", "_op": "VARCHAR",
    "_contract_version": "VARCHAR", "_load_id": "VARCHAR", "_loaded_at": "TIMESTAMP",
}  # fmt: skip
CHILD_COLUMNS = {
    "_source_instance": "VARCHAR", "_parent_row_key": "VARCHAR", "_row_key": "VARCHAR", "_line_no": "BIGINT",
    "_load_id": "VARCHAR", "_loaded_at": "TIMESTAMP",
}  # fmt: skip
# Between two versions that no clock tells apart.
ONE_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Version:
    """Where a version stands among those of its record, as far as stamps say; nothing comes before everything."""

    number: int | None = None
    changed_at: datetime | None = None

    def __gt__(self, other: "Version") -> bool:
        return self._place > other._place

    @property
    def _place(self) -> tuple[int, datetime]:
        return -1 if self.number is None else self.number, self.changed_at or BEFORE_ALL


def join_key(parts: Iterable[str]) -> str:
    """Key parts as one business key; a `|` of a part's own is told from the separator."""
    return "|".join(part.replace("%", "%25").replace("|", "%7C") for part in parts)


def split_key(business_key: str) -> tuple[str, ...]:
    return tuple(part.replace("%7C", "|").replace("%25", "%") for part in business_key.split("|"))


@dataclass(frozen=True)
class LoadStamp:
    """What every row of a load carries."""

    load_id: str
    instance: str
    loaded_at: datetime
    as_of: datetime


class Identifier:
    """Gives rows of one object and its children their technical columns, in an in-memory DuckDB (md5 over text casts,
    so that the same row has the same key on every version and machine)."""

    def __init__(self, contract: Contract, obj: ObjectContract, stamp: LoadStamp):
        self._contract, self._obj, self._stamp = contract, obj, stamp
        self._children = contract.children(obj.name)
        self._opened: duckdb.DuckDBPyConnection | None = None

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        """Opened for the first row: most objects of a day bring none."""
        if self._opened is None:
            self._opened = duckdb.connect(config={"autoinstall_known_extensions": "false"})
            self._opened.execute("SET TimeZone = 'UTC'")
            self._opened.execute("SET threads = 1")  # a block is too small for two: they cost more than they save
            self._opened.execute("CREATE TABLE seen (_row_key VARCHAR); CREATE TABLE revived (_business_key VARCHAR)")
        return self._opened

    def revive(self, business_keys: Sequence[str]) -> None:
        """These records were buried and exist again with an old stamp: from now on they count as of their read."""
        self._connection.register("keys", pa.table({"_business_key": pa.array(business_keys, pa.string())}))
        self._connection.execute("INSERT INTO revived SELECT * FROM keys")

    def identify(self, rows: dict[str, Rows], read_at: Sequence[datetime]) -> dict[str, pa.Table]:
        """Root rows (with `_record`, their index in the block) and child rows (with `_record`, their parent's index).

        read_at: for each root row the source's clock when it was read. Only what is hashed goes through DuckDB: the
        landed columns are passed on as they stand.
        """
        moments = pa.array([moment.replace(tzinfo=None) for moment in read_at], pa.timestamp("us"))
        for name, member_rows in rows.items():
            table = member_rows.table.append_column("_record", pa.array(member_rows.parent, pa.int64()))
            table = table.append_column("_position", pa.array(np.arange(len(table)), pa.int64()))
            if name == self._obj.name:
                table = table.append_column("_read_at", moments)
            self._connection.register(f"in_{name}", table)
        for child in self._children:
            self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE hashed_{child.name} AS SELECT _record, _position, "
                f"{_payload_hash(child)} AS _line_hash, {_changed_at(child)} AS _changed_at FROM in_{child.name}"
            )
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE root AS {self._root_sql()}")
        found = self._connection.execute("SELECT * FROM root ORDER BY _record").to_arrow_table()
        constants = {"_op": "UPSERT", "_contract_version": self._contract.sortable_version}
        identified = {self._obj.name: self._stamped(rows[self._obj.name].table, found, constants)}
        for child in self._children:
            found = self._connection.execute(_child_sql(child)).to_arrow_table()
            identified[child.name] = self._stamped(rows[child.name].table, found, {})
        return identified

    def first_seen(self, root: pa.Table) -> pa.Table:
        """The root rows that this load has not seen yet, each once; from now on they are seen."""
        self._connection.register("candidates", root.select(["_row_key", "_record"]))
        first = self._connection.execute(
            "SELECT _record, _row_key FROM candidates ANTI JOIN seen USING (_row_key) "
            "QUALIFY row_number() OVER (PARTITION BY _row_key ORDER BY _record) = 1"
        ).to_arrow_table()
        self._connection.register("first", first)
        self._connection.execute("INSERT INTO seen SELECT _row_key FROM first")
        if len(first) == len(root):
            return root
        return root.filter(pc.is_in(root["_record"], first["_record"].combine_chunks()))

    def _stamped(self, landed: pa.Table, found: pa.Table, constants: dict[str, str]) -> pa.Table:
        """Landed columns, what was found out of them, and what is the same in every row; row by row as they stood."""
        columns = dict(zip(landed.column_names, landed.columns, strict=True))
        columns |= dict(zip(found.column_names, found.columns, strict=True))
        constants = {"_source_instance": self._stamp.instance, **constants, "_load_id": self._stamp.load_id}
        columns |= {name: pa.repeat(value, len(landed)) for name, value in constants.items()}
        loaded_at = pa.scalar(self._stamp.loaded_at.replace(tzinfo=None), pa.timestamp("us"))
        return pa.table(columns | {"_loaded_at": pa.repeat(loaded_at, len(landed))})

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()

    def _root_sql(self) -> str:
        obj, stamp = self._obj, self._stamp
        line_hashes = "".join(f" || '{child.name}' || coalesce(l_{child.name}._hashes, '')" for child in self._children)
        line_joins = "".join(
            f" LEFT JOIN (SELECT _record, string_agg(_line_hash, '' ORDER BY _line_hash) AS _hashes,"
            f" max(_changed_at) AS _latest FROM hashed_{child.name} GROUP BY 1) AS l_{child.name}"
            f" USING (_record)"
            for child in self._children
        )
        is_undated = obj.disposition == "snapshot" or obj.is_dated_by_read
        own_stamp = "_read_at" if is_undated else _changed_at(obj)
        if obj.disposition == "document" and obj.version.changed_at and not is_undated:
            # A document that says nothing of its age is as new as its read: else the greater hash would stay for ever.
            number = obj.version.version_no
            read_at = f'CASE WHEN "{number}" IS NULL THEN _read_at END' if number else "_read_at"
            own_stamp = f"coalesce({own_stamp}, {read_at})"
        # greatest() passes over nulls in DuckDB: the latest stamp that the document or one of its lines has.
        latest = ", ".join(["_own_stamp", *(f"l_{child.name}._latest" for child in self._children)])
        version_no = f'"{obj.version.version_no}"::BIGINT' if obj.version.version_no else "NULL::BIGINT"
        occurred_at = f'"{obj.version.occurred_at}"::TIMESTAMP' if obj.version.occurred_at else "NULL::TIMESTAMP"
        return f"""
            WITH own AS (
                SELECT _record, _read_at, {_business_key(obj)} AS _business_key, {_payload_hash(obj)} AS _own_hash,
                    {own_stamp} AS _own_stamp, {version_no} AS _version_no, {occurred_at} AS _occurred_at
                FROM in_{obj.name}
            ), stamped AS (
                SELECT own.* EXCLUDE (_own_hash, _own_stamp, _read_at), md5(_own_hash{line_hashes}) AS _payload_hash,
                    CASE WHEN _business_key IN (FROM revived) THEN greatest({latest}, _read_at)
                        ELSE greatest({latest}) END AS _changed_at
                FROM own{line_joins}
            )
            SELECT *, md5(concat_ws({UNIT}, '{stamp.instance}', _business_key, 'UPSERT',
                coalesce(_version_no::VARCHAR, {NULL}), coalesce(_changed_at::VARCHAR, {NULL}), _payload_hash)) AS _row_key
            FROM stamped"""


def _child_sql(child: ObjectContract) -> str:
    # Lines that are equal in everything are still as many lines: their number in the document tells them apart.
    return f"""
        WITH numbered AS (
            SELECT _record, _position, _line_hash, _row_key AS _parent_row_key,
                row_number() OVER (PARTITION BY _record ORDER BY _position) AS _line_no,
                row_number() OVER (PARTITION BY _record, _line_hash ORDER BY _position) AS _same
            FROM hashed_{child.name} JOIN root USING (_record)
        )
        SELECT _record, _parent_row_key, _line_no,
            md5(concat_ws({UNIT}, _parent_row_key, _line_hash, _same::VARCHAR)) AS _row_key
        FROM numbered ORDER BY _position"""


def tombstones(contract: Contract, obj: ObjectContract, stamp: LoadStamp, gone: Mapping[str, Version]) -> pa.Table:
    """Root rows that say of business keys (as landed) that they are gone since a version."""
    table = pa.table(
        {
            "_business_key": pa.array(gone.keys(), pa.string()),
            "_version_no": pa.array([version.number for version in gone.values()], pa.int64()),
            "_changed_at": pa.array([version.changed_at for version in gone.values()], pa.timestamp("us")),
            "_parts": pa.array([split_key(key) for key in gone], pa.list_(pa.string())),
        }
    )
    with duckdb.connect() as connection:
        connection.register("gone", table)
        keys = obj.key_columns
        parts = {column.name: f"_parts[{position}]::{column.sql_type}" for position, column in enumerate(keys, 1)}
        columns = ", ".join(
            f'{parts.get(column.name, "NULL::" + column.sql_type)} AS "{column.name}"' for column in obj.landed_columns
        )
        return connection.execute(
            f"""
            SELECT {columns}, '{stamp.instance}' AS _source_instance, _business_key,
                md5(concat_ws({UNIT}, '{stamp.instance}', _business_key, 'TOMBSTONE', _changed_at::VARCHAR)) AS _row_key,
                md5('TOMBSTONE') AS _payload_hash, _version_no, _changed_at,
                NULL::TIMESTAMP AS _occurred_at, 'TOMBSTONE' AS _op,
                '{contract.sortable_version}' AS _contract_version, '{stamp.load_id}' AS _load_id,
                TIMESTAMP '{_plain(stamp.loaded_at)}' AS _loaded_at
            FROM gone"""
        ).to_arrow_table()


def _business_key(obj: ObjectContract) -> str:
    parts = (f"replace(replace(\"{c.name}\"::VARCHAR, '%', '%25'), '|', '%7C')" for c in obj.key_columns)
    return f"concat_ws('|', {', '.join(parts)})"


def _payload_hash(obj: ObjectContract) -> str:
    texts = ", ".join(f'coalesce("{column.name}"::VARCHAR, {NULL})' for column in obj.landed_columns)
    return f"md5(concat_ws({UNIT}, {texts}))"


def _changed_at(obj: ObjectContract) -> str:
    if not obj.version.changed_at:
        return "NULL::TIMESTAMP"
    stamps = ", ".join(f'"{name}"::TIMESTAMP' for name in obj.version.changed_at)
    return f"coalesce({stamps})"


def _plain(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(sep=" ")
