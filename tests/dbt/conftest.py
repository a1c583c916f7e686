"""The hospital of hospital.py, built once for all tests of the dbt project."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.hospital import fill
from tests.dbt.raw_world import RawWorld
from tests.dbt.runs import Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The dbt project, parsed once for DuckDB."""
    return Project(tmp_path_factory.mktemp("dbt_duckdb"))


@pytest.fixture(scope="session")
def raw_hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw tables only; copy it before changing it."""
    path = tmp_path_factory.mktemp("raw") / "warehouse.duckdb"
    with RawWorld(path) as world:
        fill(world)
    return path


@pytest.fixture(scope="session")
def built_hospital(project: Project, raw_hospital: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with every model built and every dbt test passed, as of 31 October 2026; not to be changed."""
    path = tmp_path_factory.mktemp("built") / "warehouse.duckdb"
    path.write_bytes(raw_hospital.read_bytes())
    project.run(["build"], path)
    return path


@pytest.fixture
def rows(built_hospital: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Answers of the built hospital to SQL."""

    def answer(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(built_hospital), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return answer
