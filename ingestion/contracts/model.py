"""What a contract says, as typed values: objects, columns, keys, versions, rules.

Belongs here: the shape. Not here: what cannot be right (refusals.py), YAML (reader.py), or how a source is asked
(sources/).
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Literal

import pyarrow as pa

Disposition = Literal["document", "posting", "snapshot"]
Deletes = Literal["none", "reconcile", "tombstone"]
LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
MinimiseRule = Literal["keep", "drop", "pseudonym", "year", "zip3", "where"]

IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CLASSIFICATIONS = (
    "public", "internal", "financial", "clinical", "date", "geo", "workforce", "direct", "device_identifier",
)  # fmt: skip
# What names a person, or a device in a person: keeping it must be somebody's stated decision, and mostly is refused.
NEEDS_A_RULE = ("direct", "device_identifier", "geo")
PERSONAL = ("direct", "device_identifier", "clinical", "geo", "workforce")

# How a source may write a value, and which types that can become.
ENCODINGS: dict[str, tuple[str, ...]] = {
    "iso": (),
    "tryton_datetime": ("timestamp", "date"),
    "tryton_date": ("date", "timestamp"),
    "rounded_decimal": ("number",),
    "zero_or_one": ("boolean",),
    "fhir_reference": ("string",),
    "fhir_datetime": ("timestamp", "date"),
    "odata_date": ("timestamp", "date"),
    "odata_date_and_time": ("timestamp",),
    "iso_date_and_time": ("timestamp",),
    "date_or_1900": ("timestamp", "date"),
    "local_time": ("timestamp",),
    "gs1_device_identifier": ("string",),
}
# Written in two fields of the record, which the path joins: `LastChangeDate+LastChangeTime`.
OF_TWO_FIELDS = ("odata_date_and_time", "iso_date_and_time")
# The cursor of what is read by its delivery (files, exports): no column, but what the source says of each page.
ARRIVAL = "arrival"
KEY_TYPES = ("string", "integer", "date")


class ContractError(Exception):
    """A contract that cannot be right; the message starts with `file:line:`."""


@dataclass(frozen=True)
class Minimise:
    """What becomes of a value before anything is written.

    domain: separates pseudonyms of different things; is_network_wide: one value has one pseudonym in every source
    instance (a tax id), otherwise each instance has its own (a patient id means nothing elsewhere). Of `where` the
    domain is the condition: `ref_type=PO` keeps what refers to an order, and not what refers to a person.
    """

    rule: MinimiseRule = "keep"
    domain: str | None = None
    is_network_wide: bool = False

    @property
    def condition(self) -> tuple[str, str]:
        """Of `where`: the column that decides, and the value with which a record's value is kept."""
        column, _, value = (self.domain or "").partition("=")
        return column, value


@dataclass(frozen=True)
class Column:
    """One landed column: where it stands in the source's record, its type, and what may be kept of it."""

    name: str
    description: str
    logical_type: LogicalType
    path: str
    encoding: str = "iso"
    precision: int = 18
    scale: int = 6
    required: bool = False
    key_position: int | None = None
    classification: str = "internal"
    minimise: Minimise = Minimise()
    valid_values: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_null_percent: float | None = None
    line: int = 0

    def parts_of(self, path: str) -> tuple[str, ...]:
        """The fields that a path of this column names: one, or the two that make its value."""
        return tuple(path.split("+")) if self.encoding in OF_TWO_FIELDS else (path,)

    @property
    def has_rules(self) -> bool:
        """Whether the contract says something of single values."""
        return bool(self.valid_values or self.pattern or self.minimum is not None or self.maximum is not None)

    @property
    def is_landed(self) -> bool:
        return self.minimise.rule != "drop"

    @property
    def arrow_type(self) -> pa.DataType:
        """The type in the warehouse. A pseudonym is text whatever it was made from."""
        if self.minimise.rule == "pseudonym" or self.minimise.rule == "zip3":
            return pa.string()
        if self.minimise.rule == "year":
            return pa.int64()
        return {
            "string": pa.string(),
            "integer": pa.int64(),
            "number": pa.decimal128(self.precision, self.scale),
            "boolean": pa.bool_(),
            "date": pa.date32(),
            "timestamp": pa.timestamp("us"),
        }[self.logical_type]

    @property
    def sql_type(self) -> str:
        """The same type as SQL names it."""
        if pa.types.is_decimal(self.arrow_type):
            return f"DECIMAL({self.precision},{self.scale})"
        names = {pa.string(): "VARCHAR", pa.int64(): "BIGINT", pa.bool_(): "BOOLEAN", pa.date32(): "DATE"}
        return names.get(self.arrow_type, "TIMESTAMP")


@dataclass(frozen=True)
class VersionOrder:
    """Which columns say what is newer. `changed_at`: the first that is not null counts."""

    version_no: str | None = None
    changed_at: tuple[str, ...] = ()
    occurred_at: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(c for c in (self.version_no, *self.changed_at, self.occurred_at) if c)


@dataclass(frozen=True)
class Reread:
    """Which live records are read again at every incremental load, because their source does not say when they change:
    those whose column has (`is_in`), or has not, one of these values."""

    column: str
    values: tuple[str, ...]
    is_in: bool


@dataclass(frozen=True)
class Sequence:
    """Numbers without a gap, from 1, in each value of `scope`: whoever has read up to one has missed none before it."""

    scope: str
    number: str


@dataclass(frozen=True)
class ObjectContract:
    """One landed table. A child (`parent` set) holds the lines of one version of its parent's documents."""

    name: str
    description: str
    source_object: str
    owner: str
    columns: tuple[Column, ...]
    disposition: Disposition = "document"
    cursor: str | None = None
    lag: timedelta | None = None
    version: VersionOrder = VersionOrder()
    is_dated_by_read: bool = False
    reread: Reread | None = None
    sequence: Sequence | None = None
    floor: float | None = None
    deletes: Deletes = "none"
    parent: str | None = None
    rows_at: str | None = None
    not_taken: tuple[str, ...] = ()
    freshness: timedelta | None = None
    minimum_rows: int = 0
    line: int = 0

    @property
    def landed_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_landed)

    @property
    def key_columns(self) -> tuple[Column, ...]:
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(sorted(keyed, key=lambda column: column.key_position or 0))

    @property
    def is_personal(self) -> bool:
        """Whether a record may say something of a person: then even a value that fails its type is not kept."""
        return any(column.classification in PERSONAL for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Contract:
    """One system's agreement: who owns it, which version it is, and its objects, parents before children.

    not_taken: names of fields that the system adds everywhere, at any depth, and that are never read.
    """

    system: str
    name: str
    version: str
    owner: str
    description: str
    objects: tuple[ObjectContract, ...]
    not_taken: tuple[str, ...] = ()
    file: str = ""
    by_name: dict[str, ObjectContract] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {obj.name: obj for obj in self.objects})

    @property
    def sortable_version(self) -> str:
        """`1.2.0` as `0001.0002.0000`: sorts as text on every engine."""
        return ".".join(part.zfill(4) for part in self.version.split("."))

    @property
    def fingerprint(self) -> str:
        """A hash of everything that decides how a record is landed: equal versions must have equal fingerprints."""
        shape = [
            (
                obj.name, obj.source_object, obj.disposition, obj.rows_at, obj.version,
                [(c.name, c.sql_type, c.path, c.encoding, c.key_position, c.minimise) for c in obj.landed_columns],
                *(["asRead"] if obj.is_dated_by_read else []),
            )
            for obj in self.objects
        ]  # fmt: skip
        return sha256(repr(shape).encode()).hexdigest()[:32]

    @property
    def roots(self) -> tuple[ObjectContract, ...]:
        return tuple(obj for obj in self.objects if obj.parent is None)

    def children(self, parent: str) -> tuple[ObjectContract, ...]:
        return tuple(obj for obj in self.objects if obj.parent == parent)
