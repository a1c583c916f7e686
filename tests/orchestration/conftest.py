"""A hospital with one small ERP, whose whole way from source to published file takes seconds."""

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from ingestion.instances import Instance
from ingestion.settings import Settings
from orchestration.definitions import Overrides
from orchestration.run import RunOutcome, publish_only, run_everything
from tests.orchestration.small_erp import SmallErp, small_erp

HERE = Path(__file__).parent
KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(scope="session")
def small_dbt_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dbt") / "small_dbt_project"
    shutil.copytree(HERE / "small_dbt_project", folder)
    parse_dbt(folder)
    return folder


def parse_dbt(folder: Path) -> None:
    """What set-up does: make the manifest."""
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run([dbt, "parse", "--quiet", "--project-dir", folder, "--profiles-dir", folder], check=True)


@dataclass
class Hospital:
    """One home, one ERP, and what a test asks of them."""

    settings: Settings
    erp: SmallErp
    overrides: Overrides
    lines: list[str]

    def run(self) -> RunOutcome:
        self.lines.clear()
        return run_everything(self.settings, progress=self.lines.append, overrides=self.overrides)

    def publish(self) -> RunOutcome:
        return publish_only(self.settings, self.overrides)

    def ask(self, query: str) -> list[tuple]:
        """Of the published file, as an analyst does."""
        with duckdb.connect(str(self.settings.published_dir / "analytics.duckdb"), read_only=True) as reader:
            return reader.execute(query).fetchall()

    @property
    def told(self) -> list[tuple[str, str]]:
        """Every notification: its kind, and whether something began or was over."""
        path = self.settings.home / "notifications.jsonl"
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
        return [(line["kind"], line["state"]) for line in lines]

    def published_names(self) -> list[str]:
        return [row[0] for row in self.ask("SELECT supplier_name FROM mart_procurement.mart_supplier ORDER BY 1")]


@pytest.fixture
def hospital(tmp_path: Path, small_dbt_project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hospital]:
    monkeypatch.setenv("DAGSTER_HOME", "")  # the run sets it; give it back afterwards
    monkeypatch.setenv("SMALL_ERP_KEY", "secret")
    settings = Settings(home=tmp_path / "home", pseudonym_key=KEY)
    with small_erp() as erp:
        instance = Instance("tryton_main", "tryton", erp.url, secret="SMALL_ERP_KEY", objects=("party",))
        overrides = Overrides(settings, {"tryton_main": instance}, small_dbt_project, retry_wait_seconds=0.01)
        yield Hospital(settings, erp, overrides, [])
