"""Looks for identifiers in everything that a home folder holds, by content: a compressed page hides a name from grep.

Belongs here: how each kind of store is opened, down to texts. Not here: what is looked for (identifiers.py,
needles.py), or what must be found and what must not (the tests).

`python -m tests.privacy.scan HOME FOLDER` scans an installation for the persons of the files, or of the demo network, that
it was loaded from; the archive is opened as far as that goes without its key.
"""

import gzip
import io
import re
import sqlite3
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from tests.privacy.identifiers import Identifier, from_network, from_resources, from_truth, searchable
from tests.privacy.needles import Needles

ZSTD = b"\x28\xb5\x2f\xfd"
ROWS = 20_000
# Formats that are opened; in their bytes compression cuts words in two, so that a whole word there is none.
PACKED = (b"PAR1", b"PK\x03\x04", b"SQLite format 3\0", b"\x1f\x8b", ZSTD)

# Bytes are looked through a piece at a time, each with the end of the one before: nothing that is looked for is longer.
PIECE, OVERLAP = 2**24, 2**12
BROKEN_WORD = re.compile(rb"\A\w{1,%d}" % (OVERLAP // 2))


@dataclass(frozen=True)
class Finding:
    """An identifier where none may be. `where`: the file, and the column, table or member in it."""

    where: str
    identifier: Identifier

    def __str__(self) -> str:
        return f"{self.where}: {self.identifier}"


@dataclass
class Scan:
    """What a scan found, and how much it read: texts and characters by kind of store."""

    findings: set[Finding] = field(default_factory=set)
    texts: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)

    def summary(self, needles: Needles) -> str:
        stores = ", ".join(f"{kind}: {count:,} texts" for kind, count in sorted(self.texts.items()))
        size = sum(self.characters.values()) / 1e6
        return f"{len(needles.identifiers)} identifiers x {size:.1f} million characters ({stores}): {len(self.findings)} found"


def scan(folder: Path, needles: Needles) -> Scan:
    """Every file below a folder. Raises whatever a damaged store raises: what cannot be read is not clean."""
    result = Scan()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        for identifier in needles.find(name):
            result.findings.add(Finding(f"the file name of {path.parent.name}/...", identifier))
        for kind, where, text in texts(name, path.read_bytes()):
            result.texts[kind] += 1
            result.characters[kind] += len(text)
            found = needles.find(text, is_packed=kind == "packed bytes")
            result.findings |= {Finding(where, identifier) for identifier in found}
    return result


def texts(name: str, data: bytes) -> Iterator[tuple[str, str, str]]:
    """Kind of store, place and text of everything in a file; always its bytes too. Its first bytes say what it is."""
    is_packed = data.startswith(PACKED) or data[8:12] == b"DUCK"
    for piece in _pieces(data):
        yield "packed bytes" if is_packed else "bytes", name, piece
    if data[8:12] == b"DUCK":
        yield from _tables("duckdb", name, data, _duckdb)
    elif data.startswith(b"SQLite format 3\0"):
        yield from _tables("sqlite", name, data, _sqlite)
    elif data.startswith(b"PAR1"):
        yield from _tables("parquet", name, data, _parquet)
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for member in packed.namelist():
                yield from texts(f"{name}!{member}", packed.read(member))
    else:
        yield from _compressed(name, data)


def _pieces(data: bytes) -> Iterator[str]:
    yield data[:PIECE].decode("utf-8", "replace")
    for start in range(PIECE, len(data), PIECE):
        piece = data[start - OVERLAP : start + PIECE]
        # What is cut in two is no whole word; it stands whole in the piece before.
        yield BROKEN_WORD.sub(b"", piece).decode("utf-8", "replace")


def _compressed(name: str, data: bytes) -> Iterator[tuple[str, str, str]]:
    if data.startswith(b"\x1f\x8b"):
        yield from texts(f"{name}!gzip", gzip.decompress(data))
        return
    # Frames may stand anywhere: a file that only looks encrypted would show itself here.
    start = data.find(ZSTD)
    while start >= 0:
        try:
            with pa.CompressedInputStream(pa.BufferReader(data[start:]), "zstd") as stream:
                yield from texts(f"{name}!zstd@{start}", stream.read())
        except (OSError, pa.ArrowException):
            pass  # four bytes that happen to look like a frame
        start = data.find(ZSTD, start + 1)


def _tables(kind, name: str, data: bytes, reader) -> Iterator[tuple[str, str, str]]:  # type: ignore[no-untyped-def]
    """A copy is opened: a write-ahead log is replayed, and nobody's lock is in the way."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        path.write_bytes(data)
        for place, text in reader(path):
            yield kind, f"{name}#{place}", text


def _duckdb(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(path)) as connection:
        for (sql,) in connection.execute(
            "SELECT sql FROM duckdb_tables() UNION ALL SELECT sql FROM duckdb_views() WHERE NOT internal "
            "UNION ALL SELECT comment FROM duckdb_columns() UNION ALL SELECT comment FROM duckdb_tables()"
        ).fetchall():
            yield "definitions", sql or ""
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        for schema, table in tables:
            yield from _columns(connection, f'"{schema}"."{table}"', f"{schema}.{table}")


def _parquet(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect() as connection:
        yield from _columns(connection, f"read_parquet('{path}')", "rows")


def _columns(connection: duckdb.DuckDBPyConnection, source: str, name: str) -> Iterator[tuple[str, str]]:
    """Every column as text, numbers and nested values too: a record number may have been stored as one."""
    for column in connection.execute(f"SELECT * FROM {source} LIMIT 0").to_arrow_table().column_names:
        quoted = '"' + column.replace('"', '""') + '"'
        values = connection.execute(
            f"SELECT DISTINCT CAST({quoted} AS VARCHAR) FROM {source} WHERE {quoted} IS NOT NULL"
        )
        while rows := values.fetchmany(ROWS):
            yield f"{name}.{column}", "\n".join(row[0] for row in rows)


def _sqlite(path: Path) -> Iterator[tuple[str, str]]:
    connection = sqlite3.connect(path)
    try:
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            yield "definitions", sql or ""
            rows = connection.execute(f'SELECT * FROM "{name}"')
            while some := rows.fetchmany(ROWS):
                yield name, "\n".join(_as_text(value) for row in some for value in row if value is not None)
    finally:
        connection.close()


def _as_text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def main() -> None:
    home, folder = (Path(argument) for argument in sys.argv[1:3])
    if (folder / "truth" / "truth_person.parquet").exists():
        found = from_network(folder)
    else:
        found = from_truth(folder) if (folder / "truth.json").exists() else from_resources(folder)
    kept, skipped = searchable(found, folder)
    needles = Needles(kept)
    result = scan(home, needles)
    for finding in sorted(map(str, result.findings)):
        print(finding)
    print(f"{result.summary(needles)}; not searched for: {skipped}")
    raise SystemExit(bool(result.findings))


if __name__ == "__main__":
    main()
