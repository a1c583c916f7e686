"""Bytes to Arrow as pyarrow's readers give it: JSON objects, NDJSON, delimited text. Its traps are met here.

Belongs here: one call of a reader each. Not here: columns, types of a contract, and what is done with a bad record
(decode.py).
"""

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.json as pj


def read_json(bodies: Sequence[bytes], schema: pa.StructType, unexpected: str, ndjson: bool = False) -> pa.StructArray:
    """JSON objects (one a body; `ndjson`: one a line) as one struct array of `schema`, and under "infer" what else they
    hold. Raises pa.ArrowInvalid."""
    body = b"\n".join(bodies)
    if not body.strip():
        return pa.array([], schema)
    if body.lstrip()[:1] != b"{":
        # pyarrow dies of a lone `null`.
        raise pa.ArrowInvalid("no JSON object")
    try:
        body.decode()
    except UnicodeDecodeError:
        # pyarrow takes any bytes for text, and DuckDB refuses them when the whole load is written.
        raise pa.ArrowInvalid("text that is no UTF-8") from None
    table = pj.read_json(
        io.BytesIO(body),
        # One block: a page is one JSON object, and a block must hold it whole.
        read_options=pj.ReadOptions(block_size=len(body) + 1, use_threads=False),
        parse_options=pj.ParseOptions(
            explicit_schema=pa.schema(list(schema)),
            unexpected_field_behavior=unexpected,
            newlines_in_values=not ndjson and any(b"\n" in page.strip() for page in bodies),
        ),
    )
    return table.combine_chunks().to_struct_array().combine_chunks()


def read_delimited(body: bytes, delimiter: str, schema: pa.StructType) -> tuple[pa.StructArray, list[bytes]]:
    """Rows of text, the schema's names and whatever else the first line names; and the lines with another number of
    values. A name that is not there is null in every row. Raises pa.ArrowInvalid for text that is no UTF-8."""
    ragged: list[bytes] = []

    def keep(row: pcsv.InvalidRow) -> str:
        ragged.append(row.text.encode())
        return "skip"

    names = body[: body.find(b"\n")].decode().rstrip("\r").split(delimiter)
    table = pcsv.read_csv(
        io.BytesIO(body),
        # One block: a quoted line break may stand anywhere.
        read_options=pcsv.ReadOptions(block_size=len(body) + 1, use_threads=False),
        parse_options=pcsv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep),
        convert_options=pcsv.ConvertOptions(
            column_types={name.strip('"'): pa.string() for name in names}, strings_can_be_null=False
        ),
    ).combine_chunks()
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    for absent in {schema.field(index).name for index in range(schema.num_fields)} - columns.keys():
        columns[absent] = pa.nulls(len(table), pa.string())
    if not columns:
        return pa.array([], schema), ragged
    return pa.StructArray.from_arrays(list(columns.values()), list(columns)), ragged


def read_records(slices: Sequence[bytes], schema: pa.StructType, unexpected: str) -> pa.StructArray:
    """One object a slice. Raises pa.ArrowInvalid also for a slice that is none, or holds two."""
    if any(body.lstrip()[:1] != b"{" for body in slices):
        raise pa.ArrowInvalid("no JSON object")
    records = read_json(slices, schema, unexpected)
    if len(records) != len(slices):
        raise pa.ArrowInvalid("not one JSON object a record")
    return records


def inferred(value: object) -> pa.DataType:
    """A type that has the structure of a Python value, for naming its fields only."""
    if isinstance(value, dict):
        return pa.struct([pa.field(name, inferred(item)) for name, item in value.items()])
    if isinstance(value, list):
        merged: dict[str, object] = {}
        for item in value:
            if isinstance(item, dict):
                merged.update(item)
        return pa.list_(inferred(merged)) if merged else pa.list_(pa.null())
    return pa.null()
