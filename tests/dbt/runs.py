"""dbt as the tests call it: in this process, on throwaway warehouses, artifacts kept out of the checkout."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from costing import tables as costing_tables
from costing.warehouse import share_overhead
from ingestion.contracts import known_systems, load_contract
from ingestion.landing.raw import RawTables
from ingestion.warehouse import Warehouse
from mastering import tables
from mastering.registry import Run
from mastering.warehouse import MODEL_VERSION, master
from orchestration.assets.costing import READ_BY
from orchestration.assets.mastering import READ

FOLDER = Path(__file__).parents[2] / "dbt_project"
AS_OF = "2026-10-31"


class DbtFailedError(AssertionError):
    """A dbt command did not end green; the message names the nodes that failed."""


class Project:
    """The dbt project with artifacts in a folder of its own; what was parsed there is not parsed again."""

    def __init__(self, artifacts: Path, target: str = "duckdb", environment: dict[str, str] | None = None):
        self.artifacts, self.target, self.environment = artifacts, target, environment or {}

    def run(self, command: Sequence[str], warehouse: Path | None = None, as_of: str = AS_OF) -> None:
        """One dbt command. Raises DbtFailedError with the failing nodes, or dbt's own exception."""
        previous = dict(os.environ)
        os.environ.update(self.environment)
        if warehouse:
            os.environ["PARLINE_WAREHOUSE"] = str(warehouse)
        try:
            result = dbtRunner().invoke([
                "--log-level", "none", "--log-level-file", "none", *command, "--target", self.target,
                "--project-dir", str(FOLDER), "--profiles-dir", str(FOLDER), "--target-path", str(self.artifacts / "target"),
                "--log-path", str(self.artifacts / "logs"), "--vars", f"{{as_of: '{as_of}'}}",
            ])  # fmt: skip
        finally:
            # dbt keeps its connection to the file until the process ends.
            DuckDBConnectionManager.close_all_connections()
            os.environ.clear()
            os.environ.update(previous)
        if result.exception:
            raise result.exception
        if not result.success:
            failed = [
                f"{node.node.name}: {node.message}" for node in result.result if str(node.status) in ("error", "fail")
            ]
            raise DbtFailedError("\n".join(failed))

    def build_with_mastering(self, warehouse: Path) -> None:
        """Every seed and model on what has landed, in the order of a run: records, mastering, the rest, costing, costs."""
        with Warehouse(warehouse) as opened:
            for system in known_systems():
                RawTables(opened.connection, load_contract(system)).ensure()
            tables.ensure(opened.connection)
            costing_tables.ensure(opened.connection)
        records = [f"+{name}" for name in READ]
        self.run(["seed"], warehouse)
        self.run(["run", "--select", *records], warehouse)
        with Warehouse(warehouse) as opened:
            master(opened.connection, Run("test", datetime(2026, 11, 1), MODEL_VERSION))
        costs = [f"{name}+" for name in READ_BY]
        self.run(["run", "--exclude", *records, *costs], warehouse)
        with Warehouse(warehouse) as opened:
            share_overhead(opened.connection)
        self.run(["run", "--select", *costs], warehouse)

    def row_hashes_sql(self, warehouse: Path | None = None) -> str:
        """SQL that gives mart and hash of every row of every mart."""
        self.run(["compile", "--select", "row_hashes"], warehouse)
        return (self.artifacts / "target/compiled/parline/analyses/row_hashes.sql").read_text()


def row_hashes(project: Project, warehouse: Path) -> set[tuple[str, str]]:
    sql = project.row_hashes_sql(warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return set(connection.execute(sql).fetchall())
