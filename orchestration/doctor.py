"""Is this set-up right, and what is missing costs what: findings, each with what to do.

Belongs here: the checks. Not here: how they are shown (cli.py). A finding never carries a secret or a record.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import duckdb

from ingestion.contracts import ContractError, known_systems, load_contract
from ingestion.instances import Instance, load_instances
from ingestion.landing.page import SourceError
from ingestion.registry import open_source
from ingestion.settings import Settings, SettingsError
from ingestion.warehouse import Warehouse, WarehouseBusyError
from orchestration.assets.transformation import DbtManifestMissingError, changed_since_manifest, load_dbt_manifest
from orchestration.definitions import DBT_PROJECT_DIR, configured_feeds
from orchestration.deliver import channels
from orchestration.mappings import Unmapped, unmapped
from orchestration.overview import instance_states, object_states
from orchestration.publish import current_build

Level = Literal["OK", "WARNING", "FAILED"]

SHOWN_UNMAPPED = 10


@dataclass(frozen=True)
class Finding:
    """One thing looked at. FAILED stops work, WARNING costs something that the message names."""

    area: str
    level: Level
    message: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; one area's failure does not hide the next."""
    areas: dict[str, Callable[[Settings], Iterator[Finding]]] = {
        "secrets": _secrets,
        "home": _home,
        "contracts": _contracts,
        "sources": _sources,
        "dbt": _dbt,
        "warehouse": _warehouse,
        "published": _published,
        "notifications": _notifications,
    }
    return [finding for check in areas.values() for finding in check(settings)]


def _secrets(settings: Settings) -> Iterator[Finding]:
    if settings.archive_key is None:
        yield Finding(
            "secrets",
            "WARNING",
            "PARLINE_ARCHIVE_KEY is not set: source payloads are not archived. It costs the replay of quarantined "
            "records from the archive; they are asked of the source again, where it can be asked by key.",
        )
    else:
        yield Finding("secrets", "OK", f"archive key {settings.archive_key_id}, {settings.archive_days} days kept")
    personal = [system for system in known_systems() if _is_personal(system)]
    if settings.pseudonym_key is None:
        used = [name for name, found in load_instances(settings.sources_path).items() if found.system in personal]
        yield Finding(
            "secrets",
            "FAILED" if used else "WARNING",
            f"PARLINE_PSEUDONYM_KEY is not set: sources with personal data ({', '.join(used or personal)}) cannot be "
            "read. Set it once, keep it in your secret store; pseudonyms of another key do not join.",
        )
    else:
        yield Finding("secrets", "OK", f"pseudonym key {settings.pseudonym_key_id}")


def _is_personal(system: str) -> bool:
    return any(table.is_personal for table in load_contract(system).objects)


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home.resolve()
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if os.access(nearest, os.W_OK):
        yield Finding("home", "OK", f"{home} ({settings.env})")
    else:
        yield Finding("home", "FAILED", f"{nearest} is not writable: give this user the folder, or set PARLINE_HOME")


def _contracts(settings: Settings) -> Iterator[Finding]:
    for system in known_systems():
        try:
            contract = load_contract(system)
            yield Finding("contracts", "OK", f"{system} {contract.version}: {len(contract.objects)} objects")
        except ContractError as error:
            yield Finding("contracts", "FAILED", str(error))


def _sources(settings: Settings) -> Iterator[Finding]:
    try:
        instances = load_instances(settings.sources_path)
    except SettingsError as error:
        yield Finding("sources", "FAILED", str(error))
        return
    if not instances:
        yield Finding("sources", "WARNING", f"no source instance: write {settings.sources_path} (docs/operating.md)")
    for instance in instances.values():
        yield _reach(instance)


def _reach(instance: Instance) -> Finding:
    try:
        source, _ = open_source(instance)
        try:
            return Finding("sources", "OK", f"{instance.name}: {source.check()}")
        finally:
            source.close()
    except (SettingsError, SourceError, ContractError, OSError) as error:
        return Finding("sources", "FAILED", f"{instance.name}: {error}")


def _dbt(settings: Settings) -> Iterator[Finding]:
    if not Path(sys.executable).with_name("dbt").exists():
        yield Finding("dbt", "FAILED", "dbt is not installed beside this Python: pip install -r requirements.lock")
    try:
        manifest = load_dbt_manifest(DBT_PROJECT_DIR)
    except DbtManifestMissingError as error:
        yield Finding("dbt", "FAILED", str(error))
        return
    models = sum(node["resource_type"] == "model" for node in manifest["nodes"].values())
    changed = changed_since_manifest(DBT_PROJECT_DIR)
    if changed:
        yield Finding(
            "dbt",
            "FAILED",
            f"{changed[0].name} and {len(changed) - 1} more changed after dbt's manifest: run make setup",
        )
    else:
        yield Finding("dbt", "OK", f"manifest with {models} models")


def _warehouse(settings: Settings) -> Iterator[Finding]:
    if not settings.warehouse_path.exists():
        yield Finding("warehouse", "WARNING", "no warehouse yet: parline run makes it")
        return
    try:
        with Warehouse(settings.warehouse_path) as warehouse:
            size = settings.warehouse_path.stat().st_size / 1e6
            yield Finding("warehouse", "OK", f"{settings.warehouse_path}, {size:,.1f} MB")
            yield from _loads(warehouse.connection, settings)
            yield from _unmapped(warehouse.connection)
    except WarehouseBusyError as error:
        yield Finding("warehouse", "WARNING", f"{error} Its state was not looked at.")


def _loads(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Finding]:
    states = object_states(connection, configured_feeds(settings))
    now = datetime.now(UTC).replace(tzinfo=None)
    bad = [state for state in states if state.status == "FAILED" or state.difference or state.unaccounted]
    for state in bad:
        why = state.error or f"difference {state.difference}, unaccounted for {state.unaccounted}"
        yield Finding("warehouse", "FAILED", f"{state.instance}.{state.object}: {why}")
    frozen = [
        (state.instance, change)
        for state in instance_states(connection, configured_feeds(settings), now)
        for change in state.changes
        if change.consequence == "FROZEN"
    ]
    for name, change in frozen:
        yield Finding("warehouse", "WARNING", f"{name}.{change.object} is frozen: {change}. See: parline sources")
    for name in sorted({state.instance for state in states}):
        late = [state.object for state in states if state.instance == name and state.is_late(now)]
        held = sum(state.open_quarantine for state in states if state.instance == name)
        if late:
            yield Finding("warehouse", "WARNING", f"{name}: later than the contract allows: {', '.join(late)}")
        if held:
            yield Finding("warehouse", "WARNING", f"{name}: {held} records in quarantine: parline quarantine list")
        if not late and not held:
            yield Finding("warehouse", "OK", f"{name}: loaded, in time, nothing in quarantine")


def _unmapped(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Money is what makes the list worth a morning: the dearest codes come first."""
    whole = []
    for mapped, codes in unmapped(connection):
        what = f"{mapped.system} {mapped.map.what} (dbt_project/seeds/{mapped.map.seed}.csv)"
        if not codes:
            whole.append(f"{mapped.system} {mapped.map.what}")
            continue
        listed = "; ".join(f"{code.instance} {code.code}: {_worth(code)}" for code in codes[:SHOWN_UNMAPPED])
        more = f" and {len(codes) - SHOWN_UNMAPPED} more" if len(codes) > SHOWN_UNMAPPED else ""
        yield Finding("mapping", "WARNING", f"unmapped {what}: {listed}{more}")
    if whole:
        yield Finding("mapping", "OK", f"all mapped: {', '.join(whole)}")


def _worth(code: Unmapped) -> str:
    return f"{code.rows:,} lines" + (f", {code.money:,.2f}" if code.money is not None else "")


def _published(settings: Settings) -> Iterator[Finding]:
    build = current_build(settings.published_dir)
    if build is None:
        yield Finding("published", "WARNING", "nothing published yet: parline run")
        return
    incomplete = build.manifest["incomplete"]
    tables = len(build.manifest["tables"])
    yield Finding("published", "OK", f"build {build.build_id}: {tables} tables, {len(incomplete)} of them incomplete")


def _notifications(settings: Settings) -> Iterator[Finding]:
    found = ", ".join(channels(settings))
    if found:
        yield Finding("notifications", "OK", f"{found}; try them with: parline notify")
    else:
        level: Level = "WARNING" if settings.env == "prod" else "OK"
        said = "only in notifications.jsonl: nobody is told who does not look (PARLINE_WEBHOOK_URL, PARLINE_SMTP_HOST)"
        yield Finding("notifications", level, said)


def as_json(findings: list[Finding]) -> str:
    return json.dumps([finding.__dict__ for finding in findings], indent=2)
