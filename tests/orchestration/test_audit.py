"""The log of what was done: every change of it shows, and it names no value of a record."""

import json
import multiprocessing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration import audit
from orchestration.backup import back_up, restore
from orchestration.cli import app
from orchestration.publish import BuildFacts, publish, published_models
from tests.orchestration.hospital import MANIFEST, build_hospital


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = Settings(home=tmp_path / "home")
    monkeypatch.setenv("PARLINE_HOME", str(settings.home))
    build_hospital(settings)
    for number in range(3):
        audit.record(settings, "LOAD", f"erp_{number}", landed=number)
    return settings


def lines(settings: Settings) -> list[str]:
    return settings.audit_path.read_text(encoding="utf-8").splitlines(keepends=True)


def test_an_untouched_log_holds(settings):
    assert audit.problems(settings) == []
    assert [(entry["number"], entry["action"], entry["subject"]) for entry in audit.entries(settings)] == [
        (1, "LOAD", "erp_0"), (2, "LOAD", "erp_1"), (3, "LOAD", "erp_2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda kept: [kept[0], kept[1].replace('"landed": 1', '"landed": 9'), kept[2]], "entry 2 was changed"),
        (lambda kept: [kept[0], kept[2]], "entry 3 does not follow 1"),
        (lambda kept: [kept[1], kept[0], kept[2]], "does not follow"),
        (lambda kept: [*kept, '{"number": 4}\n'], "line 4 is no entry"),
        (lambda kept: [*kept[:2], kept[2][:40]], "line 3 is no entry"),
    ],
)
def test_what_was_changed_removed_moved_added_or_cut_is_told(settings, change, says):
    settings.audit_path.write_text("".join(change(lines(settings))), encoding="utf-8")
    assert any(says in problem for problem in audit.problems(settings))


def test_an_entry_changed_with_its_digest_breaks_the_next(settings):
    kept = lines(settings)
    said = {name: value for name, value in json.loads(kept[1]).items() if name != "digest"}
    settings.audit_path.write_text(
        kept[0] + audit.Entry(**{**said, "subject": "nothing"}).line() + kept[2], encoding="utf-8"
    )
    assert audit.problems(settings) == ["line 3: entry 3 does not follow 2: entries are missing or moved"]


def test_an_end_cut_off_shows_in_the_builds_that_were_published_after_it(settings):
    facts = BuildFacts("run-1", "abc123", audit_head=audit.head(settings))
    with Warehouse(settings.warehouse_path) as warehouse:
        build = publish(warehouse.connection, settings.published_dir, published_models(MANIFEST), facts, 5)
    assert audit.problems(settings) == []
    settings.audit_path.write_text("".join(lines(settings)[:2]), encoding="utf-8")
    assert audit.problems(settings) == [
        f"build {build.build_id} was published after an entry that is not there any more"
    ]


def test_after_a_line_that_was_cut_off_the_log_goes_on(settings):
    settings.audit_path.write_text("".join(lines(settings))[:-30], encoding="utf-8")
    audit.record(settings, "PUBLISH", "analytics.duckdb")
    assert audit.problems(settings) == ["line 3 is no entry: cut off, or written by somebody else"]


def note(home: Path, number: int) -> None:
    for _ in range(20):
        audit.record(Settings(home=home), "SQL", f"by {number}")


def test_processes_that_write_at_once_make_one_chain(settings):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.starmap(note, [(settings.home, number) for number in range(3)])
    assert audit.problems(settings) == []
    assert len(lines(settings)) == 63


def test_a_query_is_kept_without_what_was_typed_into_it(settings):
    facts = BuildFacts("run-1", "abc123")
    with Warehouse(settings.warehouse_path) as warehouse:
        publish(warehouse.connection, settings.published_dir, published_models(MANIFEST), facts, 5)
    asked = "select count(*) from canonical.dim_supplier where supplier_name in ('Ada O''Hart', '513-555-0101') or 1 = 12345678"
    assert CliRunner().invoke(app, ["sql", asked]).exit_code == 0
    kept = list(audit.entries(settings))[-1]
    assert kept["subject"] == "select count(*) from canonical.dim_supplier where supplier_name in (?, ?) or 1 = ?"
    shown = CliRunner().invoke(app, ["audit", "show"]).output
    assert "SQL" in shown
    assert "Ada" not in shown
    assert CliRunner().invoke(app, ["audit", "verify"]).output.startswith("4 entries, the chain holds")


def test_what_was_refused_is_kept_too(settings):
    facts = BuildFacts("run-1", "abc123")
    with Warehouse(settings.warehouse_path) as warehouse:
        publish(warehouse.connection, settings.published_dir, published_models(MANIFEST), facts, 5)
    assert CliRunner().invoke(app, ["sql", "delete from canonical.dim_supplier"]).exit_code == 1
    assert list(audit.entries(settings))[-1]["subject"] == "delete from canonical.dim_supplier"


def test_the_log_comes_back_with_a_restore(settings, tmp_path):
    made = back_up(settings)
    other = Settings(home=tmp_path / "other")
    restore(other, made.folder)
    assert audit.problems(other) == []
    assert audit.head(other) == audit.head(settings)
