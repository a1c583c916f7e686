"""Delimited files that prove themselves: a line of names, rows, and a trailer with their count and a control total.

Belongs here: one file; whether it is whole, and its cut into pages that each begin with the line of names. Not here: which
files there are (delivered_files.py); a single row that cannot be read, which landing puts aside. A file is read twice, first
to believe it and then to hand it on, and never held in memory.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from functools import cache
from typing import BinaryIO, Literal, NoReturn

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

PAGE_BYTES = 4 * 2**20
# No row is as long as that: a quote was opened and never closed.
LONGEST_ROW_BYTES = 16 * PAGE_BYTES
LONGEST_TRAILER_BYTES = 4096
BOM = b"\xef\xbb\xbf"
NUMBER = r"^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})$"
# Wide enough for any sum of such numbers: one that would have to be rounded raises.
EXACT = Context(prec=100, traps=[Inexact])

Encoding = Literal["utf-8", "cp1252"]


class UnfitFileError(Exception):
    """A file that is not whole, or not what it says of itself; no row of it may be taken.

    error_class: one word in capitals. The message says what is wrong and holds no value of a row.
    """

    def __init__(self, error_class: str, reason: str):
        super().__init__(reason)
        self.error_class = error_class


@dataclass(frozen=True)
class FileFormat:
    """How a system writes its files: what stands between values, the encoding, and how the trailer begins.

    A byte order mark in front of UTF-8 may stand there or not.
    """

    delimiter: str = ","
    encoding: Encoding = "utf-8"
    trailer: str = "TRAILER"


@dataclass(frozen=True)
class CheckedFile:
    """A whole file: its line of names (UTF-8), and where its pages begin and end, with the rows of each.

    unchecked: rows without a readable control value; where there is one, the control total could not be checked.
    """

    header: bytes
    pages: tuple[tuple[int, int, int], ...]
    unchecked: int = 0


def check_file(opened: BinaryIO, form: FileFormat, wanted: Collection[str], control: str) -> CheckedFile:
    """Read a file once and believe it: names, encoding, rows against the trailer's count, `control` against its total.

    wanted: names that must stand in the first line. Raises UnfitFileError.
    """
    size = opened.seek(0, io.SEEK_END)
    if size == 0:
        raise UnfitFileError("EMPTY", "the file has no byte: not even its line of names has come")
    rows_end, count, total = _trailer(opened, size, form)
    opened.seek(0)
    first_line = opened.readline(LONGEST_ROW_BYTES)
    if len(first_line) > rows_end:
        raise UnfitFileError("HEADER", "there is no line of names before the trailer")
    header = _as_utf8(first_line.removeprefix(BOM), form, 0)
    _check_names(header, form, {*wanted, control})
    pages, found, unchecked = [], Decimal(0), 0
    for start, body in _pages(opened, len(first_line), rows_end, form):
        table, ragged = read_texts(header + _as_utf8(body, form, start), form.delimiter, [control])
        values = pc.utf8_trim_whitespace(table[control])
        readable = values.filter(pc.match_substring_regex(values, NUMBER))
        found = EXACT.add(found, _sum(readable))
        unchecked += ragged + len(values) - len(readable) - _count_empty(values)
        pages.append((start, start + len(body), len(table) + ragged))
    rows = sum(page[2] for page in pages)
    if rows != count:
        raise UnfitFileError("ROW_COUNT", f"the trailer counts {count} rows, and the file has {rows}")
    if not unchecked and found != total:
        raise UnfitFileError(
            "CONTROL_TOTAL", f"the trailer's total of {control} is {total}, and the rows add up to {found}"
        )
    return CheckedFile(header, tuple(pages) or ((rows_end, rows_end, 0),), unchecked)


def page_bodies(opened: BinaryIO, file: CheckedFile, form: FileFormat) -> Iterator[tuple[bytes, int]]:
    """The pages of a checked file, each with its line of names, in UTF-8; and the rows of each."""
    for start, end, rows in file.pages:
        opened.seek(start)
        yield file.header + _as_utf8(opened.read(end - start), form, start), rows


def read_texts(page: bytes, delimiter: str, names: Sequence[str]) -> tuple[pa.Table, int]:
    """Some columns of a page as text, nothing as "", and how many rows have another number of values than names."""
    ragged: list[str] = []

    def skip(row: pcsv.InvalidRow) -> str:
        ragged.append("skip")
        return "skip"

    table = pcsv.read_csv(
        io.BytesIO(page),
        # One block: a quoted line break may stand anywhere.
        read_options=pcsv.ReadOptions(block_size=len(page) + 1, use_threads=False),
        parse_options=pcsv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
        convert_options=pcsv.ConvertOptions(
            include_columns=list(names), column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    return table, len(ragged)


def _trailer(opened: BinaryIO, size: int, form: FileFormat) -> tuple[int, int, Decimal]:
    """Where the trailer begins, its count and its total."""
    opened.seek(max(0, size - LONGEST_TRAILER_BYTES))
    tail = opened.read().rstrip(b"\r\n ")
    line = tail[tail.rfind(b"\n") + 1 :]
    parts = [part.strip() for part in line.decode(form.encoding, "replace").split(form.delimiter)]
    if parts[0].strip('"') != form.trailer:
        raise UnfitFileError("TRAILER", f"the file breaks off: its last line is no {form.trailer}")
    numbers = [part.strip('"') for part in parts[1:]]
    if len(numbers) != 2 or not numbers[0].isdecimal() or not re.match(NUMBER, numbers[1]):
        raise UnfitFileError("TRAILER", f"the {form.trailer} is not a count of rows and a total")
    begins = max(0, size - LONGEST_TRAILER_BYTES) + len(tail) - len(line)
    return begins, int(numbers[0]), Decimal(numbers[1])


def _check_names(header: bytes, form: FileFormat, wanted: set[str]) -> None:
    names = next(csv.reader([header.decode()], delimiter=form.delimiter), [])
    if missing := sorted(wanted - set(names)):
        raise UnfitFileError("HEADER", f"the first line does not name {', '.join(missing)}")
    if len(set(names)) < len(names):
        raise UnfitFileError("HEADER", "the first line names a column twice")


def _pages(opened: BinaryIO, start: int, end: int, form: FileFormat) -> Iterator[tuple[int, bytes]]:
    """The bytes from `start` to `end` in pieces of whole rows, and where each begins."""
    size = PAGE_BYTES
    while start < end:
        opened.seek(start)
        block = opened.read(min(size, end - start))
        if length := _whole_rows(block, form.delimiter):
            yield start, block[:length]
            start, size = start + length, PAGE_BYTES
        elif size < min(LONGEST_ROW_BYTES, end - start):
            size *= 2
        else:
            raise UnfitFileError("MALFORMED", "a quoted value does not end")


def _whole_rows(block: bytes, delimiter: str) -> int:
    """How many bytes of a block are whole rows: a line break in quotes ends none."""
    if b'"' not in block:
        return block.rfind(b"\n") + 1
    row, length = _row(delimiter), 0
    while match := row.match(block, length):
        length = match.end()
    return length


@cache
def _row(delimiter: str) -> re.Pattern[bytes]:
    """One row: quotes mean something only where a value begins; two of them within stand for one."""
    between = re.escape(delimiter).encode()
    value = rb'(?:"(?:[^"]++|"")*+"|(?!"))[^' + between + rb"\n]*+"
    return re.compile(rb"(?:" + value + between + rb")*+" + value + rb"\n")


def _as_utf8(body: bytes, form: FileFormat, start: int) -> bytes:
    try:
        text = body.decode(form.encoding)
    except UnicodeDecodeError as error:
        _refuse_encoding(form, start + error.start)
    return body if form.encoding == "utf-8" else text.encode()


def _refuse_encoding(form: FileFormat, at: int) -> NoReturn:
    raise UnfitFileError(
        "ENCODING",
        f"byte {at} is no {form.encoding}: if the system writes in another encoding, say so in options.encoding",
    ) from None


def _sum(numbers: pa.ChunkedArray) -> Decimal:
    total = Decimal(0)
    for number in numbers.to_pylist():
        total = EXACT.add(total, Decimal(number))
    return total


def _count_empty(values: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.equal(values, "")).as_py() or 0)
