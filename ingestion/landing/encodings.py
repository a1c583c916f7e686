"""How source systems write dates, decimals and references, and how each becomes a typed column.

Belongs here: one entry per way of writing, vectorised. Not here: which column is written how (contracts).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Column

# A binary float in JSON prints at most 17 significant digits: 25 decimals hold any quantity above 1e-8 exactly.
FLOAT_DIGITS = pa.decimal128(38, 25)
TRYTON_DATE_PARTS = ("year", "month", "day")
TRYTON_TIME_PARTS = ("hour", "minute", "second", "microsecond")
PART_RANGES = {
    "year": (1, 9999), "month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59), "second": (0, 59),
    "microsecond": (0, 999_999),
}  # fmt: skip


def wire_type(column: Column) -> pa.DataType:
    """The Arrow type to decode the source's JSON with, before anything is converted."""
    if column.encoding == "tryton_datetime":
        return pa.struct([(part, pa.int32()) for part in TRYTON_DATE_PARTS + TRYTON_TIME_PARTS])
    if column.encoding == "tryton_date":
        return pa.struct([(part, pa.int32()) for part in TRYTON_DATE_PARTS])
    if column.encoding == "rounded_decimal":
        return FLOAT_DIGITS
    if column.encoding == "zero_or_one":
        return pa.int8()
    if column.encoding in ("fhir_reference", "fhir_datetime") or column.logical_type in ("date", "timestamp"):
        return pa.string()
    return {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.decimal128(column.precision, column.scale),
        "boolean": pa.bool_(),
    }[column.logical_type]


def to_column(column: Column, values: pa.Array) -> pa.Array:
    """Values as decoded to values as contracted (before minimisation). Raises pa.ArrowInvalid for what does not fit."""
    if column.encoding in ("tryton_datetime", "tryton_date"):
        stamps = _from_parts(values, with_time=column.encoding == "tryton_datetime")
        return stamps.cast(pa.date32()) if column.logical_type == "date" else stamps
    if column.encoding == "rounded_decimal":
        return pc.round(values, ndigits=column.scale).cast(pa.decimal128(column.precision, column.scale))
    if column.encoding == "zero_or_one":
        return _boolean(values)
    if column.encoding == "fhir_reference":
        return _reference_id(values)
    if column.encoding == "fhir_datetime":
        completed = _completed(values)
        # A date is the day that was written, where it was written: not the day it was in UTC.
        return (
            pc.utf8_slice_codeunits(completed, 0, 10).cast(pa.date32())
            if column.logical_type == "date"
            else _utc(completed)
        )
    if column.logical_type == "date":
        return values.cast(pa.date32())
    if column.logical_type == "timestamp":
        return _utc(_with_zone(values))
    if column.logical_type == "number":
        # pyarrow.json lets a value through that has more digits than its type, and DuckDB reads it as another number.
        values.validate(full=True)
    return values


def _from_parts(values: pa.Array, with_time: bool) -> pa.Array:
    """Calendar parts as a timestamp. Raises pa.ArrowInvalid for a date that does not exist."""
    present = values.is_valid().to_numpy(zero_copy_only=False)
    parts = {}
    for name in TRYTON_DATE_PARTS + (TRYTON_TIME_PARTS if with_time else ()):
        least, most = PART_RANGES[name]
        part = pc.fill_null(pc.struct_field(values, name), least - 1).to_numpy(zero_copy_only=False)
        if ((part < least) | (part > most))[present].any():
            raise pa.ArrowInvalid(f"{name} is missing or out of range")
        parts[name] = np.where(present, part, least)
    months = (parts["year"].astype("int64") - 1970) * 12 + (parts["month"] - 1)
    days = months.astype("M8[M]").astype("M8[D]") + (parts["day"] - 1).astype("m8[D]")
    if not (days.astype("M8[M]") == months.astype("M8[M]"))[present].all():
        raise pa.ArrowInvalid("a day that its month does not have")
    stamps = days.astype("M8[us]")
    if with_time:
        for name, unit in (("hour", "h"), ("minute", "m"), ("second", "s"), ("microsecond", "us")):
            stamps = stamps + parts[name].astype(f"m8[{unit}]")
    return pa.array(stamps, type=pa.timestamp("us"), mask=~present)


def _reference_id(values: pa.Array) -> pa.Array:
    """`Patient/12`, `https://host/Patient/12/_history/3`, `urn:uuid:12` or `Patient?identifier=x|12` as the bare id."""
    if values.null_count == len(values):
        return values
    ids = pc.replace_substring_regex(values, r"/_history/[^/]*$", "")
    ids = pc.replace_substring_regex(ids, r"^.*[/|]", "")
    return pc.replace_substring_regex(ids, r"^urn:(uuid|oid):", "")


def _boolean(values: pa.Array) -> pa.Array:
    if pc.any(pc.and_(pc.not_equal(values, 0), pc.not_equal(values, 1))).as_py():
        raise pa.ArrowInvalid("neither 0 nor 1")
    return values.cast(pa.bool_())


def _completed(values: pa.Array) -> pa.Array:
    """FHIR dateTime: `2012`, `2012-05`, `2012-05-01` stand for their first moment; a time carries its zone."""
    length = pc.utf8_length(values)
    return pc.case_when(
        pc.make_struct(
            pc.fill_null(pc.equal(length, 4), False),
            pc.fill_null(pc.equal(length, 7), False),
            pc.fill_null(pc.equal(length, 10), False),
        ),
        pc.binary_join_element_wise(values, "-01-01T00:00:00Z", ""),
        pc.binary_join_element_wise(values, "-01T00:00:00Z", ""),
        pc.binary_join_element_wise(values, "T00:00:00Z", ""),
        values,
    )


def _with_zone(values: pa.Array) -> pa.Array:
    """ISO 8601 text as it may come, made whole: without a zone it is UTC, without a time the day's first moment."""
    has_time = pc.match_substring_regex(values, r"[T ]\d{2}:")
    has_zone = pc.match_substring_regex(values, r"(Z|[+-]\d{2}(:?\d{2})?)$")
    timed = pc.if_else(has_time, values, pc.binary_join_element_wise(values, "T00:00:00", ""))
    return pc.if_else(pc.and_(has_time, has_zone), timed, pc.binary_join_element_wise(timed, "Z", ""))


def _utc(values: pa.Array) -> pa.Array:
    """Instants with their zones as UTC, cut off at microseconds (servers on .NET write seven digits)."""
    texts = pc.replace_substring_regex(values, r"(\.\d{6})\d+", r"\1")
    return texts.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
