"""A file of an entity set that is written part after part, because all of it at once would not fit.

Belongs here: that, and no empty texts as null. Not here: what the parts are.
"""

from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow.parquet as pq

from simulator.serve.odata.model import EntitySet
from simulator.systems.truth import ordered_rows, write_rows

ROWS_IN_GROUP = 100_000


class Parts:
    """The file of one set. Parts are added in the order of its key."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, entity_set: EntitySet, folder: Path) -> None:
        self.connection, self.entity_set, self.folder = connection, entity_set, folder
        self.rows = 0
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> "Parts":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._writer:
            self._writer.close()

    def add(self, select: str) -> None:
        """Append what a SELECT finds, in the order of the key."""
        name = self.entity_set.file
        rows = ordered_rows(self.connection, with_texts(self.entity_set, select), *declared(self.entity_set), name)
        found = self.connection.sql(rows).to_arrow_reader(ROWS_IN_GROUP)
        self._writer = self._writer or pq.ParquetWriter(
            self.folder / f"{name}.parquet", found.schema, compression="zstd"
        )
        for batch in found:
            self._writer.write_batch(batch)
            self.rows += batch.num_rows


def write_whole(connection: duckdb.DuckDBPyConnection, entity_set: EntitySet, select: str, folder: Path) -> int:
    """Write a set whose rows are one SELECT; returns how many they are."""
    columns, order = declared(entity_set)
    file = folder / f"{entity_set.file}.parquet"
    return write_rows(connection, with_texts(entity_set, select), columns, order, file)


def declared(entity_set: EntitySet) -> tuple[dict[str, str], str]:
    """The columns of a set's file with their types, and what they are ordered by."""
    columns = {each.column: each.sql_type for each in entity_set.properties}
    return columns, ", ".join(f'"{entity_set.by_name[part].column}"' for part in entity_set.key)


def with_texts(entity_set: EntitySet, select: str) -> str:
    """SAP has no null text: what nobody filled in is empty."""
    texts = [each.column for each in entity_set.properties if each.sql_type == "VARCHAR"]
    empty = ", ".join(f"'' AS {text}" for text in texts)
    filled = ", ".join(f"coalesce({text}, '') AS {text}" for text in texts)
    return f"SELECT * REPLACE ({filled}) FROM (SELECT {empty} WHERE false UNION ALL BY NAME ({select}))"
