"""FHIR Bulk Data: one export of many types, its manifest believed in every line, its files as pages.

Belongs here: kick-off, polling, manifest, errors, counts, deleted bundles. Not here: which types are wanted
(sources/fhir_r4.py); rows are decoded by landing, from their bytes.
Rules: HL7 FHIR Bulk Data Access IG 2.0.
"""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson

from ingestion.landing.page import Envelope, IncompleteAnswerError, Page, SourceError
from ingestion.protocols.fhir import (
    FHIR_JSON,
    FHIR_NDJSON,
    explained,
    failed_issues,
    instant,
    is_outcome,
    issue_codes,
    read_instant,
)
from ingestion.protocols.http import JSON, JsonClient, Response, StatusError, retry_after

log = logging.getLogger(__name__)

LINES = Envelope(lines=True, type_field="resourceType")
PAGE_BYTES = 4 * 2**20
SHORTEST_POLL_SECONDS, FIRST_POLL_SECONDS, LONGEST_POLL_SECONDS = 0.1, 1.0, 30.0


@dataclass(frozen=True)
class File:
    """One file of a manifest. `count`: rows that the server says it has, where it says so. `label`: for messages."""

    url: str
    type: str
    count: int | None
    label: str


@dataclass
class Manifest:
    """A finished export: up to when it is complete (`transaction_time`), what it holds, and what failed."""

    transaction_time: datetime
    needs_token: bool
    output: list[File] = field(default_factory=list)
    deleted: list[File] = field(default_factory=list)
    error: list[File] = field(default_factory=list)


@dataclass
class Export:
    """One export of a server for some types, changed since a moment (None: everything).

    Starts when first asked for something; `close` tells the server that its files may go.
    """

    client: JsonClient
    types: tuple[str, ...]
    since: datetime | None
    deadline: timedelta
    _status_url: str | None = None
    _manifest: Manifest | None = None
    _failure: SourceError | None = None
    _failed_types: frozenset[str] = frozenset()
    _deleted_ids: dict[str, list[str]] | None = None

    def manifest(self) -> Manifest:
        """Kick off, wait, read the manifest and every error in it. Raises SourceError."""
        if self._failure is not None:
            # It failed for the first type that asked; asking again for each further type would cost hours of polls.
            raise self._failure
        if self._manifest is None:
            try:
                self._status_url = self._kick_off()
                manifest = self._read_manifest(self._wait())
                self._failed_types = self._judge_errors(manifest)
            except SourceError as error:
                self._failure = error
                raise
            self._manifest = manifest
        return self._manifest

    def pages(self, type_: str) -> Iterator[Page]:
        """The type's rows, cut at line ends into pages of some megabytes; one empty page when there is no row.

        Raises IncompleteAnswerError when the export reports an error for the type, a file is gone, holds an
        OperationOutcome, or has another number of rows than announced.
        """
        manifest = self.manifest()
        if type_ in self._failed_types:
            raise IncompleteAnswerError(
                f"{type_} export: the server reports errors for it; what it did export is not complete. "
                "Load again; if it stays, ask the server's operator for the export's error files."
            )
        files = [file for file in manifest.output if file.type == type_]
        for file in files:
            yield from self._file_pages(file, manifest)
        if not files:
            yield Page(b"", LINES, f"{type_} export: no rows", records=0, watermark=manifest.transaction_time)

    def deleted_ids(self, type_: str) -> list[str]:
        """Ids of the type that the server says were deleted since `since`, in its order."""
        if self._deleted_ids is None:
            self._deleted_ids = self._read_deleted(self.manifest())
        return self._deleted_ids.get(type_, [])

    def close(self) -> None:
        """Delete the export at the server. A refusal is logged only: it costs the server space, and us nothing."""
        if self._status_url is None:
            return
        try:
            self.client.delete(self._status_url, label="export clean-up")
        except SourceError as error:
            log.warning("%s", error)
        self._status_url = None

    def _kick_off(self) -> str:
        params = [("_type", ",".join(self.types)), ("_outputFormat", FHIR_NDJSON)]
        if self.since is not None:
            params.append(("_since", instant(self.since)))
        answer = self._asked("$export", "export kick-off", params=params, headers={"Prefer": "respond-async"})
        location = answer.headers.get("content-location")
        if answer.status != 202 or not location:
            raise SourceError(f"export kick-off: answered {answer.status} without a place to poll (Content-Location)")
        return str(httpx.URL(answer.url).join(location))

    def _wait(self) -> Response:
        """Poll until the export is done. Raises SourceError at the deadline."""
        until = time.monotonic() + self.deadline.total_seconds()
        pause = FIRST_POLL_SECONDS
        while True:
            answer = self._asked(str(self._status_url), "export status")
            if answer.status != 202:
                return answer
            if progress := answer.headers.get("x-progress"):
                log.info("export: %s", progress[:100])
            asked = retry_after(answer.headers)
            wait = pause if asked is None else max(asked, SHORTEST_POLL_SECONDS)
            if time.monotonic() + wait > until:
                raise SourceError(
                    f"export: not done after {self.deadline}. Give the source more time (options.export_minutes), or "
                    "fewer objects in one load."
                )
            time.sleep(wait)
            pause = min(pause * 2, LONGEST_POLL_SECONDS)

    def _read_manifest(self, first: Response) -> Manifest:
        """The manifest, all its pages (`link`, relation next, of newer servers)."""
        answer, seen = first, {first.url}
        body = _manifest_body(answer)
        needs_token = body.get("requiresAccessToken", True) is not False
        manifest = Manifest(read_instant(body.get("transactionTime"), "export manifest"), needs_token)
        while True:
            for name, files in (("output", manifest.output), ("deleted", manifest.deleted), ("error", manifest.error)):
                for entry in body.get(name) or []:
                    label = f"{entry.get('type')} export, {name} file {len(files) + 1}"
                    files.append(File(entry["url"], entry.get("type", ""), entry.get("count"), label))
            link = next((link["url"] for link in body.get("link") or [] if link.get("relation") == "next"), None)
            if link is None:
                return manifest
            answer = self._asked(str(httpx.URL(answer.url).join(link)), "export manifest")
            if answer.url in seen:
                raise IncompleteAnswerError("export manifest: its pages go in a circle")
            seen.add(answer.url)
            body = _manifest_body(answer)

    def _judge_errors(self, manifest: Manifest) -> frozenset[str]:
        """The types that an error of the export touches: all of them, unless it names a file or path of some."""
        failed: set[str] = set()
        for file in manifest.error:
            issues = []
            for line in self._lines(file, manifest):
                outcome = _parsed(line, file)
                issues += failed_issues(outcome) if is_outcome(outcome) else [{"code": "unreadable"}]
            if not issues:
                continue
            log.warning("%s: %d errors (%s)", file.label, len(issues), issue_codes(issues))
            for issue in issues:
                failed |= _named_types(issue, self.types) or set(self.types)
        return frozenset(failed)

    def _file_pages(self, file: File, manifest: Manifest) -> Iterator[Page]:
        rows = 0
        for number, body in enumerate(_whole_lines(self._bytes(file, manifest)), 1):
            records = _count_rows(body, file)
            rows += records
            yield Page(body, LINES, f"{file.label}, part {number}", records, manifest.transaction_time)
        _compare_count(file, rows)
        if rows == 0:
            yield Page(b"", LINES, file.label, records=0, watermark=manifest.transaction_time)

    def _read_deleted(self, manifest: Manifest) -> dict[str, list[str]]:
        gone: dict[str, list[str]] = {}
        for file in manifest.deleted:
            bundles = 0
            for line in self._lines(file, manifest):
                bundles += 1
                for entry in (_parsed(line, file) or {}).get("entry") or []:
                    request = entry.get("request") or {}
                    type_, _, id_ = str(request.get("url", "")).rpartition("/")
                    if request.get("method") != "DELETE" or not type_ or not id_:
                        raise SourceError(f"{file.label}: an entry of a deleted bundle is no DELETE of one record")
                    gone.setdefault(type_.rpartition("/")[2], []).append(id_)
            _compare_count(file, bundles)
        return gone

    def _lines(self, file: File, manifest: Manifest) -> Iterator[bytes]:
        for body in _whole_lines(self._bytes(file, manifest)):
            yield from (line for line in body.split(b"\n") if line.strip())

    def _bytes(self, file: File, manifest: Manifest) -> Iterator[bytes]:
        try:
            yield from self.client.stream(file.url, FHIR_NDJSON, file.label, with_credential=manifest.needs_token)
        except StatusError as error:
            # 410 comes with an OperationOutcome, which is no row of anything.
            raise IncompleteAnswerError(
                f"{explained(error)}: the file cannot be had; the export is not complete"
            ) from None

    def _asked(self, path_or_url: str, label: str, **request: Any) -> Response:
        try:
            accept = FHIR_JSON if label == "export kick-off" else JSON
            return self.client.get_bytes(path_or_url, accept=accept, label=label, **request)
        except StatusError as error:
            raise explained(error) from None


def _manifest_body(answer: Response) -> dict[str, Any]:
    body = answer.json()
    if is_outcome(body):
        codes = issue_codes(body.get("issue") or [])
        raise SourceError(f"export manifest: an OperationOutcome came in its place ({codes})")
    if not isinstance(body, dict) or not isinstance(body.get("output"), list):
        raise SourceError("export manifest: it has no list `output`")
    return body


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Bytes of any cut as bodies of whole lines, each of about PAGE_BYTES (one longer line stays whole)."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= PAGE_BYTES and (end := chunk.rfind(b"\n")) >= 0:
            yield b"".join([*waiting[:-1], chunk[: end + 1]])
            waiting = [chunk[end + 1 :]]
            size = len(waiting[0])
    if rest := b"".join(waiting):
        yield rest


def _count_rows(body: bytes, file: File) -> int:
    """Rows of a page. Raises IncompleteAnswerError for an OperationOutcome among them."""
    rows = 0
    for line in body.split(b"\n"):
        if not line.strip():
            continue
        rows += 1
        # A search for the word is cheap; only a line that has it is parsed.
        if b"OperationOutcome" in line and is_outcome(_parsed(line, file)):
            raise IncompleteAnswerError(f"{file.label}: an OperationOutcome stands among the rows")
    return rows


def _compare_count(file: File, rows: int) -> None:
    if file.count is not None and rows != file.count:
        raise IncompleteAnswerError(f"{file.label}: {rows} rows came and the manifest announced {file.count}")


def _parsed(line: bytes, file: File) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        raise IncompleteAnswerError(f"{file.label}: a line of it is no JSON") from None


def _named_types(issue: dict[str, Any], types: Sequence[str]) -> set[str]:
    """Types whose file or path an issue names. A type merely mentioned is not enough: "Patient/1 has no encounters"
    says nothing against patients."""
    text = f"{issue.get('diagnostics', '')} {(issue.get('details') or {}).get('text', '')}"
    paths = [*(issue.get("expression") or []), *(issue.get("location") or [])]
    return {
        type_
        for type_ in types
        if re.search(rf"\b{type_}\.ndjson\b", text) or any(path.partition(".")[0] == type_ for path in paths)
    }
