"""The Dagster UI as an engineer uses it, in a real browser: read one system, see a failed check stop the publishing, land a
quarantined record again.

Not here: what a run does (test_run.py), jobs in process (test_replays.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect

from ingestion.settings import Settings
from tests.bi.reader import chromium
from tests.orchestration.conftest import KEY
from tests.orchestration.dagster_ui import dagster_dev, wait_for
from tests.orchestration.small_erp import SmallErp, small_erp

PATIENCE_MS = 240_000
JOBS = "/locations/small.py/jobs"
CODE = """
from pathlib import Path
import dagster as dg
from orchestration.definitions import Overrides, build_definitions

@dg.definitions
def defs():
    return build_definitions(Overrides(dbt_project_dir=Path("{project}"), retry_wait_seconds=0.01))
"""
SOURCES = """
[tryton_main]
system = "tryton"
base_url = "{url}"
secret = "SMALL_ERP_KEY"
objects = ["party"]
"""


@dataclass
class Walk:
    """A browser before the UI, and what stands behind it."""

    page: Page
    address: str
    erp: SmallErp
    settings: Settings

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def press(self, name: str) -> None:
        """A button; its icon is a part of its name."""
        self.page.get_by_role("button", name=name).click(timeout=PATIENCE_MS)

    def materialize_all(self, path: str, end: str) -> None:
        """The button of a page of assets, then the run that it announces, to its end."""
        self.go(path)
        self.press("Materialize all")
        self.page.get_by_text("View", exact=True).click(timeout=PATIENCE_MS)  # in what says "Launched run"
        self.sees(end)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text, exact=True).first).to_be_visible(timeout=PATIENCE_MS)

    def published(self) -> list[str]:
        with duckdb.connect(str(self.settings.published_dir / "analytics.duckdb"), read_only=True) as reader:
            return [
                name
                for (name,) in reader.execute(
                    "SELECT supplier_name FROM mart_procurement.mart_supplier ORDER BY 1"
                ).fetchall()
            ]


@pytest.fixture
def walk(tmp_path: Path, small_dbt_project: Path) -> Iterator[Walk]:
    settings = Settings(home=tmp_path / "home", pseudonym_key=KEY)
    settings.home.mkdir()
    code = tmp_path / "small.py"
    code.write_text(CODE.format(project=small_dbt_project))
    with small_erp() as erp, chromium() as browser:
        settings.sources_path.write_text(SOURCES.format(url=erp.url))
        secrets = {"PARLINE_PSEUDONYM_KEY": KEY, "SMALL_ERP_KEY": "secret"}
        with dagster_dev(settings, tmp_path / "dagster.log", secrets, "-f", str(code)) as address:
            wait_for(f"{address}/server_info")
            with browser.new_context(viewport={"width": 1366, "height": 900}) as room:
                yield Walk(room.new_page(), address, erp, settings)


@pytest.mark.timeout(900)
def test_an_engineer_reads_a_system_meets_a_failed_check_and_lands_a_record_again(walk):
    # Everything once, with a record that cannot be read.
    walk.erp.parties[4] = "Zimmer"
    walk.erp.unreadable = {4}
    walk.materialize_all(f"{JOBS}/everything", "Success")
    assert walk.published() == ["Cardinal", "Medline", "Stryker"]

    # One system by itself: its group. It is read, and nothing is built: that was not asked for.
    walk.erp.parties[5] = "Arthrex"
    asked = walk.erp.requests
    walk.materialize_all("/locations/small.py/asset-groups/raw_tryton", "Success")
    assert walk.erp.requests > asked
    assert walk.published() == ["Cardinal", "Medline", "Stryker"]

    # The record that was set aside, mended at its source: the launchpad has its configuration ready; a build follows by itself.
    walk.erp.unreadable = set()
    walk.go(f"{JOBS}/replay_quarantine/playground")
    walk.press("Launch Run")
    walk.sees("Success")
    walk.go(f"{JOBS}/build_and_publish/runs")
    walk.sees("Success")
    assert walk.published() == ["Arthrex", "Cardinal", "Medline", "Stryker", "Zimmer"]

    # A source that counts more than it gives: nothing is built or published, and the page of the table says why.
    walk.erp.parties[6] = "Synthes"
    walk.erp.ghosts = [99]
    walk.materialize_all(f"{JOBS}/everything", "Failure")
    assert walk.published() == ["Arthrex", "Cardinal", "Medline", "Stryker", "Zimmer"]
    walk.go("/assets/raw_tryton/tryton_main/party?view=checks&checkDetail=every_record_is_accounted_for")
    walk.sees("every_record_is_accounted_for")
    walk.sees("Failed")
    walk.sees("difference")
