"""One user of the warehouse at a time, whether or not it stays open between two uses."""

import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from ingestion.warehouse import Warehouse, kept_open, let_go

OTHER_PROCESS = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from ingestion.warehouse import Warehouse, WarehouseBusyError
    try:
        with Warehouse(Path(sys.argv[1])) as warehouse:
            print(warehouse.connection.execute("SELECT count(*) FROM kept").fetchall())
    except WarehouseBusyError:
        print("busy")
    """
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def seen_by_another_process(path: Path) -> str:
    answer = subprocess.run([sys.executable, "-c", OTHER_PROCESS, path], capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def test_a_warehouse_that_is_kept_open_is_anothers_only_when_it_is_let_go(path: Path) -> None:
    with kept_open():
        with Warehouse(path) as first:
            first.connection.execute("CREATE TABLE kept AS SELECT 1 AS one; CREATE TEMP TABLE gone AS SELECT 1 AS one")
        assert seen_by_another_process(path) == "busy"
        with Warehouse(path) as second:
            assert second.connection.execute("SELECT * FROM kept").fetchall() == [(1,)]
            assert second.connection.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
            # What a use has left behind went with it.
            with pytest.raises(duckdb.CatalogException, match="gone"):
                second.connection.execute("SELECT * FROM gone")
        let_go(path)
        assert seen_by_another_process(path) == "[(1,)]"
        with Warehouse(path):
            pass
        assert seen_by_another_process(path) == "busy"
    assert seen_by_another_process(path) == "[(1,)]"


def test_a_use_that_fails_leaves_nothing_open(path: Path) -> None:
    with kept_open():
        with Warehouse(path) as warehouse:
            warehouse.connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        with pytest.raises(duckdb.CatalogException), Warehouse(path) as warehouse:
            warehouse.connection.execute("BEGIN; INSERT INTO kept VALUES (2); SELECT * FROM never_made")
        assert seen_by_another_process(path) == "[(1,)]"
