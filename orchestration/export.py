"""A published table, or an answer of SQL, as a file for other tools: Parquet, XLSX or CSV, with exact values.

Not here: the published database itself (publish.py), sheets for stewards (mastering/desk.py).
"""

import csv
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

ROWS = 50_000
ROWS_OF_A_SHEET = 1_048_576 - 1  # of XLSX, without its header
DIGITS_OF_A_SHEET = 15  # a number in a sheet is a double


class ExportError(Exception):
    """Nothing was written; the message says what to do."""


def export(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write the answer of a query; how many rows. The file appears whole or not at all. Raises ExportError for a kind of file
    that is not known, or more rows than a sheet can have."""
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ExportError(f"{path.name}: it is one of {', '.join(sorted(_WRITERS))}.")
    partial = path.with_name(f"{path.name}.partial")
    try:
        rows = write(connection.execute(query).to_arrow_reader(ROWS), partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def _parquet(reader: pa.RecordBatchReader, path: Path) -> int:
    rows = 0
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _csv(reader: pa.RecordBatchReader, path: Path) -> int:
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(reader.schema.names)
        for batch in reader:
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                writer.writerow([_no_formula(value) for value in row])
                rows += 1
    return rows


def _xlsx(reader: pa.RecordBatchReader, path: Path) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("parline")
    sheet.append(reader.schema.names)
    rows = 0
    for batch in reader:
        rows += batch.num_rows
        if rows > ROWS_OF_A_SHEET:
            sheet.close()
            raise ExportError(
                f"A sheet holds {ROWS_OF_A_SHEET:,} rows and these are more: ask for fewer, or export .parquet."
            )
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sheet.append([_cell(sheet, value) for value in row])
    book.save(path)
    return rows


def _cell(sheet: Any, value: Any) -> Any:
    """Text stays text, whatever it begins with; a number that a sheet would round is text."""
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > DIGITS_OF_A_SHEET:
        value = str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.isoformat()
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell


def _no_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


_WRITERS: dict[str, Callable[[pa.RecordBatchReader, Path], int]] = {".parquet": _parquet, ".csv": _csv, ".xlsx": _xlsx}
