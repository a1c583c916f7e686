"""The review queue as a sheet that stewards fill in, CSV or XLSX, and the decisions read back from it.

Belongs here: what a row of the queue shows, writing it, reading it back with every fault named by file, row and column.
Not here: which pairs are in the queue (items, suppliers), what a decision does (stewardship.py).
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from mastering.stewardship import Decision, faults
from mastering.vocabulary import QueueKind, Steward

# What the steward fills in. A row with left_key filled in by hand and no subject_hash decides something of its own.
ANSWERS = ("decision", "attribute", "value", "by", "second_by", "reason", "expires_at")
_KEYS = ("subject_hash", "left_key", "right_key")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
# A text that a spreadsheet would take for a formula: names come from outside.
_FORMULA = ("=", "+", "-", "@", "\t")


def queue_rows(
    queue: pa.Table,
    records: pa.Table,
    fields: Sequence[str],
    before: pa.Table | None,
    money: pa.Table | None,
    at: datetime,
) -> pa.Table:
    """One row per row of `queue` (REVIEW_QUEUE), with `fields` of both records (by record_key) side by side.

    subject_hash: of what the steward reads, so that a decision on a row that has since changed is noticed. first_seen: from
    `before`, the rows of the run before, else `at`. money (record_key, amount, currency_code): money_at_stake is the lesser
    of both records' amounts, what would change its place; of two currencies none is. rank: stewards' own words that wait for
    a second person, then the dearest pairs, then as `queue` ranks them.
    """
    sides = [(side, name) for name in fields for side in ("left", "right")]
    shown = ", ".join(f"{side}_record.{name} AS {side}_{name}" for side, name in sides)
    read = ", ".join(f"coalesce({side}_record.{name}::VARCHAR, chr(0))" for side, name in sides)
    seen = {"subject_hash": pa.array([], pa.string()), "first_seen": pa.array([], pa.timestamp("us"))}
    amounts = {
        "record_key": pa.array([], pa.string()), "amount": pa.array([], pa.decimal128(38, 2)),
        "currency_code": pa.array([], pa.string()),
    }  # fmt: skip
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        connection.register("queue", queue)
        connection.register("record", records)
        connection.register("before", pa.table(seen) if before is None else before.select(list(seen)))
        connection.register("money", pa.table(amounts) if money is None else money)
        return connection.execute(
            f"""
            WITH row AS (
                SELECT md5(concat_ws(chr(31), kind, left_key, right_key, {read})) AS subject_hash, kind, rank, left_key,
                    right_key, {shown}, weight, evidence AS sentence,
                    if(coalesce(left_money.currency_code <> right_money.currency_code, false), NULL,
                        least(left_money.amount, right_money.amount)) AS money_at_stake,
                    coalesce(left_money.currency_code, right_money.currency_code) AS currency_code
                FROM queue
                JOIN record AS left_record ON left_record.record_key = left_key
                JOIN record AS right_record ON right_record.record_key = right_key
                LEFT JOIN money AS left_money ON left_money.record_key = left_key
                LEFT JOIN money AS right_money ON right_money.record_key = right_key)
            SELECT row.* REPLACE (
                    row_number() OVER (ORDER BY kind = $2 DESC, money_at_stake DESC NULLS LAST, rank) AS rank),
                coalesce(first_seen, $1::TIMESTAMP) AS first_seen
            FROM row LEFT JOIN before USING (subject_hash) ORDER BY rank""",
            [at, QueueKind.PENDING],
        ).to_arrow_table()


def write_sheet(rows: pa.Table, path: Path) -> None:
    """Writes queue rows with empty columns for the answers; the name's ending says which form, .csv or .xlsx.

    Raises ValueError for another ending.
    """
    header = [*rows.column_names, *ANSWERS]
    values = ([_cell(value) for value in row.values()] + [None] * len(ANSWERS) for row in rows.to_pylist())
    match path.suffix.lower():
        case ".csv":
            _write_csv(header, values, path)
        case ".xlsx":
            _write_xlsx(header, values, path)
        case ending:
            raise ValueError(f"{path.name}: a sheet is .csv or .xlsx, not {ending or 'without an ending'}")


def _write_csv(header: list[str], values: Iterator[list[Any]], path: Path) -> None:
    # With the mark by which spreadsheets know UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(header)
        for row in values:
            sheet.writerow(
                [f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value for value in row]
            )


def _write_xlsx(header: list[str], values: Iterator[list[Any]], path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.freeze_panes = "A2"
    column = get_column_letter(header.index("decision") + 1)
    choice = DataValidation(type="list", formula1=f'"{",".join(Steward)}"', allow_blank=True)
    choice.add(f"{column}2:{column}1048576")
    sheet.add_data_validation(choice)
    sheet.append(header)
    for row in values:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            if cell.data_type == "f":
                cell.data_type = "s"
    book.save(path)


def _cell(value: object) -> object:
    return _CONTROL.sub(" ", value) if isinstance(value, str) else value


@dataclass
class Answers:
    """What a sheet says. faults: rows that cannot be taken, with file, row and column. changed: decisions about what is no
    longer so; they are not taken either."""

    decisions: list[Decision] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def read_sheet(path: Path, rows: pa.Table, kept: pa.Table, at: datetime) -> Answers:
    """The decisions on a sheet, made at `at`; rows without a decision say nothing, bad rows do not hold up the others.

    rows: the queue as it stands now. kept: decisions of before (DECISIONS); what is among them already is passed over.
    """
    answers = Answers()
    queue = {(row["left_key"], row["right_key"]): row["subject_hash"] for row in rows.to_pylist()}
    taken = {(row["subject_hash"], row["kind"], row["by"]) for row in kept.to_pylist() if row["subject_hash"]}
    try:
        lines = _read_csv(path) if path.suffix.lower() == ".csv" else _read_xlsx(path)
        header = next(lines, [])
    except UnicodeDecodeError:
        answers.faults.append(f"{path.name}: is not UTF-8; save it as CSV UTF-8, or as .xlsx")
        return answers
    names = [str(name or "").strip() for name in header]
    missing = [name for name in (*_KEYS, *ANSWERS) if name not in names]
    if missing:
        answers.faults.append(f"{path.name} row 1: columns are missing: {', '.join(missing)}")
        return answers
    for number, line in enumerate(lines, start=2):
        row = {name: _text(value) for name, value in zip(names, line, strict=False) if name}
        if not row.get("decision"):
            continue
        where = f"{path.name} row {number}"
        decision, wrong = _decision(row, at)
        answers.faults += [f"{where} column {column!r}: {sentence}" for column, sentence in wrong]
        subject, pair = decision["subject_hash"], (decision["left_key"], decision["right_key"])
        if wrong or (subject, decision["kind"], decision["by"]) in taken:
            continue
        if subject and queue.get(pair) != subject:
            what = "has changed since it was read" if pair in queue else "is no longer in the queue"
            answers.changed.append(f"{where}: {pair[0]} and {pair[1]}: the row {what}; look at it again")
            continue
        answers.decisions.append(decision)
    return answers


def _read_csv(path: Path) -> Iterator[list[Any]]:
    text = path.read_text(encoding="utf-8-sig")
    first = text.partition("\n")[0]
    # Where a comma is the decimal mark, spreadsheets separate columns by semicolons.
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))


def _read_xlsx(path: Path) -> Iterator[list[Any]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        yield from (list(row) for row in book.worksheets[0].iter_rows(values_only=True))
    finally:
        book.close()


def _text(value: object) -> str | None:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).strip() or None if value is not None else None


def _decision(row: dict[str, str | None], at: datetime) -> tuple[Decision, list[tuple[str, str]]]:
    """The decision of a row, with what is wrong with it by the sheet's column."""
    decision: Decision = {name: row.get(name) for name in (*_KEYS, *ANSWERS)}
    decision["kind"] = str(decision.pop("decision")).casefold()
    decision["at"] = at
    wrong = [("decision" if column == "kind" else column, sentence) for column, sentence in faults(decision)]
    try:
        decision["expires_at"] = _moment(row.get("expires_at"))
    except ValueError:
        wrong.append(("expires_at", f"{row.get('expires_at')!r} is no date as 2027-01-31"))
    return decision, wrong


def _moment(text: str | None) -> datetime | None:
    """UTC, naive. A day ends with it: what expires on a day holds on that day."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(tzinfo=None)
    return datetime.combine(moment.date(), time.max) if moment.time() == time.min else moment
