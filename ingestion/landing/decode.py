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
from ingestion.landing.page import Envelope, IncompleteAnswerError, Page
from ingestion.landing.paths import SchemaTree, explode, pick, unknown_paths

MARK = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


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
                yield self._decode_slices(list(record_slices(page, self.obj.source_object)), number)

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
        if envelope.type_field:
            own = pc.fill_null(pc.equal(pc.struct_field(elements, envelope.type_field), self.obj.source_object), False)
            elements, page_of = elements.filter(own), page_of[own.to_numpy(zero_copy_only=False)]
        return self._flatten(elements, page_of + first_page, envelope.type_field)

    def _decode_lines(self, page: Page, number: int) -> Block:
        try:
            decoded = _read_json([page.body], self.record_type, "infer", ndjson=True)
            return self._flatten(decoded, np.full(len(decoded), number), page.envelope.type_field)
        except pa.ArrowInvalid:
            lines = [line for line in page.body.split(b"\n") if line.strip()]
            return self._decode_slices(lines, number)

    def _decode_slices(self, slices: list[bytes], number: int) -> Block:
        """The slow path: halves until what cannot be read stands alone."""
        if not slices:
            return self._flatten(pa.array([], self.record_type), np.zeros(0, dtype=np.int64), None)
        try:
            return self._decode_readable(slices, number)
        except pa.ArrowInvalid:
            if len(slices) > 1:
                middle = len(slices) // 2
                return join_blocks(
                    [self._decode_slices(slices[:middle], number), self._decode_slices(slices[middle:], number)]
                )
        empty = self._decode_slices([], number)
        empty.bad.append(self._diagnose(slices[0], number))
        return empty

    def _decode_readable(self, slices: list[bytes], number: int) -> Block:
        pages = np.full(len(slices), number)
        try:
            return self._flatten(_read_json(slices, self.record_type, "infer"), pages, None)
        except pa.ArrowInvalid:
            # Unknown fields of mixed types fail under "infer": leave them out, and name them from the records.
            block = self._flatten(_read_json(slices, self.record_type, "ignore"), pages, None)
        for body in slices:
            block.unknown |= set(self._unknown(_inferred(orjson.loads(body))))
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
            if parts[-1] not in self._everywhere and not any(".".join(parts[: depth + 1]) in self._agreed for depth in range(len(parts))):
                yield path

    def _diagnose(self, body: bytes, page: int) -> BadRecord:
        """Which column of a record cannot be read: each is tried alone. Values stay out of what is said."""
        try:
            readable = isinstance(orjson.loads(body), dict)
        except orjson.JSONDecodeError:
            readable = False
        if not readable:
            return BadRecord(body, page, "MALFORMED", None)
        for column in self.unreadable(body):
            return BadRecord(body, page, "TYPE", column)
        return BadRecord(body, page, "DUPLICATE_FIELD", None)

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
            self._flatten(_read_json([body], self.record_type, "ignore"), np.zeros(1, dtype=np.int64), None)
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


def record_slices(page: Page, record_type: str) -> Iterator[bytes]:
    """The bytes of each record of a page, as they came. Raises IncompleteAnswerError when the page is cut or no JSON.

    Records of another type are left out where the envelope has a field that says the type.
    """
    try:
        orjson.loads(page.body)
    except orjson.JSONDecodeError as error:
        raise IncompleteAnswerError(f"{page.label}: the answer is not whole JSON: {error.msg}") from None
    for body in _elements(page.body, page.envelope.list_at):
        if page.envelope.record_at:
            body = _inside(body, page.envelope.record_at)
        type_field = page.envelope.type_field
        if type_field is None or _inside(body, (type_field,)) == orjson.dumps(record_type):
            yield body


def _elements(body: bytes, target: tuple[str, ...]) -> Iterator[bytes]:
    """Slices of the elements of the list at a path of names. Assumes valid JSON."""
    start = _value_start(body, target)
    if start is None or body[start : start + 1] != b"[":
        return
    position = start + 1
    while True:
        position = _skip_space(body, position, b",")
        if body[position : position + 1] == b"]":
            return
        end = _value_end(body, position)
        yield body[position:end]
        position = end


def _inside(body: bytes, path: tuple[str, ...]) -> bytes:
    start = _value_start(body, path)
    return b"null" if start is None else body[start : _value_end(body, start)]


def _value_start(body: bytes, path: tuple[str, ...]) -> int | None:
    """Where the value at a path of object keys begins."""
    position = _skip_space(body, 0)
    for name in path:
        if body[position : position + 1] != b"{":
            return None
        position = _skip_space(body, position + 1)
        while body[position : position + 1] != b"}":
            key_end = _value_end(body, position)
            key = orjson.loads(body[position:key_end])
            position = _skip_space(body, key_end, b":")
            if key == name:
                break
            position = _skip_space(body, _value_end(body, position), b",")
        else:
            return None
    return position


def _value_end(body: bytes, start: int) -> int:
    """Where the JSON value that begins at `start` ends."""
    if body[start : start + 1] not in (b"{", b"[", b'"'):
        end = start
        while end < len(body) and body[end] not in b",]} \t\r\n":
            end += 1
        return end
    depth = 0
    for mark in MARK.finditer(body, start):
        token = mark.group()
        if token in (b"{", b"["):
            depth += 1
        elif token in (b"}", b"]"):
            depth -= 1
        if depth == 0:
            return mark.end()
    return len(body)


def _skip_space(body: bytes, position: int, also: bytes = b"") -> int:
    while position < len(body) and body[position] in b" \t\r\n" + also:
        position += 1
    return position


def _read_json(bodies: Sequence[bytes], schema: pa.StructType, unexpected: str, ndjson: bool = False) -> pa.StructArray:
    """JSON objects (one a body; `ndjson`: one a line) as one struct array of `schema`, and under "infer" what else they
    hold. Raises pa.ArrowInvalid."""
    body = b"\n".join(bodies)
    if not body.strip():
        return pa.array([], schema)
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
