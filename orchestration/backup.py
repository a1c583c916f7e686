"""Backup and restore of what cannot be read again from the sources.

Belongs here: raw history, ops (loads, audit, quarantine, drift), whatever else is not built by dbt, the archive, the audit log
and the list of instances, as one folder of Parquet files with a manifest. Not here: staging, canonical and marts (a build
makes them again), the published file (the same), secrets (the operator's store has them; the archive is encrypted).

Parquet and DDL instead of a copy of the file: another DuckDB version may restore it.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration.tables import Content, Table, content_of, literal, quoted, sha256_of

FORMAT = 1
# What dbt builds and remembers of it, costing in between, and what mastering remembers to be quick. A schema not named here is
# backed up: forgetting one costs space, never history.
DERIVED_SCHEMA = re.compile(
    r"staging|feeds|canonical|changes|costing|mastering_state|seeds|restricted|mart_.*|information_schema|pg_catalog|main"
)
# Parquet has no 128-bit integers (DuckDB would write doubles): they travel as text.
TEXT_IN_PARQUET = {"HUGEINT", "UHUGEINT"}

Progress = Callable[[str], None]


class BackupError(Exception):
    """A backup could not be made, or not be restored; the message says what to do."""


@dataclass(frozen=True)
class Backup:
    """A complete backup folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.manifest["tables"])


def back_up(settings: Settings, progress: Progress = lambda line: None) -> Backup:
    """Write a new folder under `<home>/backups`. Raises BackupError when there is no warehouse, WarehouseBusyError
    while another process writes it."""
    if not settings.warehouse_path.exists():
        raise BackupError(f"There is no warehouse at {settings.warehouse_path}: nothing to back up.")
    made_at = datetime.now(UTC)
    folder = settings.backup_dir / made_at.strftime("%Y%m%dT%H%M%S%f")
    partial = folder.with_suffix(".partial")
    partial.mkdir(parents=True, mode=0o700)
    with Warehouse(settings.warehouse_path) as warehouse:
        tables = _export_tables(warehouse.connection, partial, progress)
    if settings.archive_dir.exists():
        shutil.copytree(settings.archive_dir, partial / "archive")
    if settings.audit_path.exists():
        shutil.copyfile(settings.audit_path, partial / settings.audit_path.name)
    if settings.sources_path.exists():
        shutil.copyfile(settings.sources_path, partial / "sources.toml")
    manifest = {
        "format": FORMAT,
        "made_at": made_at.isoformat(),
        "duckdb_version": duckdb.__version__,
        "pseudonym_key_id": settings.pseudonym_key_id,
        "archive_key_id": settings.archive_key_id,
        "tables": tables,
        "files": {str(path.relative_to(partial)): sha256_of(path) for path in _files(partial)},
    }
    (partial / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    partial.rename(folder)
    return Backup(folder, manifest)


def restore(settings: Settings, folder: Path, progress: Progress = lambda line: None) -> Backup:
    """Bring a backup into an empty home. Every file's SHA-256 and every table's rows and digest are compared before
    the warehouse appears under its name.

    Raises BackupError when the home is not empty, or when anything differs from the manifest.
    """
    backup = _read(folder)
    if settings.warehouse_path.exists():
        raise BackupError(
            f"{settings.warehouse_path} exists. A restore needs an empty home: move the old one away, "
            "or set PARLINE_HOME."
        )
    _verify_files(backup)
    arriving = settings.warehouse_path.with_name("warehouse.restoring.duckdb")
    for leftover in (arriving, arriving.with_suffix(".duckdb.wal")):
        leftover.unlink(missing_ok=True)
    with Warehouse(arriving) as warehouse:
        _import_tables(warehouse.connection, backup, progress)
        warehouse.connection.execute("CHECKPOINT")
    if (folder / "archive").exists():
        shutil.copytree(folder / "archive", settings.archive_dir, dirs_exist_ok=True)
    if (folder / "sources.toml").exists() and not settings.sources_path.exists():
        shutil.copyfile(folder / "sources.toml", settings.sources_path)
    if (folder / settings.audit_path.name).exists() and not settings.audit_path.exists():
        settings.audit_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(folder / settings.audit_path.name, settings.audit_path)
    arriving.with_suffix(".lock").unlink(missing_ok=True)
    arriving.replace(settings.warehouse_path)
    return backup


def _export_tables(connection: duckdb.DuckDBPyConnection, folder: Path, progress: Progress) -> list[dict[str, Any]]:
    exported = []
    for schema, name, ddl in connection.execute(
        "SELECT schema_name, table_name, sql FROM duckdb_tables() "
        "WHERE database_name = current_database() AND NOT temporary ORDER BY ALL"
    ).fetchall():
        if DERIVED_SCHEMA.fullmatch(schema):
            continue
        table = Table(schema, name)
        path = folder / "tables" / schema / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(
            f"COPY (SELECT {_columns_for_parquet(connection, table)} FROM {table.sql}) "
            f"TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
        content = content_of(connection, table.sql)
        exported.append({"schema": schema, "name": name, "ddl": ddl, **content.as_json()})
        progress(f"{table}: {content.rows:,} rows")
    return exported


def _columns_for_parquet(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    return ", ".join(
        f"{quoted(column)}::VARCHAR AS {quoted(column)}" if kind in TEXT_IN_PARQUET else quoted(column)
        for column, kind in (row[:2] for row in connection.execute(f"DESCRIBE {table.sql}").fetchall())
    )


def _import_tables(connection: duckdb.DuckDBPyConnection, backup: Backup, progress: Progress) -> None:
    for entry in backup.manifest["tables"]:
        table = Table(entry["schema"], entry["name"])
        path = backup.folder / "tables" / table.schema / f"{table.name}.parquet"
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(table.schema)}")
        connection.execute(entry["ddl"])
        connection.execute(f"INSERT INTO {table.sql} BY NAME SELECT * FROM read_parquet({literal(str(path))})")
        restored = content_of(connection, table.sql)
        if restored != Content(entry["rows"], entry["digest"]):
            raise BackupError(
                f"{table}: {restored.rows:,} rows restored, {entry['rows']:,} in the backup, or their content differs. "
                "Nothing was put in place; use another backup."
            )
        progress(f"{table}: {restored.rows:,} rows")


def _read(folder: Path) -> Backup:
    path = folder / "manifest.json"
    if not path.exists():
        raise BackupError(f"{folder} is no complete backup: manifest.json is missing.")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        raise BackupError(f"{folder} has format {manifest['format']}, this version reads {FORMAT}.")
    return Backup(folder, manifest)


def _verify_files(backup: Backup) -> None:
    for name, checksum in backup.manifest["files"].items():
        path = backup.folder / name
        if not path.exists() or sha256_of(path) != checksum:
            raise BackupError(f"{path} is missing or not what was backed up (SHA-256 differs); use another backup.")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
