"""Bulk Data export: kick-off, progress, manifest, files.

Belongs here: the life of an export job and the shape of its manifest, as the SMART bulk data server answers.
Not here: routes and headers (`server.py`), what is stored (`store.py`).
Rules: HL7 Bulk Data Access IG 2.0, "System level export". Group and Patient level are not offered.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from simulator.fhir.faults import Faults
from simulator.fhir.outcomes import RefusalError, operation_outcome
from simulator.fhir.store import Store, parse_instant, render

FORMATS = {"application/fhir+ndjson", "application/ndjson", "ndjson"}
KNOWN = {"_type", "_since", "_outputFormat"}


@dataclass(frozen=True)
class ExportSettings:
    """How exports behave: polls before the manifest, seconds of Retry-After, rows of a file, life of the files."""

    polls: int = 2
    retry_after: int = 1
    rows_per_file: int = 500
    lifetime_seconds: int = 3600


@dataclass
class File:
    """One file of an export: how many rows it has, and how they are read when it is asked for."""

    count: int
    read: Callable[[], list[bytes]]


@dataclass
class Job:
    """An export: its content is what the store held at kick-off, whatever happens afterwards.

    It keeps which versions that were, not the versions: an export of any size needs no more memory than one file.
    """

    id: str
    request: str
    started_at: datetime
    polls: int = 0
    files: dict[str, File] = field(default_factory=dict)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    manifest: dict | None = None

    def add_file(self, type_: str, count: int, read: Callable[[], list[bytes]]) -> str:
        # The recorded server numbers its files in steps of two, in the order of the types.
        name = f"{2 * len(self.files) + 2}.{type_}.ndjson"
        self.files[name] = File(count, read)
        return name

    def add_line(self, type_: str, content: dict) -> str:
        """A file of one line that is made now."""
        line = render(content)
        return self.add_file(type_, 1, lambda: [line])


class Exports:
    """The jobs of one server."""

    def __init__(self, store: Store, faults: Faults, settings: ExportSettings, secure: bool) -> None:
        self._store, self._faults, self.settings, self._secure = store, faults, settings, secure
        self._jobs: dict[str, Job] = {}

    def kick_off(self, parameters: dict[str, str], request: str) -> Job:
        """Start a job. Raises RefusalError for a parameter that is unknown or means nothing."""
        unknown = sorted(set(parameters) - KNOWN)
        if unknown:
            raise RefusalError(400, f"Unsupported export parameters: {', '.join(unknown)}", "not-supported")
        if parameters.get("_outputFormat", "ndjson") not in FORMATS:
            raise RefusalError(
                400, f'The "{parameters["_outputFormat"]}" _outputFormat is not supported', "not-supported"
            )
        types = [name for name in parameters.get("_type", "").split(",") if name]
        strange = [name for name in types if not re.fullmatch(r"[A-Z][A-Za-z]+", name)]
        if strange:
            raise RefusalError(400, f"Unknown resource types: {', '.join(strange)}", "invalid")
        try:
            since = parse_instant(parameters["_since"]) if "_since" in parameters else None
        except ValueError as error:
            raise RefusalError(400, f'Invalid _since "{parameters["_since"]}": {error}', "invalid") from error

        job = Job(secrets.token_hex(16), request, self._store.now())
        self._fill(job, types, since)
        self._jobs[job.id] = job
        return job

    def _fill(self, job: Job, types: list[str], since: datetime | None) -> None:
        size = self.settings.rows_per_file
        for type_ in sorted(types) or self._store.types():
            rows = self._store.changed_since(type_, since)
            for start in range(0, len(rows), size):
                part = rows[start : start + size]
                job.outputs.append((type_, job.add_file(type_, len(part), partial(self._store.bodies, type_, part))))
        if since is None:  # Without _since there is nothing that a client could have to delete.
            return
        gone = self._store.deleted(types, since)
        for start in range(0, len(gone), size):
            entries = [{"request": {"method": "DELETE", "url": f"{t}/{i}"}} for t, i in gone[start : start + size]]
            bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
            job.deleted.append(job.add_line("Bundle", bundle))

    def job(self, id_: str) -> Job:
        """Raises RefusalError: 404 for a job that never was or was deleted, 410 for one that has expired."""
        job = self._jobs.get(id_)
        if job is None:
            raise RefusalError(404, "The export was not found", "not-found")
        if self._store.now() > self.expires_at(job):
            raise RefusalError(410, "The export has expired and its files are deleted", "expired")
        return job

    def expires_at(self, job: Job) -> datetime:
        return job.started_at + timedelta(seconds=self.settings.lifetime_seconds)

    def cancel(self, id_: str) -> None:
        if self._jobs.pop(id_, None) is None:
            raise RefusalError(
                404, "Unknown procedure. Perhaps it is already completed and thus, it cannot be canceled"
            )

    def poll(self, id_: str, base: str, target: str) -> tuple[Job, int]:
        """The job and its progress in percent; at 100 it has a manifest, which never changes afterwards."""
        job = self.job(id_)
        if job.polls < self.settings.polls:
            job.polls += 1
            return job, (job.polls - 1) * 100 // self.settings.polls
        if job.manifest is None:
            job.manifest = self._manifest(job, base, target)
        return job, 100

    def _manifest(self, job: Job, base: str, target: str) -> dict:
        firing = [fault.name for fault in self._faults.firing("manifest", target)]
        outputs, failed = job.outputs, []
        if "manifest-errors" in firing:
            outputs, failed = job.outputs[:1], job.outputs[1:]

        def url(name: str) -> str:
            return f"{base}/bulkfiles/{job.id}/{name}"

        errors = []
        for _, lost in failed:
            report = operation_outcome(f"Failed to export {lost}", "exception")
            errors.append({"url": url(job.add_line("OperationOutcome", report)), "type": "OperationOutcome"})
        files: list[dict] = [
            {"url": url(name), "count": job.files[name].count, "type": type_} for type_, name in outputs
        ]
        if "wrong-count" in firing and files:
            files[0]["count"] += 1
        return {
            # Whole seconds with a numeric zone, as recorded: cut off, never rounded up, so that nothing falls between.
            "transactionTime": job.started_at.isoformat(timespec="seconds") + "+00:00",
            "request": job.request,
            "requiresAccessToken": self._secure,
            "outputOrganizedBy": "",
            "deleted": [{"url": url(name), "count": 1, "type": "Bundle"} for name in job.deleted],
            "output": files,
            "error": errors,
        }

    def file(self, id_: str, name: str, target: str) -> bytes:
        """The bytes of one file. Raises RefusalError when there is none."""
        file = self.job(id_).files.get(name)
        if file is None:
            raise RefusalError(404, "The file was not found", "not-found")
        return b"".join(row + b"\n" for row in self._faults.damage_rows(file.read(), target))
