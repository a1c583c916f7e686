"""A pack of invented rows and a browser to open it with."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from bi.build import write_pack
from orchestration.definitions import DBT_PROJECT_DIR
from tests.bi import published

DBT_MANIFEST = DBT_PROJECT_DIR / "target" / "manifest.json"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published database behind the pack."""
    path = tmp_path_factory.mktemp("published") / "analytics.duckdb"
    return published.make(path, DBT_MANIFEST, {"mart_procurement.mart_spend_cube": "erp: invoice could not be read"})


@pytest.fixture(scope="session")
def pack(database: Path) -> Path:
    """The folder of its pages."""
    return write_pack(database, database.parent / "pack").parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The distribution's Chromium; it reaches nothing by itself."""
    found = shutil.which("chromium")
    assert found, "no Chromium: scripts/install_system_packages.sh"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()
