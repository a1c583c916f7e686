"""The Dagster instance of a home: its folder, its settings, runs whose process is gone, and runs that are old.

Not here: what runs (definitions.py, run.py).
"""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy import delete, func, select

from ingestion.settings import Settings

TEMPLATE = Path(__file__).with_name("dagster.yaml")
# What stands in the template for the folder that it is put into.
FOLDER = "<folder>"
# Who executes a run in process, so that the next one can tell whether it still lives.
PROCESS_TAG = "parline/process"
# What Dagster may write of a run's events at once, where it has many to write: all that a run plans.
EVENTS_AT_ONCE = "5000"
# So that the first time does not take minutes.
RUNS_FORGOTTEN_AT_ONCE = 200


def prepare_dagster_home(settings: Settings) -> Path:
    """Make the folder and put our dagster.yaml into it: its pool limit is what keeps a single writer."""
    home = settings.dagster_home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    told = TEMPLATE.read_text(encoding="utf-8").replace(FOLDER, str(home))
    (home / "dagster.yaml").write_text(told, encoding="utf-8")
    return home


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    home = prepare_dagster_home(settings)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", EVENTS_AT_ONCE)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        _fail_abandoned_runs(instance)
        yield instance


def forget_old_runs(settings: Settings, instance: dg.DagsterInstance, now: datetime) -> int:
    """Delete finished runs that are older than the settings keep, and return how many. What assets and checks said last stays
    known, so the gate forgets nothing that still blocks."""
    finished = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    before = now - timedelta(days=settings.run_days)
    old = instance.get_run_records(
        dg.RunsFilter(statuses=finished, created_before=before), limit=RUNS_FORGOTTEN_AT_ONCE, ascending=True
    )
    for record in old:
        _forget(instance, record.dagster_run.run_id)
    return len(old)


def _forget(instance: dg.DagsterInstance, run_id: str) -> None:
    """Dagster deletes the rows of a run and keeps its files, and every answer of every check: the last one is enough."""
    instance.delete_run(run_id)
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        Path(storage.path_for_shard(run_id)).unlink(missing_ok=True)
    if isinstance(storage, SqlEventLogStorage):
        answers = AssetCheckExecutionsTable
        last = select(func.max(answers.c.id)).group_by(answers.c.asset_key, answers.c.check_name)
        with storage.index_connection() as connection:
            connection.execute(delete(answers).where(answers.c.run_id == run_id, answers.c.id.not_in(last)))
    shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)


def this_process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _fail_abandoned_runs(instance: dg.DagsterInstance) -> None:
    """A run executed by `parline run` dies with its process and would hold its pool slot for ever: no daemon may be
    there to notice. Runs of the daemon are the daemon's."""
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])):
        host, _, process = run.tags.get(PROCESS_TAG, "").partition(":")
        if host == socket.gethostname() and not _is_alive(int(process)):
            instance.report_run_failed(run, f"process {process} is gone")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
