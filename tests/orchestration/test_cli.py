"""The command line: what it lets through, what it refuses, and that it never shows a secret."""

import pytest
from typer.testing import CliRunner

from ingestion.contracts import load_contract
from ingestion.landing.ledger import Ledger
from ingestion.landing.schema_changes import SchemaChange, SchemaChanges
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration import audit
from orchestration.cli import app
from orchestration.publish import BuildFacts, publish, published_models
from tests.orchestration.hospital import MANIFEST, build_hospital


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv("PARLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return Settings()


@pytest.fixture
def published(settings) -> Settings:
    build_hospital(settings)
    with Warehouse(settings.warehouse_path) as warehouse:
        facts = BuildFacts("run-1", "abc123")
        publish(warehouse.connection, settings.published_dir, published_models(MANIFEST), facts, keep=2)
    return settings


def parline(*arguments: str):
    return CliRunner().invoke(app, arguments)


def test_sql_answers_exactly_from_the_published_file(published):
    answer = parline(
        "sql", "--csv", "SELECT supplier_name, spend_amount FROM mart_procurement.mart_spend_cube ORDER BY 1"
    )
    assert answer.stdout.splitlines() == ["supplier_name,spend_amount", "Cardinal,250.25", "Medline,100.10"]


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO mart_procurement.mart_spend_cube VALUES ('x', 1, 'r')",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY mart_procurement.mart_spend_cube TO 'spend.csv'",
        "ATTACH 'other.duckdb'",
        "SET enable_external_access = true",
    ],
)
def test_sql_can_only_read_what_is_published(query, published):
    assert parline("sql", query).exit_code == 1


@pytest.mark.parametrize("query", ["", "SELECT 1; SELECT 2"])
def test_sql_answers_one_question_at_a_time(query, published):
    answer = parline("sql", query)
    assert answer.exit_code == 1
    assert isinstance(answer.exception, SystemExit), "an answer that says what to do, no traceback"


def test_sql_pivots(published):
    pivot = "PIVOT mart_procurement.mart_spend_cube ON supplier_name USING sum(spend_amount)"
    assert parline("sql", "--csv", pivot).stdout.splitlines()[-1].endswith("250.25,100.10")


def test_the_dictionary_takes_a_table_with_its_schema_and_says_when_there_is_none(published):
    assert "In USD." in parline("dictionary", "mart_procurement.mart_spend_cube").stdout
    assert parline("dictionary", "mart_spend_cubes").exit_code == 1


def test_before_anything_is_published_sql_says_what_to_do(settings):
    answer = parline("sql", "SELECT 1")
    assert answer.exit_code == 1
    assert "Publish with: parline run" in answer.stderr


def test_a_malformed_key_is_named_and_not_shown(settings, monkeypatch):
    monkeypatch.setenv("PARLINE_ARCHIVE_KEY", "most-of-a-secret")
    answer = parline("doctor")
    assert answer.exit_code == 1
    assert "PARLINE_ARCHIVE_KEY" in answer.output
    assert "most-of-a-secret" not in answer.output


def test_the_dictionary_says_what_columns_mean(published):
    assert "As the ERP writes it." in parline("dictionary", "mart_spend_cube").stdout


def test_a_warehouse_held_by_another_process_is_named(published):
    with Warehouse(published.warehouse_path):
        answer = parline("backup")
    assert answer.exit_code == 1
    assert "is being written by process" in answer.stderr


def test_an_unknown_source_is_refused_by_name(published):
    answer = parline("reconcile", "--source", "nowhere")
    assert answer.exit_code == 1
    assert "nowhere" in answer.stderr


@pytest.fixture
def changed(settings, monkeypatch) -> Settings:
    """A warehouse whose one source has a new status, noticed in a load of yesterday."""
    settings.home.mkdir()
    (settings.home / "sources.toml").write_text('[erp]\nsystem = "tryton"\nbase_url = "http://127.0.0.1:1"\n')
    with Warehouse(settings.warehouse_path) as warehouse:
        Ledger(warehouse.connection)
        change = SchemaChange("purchase", "state", "ENUM_ADDED", "'held' is none", "FROZEN", "held")
        version = load_contract("tryton").version
        SchemaChanges(warehouse.connection).note("erp", "tryton", version, "load-1", [change])
    return settings


def test_sources_shows_each_instance_its_state_and_what_was_not_agreed(changed):
    answer = parline("sources")
    assert answer.exit_code == 0
    [instance] = [line for line in answer.stdout.splitlines() if line.split()[:2] == ["erp", "tryton"]]
    assert instance.split()[2:] == [load_contract("tryton").version, "NEVER", "LOADED", "never", "0", "FROZEN"]
    [change] = [line for line in answer.stdout.splitlines() if "ENUM_ADDED" in line]
    assert change.split()[1:6] == ["erp", "purchase", "state", "ENUM_ADDED", "FROZEN"]
    objects = parline("sources", "--source", "erp").stdout
    assert len([line for line in objects.splitlines() if "NEVER LOADED" in line]) == 1 + len(
        load_contract("tryton").objects
    )


def test_acknowledging_needs_a_reason_and_a_change_and_is_kept_with_the_name(changed):
    [listed] = [line.split() for line in parline("sources").stdout.splitlines() if "ENUM_ADDED" in line]
    assert parline("sources", "acknowledge", listed[0]).exit_code == 2
    unknown = parline("sources", "acknowledge", "nothing", "--because", "x")
    assert (unknown.exit_code, "No open schema change nothing" in unknown.stderr) == (1, True)
    assert parline("sources", "acknowledge", listed[0], "--because", "seen", "--by", "kim").exit_code == 0
    assert "ENUM_ADDED" not in parline("sources").stdout
    with Warehouse(changed.warehouse_path) as warehouse:
        kept = warehouse.connection.execute("SELECT acknowledged_by, acknowledged_because FROM ops.drift").fetchall()
    assert kept == [("kim", "seen")]


def test_a_published_table_is_exported_and_kept_in_the_log(published, tmp_path):
    answer = parline("export", "mart_spend_cube", str(tmp_path / "spend.csv"))
    assert answer.exit_code == 0
    assert len((tmp_path / "spend.csv").read_text(encoding="utf-8").splitlines()) == 3
    assert [(entry["action"], entry["subject"]) for entry in audit.entries(published)] == [
        ("EXPORT", 'SELECT * FROM "mart_procurement"."mart_spend_cube"')
    ]
    assert "it is one of" in parline("export", "SELECT 1", str(tmp_path / "spend.pdf")).stderr
