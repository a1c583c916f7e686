"""Who ran, loaded, published, replayed, decided, exported or asked what: append-only, each entry chained to the one before.

Belongs here: what passes through parline. Not here: what Dagster's own history has (steps, retries), and what nobody can see:
an opened copy of a published file, or who truly sits behind the name that the operating system gives.

    <home>/audit/audit.jsonl    one entry a line; `digest` is the SHA-256 of the entry, which holds that of the one before

The head of the chain is in the manifest of every build, so that an end cut off shows as well. No entry holds a value of a
record: counts, ids and names of tables, and SQL without its literals.
"""

import fcntl
import getpass
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingestion.settings import Settings
from orchestration.publish import builds

NOTHING = "0" * 64
LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d{5,}\b")
Detail = str | int | bool | None


@dataclass(frozen=True)
class Entry:
    """One thing that was done. before: the digest of the entry before it."""

    number: int
    at: str
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Detail]
    before: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self._text().encode()).hexdigest()

    def line(self) -> str:
        return json.dumps({**json.loads(self._text()), "digest": self.digest}, sort_keys=True) + "\n"

    def _text(self) -> str:
        return json.dumps(
            {
                "number": self.number,
                "at": self.at,
                "actor": self.actor,
                "action": self.action,
                "subject": self.subject,
                "detail": dict(self.detail),
                "before": self.before,
            },
            sort_keys=True,
        )


def record(settings: Settings, action: str, subject: str, **detail: Detail) -> Entry:
    """Append an entry; on the disk when this returns. Raises OSError when it cannot be kept: then it must not be done."""
    path = settings.audit_path
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        data = file.read()
        last = _last(data)
        entry = Entry(
            number=last[0] + 1,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            actor=os.environ.get("PARLINE_ACTOR") or getpass.getuser(),
            action=action,
            subject=subject,
            detail=detail,
            before=last[1],
        )
        # A line that was cut off by a power cut stays as it is, and is told of by verify.
        file.write((b"" if data.endswith(b"\n") or not data else b"\n") + entry.line().encode())
        file.flush()
        os.fsync(file.fileno())
    return entry


def head(settings: Settings) -> str:
    """The digest of the last entry; zeros where there is none."""
    return _last(settings.audit_path.read_bytes() if settings.audit_path.exists() else b"")[1]


def entries(settings: Settings) -> Iterator[dict[str, Any]]:
    """Every entry that can be read, oldest first."""
    if settings.audit_path.exists():
        for line in settings.audit_path.read_text(encoding="utf-8", errors="replace").splitlines():
            if (entry := _parsed(line)) is not None:
                yield entry


def problems(settings: Settings) -> list[str]:
    """What speaks against the log: changed, removed or cut entries, and builds published on a head that it no longer has."""
    found = []
    before, number, known = NOTHING, 0, {NOTHING}
    text = settings.audit_path.read_text(encoding="utf-8", errors="replace") if settings.audit_path.exists() else ""
    for place, line in enumerate(text.splitlines(), start=1):
        said = _parsed(line)
        if said is None:
            found.append(f"line {place} is no entry: cut off, or written by somebody else")
            continue
        digest = said.pop("digest")
        if Entry(**said).digest != digest:
            found.append(f"line {place}: entry {said['number']} was changed after it was written")
        if said["before"] != before or said["number"] != number + 1:
            found.append(f"line {place}: entry {said['number']} does not follow {number}: entries are missing or moved")
        before, number = digest, said["number"]
        known.add(digest)
    for folder in (settings.published_dir, settings.restricted_dir):
        for build in builds(folder):
            if build.manifest.get("audit_head", NOTHING) not in known:
                found.append(f"build {build.build_id} was published after an entry that is not there any more")
    return found


def without_literals(sql: str) -> str:
    """SQL as it may be kept: a name or number that somebody typed is nobody's business."""
    return LITERAL.sub("?", " ".join(sql.split()))


def _last(data: bytes) -> tuple[int, str]:
    for line in reversed(data.decode("utf-8", "replace").splitlines()):
        if (entry := _parsed(line)) is not None:
            return entry["number"], entry["digest"]
    return 0, NOTHING


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    fields = {"number", "at", "actor", "action", "subject", "detail", "before", "digest"}
    return said if isinstance(said, dict) and set(said) == fields else None
