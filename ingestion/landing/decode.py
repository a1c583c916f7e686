"""Bytes of pages to flat, typed Arrow tables on the contract's schema: whole blocks first, record by record on error.

Belongs here: JSON and delimited text, and which record of a page cannot be read. Not here: whether a readable record is
valid (validate.py), or what may be kept of it (minimise.py).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Column, ObjectContract
from ingestion.landing.encodings import from_text, to_column, wire_type
from ingestion.landing.page import Page
from ingestion.landing.parsing import inferred, read_delimited, read_json, read_records
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
    what is wrong with which column, and whether all of its values are text."""

    body: bytes
    page: int
    error_class: str
    field: str | None
    is_text: bool


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

    def __init__(
        self,
        obj: ObjectContract,
        children: Sequence[ObjectContract] = (),
        everywhere: Sequence[str] = (),
        is_text: bool = False,
    ):
        """everywhere: names that are no drift at any depth (the contract's own `notTaken`). is_text: for pages whose
        every value is text; `blocks` finds the right decoder by itself."""
        self.obj, self.children, self._everywhere = obj, tuple(children), frozenset(everywhere)
        self._is_text = is_text
        tree = SchemaTree()
        for column in obj.landed_columns:
            self._add(tree, column, column.path)
        for child in self.children:
            lists = list_paths(child)
            for depth in range(len(lists)):
                tree.subtree(lists[depth].split("."), is_list=True)
            for column in child.landed_columns:
                prefix = "" if column.path.startswith("^") else f"{lists[-1]}."
                self._add(tree, column, column.path.lstrip("^"), prefix)
        self.record_type = tree.struct()
        self._names = frozenset(tree.fields)
        # Known and not taken, by agreement: these are no drift. A dropped column's own path is known too.
        self._agreed = {path for member in (obj, *self.children) for path in member.not_taken}
        for member, prefix in ((obj, ""), *((child, f"{list_paths(child)[-1]}.") for child in self.children)):
            self._agreed |= {prefix + re.sub(r"\[[^\]]*\]", "", c.path) for c in member.columns if not c.is_landed}

    def blocks(self, pages: Sequence[Page], first_page: int) -> Iterator[Block]:
        """Decode pages of one envelope, numbered from `first_page`. Raises IncompleteAnswerError for a page that is no
        JSON at all."""
        envelope = pages[0].envelope
        is_text = envelope.is_text or envelope.delimiter is not None
        if is_text != self._is_text:
            yield from self.of_text(is_text).blocks(pages, first_page)
            return
        if envelope.delimiter is not None:
            # Many small files are one block: what a block costs is then paid once.
            numbered = enumerate(pages, first_page)
            yield join_blocks([self._decode_delimited(page, envelope.delimiter, number) for number, page in numbered])
            return
        if envelope.lines:
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
        decoded = read_json(bodies, page_tree.struct(), "infer")
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
            records = read_json([page.body], schema, "infer", ndjson=True)
            own = self._own(records, np.full(len(records), number), type_field, untyped=True)
            return self._flatten(*own, type_field)
        except pa.ArrowInvalid:
            return self._decode_slices(line_slices(page, self.obj.source_object), number, type_field)

    def _decode_delimited(self, page: Page, delimiter: str, number: int) -> Block:
        records, ragged = read_delimited(page.body, delimiter, self.record_type)
        block = self._decode_rows(records, number)
        block.bad += [BadRecord(row, number, "MALFORMED", None, self._is_text) for row in ragged]
        return block

    def _decode_rows(self, records: pa.StructArray, number: int) -> Block:
        """Rows of text, halved until what cannot be read stands alone."""
        try:
            return self._flatten(records, np.full(len(records), number), None)
        except pa.ArrowInvalid:
            if len(records) > 1:
                middle = len(records) // 2
                return join_blocks([self._decode_rows(half, number) for half in (records[:middle], records[middle:])])
        empty = self._flatten(records[:0], np.zeros(0, dtype=np.int64), None)
        empty.bad.append(self._diagnose(orjson.dumps(records[0].as_py()), number))
        return empty

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
            return self._flatten(read_records(slices, self.record_type, "infer"), pages, type_field)
        except pa.ArrowInvalid:
            # Unknown fields of mixed types fail under "infer": leave them out, and name them from the records.
            block = self._flatten(read_records(slices, self.record_type, "ignore"), pages, type_field)
        for body in slices:
            block.unknown |= set(self._unknown(inferred(orjson.loads(body)))) - {type_field}
        return block

    def _flatten(self, records: pa.Array, pages: np.ndarray, type_field: str | None) -> Block:
        rows = {self.obj.name: Rows(self._columns(records, self.obj), np.arange(len(records)))}
        for child in self.children:
            rows[child.name] = self._child_rows(records, child)
        unknown = {path for path in self._unknown(records.type) if path != type_field}
        return Block(rows, pages, unknown=unknown)

    def _columns(self, records: pa.Array, obj: ObjectContract) -> pa.Table:
        return pa.table({c.name: self._value(c, records, c.path) for c in obj.landed_columns})

    def _add(self, tree: SchemaTree, column: Column, path: str, prefix: str = "") -> None:
        for part in column.parts_of(path):
            tree.add(prefix + part, pa.string() if self._is_text else wire_type(column))

    def _value(self, column: Column, records: pa.Array, path: str, owners: np.ndarray | None = None) -> pa.Array:
        """A column at a path of some records; `owners`: for each row of the result the index of its record."""
        fields = [pick(records, part) for part in column.parts_of(path)]
        if self._is_text:
            fields = [from_text(column, texts) for texts in fields]
        values = to_column(column, *fields)
        return values if owners is None else values.take(pa.array(owners))

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
                columns[column.name] = self._value(column, outer, path[1 + len(prefix) :], index)
            else:
                columns[column.name] = self._value(column, elements, path)
        return Rows(pa.table(columns), parent)

    def _unknown(self, actual: pa.DataType) -> Iterator[str]:
        for path in unknown_paths(actual, self.record_type):
            parts = path.split(".")
            # A name may have dots of its own: OData's `@odata.etag`.
            is_everywhere = any(f".{path}".endswith(f".{name}") for name in self._everywhere)
            if not is_everywhere and not any(
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
            return BadRecord(body, page, "MALFORMED", None, self._is_text)
        if repeats_a_field(body):
            return BadRecord(body, page, "DUPLICATE_FIELD", None, self._is_text)
        return BadRecord(body, page, "TYPE", next(iter(self.unreadable(body)), None), self._is_text)

    def unreadable(self, body: bytes) -> list[str]:
        """Names (child.column for a child's) of the columns that this record cannot fill."""
        return [
            name if member is self.obj else f"{member.name}.{name}"
            for member in (self.obj, *self.children)
            for name in (column.name for column in member.landed_columns)
            if not self.without_all_but(member, name)._can_read(body)
        ]

    def without_all_but(self, member: ObjectContract, column: str) -> "Decoder":
        return Decoder(*_reduced(self.obj, self.children, {(member.name, column)}, keep=True), is_text=self._is_text)

    def of_text(self, is_text: bool) -> "Decoder":
        """This decoder, or its other one: for records whose every value is text, or for typed ones."""
        return self if is_text == self._is_text else self._other

    @cached_property
    def _other(self) -> "Decoder":
        return Decoder(self.obj, self.children, tuple(self._everywhere), is_text=not self._is_text)

    def without(self, names: Sequence[str]) -> "Decoder":
        """This decoder less some columns (`column` or `child.column`): what can still be read of a bad record."""
        pairs = {tuple(name.split(".")) if "." in name else (self.obj.name, name) for name in names}
        return Decoder(*_reduced(self.obj, self.children, pairs, keep=False), is_text=self._is_text)

    def decode_one(self, body: bytes, page: int) -> Block:
        """One record alone. Raises pa.ArrowInvalid when it cannot be read."""
        return self._decode_readable([body], page)

    def _can_read(self, body: bytes) -> bool:
        try:
            self._flatten(read_records([body], self.record_type, "ignore"), np.zeros(1, dtype=np.int64), None)
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
