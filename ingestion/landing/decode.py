"""Bytes of pages to flat, typed Arrow tables on the contract's schema: whole blocks first, record by record on error.

Belongs here: JSON, and which record of a page cannot be read. Not here: whether a readable record is valid
(validate.py), or what may be kept of it (minimise.py).
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from ingestion.contracts import ObjectContract
from ingestion.landing.encodings import to_column, wire_type
from ingestion.landing.page import Page
from ingestion.landing.paths import SchemaTree, explode, pick, unknown_paths
from ingestion.landing.slices import line_slices, record_slices, repeats_a_field


@dataclass
class Rows:
    """Flat rows of one object. `parent`: for each row the index of its record in the block (itself, for a root)."""

    table: pa.Table
    parent: np.ndarray


@dataclass
class BadRecord:
    """A record that cannot be read as the contract says: its bytes (never to be written in clear), its page's number,
    what is wrong with which column."""

    body: bytes
    page: int
    error_class: str
    field: str | None


@dataclass
class Block:
    """Some pages decoded: one table per object (the root first), which page each record came from, what was unknown."""

    rows: dict[str, Rows]
    pages: np.ndarray
    bad: list[BadRecord] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.pages)


class Decoder:
    """Decodes the pages of one object and its children."""

    def __init__(self, obj: ObjectContract, children: Sequence[ObjectContract] = (), everywhere: Sequence[str] = ()):
        """everywhere: names that are no drift at any depth (the contract's own `notTaken`)."""
        self.obj, self.children, self._everywhere = obj, tuple(children), frozenset(everywhere)
        tree = SchemaTree()
        for column in obj.landed_columns:
            tree.add(column.path, wire_type(column))
        for child in self.children:
            lists = list_paths(child)
            for depth in range(len(lists)):
                tree.subtree(lists[depth].split("."), is_list=True)
            for column in child.landed_columns:
                where = column.path[1:] if column.path.startswith("^") else f"{lists[-1]}.{column.path}"
                tree.add(where, wire_type(column))
        self.record_type = tree.struct()
        self._names = frozenset(tree.fields)
        # Known and not taken, by agreement: these are no drift. A dropped column's own path is known too.
        self._agreed = {path for member in (obj, *self.children) for path in member.not_taken}
        for member, prefix in ((obj, ""), *((child, f"{list_paths(child)[-1]}.") for child in self.children)):
            self._agreed |= {prefix + re.sub(r"\[[^\]]*\]", "", c.path) for c in member.columns if not c.is_landed}

    def blocks(self, pages: Sequence[Page], first_page: int) -> Iterator[Block]:
        """Decode pages, numbered from `first_page`. Raises IncompleteAnswerError for a page that is no JSON at all."""
        if all(page.envelope.lines for page in pages):
            for number, page in enumerate(pages, first_page):
                yield self._decode_lines(page, number)
            return
        try:
            yield self._decode_pages(pages, first_page)
        except pa.ArrowInvalid:
            for number, page in enumerate(pages, first_page):
                slices = list(record_slices(page, self.obj.source_object))
                yield self._decode_slices(slices, number, page.envelope.type_field)

    def _decode_pages(self, pages: Sequence[Page], first_page: int) -> Block:
        """The fast path: many pages parsed as one block."""
        envelope = pages[0].envelope
        list_at = envelope.list_at or ("records",)
        page_tree = SchemaTree()
        element = page_tree.subtree(list_at, is_list=True)
        for name in envelope.record_at:
            element = element.fields.setdefault(name, SchemaTree())
        for index in range(self.record_type.num_fields):
            element.fields[self.record_type.field(index).name] = _Fixed(self.record_type.field(index).type)
        if envelope.type_field:
            element.fields.setdefault(envelope.type_field, SchemaTree()).leaf = pa.string()
        bodies = [page.body if envelope.list_at else b'{"records":' + page.body + b"}" for page in pages]
        decoded = _read_json(bodies, page_tree.struct(), "infer")
        elements, page_of = explode(decoded, ".".join(list_at))
        if elements.null_count:
            raise pa.ArrowInvalid("a null element among the records")
        for name in envelope.record_at:
            elements = pc.struct_field(elements, name)
        own = self._own(elements, page_of + first_page, envelope.type_field, untyped=False)
        return self._flatten(*own, envelope.type_field)

    def _decode_lines(self, page: Page, number: int) -> Block:
        type_field = page.envelope.type_field
        try:
            schema = self.record_type
            if type_field and schema.get_field_index(type_field) < 0:
                schema = pa.struct([*schema, pa.field(type_field, pa.string())])
            records = _read_json([page.body], schema, "infer", ndjson=True)
            own = self._own(records, np.full(len(records), number), type_field, untyped=True)
            return self._flatten(*own, type_field)
        except pa.ArrowInvalid:
            return self._decode_slices(line_slices(page, self.obj.source_object), number, type_field)

    def _own(
        self, records: pa.Array, pages: np.ndarray, type_field: str | None, untyped: bool
    ) -> tuple[pa.Array, np.ndarray]:
        """Of records of any type those of this object (`untyped`: and those of none), without the others' fields."""
        if type_field is None:
            return records, pages
        own = pc.fill_null(pc.equal(pc.struct_field(records, type_field), self.obj.source_object), untyped)
        if pc.all(own).as_py() in (True, None):
            return records, pages
        kept = records.filter(own)
        names = [f.name for f in kept.type if f.name in self._names or kept.field(f.name).null_count < len(kept)]
        arrays = [pc.struct_field(kept, name) for name in names]
        return pa.StructArray.from_arrays(arrays, names), pages[own.to_numpy(zero_copy_only=False)]

    def _decode_slices(self, slices: list[bytes], number: int, type_field: str | None) -> Block:
        """The slow path: halves until what cannot be read stands alone."""
        if not slices:
            return self._flatten(pa.array([], self.record_type), np.zeros(0, dtype=np.int64), None)
        try:
            return self._decode_readable(slices, number, type_field)
        except pa.ArrowInvalid:
            if len(slices) > 1:
                middle = len(slices) // 2
                halves = (slices[:middle], slices[middle:])
                return join_blocks([self._decode_slices(half, number, type_field) for half in halves])
        empty = self._decode_slices([], number, type_field)
        empty.bad.append(self._diagnose(slices[0], number))
        return empty

    def _decode_readable(self, slices: list[bytes], number: int, type_field: str | None = None) -> Block:
        pages = np.full(len(slices), number)
        try:
            return self._flatten(_read_records(slices, self.record_type, "infer"), pages, type_field)
        except pa.ArrowInvalid:
            # Unknown fields of mixed types fail under "infer": leave them out, and name them from the records.
            block = self._flatten(_read_records(slices, self.record_type, "ignore"), pages, type_field)
        for body in slices:
            block.unknown |= set(self._unknown(_inferred(orjson.loads(body)))) - {type_field}
        return block

    def _flatten(self, records: pa.Array, pages: np.ndarray, type_field: str | None) -> Block:
        rows = {self.obj.name: Rows(self._columns(records, self.obj), np.arange(len(records)))}
        for child in self.children:
            rows[child.name] = self._child_rows(records, child)
        unknown = {path for path in self._unknown(records.type) if path != type_field}
        return Block(rows, pages, unknown=unknown)

    def _columns(self, records: pa.Array, obj: ObjectContract) -> pa.Table:
        return pa.table({c.name: to_column(c, pick(records, c.path)) for c in obj.landed_columns})

    def _child_rows(self, records: pa.Array, child: ObjectContract) -> Rows:
        """Lists are opened one in another; `^` reaches back to the record, or to the element of a list on the way."""
        elements, parent = records, np.arange(len(records))
        # What a `^` path may start with: an enclosing list's path; how it maps onto the innermost elements.
        enclosing = {"": (records, parent)}
        at = ""
        for path in list_paths(child):
            inner, owner = explode(elements, path.removeprefix(at).lstrip("."))
            enclosing = {prefix: (outer, index[owner]) for prefix, (outer, index) in enclosing.items()}
            elements, parent, at = inner, parent[owner], path
            enclosing[path + "."] = (inner, np.arange(len(inner)))
        columns = {}
        for column in child.landed_columns:
            path = column.path
            if path.startswith("^"):
                prefix = max((p for p in enclosing if path[1:].startswith(p)), key=len)
                outer, index = enclosing[prefix]
                columns[column.name] = to_column(column, pick(outer, path[1 + len(prefix) :]).take(pa.array(index)))
            else:
                columns[column.name] = to_column(column, pick(elements, path))
        return Rows(pa.table(columns), parent)

    def _unknown(self, actual: pa.DataType) -> Iterator[str]:
        for path in unknown_paths(actual, self.record_type):
            parts = path.split(".")
            if parts[-1] not in self._everywhere and not any(
                ".".join(parts[: depth + 1]) in self._agreed for depth in range(len(parts))
            ):
                yield path

    def _diagnose(self, body: bytes, page: int) -> BadRecord:
        """Which column of a record cannot be read: each is tried alone. Values stay out of what is said."""
        try:
            readable = isinstance(orjson.loads(body), dict)
        except orjson.JSONDecodeError:
            readable = False
        if not readable:
            return BadRecord(body, page, "MALFORMED", None)
        if repeats_a_field(body):
            return BadRecord(body, page, "DUPLICATE_FIELD", None)
        return BadRecord(body, page, "TYPE", next(iter(self.unreadable(body)), None))

    def unreadable(self, body: bytes) -> list[str]:
        """Names (child.column for a child's) of the columns that this record cannot fill."""
        return [
            name if member is self.obj else f"{member.name}.{name}"
            for member in (self.obj, *self.children)
            for name in (column.name for column in member.landed_columns)
            if not self.without_all_but(member, name)._can_read(body)
        ]

    def without_all_but(self, member: ObjectContract, column: str) -> "Decoder":
        return Decoder(*_reduced(self.obj, self.children, {(member.name, column)}, keep=True))

    def without(self, names: Sequence[str]) -> "Decoder":
        """This decoder less some columns (`column` or `child.column`): what can still be read of a bad record."""
        pairs = {tuple(name.split(".")) if "." in name else (self.obj.name, name) for name in names}
        return Decoder(*_reduced(self.obj, self.children, pairs, keep=False))

    def decode_one(self, body: bytes, page: int) -> Block:
        """One record alone. Raises pa.ArrowInvalid when it cannot be read."""
        return self._decode_readable([body], page)

    def _can_read(self, body: bytes) -> bool:
        try:
            self._flatten(_read_records([body], self.record_type, "ignore"), np.zeros(1, dtype=np.int64), None)
        except pa.ArrowInvalid:
            return False
        return True


class _Fixed(SchemaTree):
    """A node whose type is already made."""

    def __init__(self, made: pa.DataType):
        super().__init__()
        self._made = made

    def type(self) -> pa.DataType:
        return self._made


def join_blocks(blocks: Sequence[Block]) -> Block:
    """Blocks of one object as one, records renumbered."""
    offsets = np.cumsum([0, *(len(block) for block in blocks)])
    rows = {
        name: Rows(
            pa.concat_tables([block.rows[name].table for block in blocks]).combine_chunks(),
            np.concatenate([block.rows[name].parent + offset for block, offset in zip(blocks, offsets, strict=False)]),
        )
        for name in blocks[0].rows
    }
    return Block(
        rows,
        np.concatenate([block.pages for block in blocks]),
        [bad for block in blocks for bad in block.bad],
        {path for block in blocks for path in block.unknown},
    )


def _read_json(bodies: Sequence[bytes], schema: pa.StructType, unexpected: str, ndjson: bool = False) -> pa.StructArray:
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


def _read_records(slices: Sequence[bytes], schema: pa.StructType, unexpected: str) -> pa.StructArray:
    """One object a slice. Raises pa.ArrowInvalid also for a slice that is none, or holds two."""
    if any(body.lstrip()[:1] != b"{" for body in slices):
        raise pa.ArrowInvalid("no JSON object")
    records = _read_json(slices, schema, unexpected)
    if len(records) != len(slices):
        raise pa.ArrowInvalid("not one JSON object a record")
    return records


def _inferred(value: object) -> pa.DataType:
    """A type that has the structure of a Python value, for naming its fields only."""
    if isinstance(value, dict):
        return pa.struct([pa.field(name, _inferred(item)) for name, item in value.items()])
    if isinstance(value, list):
        merged: dict[str, object] = {}
        for item in value:
            if isinstance(item, dict):
                merged.update(item)
        return pa.list_(_inferred(merged)) if merged else pa.list_(pa.null())
    return pa.null()


def list_paths(child: ObjectContract) -> list[str]:
    """The lists that hold a child's rows, outermost first: `lines[].stock_moves` as `lines`, `lines.stock_moves`."""
    parts = (child.rows_at or "").split("[].")
    return [".".join(parts[: depth + 1]) for depth in range(len(parts))]


def _reduced(
    obj: ObjectContract, children: Sequence[ObjectContract], names: set[tuple[str, ...]], keep: bool
) -> tuple[ObjectContract, list[ObjectContract]]:
    def reduce(member: ObjectContract) -> ObjectContract:
        columns = tuple(c for c in member.columns if ((member.name, c.name) in names) == keep)
        return replace(member, columns=columns)

    return reduce(obj), [reduce(child) for child in children if not keep or any(n[0] == child.name for n in names)]
