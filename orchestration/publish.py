"""The published database: written beside the old one, swapped in whole, rolled back in one step.

Belongs here: the file, its builds, which models may be in it. Not here: whether it may be published now (gate.py), or
when (assets/publication.py).

    published/analytics.duckdb                    what readers open: a hard link to the current build
    published/pack                                what executives open: a link to the pack of the current build
    published/builds/<build id>/analytics.duckdb  the last builds, each with its manifest.json and its pack

    restricted/patient_level.duckdb               the same, of single visits and cases, for those who may read them

One rename swaps the file, another the pack, so a reader sees the old one or the new one. Killed anywhere, the old one
stays; what is left over is removed by the next publication.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.tables import Content, Table, content_of, literal, quoted, sha256_of

FILE_NAME = "analytics.duckdb"
# Not named like its schema: DuckDB could not tell `restricted.t` of a schema from that of a file.
RESTRICTED_FILE_NAME = "patient_level.duckdb"
RESTRICTED = "restricted"
PACK_NAME = "pack"
# DuckDB 1.4 and 1.5 clients (JDBC, ODBC, Node, command line) cannot read the default format of 2.0.
STORAGE_VERSION = "v1.4.0"
ALIAS = "publication"
BEFORE = "publication_before"
ABOUT = "about"
ABOUT_TABLES = {
    "build": "One row: which build of the published file this is, when it was made, of which code and run.",
    "tables": "One row per published table: whose it is, how many rows it has, the digest of its content, and whether a source "
    "that it is made of was missing or late.",
    "questions": "Questions that a table answers, each with the SQL that asks it.",
    "lineage": "Of which published tables a published table is made.",
    "checks": "What is checked of a table or column before it is published, and whether a failure stops that.",
}
PATIENT_LEVEL_COLUMN = re.compile(r"(?:patient|encounter|subject|case)_(?:key|id|code|token|pseudonym)")

Progress = Callable[[str], None]


class PublishError(Exception):
    """Nothing was published, the old file still answers; the message says what to do."""


@dataclass(frozen=True)
class PublishedModel:
    """A table of the published database and its meaning, as dbt's manifest has them. audit_columns: those that say
    when and by which run, `meta: {audit: true}`; a digest leaves them out, so that equal content has equal digests.
    questions: what the table answers, each with its SQL, `meta: {questions: ...}`. made_of: the nearest tables upstream
    that a reader knows, published ones and those of sources. checks: (columns, what is tested, whether it blocks)."""

    table: Table
    description: str
    columns: Mapping[str, str]
    audit_columns: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    made_of: tuple[Table, ...] = ()
    checks: tuple[tuple[str, str, bool], ...] = ()

    @property
    def content(self) -> str:
        """What a digest is taken of, as SQL."""
        relation = f"{ALIAS}.{self.table.sql}"
        if not self.audit_columns:
            return relation
        return f"(SELECT * EXCLUDE ({', '.join(map(quoted, self.audit_columns))}) FROM {relation})"


@dataclass(frozen=True)
class BuildFacts:
    """Where a build comes from. incomplete: table to the reason why it is older than it should be; held: tables that
    are taken from the build before, which they stay as until a schema change is settled; audit_head: the last entry of the
    audit log before it."""

    run_id: str
    git_commit: str
    incomplete: Mapping[Table, str] = field(default_factory=dict)
    held: Collection[Table] = ()
    audit_head: str = "0" * 64


@dataclass(frozen=True)
class Build:
    """A published build, as its manifest.json tells it."""

    build_id: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def file_name(self) -> str:
        return str(self.manifest.get("file_name", FILE_NAME))

    @property
    def database(self) -> Path:
        return self.folder / self.file_name


def published_models(dbt_manifest: Mapping[str, Any]) -> list[PublishedModel]:
    """The models analysts may read: every `mart_*` schema, and what canonical marks `meta: {published: true}`, but for
    intermediate models (`int_*`).

    Never schema `restricted`. Raises PublishError when one of them has a column of patient level: nothing patient-level
    may enter this file, whatever a model says of itself.
    """
    models = list(_models(dbt_manifest, _is_published))
    for model in models:
        patient_level = sorted(name for name in model.columns if PATIENT_LEVEL_COLUMN.fullmatch(name))
        if patient_level:
            raise PublishError(
                f"{model.table}: {', '.join(patient_level)} is of patient level and may not be published. Move the model "
                "to schema `restricted`, or aggregate it."
            )
    return models


def restricted_models(dbt_manifest: Mapping[str, Any]) -> list[PublishedModel]:
    """What a file of its own holds, with permissions of its own: the marts of schema `restricted`, and what else of it is
    marked `meta: {published: true}`: single visits and cases, under pseudonyms."""
    return list(_models(dbt_manifest, _is_restricted))


def _models(dbt_manifest: Mapping[str, Any], wanted: Callable[[Mapping[str, Any]], bool]) -> Iterator[PublishedModel]:
    checks = _checks(dbt_manifest)
    found = []
    for unique_id, node in dbt_manifest["nodes"].items():
        if node["resource_type"] != "model" or not wanted(node):
            continue
        columns = {name: column.get("description", "") for name, column in node["columns"].items()}
        table = Table(node["schema"], node.get("alias") or node["name"])
        audit = tuple(name for name, column in node["columns"].items() if _is_audit(column))
        questions = tuple(
            (asked["question"], asked["sql"]) for asked in node["config"].get("meta", {}).get("questions", ())
        )
        found.append(
            PublishedModel(
                table,
                node.get("description", "").strip(),
                columns,
                audit,
                questions,
                node["config"].get("meta", {}).get("owner", ""),
                _made_of(dbt_manifest, unique_id),
                checks.get(unique_id, ()),
            )
        )
    yield from sorted(found, key=lambda model: model.table)


def _made_of(dbt_manifest: Mapping[str, Any], unique_id: str) -> tuple[Table, ...]:
    """Up through what is not published, to what is and to the tables of sources."""
    nodes, sources, parents = dbt_manifest["nodes"], dbt_manifest.get("sources", {}), dbt_manifest.get("parent_map", {})
    waiting, seen, found = list(parents.get(unique_id, ())), {unique_id}, set()
    while waiting:
        parent = waiting.pop()
        if parent in seen:
            continue
        seen.add(parent)
        if parent in sources:
            found.add(Table(sources[parent]["schema"], sources[parent]["name"]))
        elif nodes.get(parent, {}).get("resource_type") == "model" and _is_published(nodes[parent]):
            found.add(Table(nodes[parent]["schema"], nodes[parent].get("alias") or nodes[parent]["name"]))
        else:
            waiting.extend(parents.get(parent, ()))
    return tuple(sorted(found))


def _checks(dbt_manifest: Mapping[str, Any]) -> dict[str, tuple[tuple[str, str, bool], ...]]:
    """Data tests by the model that they are of."""
    found: dict[str, set[tuple[str, str, bool]]] = {}
    for node in dbt_manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("attached_node"):
            blocks = str(node["config"].get("severity", "error")).lower() == "error"
            said = node.get("test_metadata") or {}
            columns = node.get("column_name") or ", ".join(said.get("kwargs", {}).get("columns") or ())
            found.setdefault(node["attached_node"], set()).add((columns, said.get("name") or node["name"], blocks))
    return {unique_id: tuple(sorted(tests)) for unique_id, tests in found.items()}


def _is_published(node: Mapping[str, Any]) -> bool:
    config: Mapping[str, Any] = node["config"]
    if node["schema"].startswith("mart_"):
        return config.get("materialized") != "ephemeral"
    is_intermediate = node["name"].startswith("int_")
    return node["schema"] == "canonical" and not is_intermediate and config.get("meta", {}).get("published") is True


def _is_restricted(node: Mapping[str, Any]) -> bool:
    if node["schema"] != RESTRICTED or node["config"].get("materialized") == "ephemeral":
        return False
    return node["name"].startswith("mart_") or node["config"].get("meta", {}).get("published") is True


def _is_audit(column: Mapping[str, Any]) -> bool:
    return column.get("config", {}).get("meta", {}).get("audit", column.get("meta", {}).get("audit")) is True


def publish(
    connection: duckdb.DuckDBPyConnection,
    published_dir: Path,
    models: Sequence[PublishedModel],
    facts: BuildFacts,
    keep: int,
    progress: Progress = lambda point: None,
    file_name: str = FILE_NAME,
) -> Build:
    """Write a new build from the warehouse's one connection and swap it in.

    `progress` hears each point passed. Raises PublishError before anything is swapped.
    """
    _refuse_what_cannot_be_published(connection, models, file_name)
    builds = published_dir / "builds"
    builds.mkdir(parents=True, exist_ok=True)
    for leftover in builds.glob("*.partial"):
        shutil.rmtree(leftover)
    built_at = datetime.now(UTC)
    build_id = built_at.strftime("%Y%m%dT%H%M%S%f")
    partial = builds / f"{build_id}.partial"
    partial.mkdir()
    progress("folder made")
    with _held(connection, published_dir, facts.held) as held:
        contents = _write(connection, partial / file_name, models, held, facts, build_id, built_at, progress)
    manifest = _manifest(partial / file_name, contents, facts, build_id, built_at)
    (partial / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    progress("manifest written")
    for name in (file_name, "manifest.json"):
        _flush(partial / name)
    build = Build(build_id, builds / build_id, manifest)
    partial.rename(build.folder)
    progress("build complete")
    _swap_in(published_dir, build, progress)
    _remove_old(published_dir, keep)
    progress("old builds removed")
    return build


def builds(published_dir: Path) -> list[Build]:
    """Complete builds, oldest first."""
    found = []
    for manifest in sorted((published_dir / "builds").glob("*/manifest.json")):
        if manifest.parent.suffix != ".partial":
            found.append(Build(manifest.parent.name, manifest.parent, json.loads(manifest.read_text("utf-8"))))
    return found


def current_build(published_dir: Path) -> Build | None:
    """The build that readers get now; None when nothing was published yet."""
    return next((build for build in builds(published_dir) if _is_current(published_dir, build)), None)


def _is_current(published_dir: Path, build: Build) -> bool:
    current = published_dir / build.file_name
    return current.exists() and current.samefile(build.database)


def rollback(published_dir: Path, build_id: str | None = None) -> Build:
    """Swap in the build before the current one, or the one named. Raises PublishError when there is none."""
    kept = builds(published_dir)
    current = current_build(published_dir)
    if build_id is not None:
        candidates = [build for build in kept if build.build_id == build_id]
    else:
        candidates = [build for build in kept if current is not None and build.build_id < current.build_id]
    if not candidates:
        names = ", ".join(build.build_id for build in kept) or "none"
        raise PublishError(f"There is no {build_id or 'earlier build'} to go back to; builds kept: {names}.")
    _swap_in(published_dir, candidates[-1], lambda point: None)
    if pack_of(candidates[-1]).exists():
        swap_in_pack(published_dir, candidates[-1])
    return candidates[-1]


def follow(restricted_dir: Path, build: Build) -> None:
    """Let readers of the restricted file get the build of the same run; without one they keep what they have."""
    same_run = [one for one in builds(restricted_dir) if one.manifest["run_id"] == build.manifest["run_id"]]
    if same_run:
        _swap_in(restricted_dir, same_run[-1], lambda point: None)


def pack_of(build: Build) -> Path:
    """Where the executive pack of a build lies; it may not be there."""
    return build.folder / PACK_NAME


def swap_in_pack(published_dir: Path, build: Build) -> Path:
    """Let readers of the pack get that of a build; its first page."""
    waiting = published_dir / f"{PACK_NAME}.next"
    waiting.unlink(missing_ok=True)
    waiting.symlink_to(pack_of(build).relative_to(published_dir), target_is_directory=True)
    waiting.replace(published_dir / PACK_NAME)
    _flush(published_dir)
    return published_dir / PACK_NAME / "index.html"


def _refuse_what_cannot_be_published(
    connection: duckdb.DuckDBPyConnection, models: Sequence[PublishedModel], file_name: str
) -> None:
    present = {
        Table(schema, name)
        for schema, name in connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database()"
        ).fetchall()
    }
    missing = [str(model.table) for model in models if model.table not in present]
    if missing or not models:
        raise PublishError(f"Not built yet: {', '.join(missing) or 'any mart'}. Build first: parline run")
    schemas = {model.table.schema for model in models}
    # DuckDB cannot tell `marts.t` of a schema from `marts.t` of a file of that name.
    if Path(file_name).stem in schemas or ABOUT in schemas:
        raise PublishError(f"No schema may be called {Path(file_name).stem} or {ABOUT}: rename it in dbt_project.yml.")


@contextmanager
def _held(
    connection: duckdb.DuckDBPyConnection, published_dir: Path, wanted: Collection[Table]
) -> Iterator[Collection[Table]]:
    """The tables among the wanted that the current build has, with that build attached. What was never published has no
    state to be held at: it is published as it is."""
    before = current_build(published_dir)
    held = {table for table in wanted if before is not None and str(table) in before.manifest["tables"]}
    if before is None or not held:
        yield ()
        return
    connection.execute(f"ATTACH {literal(str(before.database))} AS {BEFORE} (READ_ONLY)")
    try:
        yield held
    finally:
        connection.execute(f"DETACH {BEFORE}")


def _write(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    models: Sequence[PublishedModel],
    held: Collection[Table],
    facts: BuildFacts,
    build_id: str,
    built_at: datetime,
    progress: Progress,
) -> dict[Table, Content]:
    connection.execute(f"ATTACH {literal(str(path))} AS {ALIAS} (STORAGE_VERSION {literal(STORAGE_VERSION)})")
    try:
        with _transaction(connection):  # one transaction: every table is of the same moment
            for schema in sorted({model.table.schema for model in models} | {ABOUT}):
                connection.execute(f"CREATE SCHEMA {ALIAS}.{quoted(schema)}")
            for model in models:
                origin = f"{BEFORE}.{model.table.sql}" if model.table in held else model.table.sql
                for statement in _copy_statements(connection, model, origin):
                    connection.execute(statement)
                progress(f"copied {model.table}")
        # Read when it is written: DuckDB reads what a transaction has not yet committed on one core.
        contents = _contents(connection, models)
        with _transaction(connection):
            _write_about(connection, contents, models, facts, build_id, built_at)
        connection.execute(f"CHECKPOINT {ALIAS}")
    finally:
        connection.execute(f"DETACH {ALIAS}")
    progress("file written")
    return contents


def _contents(connection: duckdb.DuckDBPyConnection, models: Sequence[PublishedModel]) -> dict[Table, Content]:
    """What each table written says. Most are too small for DuckDB to share out among cores, so tables are."""

    def content(model: PublishedModel) -> Content:
        with connection.cursor() as own:
            own.execute("SET TimeZone = 'UTC'")  # a cursor does not have it of its connection
            return content_of(own, model.content)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip((model.table for model in models), pool.map(content, models), strict=True))


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _copy_statements(connection: duckdb.DuckDBPyConnection, model: PublishedModel, origin: str) -> Iterator[str]:
    target = f"{ALIAS}.{model.table.sql}"
    yield f"CREATE TABLE {target} AS SELECT * FROM {origin}"
    if model.description:
        yield f"COMMENT ON TABLE {target} IS {literal(model.description)}"
    present = {row[0] for row in connection.execute(f"DESCRIBE {origin}").fetchall()}
    for column, description in model.columns.items():
        if description and column in present:
            yield f"COMMENT ON COLUMN {target}.{quoted(column)} IS {literal(description)}"


def _write_about(
    connection: duckdb.DuckDBPyConnection,
    contents: Mapping[Table, Content],
    models: Sequence[PublishedModel],
    facts: BuildFacts,
    build_id: str,
    built_at: datetime,
) -> None:
    """What an analyst asks of the file itself: which build it is, which table is older than it should be, whose it is, what
    it is made of, how it is tested, and what it answers."""
    connection.execute(
        f"CREATE TABLE {ALIAS}.{ABOUT}.build AS SELECT $1::VARCHAR AS build_id, $2::TIMESTAMP AS built_at, "
        "$3::VARCHAR AS git_commit, $4::VARCHAR AS run_id",
        [build_id, built_at.replace(tzinfo=None), facts.git_commit, facts.run_id],
    )
    named = "schema_name VARCHAR, table_name VARCHAR"
    _write_rows(
        connection,
        f"tables ({named}, owner_role VARCHAR, rows BIGINT, digest VARCHAR, is_data_complete BOOLEAN, "
        "incomplete_because VARCHAR)",
        [
            [*_named(model), model.owner, content.rows, content.digest, reason is None, reason]
            for model in models
            for content, reason in [(contents[model.table], facts.incomplete.get(model.table))]
        ],
    )
    _write_rows(
        connection,
        f"questions ({named}, question VARCHAR, sql VARCHAR)",
        [[*_named(model), question, sql] for model in models for question, sql in model.questions],
    )
    _write_rows(
        connection,
        f"lineage ({named}, from_schema_name VARCHAR, from_table_name VARCHAR)",
        [[*_named(model), origin.schema, origin.name] for model in models for origin in model.made_of],
    )
    _write_rows(
        connection,
        f"checks ({named}, column_name VARCHAR, check_name VARCHAR, is_blocking BOOLEAN)",
        [[*_named(model), *check] for model in models for check in model.checks],
    )
    for name, meaning in ABOUT_TABLES.items():
        connection.execute(f"COMMENT ON TABLE {ALIAS}.{ABOUT}.{name} IS {literal(meaning)}")


def _named(model: PublishedModel) -> tuple[str, str]:
    return model.table.schema, model.table.name


def _write_rows(connection: duckdb.DuckDBPyConnection, definition: str, rows: Sequence[Sequence[Any]]) -> None:
    """One table of schema `about`: `name (columns)` and its rows."""
    connection.execute(f"CREATE TABLE {ALIAS}.{ABOUT}.{definition}")
    if rows:
        row = f"({', '.join('?' * len(rows[0]))})"
        connection.execute(
            f"INSERT INTO {ALIAS}.{ABOUT}.{definition.split(' ')[0]} VALUES {', '.join([row] * len(rows))}",
            [value for line in rows for value in line],
        )


def _manifest(
    database: Path, contents: Mapping[Table, Content], facts: BuildFacts, build_id: str, built_at: datetime
) -> dict[str, Any]:
    return {
        "build_id": build_id,
        "file_name": database.name,
        "built_at": built_at.isoformat(),
        "git_commit": facts.git_commit,
        "run_id": facts.run_id,
        "audit_head": facts.audit_head,
        "duckdb_version": duckdb.__version__,
        "storage_version": STORAGE_VERSION,
        "sha256": sha256_of(database),
        "tables": {str(table): content.as_json() for table, content in contents.items()},
        "incomplete": {str(table): reason for table, reason in sorted(facts.incomplete.items()) if table in contents},
    }


def _swap_in(published_dir: Path, build: Build, progress: Progress) -> None:
    waiting = published_dir / f"{build.file_name}.next"
    waiting.unlink(missing_ok=True)
    os.link(build.database, waiting)
    progress("before swap")
    waiting.replace(published_dir / build.file_name)
    _flush(published_dir)
    progress("swapped")


def _remove_old(published_dir: Path, keep: int) -> None:
    current = current_build(published_dir)
    for build in builds(published_dir)[:-keep]:
        if current is None or build.build_id != current.build_id:
            shutil.rmtree(build.folder)


def _flush(path: Path) -> None:
    """Reach the disk before the swap does: after a power cut a name must not point at a file half written."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
