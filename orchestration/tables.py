"""What is asked of any table, whoever made it: its quoted name, its rows, a digest of its content.

Not here: what the tables mean, or which of them to look at (publish.py, backup.py).
"""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True, order=True)
class Table:
    """A table's name, and how SQL writes it."""

    schema: str
    name: str

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Content:
    """rows: how many; digest: the sum of the MD5 of every row as text, so that neither the order of rows nor the
    layout of a file matters, and a doubled row does."""

    rows: int
    digest: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def content_of(connection: duckdb.DuckDBPyConnection, relation: str) -> Content:
    """Rows and digest of a table or view, given as SQL writes it."""
    rows, digest = connection.execute(
        f"SELECT count(*), coalesce(sum(md5_number_lower(row_::VARCHAR)), 0)::VARCHAR FROM {relation} AS row_"
    ).fetchall()[0]
    return Content(rows, digest)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in blocks: a warehouse is larger than memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
