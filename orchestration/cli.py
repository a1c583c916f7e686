"""The command line `parline`: reads arguments, calls a function, shows what came back.

Not here: any work. Every command ends with exit code 0 when all is well, 1 when it is not, 2 for wrong usage.
"""

import csv
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from ingestion.settings import new_key
from orchestration import audit, steward
from orchestration.terminal import (
    coloured,
    err,
    instances_named,
    moment_of,
    open_published,
    open_warehouse,
    out,
    progress,
    settings_in_use,
    show,
    stop,
)

# Dagster, dbt, dlt and Great Expectations take seconds to import: each command imports what it needs, so that `sql`
# and `--help` answer at once.

app = typer.Typer(
    help="From the source systems of a hospital network to marts that tie to the ledger.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
quarantine = typer.Typer(help="Records that were set aside: list them, look at one, land them again.")
app.add_typer(quarantine, name="quarantine", no_args_is_help=True)
sources = typer.Typer(help="Where the data comes from, and in what state it is.", invoke_without_command=True)
app.add_typer(sources, name="sources")
app.add_typer(steward.app, name="steward", no_args_is_help=True)
log = typer.Typer(help="Who did what through parline: the log and its chain.")
app.add_typer(log, name="audit", no_args_is_help=True)

FRESH = {None: "", True: "[red]LATE[/]", False: "yes"}
CONSEQUENCES = ("FROZEN", "WARNING", "NOTICE")

SourceOption = Annotated[list[str] | None, typer.Option("--source", help="Instance of sources.toml; repeatable.")]
LOOPBACK = "127.0.0.1"
PortOption = Annotated[int, typer.Option(help="Port; the UI has no login.")]
ObjectOption = Annotated[list[str] | None, typer.Option("--object", help="Object of its contract; repeatable.")]


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
    make_key: Annotated[bool, typer.Option("--new-key", help="Print a fresh random key, and nothing else.")] = False,
) -> None:
    """Check settings, secrets, contracts, sources, dbt, warehouse, mappings and the published file."""
    if make_key:
        print(new_key())
        return
    from orchestration.doctor import as_json as findings_as_json
    from orchestration.doctor import examine

    with settings_in_use() as settings:
        findings = examine(settings)
    if as_json:
        print(findings_as_json(findings))
    else:
        rows = ((finding.area, coloured(finding.level), finding.message) for finding in findings)
        show(("area", "state", "finding"), rows)
    if any(finding.level == "FAILED" for finding in findings):
        raise typer.Exit(1)


@sources.callback()
def list_sources(
    context: typer.Context,
    source: Annotated[str | None, typer.Option("--source", help="This instance, object by object.")] = None,
) -> None:
    """Every instance: contract, last load, freshness, quarantine, and what its source does that was not agreed."""
    if context.invoked_subcommand is not None:
        return
    from orchestration.definitions import configured_feeds
    from orchestration.overview import instance_states, object_states

    now = datetime.now(UTC).replace(tzinfo=None)
    with settings_in_use() as settings, open_warehouse(settings) as connection:
        feeds = configured_feeds(settings)
        instances = [state for state in instance_states(connection, feeds, now) if source in (None, state.instance)]
        objects = [state for state in object_states(connection, feeds) if state.instance == source]
    if not instances:
        stop(f"No instance {source or 'at all'} in {settings.sources_path}")
    show(
        ("instance", "system", "contract", "last load", "complete at", "fresh", "quarantined", "schema"),
        (
            (
                state.instance, state.system, state.contract_version, coloured(state.status), moment_of(state.loaded_at),
                f"[red]LATE[/] {', '.join(state.late)}" if state.late else "yes" if state.loaded_at else "",
                state.open_quarantine, coloured(_worst(change.consequence for change in state.changes)),
            )
            for state in instances
        ),
    )  # fmt: skip
    if objects:
        show(
            ("object", "owner", "last load", "complete at", "rows", "quarantined", "fresh"),
            (
                (
                    state.object, state.owner, coloured(state.status), moment_of(state.loaded_at), state.current,
                    state.open_quarantine, FRESH[state.is_late(now)],
                )
                for state in objects
            ),
        )  # fmt: skip
    changes = [(state.instance, change) for state in instances for change in state.changes]
    if changes:
        show(
            ("change", "instance", "object", "field", "kind", "consequence", "since", "what"),
            (
                (
                    change.change_id, instance, change.object, change.field, change.kind,
                    coloured(change.consequence), moment_of(change.first_seen_at), change.detail,
                )
                for instance, change in changes
            ),
        )  # fmt: skip
        out.print("A FROZEN object's tables stay as last published until its contract has a new version, or:")
        out.print("  parline sources acknowledge CHANGE --because WHY", markup=False)


@sources.command("acknowledge")
def sources_acknowledge(
    change: Annotated[list[str], typer.Argument(help="Ids of schema changes, as `parline sources` lists them.")],
    because: Annotated[str, typer.Option("--because", help="Why the change is right as it is; kept with your name.")],
    by: Annotated[str | None, typer.Option("--by", help="Who answers for it; default: this user.")] = None,
) -> None:
    """Take a schema change as it is: what its object feeds is built and published again with the next run."""
    from getpass import getuser

    from ingestion.landing.schema_changes import SchemaChanges

    with settings_in_use() as settings, open_warehouse(settings) as connection:
        for change_id in change:
            SchemaChanges(connection).acknowledge(change_id, by or getuser(), because)
            audit.record(settings, "ACKNOWLEDGE", change_id)
    out.print(f"{len(change)} acknowledged. Next: parline run")


@app.command()
def run(source: SourceOption = None) -> None:
    """Ingest, build, check and publish, once, in this process. Without --source: every instance."""
    from orchestration.definitions import configured_feeds
    from orchestration.overview import object_states
    from orchestration.run import run_everything

    with settings_in_use() as settings:
        # dbt's own lines are in <home>/dbt/dbt.log; here they would bury the progress.
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            outcome = run_everything(settings, source or (), progress)
        with open_warehouse(settings) as connection:
            states = object_states(connection, configured_feeds(settings))
        show(
            (
                "instance", "object", "state", "source count", "landed", "quarantined", "current", "canonical",
                "out of scope", "difference",
            ),
            (
                (
                    state.instance, state.object, coloured(state.status), state.source_count, state.landed,
                    state.open_quarantine, state.current, state.canonical, state.out_of_scope, state.difference,
                )
                for state in states
                if not source or state.instance in source
            ),
        )  # fmt: skip
    _report_outcome(outcome.succeeded and outcome.is_published, outcome.failed_checks, outcome.failures)


@app.command()
def publish(
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to the build before the current one.")] = False,
    build: Annotated[str | None, typer.Option("--build", help="With --rollback: the build to go back to.")] = None,
) -> None:
    """Publish what is built, if no blocking check is against it; or go back to an earlier build."""
    with settings_in_use() as settings:
        if rollback:
            from orchestration import publish as publishing

            now = publishing.rollback(settings.published_dir, build)
            publishing.follow(settings.restricted_dir, now)
            audit.record(settings, "ROLLBACK", now.build_id)
            out.print(f"Readers now get build {now.build_id}.")
            return
        from orchestration.run import publish_only

        outcome = publish_only(settings)
    _report_outcome(outcome.succeeded and outcome.is_published, outcome.failed_checks, outcome.failures)


@app.command()
def close(
    month: Annotated[
        list[str] | None, typer.Option("--month", help="YYYY-MM; repeatable. Else: all not written.")
    ] = None,
) -> None:
    """Write the sheet of closed months: as known at the close, as known now, and the adjustments between."""
    from orchestration.assets.close import closed_months, unwritten
    from orchestration.run import write_closed_months

    with settings_in_use() as settings:
        closed = closed_months(settings)
        if not_closed := sorted(set(month or ()) - set(closed)):
            stop(f"Not closed: {', '.join(not_closed)}. Closed: {', '.join(closed) or 'none yet'}")
        outcomes = write_closed_months(settings, month or list(unwritten(settings)))
    for one, outcome in outcomes.items():
        for line in (*outcome.failures, *outcome.failed_checks):
            err.print(f"{one}: {line}", style="red", markup=False, highlight=False)
    if not all(outcome.succeeded and not outcome.failed_checks for outcome in outcomes.values()):
        raise typer.Exit(1)
    out.print(f"{len(outcomes)} months written below {settings.home / 'close'}")


@app.command()
def replay(
    source: SourceOption = None,
    object_: ObjectOption = None,
    since: Annotated[datetime | None, typer.Option(help="First load, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Loads that began before this moment, UTC.")] = None,
) -> None:
    """Land again what the archive holds, by source, object and time. Doing it twice changes nothing."""
    from ingestion.landing.replay import replay_archive
    from ingestion.warehouse import Warehouse

    with settings_in_use() as settings, Warehouse(settings.warehouse_path) as warehouse:
        reports = [
            replay_archive(warehouse, instance, settings, object_, since, until, progress)
            for instance in instances_named(settings, source)
        ]
        audit.record(settings, "REPLAY ARCHIVE", ", ".join(object_ or ["everything"]), instances=len(reports))
    _show_loads(reports)


@app.command()
def reconcile(source: SourceOption = None, object_: ObjectOption = None) -> None:
    """Compare every key with the sources; fetch what is missing or stale, mark what is gone."""
    from ingestion.landing.land import land
    from ingestion.warehouse import Warehouse

    with settings_in_use() as settings, Warehouse(settings.warehouse_path) as warehouse:
        reports = [
            land(warehouse, instance, settings, objects=object_, mode="reconcile", progress=progress)
            for instance in instances_named(settings, source)
        ]
        audit.record(settings, "RECONCILE", ", ".join(object_ or ["everything"]), instances=len(reports))
    _show_loads(reports)


@app.command()
def accuracy(
    labels: Annotated[Path, typer.Argument(help="CSV: source_instance, code, true_key, family.")],
    of: Annotated[str, typer.Option("--of", help="item or supplier.")] = "item",
    everything: Annotated[bool, typer.Option("--all", help="By family and by pair of sources too.")] = False,
) -> None:
    """How right mastering is, against records whose identity is known. Every measurement is kept."""
    from mastering.accuracy import LabelError, measure, read_labels

    if not labels.exists():
        stop(f"There is no {labels}.")
    with settings_in_use() as settings, open_warehouse(settings) as connection:
        try:
            known = read_labels(labels)
        except LabelError as error:
            stop(str(error))
        found = measure(connection, steward.kind_named(of), known, labels.stem, datetime.now(UTC).replace(tzinfo=None))
    shown = [row for row in found.to_pylist() if everything or row["slice_kind"] == "all"]
    show(
        ("slice", "measure", "numerator", "denominator", "share"),
        [
            (
                row["slice"], row["measure"], f"{row['numerator']:,.0f}", f"{row['denominator']:,.0f}",
                f"{row['numerator'] / row['denominator']:.4f}" if row["denominator"] else "-",
            )
            for row in shown
        ],
    )  # fmt: skip


@quarantine.command("list")
def quarantine_list(
    source: Annotated[str | None, typer.Option("--source", help="Only this instance.")] = None,
    object_: Annotated[str | None, typer.Option("--object", help="Only this object.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
) -> None:
    """What was set aside, and why."""
    from orchestration.overview import QUARANTINE_COLUMNS, quarantine_entries

    with settings_in_use() as settings, open_warehouse(settings) as connection:
        show(QUARANTINE_COLUMNS, quarantine_entries(connection, source, object_, not everything))


@quarantine.command("show")
def quarantine_show(quarantine_id: str) -> None:
    """One entry with its payload, which holds only what the contract's minimisation left."""
    from orchestration.overview import quarantine_entry

    with settings_in_use() as settings, open_warehouse(settings) as connection:
        entry = quarantine_entry(connection, quarantine_id)
        audit.record(settings, "LOOK AT QUARANTINE", quarantine_id, is_there=entry is not None)
    if entry is None:
        stop(f"No quarantine entry {quarantine_id}. See: parline quarantine list --all")
    show(("field", "value"), entry.items())


@quarantine.command("replay")
def quarantine_replay(
    source: SourceOption = None,
    object_: ObjectOption = None,
    quarantine_id: Annotated[list[str] | None, typer.Option("--id", help="Only this entry; repeatable.")] = None,
) -> None:
    """Land open entries again, after the cause was mended. Doing it twice changes nothing."""
    from ingestion.landing.replay import replay_quarantine
    from ingestion.warehouse import Warehouse

    with settings_in_use() as settings, Warehouse(settings.warehouse_path) as warehouse:
        reports = [
            replay_quarantine(warehouse, instance, settings, object_, quarantine_id, progress)
            for instance in instances_named(settings, source)
        ]
        audit.record(settings, "REPLAY QUARANTINE", ", ".join(object_ or ["everything"]), instances=len(reports))
    _show_loads(reports)


@app.command()
def backup() -> None:
    """Export what sources cannot give again into a new folder under <home>/backups."""
    from orchestration.backup import back_up

    with settings_in_use() as settings:
        made = back_up(settings, progress)
        audit.record(settings, "BACK UP", made.folder.name, rows=made.rows)
        out.print(
            f"{made.folder}: {len(made.manifest['tables'])} tables, {made.rows:,} rows. Keep it off this machine."
        )


@app.command()
def restore(folder: Path) -> None:
    """Bring a backup folder into an empty home; every file and table is verified."""
    from orchestration.backup import restore as restore_backup

    with settings_in_use() as settings:
        made = restore_backup(settings, folder, progress)
        audit.record(settings, "RESTORE", folder.name, rows=made.rows)
        out.print(f"{settings.home}: {made.rows:,} rows are back. Next: parline run")


@app.command()
def sql(
    query: str, as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a header line, exact values.")] = False
) -> None:
    """Ask the published database. It can be read, and nothing else."""
    with settings_in_use() as settings, open_published(settings) as connection:
        audit.record(settings, "SQL", audit.without_literals(query), as_csv=as_csv)
        # A PIVOT is two statements, of which the first makes a type.
        kinds = [statement.type.name for statement in connection.extract_statements(query)]
        if not kinds or kinds[-1] not in ("SELECT", "EXPLAIN", "CALL"):
            stop(
                "The published database answers questions and nothing else: select ..., describe ..., show all tables."
            )
        if kinds.count("SELECT") > 1:
            stop(f"One question at a time: these are {kinds.count('SELECT')}.")
        answer = connection.execute(query)
        columns = [column[0] for column in answer.description or ()]
        rows = answer.fetchall()
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        show(columns, rows)


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="A published table (mart_spend_cube), or SQL.")],
    to: Annotated[Path, typer.Argument(help="File to write: .parquet, .xlsx or .csv.")],
) -> None:
    """Write a published table, or an answer, into a file for other tools."""
    from orchestration.export import ExportError
    from orchestration.export import export as write

    with settings_in_use() as settings, open_published(settings) as connection:
        found = connection.execute(
            "SELECT schema_name FROM duckdb_tables() "
            "WHERE NOT internal AND ? IN (table_name, schema_name || '.' || table_name)",
            [what],
        ).fetchall()
        query = f'SELECT * FROM "{found[0][0]}"."{what.split(".")[-1]}"' if found else what
        audit.record(settings, "EXPORT", audit.without_literals(query), to=to.suffix)
        try:
            rows = write(connection, query, to)
        except ExportError as error:
            stop(str(error))
    out.print(f"{rows:,} rows in {to}. What is in it is no longer behind parline's checks: mind who reads it.")


@app.command()
def dictionary(table: Annotated[str | None, typer.Argument(help="One table; without it, all of them.")] = None) -> None:
    """What the published tables and columns mean, and what each table answers."""
    with settings_in_use() as settings, open_published(settings) as connection:
        if table is None:
            query = "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
            show(("schema", "table", "meaning"), connection.execute(query).fetchall())
        else:
            named = "? IN (table_name, schema_name || '.' || table_name)"
            query = (
                f"SELECT column_name, data_type, comment FROM duckdb_columns() WHERE {named} AND NOT internal "
                "ORDER BY schema_name, column_index"
            )
            columns = connection.execute(query, [table]).fetchall()
            if not columns:
                stop(f"No table is called {table}. All of them: parline dictionary")
            show(("column", "type", "meaning"), columns)
            questions = f"SELECT question, sql FROM about.questions WHERE {named}"
            for question, sql in connection.execute(questions, [table]).fetchall():
                out.print(f'\n{question}\n  parline sql "{sql}"', markup=False, highlight=False)


@app.command()
def notify() -> None:
    """Send a test notification to the webhook and by mail, and say what became of it."""
    from orchestration.notify import try_out

    with settings_in_use() as settings:
        found = try_out(settings)
    if not found:
        stop("No channel is set: notifications are in notifications.jsonl only. See docs/operating.md.")
    show(("channel", "what became of it"), ((name, why or "taken") for name, why in found.items()))
    if any(found.values()):
        raise typer.Exit(1)


@log.command("show")
def audit_show(last: Annotated[int, typer.Option(help="So many entries.")] = 20) -> None:
    """What was done last, and by whom."""
    with settings_in_use() as settings:
        shown = list(audit.entries(settings))[-last:]
    show(
        ("number", "at (UTC)", "who", "what", "of", "detail"),
        (
            (
                entry["number"], entry["at"][:19], entry["actor"], entry["action"], entry["subject"],
                ", ".join(f"{name} {value}" for name, value in entry["detail"].items()),
            )
            for entry in shown
        ),
    )  # fmt: skip


@log.command("verify")
def audit_verify() -> None:
    """Whether an entry was changed, removed or cut off since it was written."""
    with settings_in_use() as settings:
        found = audit.problems(settings)
        kept = sum(1 for _ in audit.entries(settings))
    for problem in found:
        err.print(problem, style="red", markup=False, highlight=False)
    if found:
        raise typer.Exit(1)
    out.print(f"{kept} entries, the chain holds and every build's head is in it.")


@app.command()
def dev(port: PortOption = 3000) -> None:
    """Open the Dagster UI on everything, with this home's own run history."""
    _become_dagster("dagster", "dev", "-h", LOOPBACK, "-p", str(port))


class Part(StrEnum):
    """What an installation keeps running."""

    WEB = "web"
    VIEWER = "viewer"
    DAEMON = "daemon"


@app.command()
def serve(
    part: Annotated[
        Part, typer.Argument(help="The UI; the UI, read only; or schedules, sensors and runs (exactly one of these).")
    ],
    port: PortOption = 3000,
    host: Annotated[str, typer.Option(help="Address of the UI: another one only in a container.")] = LOOPBACK,
    path_prefix: Annotated[str, typer.Option(help="Path that a reverse proxy gives the UI.")] = "",
) -> None:
    """Run one part of an installation in this process, until it is stopped (deploy/ has units for it)."""
    if part is Part.DAEMON:
        _become_dagster("dagster-daemon", "run")
    prefix = ["--path-prefix", path_prefix] if path_prefix else []
    read_only = ["--read-only"] if part is Part.VIEWER else []
    _become_dagster("dagster-webserver", "-h", host, "-p", str(port), *prefix, *read_only)


def _become_dagster(tool: str, *arguments: str) -> NoReturn:
    """Signals, output and exit code are Dagster's own from here."""
    from orchestration.definitions import PROJECT_ROOT
    from orchestration.instance import prepare_dagster_home

    with settings_in_use() as settings:
        os.environ["DAGSTER_HOME"] = str(prepare_dagster_home(settings))
        os.environ["PARLINE_HOME"] = str(settings.home.resolve())
    found = str(Path(sys.executable).with_name(tool))
    os.execv(found, [found, *arguments, "-w", str(PROJECT_ROOT / "workspace.yaml")])  # noqa: S606  # no shell is wanted


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    add_help_option=False,
)
def simulate(context: typer.Context) -> None:
    """The demo network's source systems: make a world, serve it, move its time, switch faults on."""
    # The simulator is no part of parline, which becomes its process here: output, signals and exit code are its own.
    os.execv(sys.executable, [sys.executable, "-m", "simulator", *context.args])  # noqa: S606  # no shell is wanted


def _worst(consequences: Iterable[str]) -> str:
    found = set(consequences)
    return next((consequence for consequence in CONSEQUENCES if consequence in found), "as agreed")


def _show_loads(reports: Sequence[Any]) -> None:
    counts = ("fetched", "landed", "duplicate", "superseded", "quarantined", "source_count", "difference")
    show(
        ("instance", "object", "state", *counts),
        (
            (report.source_instance, name, coloured(item.status), *(getattr(item, count) for count in counts))
            for report in reports
            for name, item in report.objects.items()
        ),
    )
    if not all(report.is_clean for report in reports):
        stop("Not every record is accounted for; the objects above say which. See: parline doctor")


def _report_outcome(is_published: bool, failed_checks: Sequence[str], failures: Sequence[str]) -> None:
    for line in (*failures, *_alike_together(failed_checks)):
        err.print(f"FAILED {line}", style="red", markup=False, highlight=False)
    if not is_published:
        stop("Not published: the last build still answers. Mend what is listed above, then: parline run")
    if failed_checks:
        stop("Published, and incomplete: what the failed checks name is older than it should be. See: parline doctor")
    out.print('[green]Published.[/] Ask it with: parline sql "SHOW ALL TABLES"')


def _alike_together(failed_checks: Sequence[str]) -> list[str]:
    """One line for a check that failed for the same reason in many tables: a source that is down names one cause."""
    tables: dict[tuple[str, str], list[str]] = {}
    for line in failed_checks:
        place, why = line.split(": ", 1)
        table, check = place.rsplit(":", 1)
        tables.setdefault((check, why), []).append(table)
    return [
        f"{names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}: {check}: {why}"
        for (check, why), names in tables.items()
    ]
