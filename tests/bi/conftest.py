"""A pack of invented rows and a browser to open it with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bi.build import write_pack
from orchestration.definitions import DBT_PROJECT_DIR
from tests.bi import published
from tests.bi.reader import chromium

DBT_MANIFEST = DBT_PROJECT_DIR / "target" / "manifest.json"


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published database behind the pack."""
    path = tmp_path_factory.mktemp("published") / "analytics.duckdb"
    return published.make(path, DBT_MANIFEST, {"mart_procurement.mart_spend_cube": "erp: invoice could not be read"})


@pytest.fixture(scope="session")
def pack(database: Path) -> Path:
    """The folder of its pages."""
    return write_pack(database, database.parent / "pack").parent


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For the tests of a module, and no longer: while it is open, an event loop of Playwright's runs in this thread, and others
    (Dagster) cannot have theirs."""
    with chromium() as launched:
        yield launched
