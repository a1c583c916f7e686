"""The truth as files: one Parquet file a table, written as it is made, and a manifest of counts and logical hashes.

Belongs here: writing. Not here: what the tables hold. No connector can reach this folder.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


class Truth:
    """The folder of a world's truth. `keep` may be called again for the same table: what comes later stands below."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._hashes: dict[str, Any] = {}
        self._rows: dict[str, int] = {}

    def keep(self, name: str, table: pa.Table) -> None:
        if name not in self._writers:
            self._writers[name] = pq.ParquetWriter(self.folder / f"{name}.parquet", table.schema, compression="zstd")
            self._hashes[name], self._rows[name] = sha256(str(table.schema).encode()), 0
        self._writers[name].write_table(table)
        update_hash(self._hashes[name], table)
        self._rows[name] += table.num_rows

    def close(self, **facts: object) -> dict[str, Any]:
        """Ends the files and writes `manifest.json`: the facts, and rows and logical hash of each table."""
        for writer in self._writers.values():
            writer.close()
        tables = {
            name: {"rows": self._rows[name], "logical_hash": self._hashes[name].hexdigest()}
            for name in sorted(self._writers)
        }
        manifest = {**facts, "tables": tables}
        (self.folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        return manifest


def update_hash(digest: Any, table: pa.Table) -> None:
    """Takes the rows in: equal for equal rows in equal order, whatever the file that holds them."""
    for batch in table.combine_chunks().to_batches(max_chunksize=1 << 20):
        digest.update(batch.serialize())


def logical_hash(table: pa.Table) -> str:
    """Of a table that was kept in one piece."""
    digest = sha256(str(table.schema).encode())
    update_hash(digest, table)
    return digest.hexdigest()
