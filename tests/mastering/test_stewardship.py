"""What stewards decide: which decision holds, who has to agree, and that a bad row of a sheet stops nobody else's."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastering.review_sheet import Answers, queue_rows, read_sheet, write_sheet
from mastering.stewardship import DECISIONS, in_force, record_decisions
from mastering.vocabulary import REVIEW_QUEUE
from tests.mastering.decided import MONDAY, kept, said


def no_veto(left: str, right: str) -> str | None:
    return None


def sizes_differ(left: str, right: str) -> str | None:
    return "size 7 and size 7.5"


def test_the_latest_word_about_a_pair_holds_whichever_side_is_named_first():
    table = kept(said("must", "a", "b"), said("cannot", "b", "a", at=MONDAY + timedelta(days=1)))
    assert set(in_force(table, MONDAY, no_veto).must) == {("a", "b")}
    later = in_force(table, MONDAY + timedelta(days=1), no_veto)
    assert (set(later.must), set(later.cannot)) == (set(), {("a", "b")})


def test_of_two_words_at_one_moment_apart_wins():
    force = in_force(kept(said("must", "a", "b"), said("cannot", "a", "b")), MONDAY, no_veto)
    assert (set(force.must), set(force.cannot)) == (set(), {("a", "b")})


def test_a_decision_is_withdrawn_by_saying_it_again_expired():
    table = kept(said("must", "a", "b"), said("must", "a", "b", at=MONDAY + timedelta(days=1), expires_at=MONDAY))
    assert in_force(table, MONDAY, no_veto).must
    assert not in_force(table, MONDAY + timedelta(days=1), no_veto).must


def test_a_decision_holds_until_the_moment_it_expires():
    table = kept(said("cannot", "a", "b", expires_at=MONDAY + timedelta(days=7)))
    assert in_force(table, MONDAY + timedelta(days=6), no_veto).cannot
    assert not in_force(table, MONDAY + timedelta(days=7), no_veto).cannot


@pytest.mark.parametrize("second", [None, "", " ", "ana", " Ana "])
def test_a_must_that_breaks_a_rule_waits_for_another_person(second: str | None):
    force = in_force(kept(said("must", "a", "b", second_by=second)), MONDAY, sizes_differ)
    assert not force.must
    assert [pending.reason for pending in force.pending] == [
        "needs a second person, as a rule speaks against it: size 7 and size 7.5"
    ]


def test_a_must_that_breaks_a_rule_holds_with_a_second_person():
    assert in_force(kept(said("must", "a", "b", second_by="ben")), MONDAY, sizes_differ).must


def test_a_must_that_breaks_nothing_needs_nobody_else():
    assert in_force(kept(said("must", "a", "b")), MONDAY, no_veto).must


def test_alias_and_attribute_are_kept_by_what_they_are_about():
    force = in_force(
        kept(
            said("alias", "Wilotis Devices", attribute="supplier", value="Reefvale Diagnostics"),
            said("attribute", "erp|1|7", attribute="legal_name", value="Reefvale Diagnostics Inc."),
        ),
        MONDAY,
        no_veto,
    )
    assert force.aliases[("supplier", "Wilotis Devices")]["value"] == "Reefvale Diagnostics"
    assert force.attributes[("erp|1|7", "legal_name")]["value"] == "Reefvale Diagnostics Inc."


def test_what_was_decided_is_kept_once_and_a_faulty_one_not_at_all():
    table = kept(said("must", "a", "b"), said("must", "a", "b"))
    assert len(record_decisions(table, [said("must", "a", "b")])) == 1
    with pytest.raises(ValueError, match="right_key: a decision of kind must needs it"):
        record_decisions(table, [said("must", "a")])


decision_lists = st.lists(
    st.builds(
        lambda kind, pair, day, by, expires: said(
            kind, *pair, at=MONDAY + timedelta(days=day), by=by, expires_at=expires and MONDAY + timedelta(days=expires)
        ),
        st.sampled_from(["must", "cannot"]),
        st.sampled_from([("a", "b"), ("b", "a"), ("a", "c")]),
        st.integers(0, 3),
        st.sampled_from(["ana", "ben"]),
        st.none() | st.integers(0, 5),
    ),
    max_size=8,
)


@given(decision_lists, st.randoms())
def test_the_order_in_the_table_does_not_matter(decisions: list[dict[str, Any]], chance: Any):
    shuffled = chance.sample(decisions, len(decisions))
    moment = MONDAY + timedelta(days=2)
    assert in_force(kept(*decisions), moment, no_veto) == in_force(kept(*shuffled), moment, no_veto)


RECORDS = pa.table(
    {
        "record_key": ["erp|1|7", "erp|1|8", "erp|2|9"],
        "name": ["=SUM(A1)", "Alder Medical\x07 Inc.", "ALDER MED"],
        "city": ["Corwen", None, "Corwen"],
    }
)
QUEUE = pa.table(
    {
        "rank": [1, 2],
        "kind": ["candidate", "refused"],
        "left_key": ["erp|1|8", "erp|1|7"],
        "right_key": ["erp|2|9", "erp|2|9"],
        "weight": [4.5, 3.5],
        "evidence": ["name alike", "tax ids differ"],
    },
    REVIEW_QUEUE,
)
MONEY = pa.table(
    {"record_key": ["erp|1|8", "erp|2|9"], "amount": [900, 250], "currency_code": ["USD", "USD"]},
    pa.schema([("record_key", pa.string()), ("amount", pa.decimal128(38, 2)), ("currency_code", pa.string())]),
)
FIELDS = ("name", "city")


def queue_on(records: pa.Table = RECORDS, before: pa.Table | None = None, day: datetime = MONDAY) -> pa.Table:
    return queue_rows(QUEUE, records, FIELDS, before, MONEY, day)


def test_a_row_shows_both_records_and_what_would_change_its_place():
    first, second = queue_on().to_pylist()
    assert (first["left_name"], first["right_name"], first["left_city"], first["right_city"]) == (
        "Alder Medical\x07 Inc.", "ALDER MED", None, "Corwen"
    )  # fmt: skip
    assert (first["money_at_stake"], second["money_at_stake"]) == (250, 250)
    assert (first["sentence"], first["rank"], first["first_seen"]) == ("name alike", 1, MONDAY)


def test_the_dearest_pair_comes_first_and_before_it_only_what_waits_for_a_second_person():
    queue = pa.table(
        {
            "rank": [1, 2, 3, 4],
            "kind": ["refused", "candidate", "candidate", "pending"],
            "left_key": ["erp|1|7", "erp|1|8", "erp|1|8", "erp|1|7"],
            "right_key": ["erp|1|7", "erp|2|9", "erp|1|7", "erp|1|8"],
            "weight": [9.0, 4.5, 3.5, None],
            "evidence": ["a", "b", "c", "d"],
        },
        REVIEW_QUEUE,
    )
    rows = queue_rows(queue, RECORDS, FIELDS, None, MONEY, MONDAY).to_pylist()
    # 7 was never billed: of 7 and 8 what was billed for 8 counts, 900; of 8 and 9 the lesser, 250; of 7 alone nothing.
    assert [(row["rank"], row["sentence"], row["money_at_stake"]) for row in rows] == [
        (1, "d", 900), (2, "c", 900), (3, "b", 250), (4, "a", None),
    ]  # fmt: skip


def test_of_two_currencies_neither_amount_is_the_lesser():
    two = MONEY.set_column(2, "currency_code", pa.array(["USD", "CAD"]))
    [row, _] = queue_rows(QUEUE, RECORDS, FIELDS, None, two, MONDAY).to_pylist()[::-1]
    assert (row["left_key"], row["right_key"], row["money_at_stake"]) == ("erp|1|8", "erp|2|9", None)


def test_a_row_keeps_the_day_it_was_first_seen_until_what_it_shows_changes():
    tuesday = MONDAY + timedelta(days=1)
    changed = RECORDS.set_column(2, "city", pa.array(["Millbrook", None, "Corwen"]))
    rows = queue_on(changed, before=queue_on(), day=tuesday).to_pylist()
    assert [row["first_seen"] for row in rows] == [MONDAY, tuesday]


def answer_csv(path: Path, answers: dict[int, dict[str, str]]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for place, cells in answers.items():
        rows[place].update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, rows[0])
        sheet.writeheader()
        sheet.writerows(rows)


def answer_xlsx(path: Path, answers: dict[int, dict[str, str]]) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for place, cells in answers.items():
        for name, value in cells.items():
            sheet.cell(place + 2, columns[name], value)
    book.save(path)


ANSWER = {".csv": answer_csv, ".xlsx": answer_xlsx}
YES = {"decision": "Must", "by": "ana", "reason": "same firm", "expires_at": "2027-01-31"}
both_forms = pytest.mark.parametrize("ending", [".csv", ".xlsx"])


def answered(tmp_path: Path, ending: str, answers: dict[int, dict[str, str]], now: pa.Table | None = None) -> Answers:
    path = tmp_path / f"review{ending}"
    write_sheet(queue_on(), path)
    ANSWER[ending](path, answers)
    return read_sheet(path, queue_on() if now is None else now, DECISIONS.empty_table(), MONDAY)


@both_forms
def test_a_decision_comes_back_from_the_sheet(tmp_path: Path, ending: str):
    answers = answered(tmp_path, ending, {0: YES})
    assert (answers.faults, answers.changed) == ([], [])
    (decision,) = answers.decisions
    assert {name: decision[name] for name in ("kind", "left_key", "right_key", "by", "reason")} == {
        "kind": "must", "left_key": "erp|1|8", "right_key": "erp|2|9", "by": "ana", "reason": "same firm"
    }  # fmt: skip
    assert decision["expires_at"] == datetime(2027, 1, 31, 23, 59, 59, 999_999), "a day ends with it"
    assert len(record_decisions(DECISIONS.empty_table(), answers.decisions)) == 1


@both_forms
def test_a_bad_row_is_named_by_file_row_and_column_and_the_rest_goes_on(tmp_path: Path, ending: str):
    answers = answered(tmp_path, ending, {0: {"decision": "mst", "by": "ana"}, 1: {**YES, "decision": "cannot"}})
    assert answers.faults == [
        f"review{ending} row 2 column 'decision': 'mst' is not one of must, cannot, alias, attribute"
    ]
    assert [decision["kind"] for decision in answers.decisions] == ["cannot"]


@both_forms
def test_a_row_without_a_name_or_with_a_day_that_is_none_is_refused(tmp_path: Path, ending: str):
    answers = answered(tmp_path, ending, {0: {**YES, "by": " ", "expires_at": "next year"}})
    assert answers.decisions == []
    assert answers.faults == [
        f"review{ending} row 2 column 'by': a decision of kind must needs it",
        f"review{ending} row 2 column 'expires_at': 'next year' is no date as 2027-01-31",
    ]


@both_forms
def test_a_decision_on_a_row_that_has_since_changed_is_told_and_not_taken(tmp_path: Path, ending: str):
    moved = RECORDS.set_column(2, "city", pa.array(["Corwen", "Millbrook", "Corwen"]))
    answers = answered(tmp_path, ending, {0: YES, 1: YES}, now=queue_on(moved).slice(0, 1))
    assert (answers.decisions, answers.faults) == ([], [])
    assert [sentence.partition(": the row ")[2] for sentence in answers.changed] == [
        "has changed since it was read; look at it again", "is no longer in the queue; look at it again"
    ]  # fmt: skip


@both_forms
def test_a_sheet_read_twice_decides_once(tmp_path: Path, ending: str):
    table = record_decisions(DECISIONS.empty_table(), answered(tmp_path, ending, {0: YES}).decisions)
    again = read_sheet(tmp_path / f"review{ending}", queue_on().slice(1), table, MONDAY + timedelta(days=1))
    assert again == Answers()


@both_forms
def test_a_name_that_looks_like_a_formula_stays_a_name(tmp_path: Path, ending: str):
    path = tmp_path / f"review{ending}"
    write_sheet(queue_on(), path)
    if ending == ".xlsx":
        cells = [cell for row in openpyxl.load_workbook(path).worksheets[0] for cell in row if cell.value == "=SUM(A1)"]
        assert [cell.data_type for cell in cells] == ["s"]
    else:
        assert "'=SUM(A1)" in path.read_text(encoding="utf-8-sig")


def test_a_sheet_saved_with_semicolons_is_read(tmp_path: Path):
    path = tmp_path / "review.csv"
    write_sheet(queue_on(), path)
    answer_csv(path, {0: YES})
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    assert len(read_sheet(path, queue_on(), DECISIONS.empty_table(), MONDAY).decisions) == 1


def test_a_sheet_without_a_column_says_which(tmp_path: Path):
    path = tmp_path / "review.csv"
    path.write_text("subject_hash,left_key,right_key,decision,attribute,value,second_by,reason,expires_at\n")
    assert read_sheet(path, queue_on(), DECISIONS.empty_table(), MONDAY).faults == [
        "review.csv row 1: columns are missing: by"
    ]


def test_a_sheet_of_another_encoding_is_refused_in_words(tmp_path: Path):
    path = tmp_path / "review.csv"
    path.write_bytes("left_name\nM\xfcller\n".encode("cp1252"))
    assert read_sheet(path, queue_on(), DECISIONS.empty_table(), MONDAY).faults == [
        "review.csv: is not UTF-8; save it as CSV UTF-8, or as .xlsx"
    ]


def test_a_sheet_of_another_form_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match=r"review\.ods: a sheet is \.csv or \.xlsx"):
        write_sheet(queue_on(), tmp_path / "review.ods")
