"""Folders into which other systems deliver files: which files of an object there are, when each arrived, its pages.

Belongs here: names, arrival, and landing's questions to such a folder, the same for every system that delivers delimited
files. Not here: what makes a file whole (delimited.py), which system delivers what (sources/).

A file counts as arrived at the later of its two stamps: a copy that keeps the time of writing still arrives now. A name
that says that the file is unfinished is left alone, and what is refused is read again when it has changed. The folder is
only read: who delivers, moves and deletes files is not parline.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from ingestion.contracts import Contract, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.page import (
    Deletion,
    Envelope,
    IncompleteAnswerError,
    Page,
    Part,
    Refused,
    SourceError,
    SourceKey,
    UnreachableError,
    Window,
)
from ingestion.protocols.delimited import (
    CheckedFile,
    Encoding,
    FileFormat,
    UnfitFileError,
    check_file,
    page_bodies,
    read_texts,
)
from ingestion.settings import SettingsError

log = logging.getLogger(__name__)

UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", "~")
# How a key's value may be written so that landing reads the same: others are rows that landing puts aside.
KEY_FORMS = {"integer": r"^\s*-?0*\d{1,18}\s*$", "date": r"^\s*\d{4}-\d{2}-\d{2}\s*$", "string": r"."}


class Options(BaseModel):
    """`options` of a block in sources.toml whose system delivers files; `base_url` is the folder.

    files: by object, its files below the folder as a pattern, where it is not the contract's `sourceObject`. delimiter,
    encoding, trailer: how this system writes (a byte order mark may stand or not).
    """

    model_config = ConfigDict(extra="forbid")

    files: dict[str, Annotated[str, Field(pattern="^[^/]")]] = Field(default_factory=dict)
    delimiter: Annotated[str, Field(pattern="^[\t !#-~]$")] = ","
    encoding: Encoding = "utf-8"
    trailer: Annotated[str, Field(min_length=1)] = "TRAILER"


@dataclass(frozen=True)
class Delivery:
    """One file: when it arrived, when it was written, and what tells that it has changed. `part`, its name below the folder,
    is another when it is only moved or given other rights, for then it arrives anew."""

    path: Path
    part: Part
    arrived_at: datetime
    written_at: datetime
    state: tuple[int, int, int]

    @property
    def name(self) -> str:
        return self.part.name


class DeliveredFiles:
    """One folder, read as landing asks (ingestion.landing.page.Source)."""

    def __init__(self, instance: Instance, contract: Contract, controls: Mapping[str, str]):
        """controls: by object the name of the column that its trailer adds up. Raises SettingsError."""
        self._instance, self._controls = instance, controls
        self._objects = [o for o in contract.roots if instance.objects is None or o.name in instance.objects]
        options = _options(instance, contract)
        self._folder, self._patterns = Path(instance.base_url).expanduser(), options.files
        self._form = FileFormat(options.delimiter, options.encoding, options.trailer)
        self._checked: dict[tuple[str, Path, tuple[int, int, int]], CheckedFile | UnfitFileError] = {}

    def check(self) -> str:
        self.now()
        found = [delivery for obj in self._objects for delivery in self._delivered(obj)]
        newest = max((delivery.arrived_at for delivery in found), default=None)
        arrived = f", the newest arrived {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
        return f"{len(found)} files of {len(self._objects)} objects in {self._folder}{arrived}"

    def now(self) -> datetime:
        """This machine's clock: it is the one that stamps what arrives."""
        if not self._folder.is_dir():
            raise UnreachableError(f"{self._instance.name}: there is no folder {self._folder} (base_url)")
        return datetime.now(UTC)

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page | Refused]:
        for delivery in self._delivered(obj):
            if delivery.arrived_at > window.end or (window.start and delivery.arrived_at < window.start):
                continue
            if delivery.part in window.held:
                continue
            try:
                yield from self._pages(obj, delivery, window.end)
            except UnfitFileError as error:
                yield Refused(delivery.name, error.error_class, str(error))

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        """Every page that holds one of the keys, whole: a row cannot be asked for by itself."""
        wanted = set(keys)
        for page in self._fit_pages(obj, self._delivered(obj)) if wanted else ():
            if any(key in wanted for key in self._keys_in(obj, page)):
                yield page

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        """Every key of a row in the whole files that were written by then: a file that is only moved or given other rights
        arrives anew, and its rows are no new ones. Of a refused file nobody knows what it should hold."""
        written = [delivery for delivery in self._delivered(obj) if delivery.written_at <= as_of]
        for page in self._fit_pages(obj, written):
            for key in self._keys_in(obj, page):
                yield SourceKey(key)

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        return iter(())

    def close(self) -> None:
        self._checked.clear()

    def _delivered(self, obj: ObjectContract) -> list[Delivery]:
        """The object's files, oldest first. Raises SourceError where there is no such folder."""
        pattern = self._patterns.get(obj.name, obj.source_object)
        if not (folder := (self._folder / pattern).parent).is_dir():
            raise SourceError(f"{obj.name}: there is no folder {folder} for files {pattern} (options.files)")
        found = [
            _delivery(self._folder, path)
            for path in self._folder.glob(pattern)
            if path.is_file() and not path.name.lower().endswith(UNFINISHED) and not path.name.startswith(".")
        ]
        return sorted(found, key=lambda delivery: (delivery.written_at, delivery.name))

    def _pages(self, obj: ObjectContract, delivery: Delivery, watermark: datetime | None) -> Iterator[Page]:
        """A file's pages. Raises UnfitFileError before the first of them, IncompleteAnswerError if it changes meanwhile."""
        with _open(delivery) as opened:
            file = self._check(obj, delivery, opened)
            for number, (body, rows) in enumerate(page_bodies(opened, file, self._form), 1):
                # A version is as new as its file was written: an older file that is copied anew stays older.
                yield Page(
                    body, Envelope(delimiter=self._form.delimiter), f"{delivery.name}, page {number}", rows, watermark,
                    read_at=delivery.written_at, part=delivery.part,
                )  # fmt: skip
            if _state(os.fstat(opened.fileno())) != delivery.state:
                raise IncompleteAnswerError(f"{delivery.name} changed while it was read")

    def _fit_pages(self, obj: ObjectContract, deliveries: Iterable[Delivery]) -> Iterator[Page]:
        for delivery in deliveries:
            try:
                yield from self._pages(obj, delivery, None)
            except UnfitFileError as error:
                log.info("%s is left out: %s", delivery.name, error)

    def _check(self, obj: ObjectContract, delivery: Delivery, opened: BinaryIO) -> CheckedFile:
        """A file is believed once in a load, however often it is read."""
        known = (obj.name, delivery.path, delivery.state)
        if known not in self._checked:
            wanted = {column.path for column in obj.landed_columns if column.required}
            try:
                self._checked[known] = file = check_file(opened, self._form, wanted, self._controls[obj.name])
            except UnfitFileError as error:
                self._checked[known] = error
            else:
                if file.unchecked:
                    log.info(
                        "%s: the control total was not checked: %s rows have no readable %s",
                        delivery.name, file.unchecked, self._controls[obj.name],
                    )  # fmt: skip
        checked = self._checked[known]
        if isinstance(checked, UnfitFileError):
            raise checked
        return checked

    def _keys_in(self, obj: ObjectContract, page: Page) -> Iterator[tuple[str, ...]]:
        """The keys of a page's rows as landing writes them; rows that have none are put aside by landing."""
        table, _ = read_texts(page.body, self._form.delimiter, [column.path for column in obj.key_columns])
        for column in obj.key_columns:
            table = table.filter(pc.match_substring_regex(table[column.path], KEY_FORMS[column.logical_type]))
        texts = [_as_landed(table[column.path], column.logical_type) for column in obj.key_columns]
        return zip(*(text.to_pylist() for text in texts), strict=True)


def _as_landed(values: pa.ChunkedArray, logical_type: str) -> pa.ChunkedArray:
    if logical_type == "string":
        return values
    trimmed = pc.utf8_trim_whitespace(values)
    return trimmed.cast(pa.int64()).cast(pa.string()) if logical_type == "integer" else trimmed


def _delivery(folder: Path, path: Path) -> Delivery:
    found = path.stat()
    written_at, changed_at = (datetime.fromtimestamp(stamp, UTC) for stamp in (found.st_mtime, found.st_ctime))
    if written_at > datetime.now(UTC):
        # Set by hand or by another clock: it must not keep the file from us until then.
        written_at = changed_at
    part = Part(str(path.relative_to(folder)), "-".join(map(str, (*_state(found), found.st_ctime_ns))))
    return Delivery(path, part, max(written_at, changed_at), written_at, _state(found))


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _open(delivery: Delivery) -> BinaryIO:
    try:
        return delivery.path.open("rb")
    except OSError as error:
        raise UnfitFileError("UNREADABLE", f"the file cannot be opened: {error.strerror}") from None


def _options(instance: Instance, contract: Contract) -> Options:
    options = instance.options_as(Options)
    if unknown := sorted(set(options.files) - {obj.name for obj in contract.roots}):
        raise SettingsError(f"{instance.name}: options.files: there is no object {', '.join(unknown)}")
    return options
