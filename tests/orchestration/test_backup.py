"""Backup and restore: everything that sources cannot give again comes back, and a damaged backup is refused."""

from pathlib import Path

import pytest

from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration.backup import BackupError, back_up, restore
from orchestration.tables import content_of
from tests.orchestration.hospital import build_hospital


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    build_hospital(settings)
    settings.archive_dir.mkdir()
    (settings.archive_dir / "l1.bin").write_bytes(b"encrypted")
    settings.sources_path.write_text('[tryton_main]\nsystem = "tryton"\nbase_url = "http://127.0.0.1"\n')
    return settings


def contents(settings: Settings) -> dict[str, object]:
    with Warehouse(settings.warehouse_path) as warehouse:
        tables = warehouse.connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL"
        ).fetchall()
        return {table: content_of(warehouse.connection, table) for (table,) in tables}


def test_history_quarantine_and_audit_come_back_and_what_dbt_builds_does_not(settings, tmp_path):
    before = contents(settings)
    backup = back_up(settings)
    restored = Settings(home=tmp_path / "new_home")
    restore(restored, backup.folder)
    after = contents(restored)
    kept = {"raw_tryton.party", "ops.quarantine", "ops.load_audit"}
    assert after == {table: content for table, content in before.items() if table in kept}
    assert (restored.archive_dir / "l1.bin").read_bytes() == b"encrypted"
    assert restored.sources_path.read_text() == settings.sources_path.read_text()


def test_constraints_and_defaults_come_back(settings, tmp_path):
    restored = Settings(home=tmp_path / "new_home")
    restore(restored, back_up(settings).folder)
    with Warehouse(restored.warehouse_path) as warehouse:
        warehouse.connection.execute("INSERT INTO ops.quarantine (quarantine_id) VALUES ('q2')")
        statuses = warehouse.connection.execute("SELECT status FROM ops.quarantine ORDER BY 1").fetchall()
        assert statuses == [("OPEN",), ("OPEN",)]
        with pytest.raises(Exception, match="Duplicate key"):
            warehouse.connection.execute("INSERT INTO ops.quarantine (quarantine_id) VALUES ('q2')")


def test_a_second_backup_of_the_restored_home_is_the_same(settings, tmp_path):
    first = back_up(settings)
    restored = Settings(home=tmp_path / "new_home")
    restore(restored, first.folder)
    assert back_up(restored).manifest["tables"] == first.manifest["tables"]


def test_a_home_that_holds_a_warehouse_is_not_overwritten(settings):
    backup = back_up(settings)
    with pytest.raises(BackupError, match="needs an empty home"):
        restore(settings, backup.folder)


def test_a_damaged_file_is_refused_and_leaves_the_home_empty(settings, tmp_path):
    backup = back_up(settings)
    damaged = backup.folder / "tables" / "raw_tryton" / "party.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"X")
    restored = Settings(home=tmp_path / "new_home")
    with pytest.raises(BackupError, match=r"party\.parquet is missing or not what was backed up"):
        restore(restored, backup.folder)
    assert not restored.warehouse_path.exists()


def test_an_interrupted_backup_is_not_taken_for_a_whole_one(settings, tmp_path):
    backup = back_up(settings)
    (backup.folder / "manifest.json").unlink()
    with pytest.raises(BackupError, match="no complete backup"):
        restore(Settings(home=tmp_path / "new_home"), backup.folder)


def test_a_restore_that_was_interrupted_can_be_repeated(settings, tmp_path):
    backup = back_up(settings)
    restored = Settings(home=tmp_path / "new_home")
    restored.home.mkdir()
    (restored.home / "warehouse.restoring.duckdb").write_bytes(b"half a file")
    restore(restored, backup.folder)
    assert contents(restored)["raw_tryton.party"].rows == 2
