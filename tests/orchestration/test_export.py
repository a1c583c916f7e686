"""Files for other tools: exact, whole or not there, and nobody's formula."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest

from orchestration import export as module
from orchestration.export import ExportError, export

QUERY = """SELECT * FROM (VALUES
    ('=SUM(A1)', 12345678901234.55::DECIMAL(18,2), TIMESTAMP '2026-11-20 06:00', true),
    ('O''Hara, "Inc"', -0.10, NULL, NULL)) AS t (supplier_name, amount, opened_at, is_open)"""
ROWS = [
    ("=SUM(A1)", Decimal("12345678901234.55"), datetime(2026, 11, 20, 6), True),
    ('O\'Hara, "Inc"', Decimal("-0.10"), None, None),
]


def test_parquet_has_every_value_as_it_is(tmp_path: Path) -> None:
    assert export(duckdb.connect(), QUERY, tmp_path / "t.parquet") == 2
    table = pq.read_table(tmp_path / "t.parquet")
    assert [tuple(row.values()) for row in table.to_pylist()] == ROWS


def test_a_sheet_has_text_as_text_and_no_number_that_it_would_round(tmp_path: Path) -> None:
    export(duckdb.connect(), QUERY, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert [cell.value for cell in sheet[1]] == ["supplier_name", "amount", "opened_at", "is_open"]
    assert [cell.value for cell in sheet[2]] == ["=SUM(A1)", "12345678901234.55", datetime(2026, 11, 20, 6), True]
    assert sheet["A2"].data_type == "s"
    assert sheet["B3"].value == -0.1


def test_csv_is_exact_and_begins_no_formula(tmp_path: Path) -> None:
    export(duckdb.connect(), QUERY, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines() == [
        "supplier_name,amount,opened_at,is_open",
        "'=SUM(A1),12345678901234.55,2026-11-20 06:00:00,True",
        '"O\'Hara, ""Inc""",-0.10,,',
    ]


def test_too_much_for_a_sheet_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_OF_A_SHEET", 1)
    with pytest.raises(ExportError, match=r"export \.parquet"):
        export(duckdb.connect(), QUERY, tmp_path / "t.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.csv, \.parquet, \.xlsx"):
        export(duckdb.connect(), QUERY, tmp_path / "t.pdf")
