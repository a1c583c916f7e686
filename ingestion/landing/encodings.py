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

# How SAP's OData v2 writes a date and a time of day in JSON.
ODATA_DATE = r"^/Date\((?P<ticks>-?\d+)(?P<offset>[+-]\d{1,4})?\)/$"
ODATA_TIME = r"^PT(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?$"
# The first part of a barcode of GS1, as it is printed, (01)09520000017330(21)..., or as a scanner reads it.
GS1_DEVICE = r"^(?:\][A-Za-z]\d)?\(?01\)?(?P<device>\d{14})"
YES_AND_NO = (["true", "1", "y", "yes", "x"], ["false", "0", "n", "no"])


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
    if column.encoding == "fhir_reference" or column.logical_type in ("date", "timestamp"):
        return pa.string()
    return {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.decimal128(column.precision, column.scale),
        "boolean": pa.bool_(),
    }[column.logical_type]


def from_text(column: Column, texts: pa.Array) -> pa.Array:
    """What stands as text in a file or a report, as the type on the wire; empty text is no value. Raises pa.ArrowInvalid."""
    filled = pc.if_else(pc.equal(texts, ""), None, texts)
    kind = wire_type(column)
    if pa.types.is_string(kind):
        return filled
    trimmed = pc.utf8_trim_whitespace(filled)
    return _said(trimmed) if pa.types.is_boolean(kind) else trimmed.cast(kind)


def to_column(column: Column, *fields: pa.Array) -> pa.Array:
    """Values as decoded to values as contracted (before minimisation); `fields` are two where the encoding joins two.
    Raises pa.ArrowInvalid for what does not fit."""
    if column.encoding == "odata_date_and_time":
        return _odata_date_and_time(*fields)
    if column.encoding == "iso_date_and_time":
        return _utc(_with_zone(pc.binary_join_element_wise(*fields, "T")))
    (values,) = fields
    if column.encoding == "odata_date":
        return _ticks(values).cast(pa.timestamp("us")).cast(column.arrow_type, safe=False)
    if column.encoding == "date_or_1900":
        values = pc.if_else(pc.starts_with(values, "1900-01-01"), None, values)
        return (
            pc.utf8_slice_codeunits(values, 0, 10).cast(pa.date32())
            if column.logical_type == "date"
            else _utc(_with_zone(values))
        )
    if column.encoding == "gs1_device_identifier":
        # What follows it names one device, and so perhaps the person in whom it is.
        return pc.struct_field(pc.extract_regex(values, GS1_DEVICE), "device")
    if column.encoding == "local_time":
        return values.cast(pa.timestamp("us"))
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


def _said(texts: pa.Array) -> pa.Array:
    """Yes and no as files say them. Raises pa.ArrowInvalid for any other word."""
    words = pc.utf8_lower(texts)
    yes, no = (pc.is_in(words, pa.array(known)) for known in YES_AND_NO)
    if pc.any(pc.and_(texts.is_valid(), pc.invert(pc.or_(yes, no)))).as_py():
        raise pa.ArrowInvalid("neither yes nor no")
    return pc.if_else(texts.is_valid(), yes, None)


def _ticks(values: pa.Array) -> pa.Array:
    """`/Date(1715817600000)/` as milliseconds since 1970, UTC; an offset behind it is only where it was written."""
    parts = pc.extract_regex(values, ODATA_DATE)
    if parts.null_count > values.null_count:
        raise pa.ArrowInvalid("no /Date(...)/")
    return pc.struct_field(parts, "ticks").cast(pa.int64()).cast(pa.timestamp("ms"))


def _odata_date_and_time(dates: pa.Array, times: pa.Array) -> pa.Array:
    """A date and a time of day, `PT11H22M33S`, of its own; without a time the day's first moment."""
    parts = pc.extract_regex(times, ODATA_TIME)
    if parts.null_count > times.null_count:
        raise pa.ArrowInvalid("no PT..H..M..S")
    seconds = pa.array(np.zeros(len(dates), dtype=np.int64))
    for name, length in (("hours", 3600), ("minutes", 60), ("seconds", 1)):
        part = pc.struct_field(parts, name)
        number = pc.fill_null(pc.if_else(pc.equal(part, ""), "0", part), "0").cast(pa.int64())
        seconds = pc.add(seconds, pc.multiply(number, length))
    return pc.add(_ticks(dates).cast(pa.timestamp("us")), seconds.cast(pa.duration("s")).cast(pa.duration("us")))


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
