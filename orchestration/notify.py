"""What somebody should hear of without looking: told once when it begins, once when it is over.

Belongs here: which breaches are open, and what is on its way to whom. Not here: what is noticed (watch.py), webhook and mail
(deliver.py). A notification carries counts and names of tables, never records.

    <home>/notifications.jsonl    every notification, one a line, for a log shipper; the only channel without settings
    <home>/notifications.state    what is open, and what has not arrived yet
"""

import fcntl
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from ingestion.settings import Settings
from orchestration.deliver import DeliveryError, channels

Kind = Literal[
    "RUN_FAILED", "CHECK_FAILED", "QUARANTINE_BACKLOG", "FRESHNESS_BREACHED", "SOURCE_SILENT", "NOT_DELIVERED", "TEST"
]
Clock = Callable[[], datetime]

# A backlog that was told of is told of again when it is so many times as large.
GROWN = 2
# About a day: after a minute, two, four, and then every hour.
MOST_TRIES = 30
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Breach:
    """Something that is not as it should be. subject: what it is about, which makes it the same breach again; what: in a few
    words; to_do: what to do; size: of a backlog, else 0."""

    subject: str
    what: str
    to_do: str
    size: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return f"{self.what}. {self.to_do}"


def settle(
    settings: Settings,
    kind: Kind,
    breaches: Sequence[Breach],
    looked_at: Collection[str] | None = None,
    now: Clock = utc_now,
) -> None:
    """Compare breaches with those that are known: what is new is told, what ended is told to be over, all new ones in one
    notification. looked_at: the subjects that were judged; None: all of the kind."""
    with _state(settings) as state:
        known: dict[str, dict[str, Any]] = state["open"].setdefault(kind, {})
        new = [one for one in breaches if one.subject not in known or _has_grown(one, known[one.subject])]
        there = {one.subject for one in breaches}
        over = [subject for subject in known if subject not in there and (looked_at is None or subject in looked_at)]
        if new:
            details = {name: value for one in new for name, value in one.details.items()}
            _tell(settings, state, kind, "BEGUN", new, "\n".join(one.message for one in new), details, now())
        if over:
            words = "\n".join(f"Over: {known[subject]['what']}." for subject in over)
            ended = [Breach(subject, known[subject]["what"], "") for subject in over]
            _tell(settings, state, kind, "OVER", ended, words, {}, now())
        for one in new:
            known[one.subject] = {"what": one.what, "size": one.size, "since": now().isoformat(timespec="seconds")}
        for subject in over:
            del known[subject]
    deliver(settings, now)


def deliver(settings: Settings, now: Clock = utc_now) -> list[str]:
    """Send what waits and is due, and return what went wrong. What fails waits longer each time; after MOST_TRIES it is given
    up, and that is a line in the file. Never raises for a channel that is broken."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "notifications.delivery").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return []  # another sensor is at it; sent twice is told twice
        return _deliver(settings, now)


def _deliver(settings: Settings, now: Clock) -> list[str]:
    sends = channels(settings)
    with _state(settings) as state:
        due = [one for one in state["waiting"] if datetime.fromisoformat(one["next_at"]) <= now()]
    problems: list[str] = []
    broken: set[str] = set()
    done: dict[str, bool] = {}
    for one in due:
        channel = one["channel"]
        if channel not in sends:
            done[one["id"]] = True  # no longer configured: nobody waits for it
        elif channel not in broken:
            try:
                sends[channel](one["line"])
                done[one["id"]] = True
            except DeliveryError as error:
                broken.add(channel)
                done[one["id"]] = False
                problems.append(f"{channel}: {error}")
    if done:
        with _state(settings) as state:
            state["waiting"] = [one for one in state["waiting"] if not done.get(one["id"])]
            for one in state["waiting"]:
                if one["id"] in done:
                    one["tries"] += 1
                    one["next_at"] = (now() + min(FIRST_WAIT * 2 ** (one["tries"] - 1), LONGEST_WAIT)).isoformat()
            for one in [one for one in state["waiting"] if one["tries"] >= MOST_TRIES]:
                state["waiting"].remove(one)
                said = f"Given up after {MOST_TRIES} tries: {one['line']['message']}"
                _write(settings, _line(settings, "NOT_DELIVERED", "BEGUN", [one["channel"]], said, {}, now()))
    return problems


def try_out(settings: Settings) -> dict[str, str | None]:
    """Send a test to every channel at once: its name to what went wrong, None where it arrived."""
    line = _line(settings, "TEST", "BEGUN", ["parline"], "A test: notifications arrive. Nothing to do.", {}, utc_now())
    found: dict[str, str | None] = {}
    for name, send in channels(settings).items():
        try:
            send(line)
            found[name] = None
        except DeliveryError as error:
            found[name] = str(error)
    return found


def _has_grown(breach: Breach, known: Mapping[str, Any]) -> bool:
    told: int = known["size"]
    return breach.size >= GROWN * told > 0


def _tell(
    settings: Settings,
    state: dict[str, Any],
    kind: Kind,
    begun_or_over: str,
    breaches: Sequence[Breach],
    message: str,
    details: Mapping[str, Any],
    at: datetime,
) -> None:
    line = _line(settings, kind, begun_or_over, [one.subject for one in breaches], message, details, at)
    _write(settings, line)
    for channel in channels(settings):
        state["number"] += 1
        state["waiting"].append(
            {"id": str(state["number"]), "channel": channel, "line": line, "tries": 0, "next_at": at.isoformat()}
        )


def _line(
    settings: Settings,
    kind: Kind,
    begun_or_over: str,
    subjects: Sequence[str],
    message: str,
    details: Mapping[str, Any],
    at: datetime,
) -> dict[str, Any]:
    return {
        "at": at.isoformat(timespec="seconds"),
        "environment": settings.env,
        "kind": kind,
        "state": begun_or_over,
        "subjects": list(subjects),
        "message": message,
        **details,
    }


def _write(settings: Settings, line: Mapping[str, Any]) -> None:
    with (settings.home / "notifications.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


@contextmanager
def _state(settings: Settings) -> Iterator[dict[str, Any]]:
    """What is open and what waits; kept when the block ends. One process at a time: sensors run beside each other."""
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / "notifications.state"
    with (settings.home / "notifications.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = json.loads(path.read_text("utf-8")) if path.exists() else {"open": {}, "waiting": [], "number": 0}
        before = json.dumps(state)
        yield state
        if (after := json.dumps(state)) != before:
            partial = path.with_suffix(".partial")
            partial.write_text(after, encoding="utf-8")
            partial.replace(path)
