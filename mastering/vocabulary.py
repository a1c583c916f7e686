"""The words both masterings use, and the tables they hand over: what became of a record, of a pair, and who must look.

Belongs here: names, columns and types that items and suppliers share. Not here: how any of it is found.
"""

from enum import StrEnum

import pyarrow as pa


class Verdict(StrEnum):
    """What is done about two records."""

    AUTO = "auto"  # joined without anybody
    REVIEW = "review"  # a steward decides
    APART = "apart"


class Method(StrEnum):
    """What put a record where it is."""

    STEWARD = "steward"
    IDENTIFIER = "identifier"  # an identifier in common
    REFERENCE = "reference"  # found in a list of known names
    ALIAS = "alias"  # renamed, acquired, trading as
    TEXT = "text"  # names, words and attributes alone
    SINGLE = "single"  # nothing else is the same thing


class Steward(StrEnum):
    """What a steward can say."""

    MUST = "must"
    CANNOT = "cannot"
    ALIAS = "alias"
    ATTRIBUTE = "attribute"


class QueueKind(StrEnum):
    """Why a steward looks at a pair."""

    CANDIDATE = "candidate"  # probably one thing, not certainly
    REFUSED = "refused"  # evidence joined two clusters and a rule kept them apart
    PENDING = "pending"  # a steward's word that waits for a second person


_RECORD = [
    ("record_key", pa.string()), ("source_system", pa.string()), ("source_instance", pa.string()),
    ("source_key", pa.string()),
]  # fmt: skip
_PAIR = [("left_key", pa.string()), ("right_key", pa.string())]

# One row per source record. cluster_key: the smallest record key of its cluster; the registry gives lasting ids.
ASSIGNMENTS = pa.schema(
    [
        *_RECORD,
        ("cluster_key", pa.string()),
        ("method", pa.string()),
        ("weight", pa.float64()),
        ("evidence", pa.string()),
    ]
)
# One row per pair of records that is kept as evidence. levels: JSON, level of each comparison; weight in bits.
KEPT_PAIRS = pa.schema(
    [*_PAIR, ("verdict", pa.string()), ("method", pa.string()), ("weight", pa.float64()), ("levels", pa.string()),
     ("evidence", pa.string())]
)  # fmt: skip
# One row per pair that a steward should look at, the most useful first (rank from 1).
REVIEW_QUEUE = pa.schema(
    [("rank", pa.int64()), ("kind", pa.string()), *_PAIR, ("weight", pa.float64()), ("evidence", pa.string())]
)
# One row per value of a source that cannot be what its column says.
QUALITY_EVENTS = pa.schema([*_RECORD, ("kind", pa.string()), ("raw_value", pa.string()), ("detail", pa.string())])


def record_key(source_system: str, source_instance: str, source_key: str) -> str:
    """A source record's key as one text; a `|` of a part's own is told from the separator."""
    return "|".join(
        part.replace("%", "%25").replace("|", "%7C") for part in (source_system, source_instance, source_key)
    )


def record_key_sql(source_key_column: str, alias: str = "") -> str:
    """The same as an SQL expression over source_system, source_instance and the named column."""
    columns = (f"{alias}{column}" for column in ("source_system", "source_instance", source_key_column))
    return f"concat_ws('|', {', '.join(_escaped(column) for column in columns)})"


def _escaped(column: str) -> str:
    return f"replace(replace({column}, '%', '%25'), '|', '%7C')"
