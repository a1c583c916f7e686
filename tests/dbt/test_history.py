"""Versions of golden records follow from what was said and when, not from when it came."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from tests.dbt.history import ITEM, ITEM_SQL, SUPPLIER_NAMES, SUPPLIER_SQL, build_history, tell
from tests.dbt.runs import Project


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (5, 3, 1, 4, 2, 0)], ids=["in order", "out of order"])
def test_versions_are_of_what_was_said_and_when_in_whatever_order_it_came(
    order: Sequence[int], project: Project, raw_hospital: Path, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(raw_hospital, warehouse)
    tell(warehouse, order)
    build_history(project, warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute(ITEM_SQL).fetchall() == ITEM
        assert connection.execute(SUPPLIER_SQL).fetchall() == SUPPLIER_NAMES
        # The dimension is one row an item, as before: no fact is counted twice for an item that has changed.
        assert connection.execute("select item_name from canonical.dim_item where item_code = 'GLV'").fetchall() == [
            ("Nitrile glove",)
        ]
