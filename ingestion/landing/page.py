"""What a source hands to landing: pages of bytes as they came, and the questions landing may ask of a source.

Belongs here: the boundary between a source system and the landing path. Not here: what either side does.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ingestion.contracts import ObjectContract


@dataclass(frozen=True)
class Envelope:
    """Where the records stand in a page.

    list_at: path of the list of records in the page's JSON; empty when the page is the list itself.
    record_at: path of the record inside an element of that list (a FHIR bundle's `resource`); empty when it is the
    element. lines: the page is NDJSON, one record a line (then neither path counts). type_field: where a page may hold
    records of other types (a bundle's OperationOutcome), the field that says so: only those equal to the object's
    `sourceObject` are its records. is_text: every value is written as text, empty where there is none. delimiter: the
    page is a part of a delimited file, its first line the names (UTF-8; every value is text).
    """

    list_at: tuple[str, ...] = ()
    record_at: tuple[str, ...] = ()
    lines: bool = False
    type_field: str | None = None
    is_text: bool = False
    delimiter: str | None = None


@dataclass(frozen=True)
class Part:
    """A file that a source delivers: its name, and what tells that it is still the same one."""

    name: str
    state: str


@dataclass(frozen=True)
class Page:
    """One answer of a source, untouched.

    records: how many records the protocol knows the page to hold (None: it cannot tell without decoding).
    watermark: the source's own word up to when this answer is complete (a bulk export's transactionTime); then it
    counts instead of the records' stamps. label: where it came from, without secrets or identifiers, for messages.
    archive_ref: of a page that comes from the archive, where it is there. read_at: when the source gave it, where that is
    not now: a page of the archive, or a file that says when it was written.
    part: the file that the page is of, where a source delivers files: what was refused of it before is over now.
    """

    body: bytes
    envelope: Envelope
    label: str
    records: int | None = None
    watermark: datetime | None = None
    archive_ref: str | None = None
    read_at: datetime | None = None
    part: Part | None = None


@dataclass(frozen=True)
class Refused:
    """A file that is not taken, none of its rows, while the others are: it breaks off, or its trailer says otherwise.

    part: its name, which holds nothing of anybody; error_class: one word in capitals; reason: what is wrong with it.
    """

    part: str
    error_class: str
    reason: str


@dataclass(frozen=True)
class Window:
    """A closed range of change stamps, UTC: everything changed from `start` to `end`, both included.

    start is None for everything. A source must ask with >= and <=: an open end loses ties. after: of an object with a
    sequence, up to which number each scope is held without a gap; nothing is known of a scope that is not named. held:
    files that landed whole and need not be read again; one that has changed is another.
    """

    start: datetime | None
    end: datetime
    after: Mapping[str, int] = field(default_factory=dict)
    held: Collection[Part] = frozenset()


@dataclass(frozen=True)
class SourceKey:
    """One key that exists at the source: the key columns' values in order, as the source writes them (text), and its
    change stamp where a keys-only read gives one."""

    key: tuple[str, ...]
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Deletion:
    """The source's own word that a record is gone, and since when (UTC)."""

    key: tuple[str, ...]
    deleted_at: datetime


class Source(Protocol):
    """How one system instance is read. Every method may raise SourceError; none of them writes anything.

    A load asks from two threads: one reads pages ahead, object after object, the other asks for keys, deletions and
    single records of the objects before.
    """

    def check(self) -> str:
        """Reach the system with the configured credential; one line on what answered."""

    def now(self) -> datetime:
        """The source's own clock, UTC (its Date header), so that a window never ends in its future."""

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page | Refused]:
        """All records of an object changed in the window, nested children included."""

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        """These records again, whatever their stamp; a key that is gone is simply not in the answer."""

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey] | None:
        """Every key that existed at `as_of`: the source's own count. None where the source cannot list its keys."""

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        """Deletions that the source signals in the window; empty where it signals none."""

    def close(self) -> None:
        """Let go of connections and server-side jobs."""


class SourceError(Exception):
    """A source did not answer as agreed. The object's load fails, its watermark stays, other objects go on.

    The message names what was asked and what came back, and never carries a record's content.
    """


class IncompleteAnswerError(SourceError):
    """Pages are missing, repeated, or fewer records came than were announced."""


class UnreachableError(SourceError):
    """Nothing answers at the source's address: no other object need be tried."""


class AuthenticationError(SourceError):
    """The credential was refused."""
