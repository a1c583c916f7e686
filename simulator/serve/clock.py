"""The time of a world: `clock.json`, read by every system that serves it, moved forward by `advance`.

Belongs here: reading and moving the clock, and how far it may go. Not here: what a system shows at a time (each server
selects the rows whose `_from` and `_until` hold at `now`). Every time is UTC without a zone, as in the world's files.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

# A world begins on the morning after its 24 fiscal months, and each of its days ends on the morning after it.
MORNING = time(6)
START = datetime.combine(date(2026, 10, 1), MORNING)
LAST_DAY = date(2026, 10, 31)


class ClockError(Exception):
    """The clock cannot be read or not be moved as asked: the message says what to do."""


class Clock:
    """The clock of one world folder. A world whose clock was never moved stands at its START."""

    def __init__(self, world: Path) -> None:
        self._file = _file(world)
        self._state: tuple[int, int] | None = None
        self._now = START

    def now(self) -> datetime:
        """What the clock shows; the file is read again when it has changed. Raises ClockError."""
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return START
        # The inode too: each setting of the clock is a new file, however soon after the last.
        state = (found.st_mtime_ns, found.st_ino)
        if state != self._state:
            self._now, self._state = _read(self._file), state
        return self._now


def in_the_end() -> datetime:
    """The time of who has no clock: after everything that is known."""
    return datetime.combine(date.max, MORNING)


def latest(world: Path) -> datetime:
    """How far the clock of a world may go: the morning after its last simulated day."""
    manifest = world / "truth" / "manifest.json"
    known = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    last_day = date.fromisoformat(known["last_day"]) if "last_day" in known else LAST_DAY
    return datetime.combine(last_day + timedelta(days=1), MORNING)


def set_clock(world: Path, now: datetime) -> None:
    """Set the clock to a time without a zone. Raises ClockError beyond what was simulated or where no world is."""
    _check(world, now)
    # Replaced at once: who reads it just now reads the old one or the new one, never half of one.
    written = _file(world).with_suffix(".new")
    written.write_text(json.dumps({"now": f"{now:%Y-%m-%dT%H:%M:%SZ}"}) + "\n", encoding="utf-8")
    written.replace(_file(world))


def after(world: Path, days: int) -> datetime:
    """What the clock will show in so many days. Raises ClockError where it cannot go."""
    if days < 0:
        raise ClockError(f"Time goes forward only: {days} days cannot be advanced. Make the world anew to go back.")
    then = Clock(world).now() + timedelta(days=days)
    _check(world, then)
    return then


def advance(world: Path, days: int) -> datetime:
    """Move the clock forward and return what it shows then. Raises ClockError, and the clock stays."""
    then = after(world, days)
    set_clock(world, then)
    return then


def _check(world: Path, now: datetime) -> None:
    if not world.is_dir():
        raise ClockError(f"There is no world at {world}: make one with `parline simulate make --out {world}`.")
    if now > (limit := latest(world)):
        raise ClockError(
            f"{world} is simulated until {limit:%Y-%m-%d %H:%M} UTC; {now:%Y-%m-%d %H:%M} is beyond it. "
            "Advance by fewer days, or make the world anew."
        )


def _file(world: Path) -> Path:
    return world / "clock.json"


def _read(file: Path) -> datetime:
    try:
        shown = datetime.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["now"])
    except (ValueError, KeyError, TypeError) as error:
        raise ClockError(f'{file} is no clock: it holds {{"now": "2026-10-01T06:00:00Z"}} ({error}).') from error
    return shown.astimezone(UTC).replace(tzinfo=None) if shown.tzinfo else shown
