"""What the FHIR server holds: current resources, tombstones, and the clock that stamps them.

Belongs here: reading NDJSON, versions, deletes, what changed since an instant.
Not here: HTTP, search parameters (`search.py`), export jobs (`exports.py`), faults (`faults.py`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

# simplejson keeps a decimal as it was written: 40.10 stays 40.10, as a real server answers.
import simplejson as json

# "12.Encounter.ndjson" and "Encounter.000.ndjson" are how two real exporters name their files.
RESOURCE_TYPE = re.compile(r"^[A-Z][A-Za-z]+$")


class UnknownResourceError(Exception):
    """A resource that the caller wants to delete is not there."""


def parse(text: str | bytes) -> dict:
    parsed: dict = json.loads(text, use_decimal=True)
    return parsed


def render(value: object) -> bytes:
    return json.dumps(value, use_decimal=True, ensure_ascii=False, separators=(",", ":")).encode()


def parse_instant(text: str) -> datetime:
    """An instant with a zone. Raises ValueError for anything else, a `+` that arrived as a blank included."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"instant without a zone: {text!r}")
    return instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Resource:
    """One current version. `body` is what is sent, byte for byte; `updated_at` orders and filters it.

    Exports of other systems carry no meta.lastUpdated: their `updated_at` is the moment at which they were loaded.
    """

    type: str
    id: str
    updated_at: datetime
    body: bytes


class Clock:
    """The server's time: the machine's plus what a test has added. Two readings are never equal."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        instant = datetime.now(UTC) + self._ahead
        instant = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
        self._last = max(instant, self._last + timedelta(milliseconds=1))
        return self._last

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


class Store:
    """Current resources by (type, id), and when each deleted one went."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._current: dict[str, dict[str, Resource]] = {}
        self._deleted: dict[tuple[str, str], datetime] = {}

    def load_folder(self, folder: Path) -> None:
        """Read every `*.ndjson` in which each line is a resource; an exporter's own log beside them is not."""
        loaded_at = self.clock.now()
        for file in sorted(folder.glob("*.ndjson")):
            with file.open("rb") as lines:
                for line in lines:
                    if line.strip():
                        self._load_line(line.strip(), loaded_at)

    def _load_line(self, line: bytes, loaded_at: datetime) -> None:
        content = parse(line)
        if not RESOURCE_TYPE.match(content.get("resourceType", "")):
            return
        stamp = content.get("meta", {}).get("lastUpdated")
        self._put(Resource(content["resourceType"], content["id"], parse_instant(stamp) if stamp else loaded_at, line))

    def _put(self, resource: Resource) -> None:
        self._current.setdefault(resource.type, {})[resource.id] = resource
        self._deleted.pop((resource.type, resource.id), None)

    def upsert(self, content: dict, keep_meta: bool = False) -> Resource:
        """Store a new version: versionId counts up and lastUpdated is now.

        With `keep_meta` the caller's own meta stands, for a version that arrives late or is stamped in the future.
        """
        content = dict(content)
        previous = self._current.get(content["resourceType"], {}).get(content["id"])
        meta = dict(content.get("meta", {}))
        if not (keep_meta and "lastUpdated" in meta):
            known = parse(previous.body).get("meta", {}).get("versionId", "1") if previous else "0"
            meta |= {"versionId": str(int(known) + 1), "lastUpdated": format_instant(self.clock.now())}
        content["meta"] = meta
        updated_at = parse_instant(meta["lastUpdated"])
        resource = Resource(content["resourceType"], content["id"], updated_at, render(content))
        self._put(resource)
        return resource

    def touch(self, resource: Resource) -> Resource:
        """A new version with the same content: what an unrelated edit at the source looks like."""
        return self.upsert(parse(resource.body))

    def delete(self, type_: str, id_: str) -> None:
        """Raises UnknownResourceError when there is no such resource."""
        if id_ not in self._current.get(type_, {}):
            raise UnknownResourceError(f"{type_}/{id_}")
        del self._current[type_][id_]
        self._deleted[type_, id_] = self.clock.now()

    def types(self) -> list[str]:
        return sorted(self._current)

    def counts(self) -> dict[str, int]:
        return {type_: len(self._current[type_]) for type_ in self.types()}

    def resources(self, type_: str, since: datetime | None = None) -> list[Resource]:
        """Current resources of one type in the order in which they came, changed after `since` if one is given."""
        current = self._current.get(type_, {}).values()
        return [resource for resource in current if since is None or resource.updated_at > since]

    def deleted(self, types: list[str], since: datetime) -> list[tuple[str, str]]:
        """(type, id) of what was deleted after `since`, of all types when none is named."""
        return sorted(
            key for key, gone_at in self._deleted.items() if gone_at > since and (not types or key[0] in types)
        )
