"""What every command of `parline` needs: the settings, the open warehouse, and how values and errors are shown.

Not here: any command (cli.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn

import duckdb
import typer
from pydantic import ValidationError
from rich import box
from rich.console import Console
from rich.table import Table

from ingestion.settings import Settings, SettingsError, load_settings

out = Console()
err = Console(stderr=True)
PIPE_WIDTH = 200
COLOURS = {"OK": "green", "WARNING": "yellow", "FAILED": "red", "COMPLETE": "green", "FROZEN": "red"}


@contextmanager
def settings_in_use() -> Iterator[Settings]:
    """The settings, and one place that turns errors meant for people into a line and exit code 1."""
    from ingestion.contracts import ContractError
    from ingestion.landing.schema_changes import UnknownChangeError
    from ingestion.warehouse import WarehouseBusyError
    from orchestration.backup import BackupError
    from orchestration.publish import PublishError

    expected = (
        SettingsError, ContractError, WarehouseBusyError, BackupError, PublishError, UnknownChangeError, duckdb.Error,
    )  # fmt: skip
    try:
        yield load_settings()
    except ValidationError as error:
        for problem in error.errors():
            # The value is not shown: it may be most of a secret.
            name = f"PARLINE_{str(problem['loc'][0]).upper()}: " if problem["loc"] else ""
            err.print(f"{name}{problem['msg']}", markup=False)
        raise typer.Exit(1) from None
    except expected as error:
        stop(str(error))


@contextmanager
def open_warehouse(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    from ingestion.warehouse import Warehouse

    if not settings.warehouse_path.exists():
        stop(f"There is no warehouse at {settings.warehouse_path} yet. Make it with: parline run")
    with Warehouse(settings.warehouse_path) as warehouse:
        yield warehouse.connection


@contextmanager
def open_published(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, read only and shut in: no other file, no setting can be reached from a query."""
    from orchestration.publish import FILE_NAME

    path = settings.published_dir / FILE_NAME
    if not path.exists():
        stop(f"Nothing is published at {path} yet. Publish with: parline run")
    locked: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    with duckdb.connect(str(path), read_only=True, config=locked) as connection:
        yield connection


def instances_named(settings: Settings, names: Sequence[str] | None) -> list[Any]:
    from ingestion.instances import load_instances

    known = load_instances(settings.sources_path)
    unknown = set(names or ()) - set(known)
    if unknown or not known:
        stop(f"No instance {', '.join(sorted(unknown)) or 'at all'} in {settings.sources_path}; known: {list(known)}")
    return [instance for name, instance in known.items() if not names or name in names]


def progress(line: str) -> None:
    err.print(f"[dim]{datetime.now(UTC):%H:%M:%S}[/] ", end="")
    err.print(line, markup=False, highlight=False)


def moment_of(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else "never"


def coloured(state: str) -> str:
    return f"[{COLOURS.get(state, 'default')}]{state}[/]"


def show(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    # A pipe or a log has no width of its own: nothing may be cut there.
    (out if out.is_terminal else Console(width=PIPE_WIDTH)).print(table)


def stop(message: str) -> NoReturn:
    err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)
