"""What somebody is needed for: a failed run or check, a backlog in quarantine, a source that is late or silent.

Belongs here: when each is so, and what to do then, read from what runs have reported and from what is published, never from the
warehouse: that has one writer. Not here: that it is told once (notify.py), when it is looked at (sensors.py, and run.py at the
end of a run that no daemon sees).
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
import duckdb

from ingestion.settings import Settings
from orchestration.assets.ingestion import QUARANTINE_METADATA, RUN_TIME, Feed, last_answer
from orchestration.naming import FRESH_CHECK
from orchestration.notify import Breach, Clock, settle
from orchestration.publish import FILE_NAME

SILENT = """
    SELECT source_instance, list(object_name ORDER BY object_name), max(silent_hours), max(usual_silence_hours)
    FROM mart_operations.mart_freshness WHERE freshness_status = 'SILENT' GROUP BY 1 ORDER BY 1
"""
Report = Mapping[str, dg.MetadataValue]


def judge_run(settings: Settings, instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """A job's run that has ended: that it failed; or, where it went through, that its job works again, and which of its checks
    do not: a failed source fails its check and not its run."""
    judged = _judged_checks(instance, run.run_id)
    failed = [name for name, passed in judged.items() if not passed]
    if run.status != dg.DagsterRunStatus.SUCCESS:
        breach = Breach(
            run.job_name,
            f"{run.job_name} failed; the last published build still answers",
            f"See the log of run {run.run_id[:8]} in the UI, and docs/operating.md, at three in the morning.",
            details={"run_id": run.run_id, "steps": _failed_steps(instance, run.run_id), "checks": failed},
        )
        settle(settings, "RUN_FAILED", [breach], [run.job_name])
        return
    settle(settings, "RUN_FAILED", [], [run.job_name])
    breaches = [
        Breach(name, f"{name} failed; what it feeds is published and marked incomplete", "See: parline doctor")
        for name in failed
    ]
    settle(settings, "CHECK_FAILED", breaches, judged)


def judge_quarantine(settings: Settings, instance: dg.DagsterInstance, feeds: Sequence[Feed]) -> int:
    """Records of a source in quarantine: when there are, when they have doubled, and when none is left. How many there are."""
    reported = _last_reports(instance, feeds)
    breaches = []
    for feed in feeds:
        waiting = {
            table.name: count for table in feed.tables if (count := _quarantined(reported.get(feed.key(table), {})))
        }
        if waiting:
            total, name = sum(waiting.values()), feed.instance.name
            breaches.append(
                Breach(
                    name,
                    f"{total} records of {name} are in quarantine ({_listed(waiting)})",
                    f"See: parline quarantine list --source {name}; mend seed, contract or source, then replay.",
                    total,
                )
            )
    settle(settings, "QUARANTINE_BACKLOG", breaches)
    return sum(one.size for one in breaches)


def judge_freshness(
    settings: Settings, instance: dg.DagsterInstance, feeds: Sequence[Feed], now: Clock
) -> dict[str, dg.AssetCheckEvaluation]:
    """Sources that have not answered in whole for longer than agreed; by raw table what its check is to say.

    Dagster's own freshness goes by the last materialization, and a load that failed is one: what stands below it would be
    skipped otherwise.
    """
    at, reported = now(), _last_reports(instance, feeds)
    breaches, stale = [], dict[str, dg.AssetCheckEvaluation]()
    for feed in feeds:
        late: dict[str, str] = {}
        for table in feed.tables:
            answered_at = last_answer(reported.get(feed.key(table), {}))
            if table.parent or table.freshness is None or answered_at is None:
                continue
            if at - answered_at > table.freshness + RUN_TIME:
                late[table.name] = f"agreed {table.freshness}, last {answered_at:%Y-%m-%d %H:%M} UTC"
                key = feed.key(table)
                stale[key.to_user_string()] = dg.AssetCheckEvaluation(
                    key, FRESH_CHECK, False, severity=dg.AssetCheckSeverity.WARN, description=late[table.name]
                )
        if late:
            name = feed.instance.name
            breaches.append(
                Breach(
                    name,
                    f"{name} has not answered in whole for longer than agreed: {_listed(late)}",
                    f"Ask {feed.contract.owner}, or see its check source_was_read; what was missed is read by the "
                    "next load. If no run has begun: parline run",
                )
            )
    settle(settings, "FRESHNESS_BREACHED", breaches, now=now)
    return stale


def judge_silence(settings: Settings) -> int:
    """Sources that answer and have had nothing new for longer than ever before (mart_freshness): how many."""
    breaches = [
        Breach(
            name,
            f"{name} answers, and has had nothing new for {hours:.0f} hours; {usual:.0f} were the longest until now "
            f"({_listed(dict.fromkeys(objects, ''))})",
            "Ask its owner whether its interfaces run; parline reads what comes later by itself.",
        )
        for name, objects, hours, usual in _silent(settings)
    ]
    settle(settings, "SOURCE_SILENT", breaches)
    return len(breaches)


def _judged_checks(instance: dg.DagsterInstance, run_id: str) -> dict[str, bool]:
    """Every check that a run evaluated, and whether it is no error."""
    found = {}
    for record in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records:
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation:
            is_error = not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR
            found[evaluation.asset_check_key.to_user_string()] = not is_error
    return found


def _failed_steps(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    return [event.step_key for record in records if (event := record.event_log_entry.dagster_event) and event.step_key]


def _last_reports(instance: dg.DagsterInstance, feeds: Sequence[Feed]) -> dict[dg.AssetKey, Report]:
    """The metadata of the last load of every raw table."""
    found: dict[dg.AssetKey, Report] = {}
    keys = [feed.key(table) for feed in feeds for table in feed.tables]
    for record in instance.get_asset_records(keys) if keys else ():
        event = record.asset_entry.last_materialization
        if event and event.asset_materialization:
            found[record.asset_entry.asset_key] = event.asset_materialization.metadata
    return found


def _quarantined(report: Report) -> int:
    said = report.get(QUARANTINE_METADATA)
    return int(str(said.value)) if said else 0


def _silent(settings: Settings) -> Iterator[tuple[str, list[str], float, float]]:
    path = settings.published_dir / FILE_NAME
    if path.exists():
        with duckdb.connect(str(path), read_only=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM duckdb_columns() WHERE table_name = 'mart_freshness' AND column_name = 'silent_hours'"
            ).fetchall()
            yield from connection.execute(SILENT).fetchall() if known else ()


def _listed(said: Mapping[str, object]) -> str:
    """A few of many names, so that a message stays one."""
    shown = [f"{name} {value}".strip() for name, value in list(said.items())[:5]]
    return ", ".join(shown) + (f" and {len(said) - 5} more" if len(said) > 5 else "")
