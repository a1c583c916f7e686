"""`parline steward`: what waits for a decision, decisions by hand or by sheet.

Belongs here: arguments in, tables out. Not here: what is decided and how it is kept (mastering/desk.py).
"""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration import audit
from orchestration.terminal import err, open_warehouse, out, settings_in_use, show, stop

app = typer.Typer(help="Items and suppliers that may be one: look at them, decide, in a terminal or in a spreadsheet.")

KindOption = Annotated[str, typer.Option("--of", help="item or supplier.")]
NEXT = "It holds from the next run on: parline run"


@app.command("list")
def list_queue(
    of: KindOption = "item",
    limit: Annotated[int, typer.Option(help="So many rows.")] = 20,
    decided: Annotated[bool, typer.Option("--decided", help="What was decided, instead of what waits.")] = False,
) -> None:
    """What waits for a decision, the most useful first."""
    from mastering import desk

    with settings_in_use() as settings, open_warehouse(settings) as connection:
        if decided:
            columns: tuple[str, ...] = ("at", "by", "kind", "left_key", "right_key", "attribute", "value", "reason")
            rows = desk.decisions(connection).to_pylist()
        else:
            shown = "description" if kind_named(of) == "item" else "name"
            columns = (
                "rank", "kind", "money_at_stake", "weight", f"left_{shown}", f"right_{shown}", "sentence", "left_key",
                "right_key",
            )  # fmt: skip
            rows = desk.queue(connection, kind_named(of)).to_pylist()
        show(columns, [[row[column] for column in columns] for row in rows[:limit]])
        if len(rows) > limit:
            out.print(f"{len(rows) - limit:,} more: --limit, or parline steward export")


@app.command("rebuild")
def rebuild() -> None:
    """Let the next run compare every record anew, not only what changed. The answer is the same; it takes longer."""
    from mastering.state import forget

    with settings_in_use() as settings, open_warehouse(settings) as connection:
        forget(connection)
    out.print("Next: parline run")


@app.command("show")
def show_pair(left: str, right: str, of: KindOption = "item") -> None:
    """What both records of a pair say, side by side, and the evidence."""
    from mastering import desk

    with settings_in_use() as settings, open_warehouse(settings) as connection:
        row = desk.pair(connection, kind_named(of), left, right)
    if row is None:
        stop(f"{left} and {right} wait for nobody. See: parline steward list --of {of}")
    names = [name.removeprefix("left_") for name in row if name.startswith("left_")]
    show(("field", "left", "right"), [[name, row[f"left_{name}"], row[f"right_{name}"]] for name in names])
    out.print(f"{row['kind']}: {row['sentence']}", markup=False)


@app.command("decide")
def decide(
    kind: Annotated[str, typer.Argument(help="must, cannot, alias or attribute.")],
    left: Annotated[str, typer.Argument(help="A record's key (or, of an alias, the name as written).")],
    right: Annotated[str | None, typer.Argument(help="The other record's key, of must and cannot.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    attribute: Annotated[str | None, typer.Option(help="Of an attribute or alias: which.")] = None,
    value: Annotated[str | None, typer.Option(help="Of an attribute or alias: what it is.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides; you, if nobody is named.")] = None,
    second_by: Annotated[str | None, typer.Option(help="Who agrees, where a rule speaks against it.")] = None,
    expires: Annotated[datetime | None, typer.Option(help="Until when it holds (UTC).")] = None,
) -> None:
    """One decision, kept with who, when and why. A later one about the same takes its place."""
    from mastering import desk

    made = {
        "kind": kind, "left_key": left, "right_key": right, "attribute": attribute, "value": value, "reason": reason,
        "by": by or getpass.getuser(), "second_by": second_by, "at": datetime.now(UTC).replace(tzinfo=None),
        "expires_at": expires,
    }  # fmt: skip
    with settings_in_use() as settings, open_warehouse(settings) as connection:
        try:
            desk.decide(connection, [made])
        except ValueError as error:
            stop(str(error))
        audit.record(settings, "DECIDE", kind, left=left, right=right)
    out.print(f"Kept. {NEXT}")


@app.command("export")
def export(path: Path, of: KindOption = "item") -> None:
    """The queue as a sheet (.csv or .xlsx) with empty columns for the answers."""
    from mastering import desk

    with settings_in_use() as settings, open_warehouse(settings) as connection:
        try:
            rows = desk.export(connection, kind_named(of), path)
        except ValueError as error:
            stop(str(error))
        audit.record(settings, "EXPORT REVIEW QUEUE", of, rows=rows)
    out.print(
        f"{rows:,} pairs in {path}. Fill in decision, by and reason, then: parline steward import {path} --of {of}"
    )


@app.command("import")
def take_in(path: Path, of: KindOption = "item") -> None:
    """The decisions of a sheet. Rows that cannot be taken are named; the others are kept."""
    from mastering import desk

    if not path.exists():
        stop(f"There is no {path}.")
    with settings_in_use() as settings, open_warehouse(settings) as connection:
        kept, answers = desk.take_in(connection, kind_named(of), path, datetime.now(UTC).replace(tzinfo=None))
        audit.record(settings, "IMPORT DECISIONS", of, kept=kept, faults=len(answers.faults))
    for line in (*answers.faults, *answers.changed):
        err.print(line, markup=False)
    out.print(f"{kept:,} decisions kept, {len(answers.faults):,} rows with a fault, {len(answers.changed):,} about what has "
              f"changed since. {NEXT}")  # fmt: skip
    raise typer.Exit(1 if answers.faults or answers.changed else 0)


def kind_named(of: str) -> str:
    """`item` or `supplier`, or an end with the words that say so."""
    from mastering.desk import KINDS

    if of not in KINDS:
        stop(f"--of {of}: it is one of {', '.join(KINDS)}")
    return of
