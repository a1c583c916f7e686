"""Faults of a source, switched on by name in a world's `faults.json`, each labelled in the truth when it strikes.

Belongs here: the catalogue, what is on, when it strikes, and the ASGI middleware that makes any system fail. Not here:
rows within a body (`pages.py`).

`faults.json` is {system: [{"fault": name, "rate": share of requests or rows, "times": at most, "seconds": of waiting,
"field": that drifts, "since": when it fell silent}]}, all but the name optional. A fault strikes by a hash of the
world's seed, its name, the system and the number of the request (or the key of the row): twice the same, on any machine.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from simulator.serve.clock import Clock

Stage = Literal["answer", "transport", "page", "rows", "time", "file"]

# name: (where it acts, share of requests or of rows that it strikes unless told otherwise)
CATALOGUE: dict[str, tuple[Stage, float]] = {
    "429": ("answer", 0.1),
    "5xx": ("answer", 0.1),
    "html_200": ("answer", 0.1),
    "error_body_200": ("answer", 0.1),
    "token_expired": ("answer", 0.1),
    "slow": ("transport", 0.1),
    "dropped": ("transport", 0.1),
    "truncated": ("transport", 0.1),
    "empty_page": ("page", 0.1),
    "repeated_page": ("page", 0.1),
    "shifting_page": ("page", 0.1),
    "future_clock": ("rows", 0.01),
    "two_versions": ("rows", 0.01),
    "duplicate_rows": ("rows", 0.01),
    "drift_added": ("rows", 1.0),
    "drift_removed": ("rows", 1.0),
    "drift_renamed": ("rows", 1.0),
    "drift_retyped": ("rows", 1.0),
    "drift_enum": ("rows", 0.01),
    "silent": ("time", 1.0),
    "truncated_full_file": ("file", 1.0),
}
OPTIONS = {"fault", "rate", "times", "seconds", "field", "since"}


class FaultError(Exception):
    """A fault that cannot be switched on: the message says which there are."""


@dataclass
class Fault:
    """One fault that is on for one system, and how often it has been asked and has struck since."""

    fault: str
    rate: float
    times: int | None = None
    seconds: float = 1
    field: str = ""
    since: datetime | None = None
    asked: int = 0
    struck: int = 0
    hit: set[str] = dataclass_field(default_factory=set)

    @property
    def stage(self) -> Stage:
        return CATALOGUE[self.fault][0]


class Faults:
    """What is on in a world, read again when `faults.json` has changed: then all counting begins anew."""

    def __init__(self, world: Path) -> None:
        self.clock = Clock(world)
        self._world, self._state, self._on = world, (0, 0), dict[str, list[Fault]]()
        self._seed = _seed(world)

    def of(self, system: str, stage: Stage) -> list[Fault]:
        """What is on for a system. Raises FaultError for a file that means nothing."""
        return [fault for fault in self._read().get(system, ()) if fault.stage == stage]

    def now_of(self, system: str) -> Callable[[], datetime]:
        """The time at which a system is seen: the clock's, unless the system fell silent before."""

        def now() -> datetime:
            moments = [fault.since for fault in self.of(system, "time") if fault.since]
            return min([self.clock.now(), *moments])

        return now

    def strikes(self, fault: Fault, system: str) -> bool:
        """Whether it strikes this request; ask once a request that it could strike."""
        fault.asked += 1
        if fault.times is not None and fault.struck >= fault.times:
            return False
        if self.chance(fault.fault, system, fault.asked) >= fault.rate:
            return False
        fault.struck += 1
        return True

    def strikes_row(self, fault: Fault, system: str, key: str) -> bool:
        """Whether it strikes a row: the same at every request; `times` is of rows."""
        if self.chance(fault.fault, system, key) >= fault.rate:
            return False
        if fault.times is not None and key not in fault.hit:
            if len(fault.hit) >= fault.times:
                return False
            fault.hit.add(key)
        return True

    def chance(self, *parts: object) -> float:
        """A number from 0 to below 1, the same for the same seed and parts."""
        text = "|".join(map(str, (self._seed, *parts)))
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) / 2**48

    def label(self, system: str, fault: Fault, path: str, rows: Iterable[str] = (), detail: str = "") -> None:
        """Tell the truth what was done, beside everything else that is known of this world."""
        told = {"at": f"{self.clock.now():%Y-%m-%dT%H:%M:%SZ}", "system": system, "fault": fault.fault, "path": path}
        folder = self._world / "truth"
        folder.mkdir(exist_ok=True)
        with (folder / "transport_faults.jsonl").open("a", encoding="utf-8") as labels:
            labels.write(json.dumps(told | {"detail": detail, "rows": list(rows)}) + "\n")

    def _read(self) -> dict[str, list[Fault]]:
        try:
            found = _file(self._world).stat()
        except FileNotFoundError:
            self._on, self._state = {}, (0, 0)
            return self._on
        state = (found.st_mtime_ns, found.st_ino)
        if state != self._state:
            described = described_faults(self._world)
            self._on = {system: [_fault(one) for one in listed] for system, listed in described.items()}
            self._state = state
        return self._on


def described_faults(world: Path) -> dict[str, list[dict[str, Any]]]:
    """`faults.json` as it is; empty where there is none."""
    try:
        described = json.loads(_file(world).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise FaultError(f"{_file(world)} is not JSON: {error}") from error
    if not isinstance(described, dict):
        raise FaultError(f'{_file(world)} must hold {{"system": [{{"fault": name}}]}}')
    return described


def switch(world: Path, described: dict[str, list[dict[str, Any]]]) -> None:
    """Put these faults on, and no others. Raises FaultError, and what was on stays."""
    for listed in described.values():
        for one in listed:
            _fault(one)
    written = _file(world).with_suffix(".new")
    written.write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    written.replace(_file(world))


def asked_faults(world: Path, asked: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Faults as asked for in words, `name[:system][=rate]`, without a system for all that the world has.

    A system that falls silent does so at the time the world has now. Raises FaultError.
    """
    described: dict[str, list[dict[str, Any]]] = {}
    now = f"{Clock(world).now():%Y-%m-%dT%H:%M:%SZ}"
    for words in asked:
        head, _, rate = words.partition("=")
        name, _, system = head.partition(":")
        if name not in CATALOGUE:
            raise FaultError(f"No fault is called {name!r}. There are: {', '.join(CATALOGUE)}, and none.")
        folder = world / ("files" if CATALOGUE[name][0] == "file" else "systems")
        known = sorted(place.name for place in folder.iterdir()) if folder.is_dir() else []
        if (system and system not in known) or not known:
            raise FaultError(
                f"{words}: {folder} holds no {system or 'system'}. There are: {', '.join(known) or 'none'}."
            )
        one: dict[str, Any] = {"fault": name}
        if rate:
            try:
                one["rate"] = float(rate)
            except ValueError:
                raise FaultError(f"{words}: the rate is a number from 0 to 1, as in {name}={0.05}.") from None
        if name == "silent":
            one["since"] = now
        for each in [system] if system else known:
            described.setdefault(each, []).append(one)
    return described


def cut_files(faults: Faults, files: Iterable[Path]) -> list[Path]:
    """Cut newly written files of the feeds for which truncated_full_file is on to the first half of their lines.

    `files` are those just written, under `files/<feed>/`. Returns those that were cut.
    """
    cut = []
    for path in sorted(files):
        feed = path.parent.name
        for fault in faults.of(feed, "file"):
            if faults.strikes_row(fault, feed, path.name):
                lines = path.read_bytes().splitlines(keepends=True)
                path.write_bytes(b"".join(lines[: len(lines) // 2]))
                faults.label(feed, fault, path.name, detail=f"{len(lines) // 2} of {len(lines)} lines")
                cut.append(path)
    return cut


def _fault(described: dict[str, Any]) -> Fault:
    name = described.get("fault")
    if name not in CATALOGUE:
        raise FaultError(f"No fault is called {name!r}. There are: {', '.join(CATALOGUE)}.")
    if unknown := set(described) - OPTIONS:
        raise FaultError(f"{name}: {sorted(unknown)} means nothing here. There are: {', '.join(sorted(OPTIONS))}.")
    rate = described.get("rate", CATALOGUE[name][1])
    if not 0 <= rate <= 1:
        raise FaultError(f"{name}: the rate is a share from 0 to 1, not {rate}.")
    since = described.get("since")
    return Fault(
        name, rate, described.get("times"), described.get("seconds", 1), described.get("field", ""),
        datetime.fromisoformat(since.removesuffix("Z")) if since else None,
    )  # fmt: skip


def _seed(world: Path) -> int:
    manifest = world / "truth" / "manifest.json"
    return int(json.loads(manifest.read_text(encoding="utf-8")).get("seed", 0)) if manifest.exists() else 0


def _file(world: Path) -> Path:
    return world / "faults.json"
