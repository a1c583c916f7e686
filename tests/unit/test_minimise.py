"""What may be kept of a person: pseudonyms that join where they may, years and ZIP3, and nothing of what is dropped."""

from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pytest

from ingestion.contracts.model import Column, Minimise, ObjectContract
from ingestion.landing.minimise import Minimiser

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
MRN = Column("mrn", "Number.", "string", "mrn", classification="direct", minimise=Minimise("pseudonym", "patient"))


def made(minimiser: Minimiser, column: Column, *values: object) -> list[object]:
    return minimiser.column(column, pa.array(values)).to_pylist()


def test_equal_values_have_equal_pseudonyms_and_no_value_has_none() -> None:
    first, second, none, empty, again = made(Minimiser(KEY, "ehr"), MRN, "4711", "4712", None, "", "4711")
    assert first == again != second
    assert none is None
    assert empty is None
    assert len(str(first)) == 32
    assert "4711" not in str(first)


def test_a_key_of_another_source_a_domain_and_an_instance_do_not_join_unless_they_are_told_to() -> None:
    tax = replace(MRN, minimise=Minimise("pseudonym", "tax", is_network_wide=True))
    here, there, other = Minimiser(KEY, "erp_a"), Minimiser(KEY, "erp_b"), Minimiser(OTHER_KEY, "erp_a")
    assert made(here, MRN, "1") != made(there, MRN, "1")
    assert made(here, tax, "1") == made(there, tax, "1")
    assert made(here, tax, "1") != made(other, tax, "1")
    assert made(here, tax, "1") != made(here, replace(tax, minimise=Minimise("pseudonym", "duns", True)), "1")


def test_a_number_and_its_text_are_one_person() -> None:
    assert made(Minimiser(KEY, "ehr"), MRN, 4711) == made(Minimiser(KEY, "ehr"), MRN, "4711")


def test_a_single_value_and_a_column_give_the_same_pseudonym() -> None:
    minimiser = Minimiser(KEY, "ehr")
    assert made(minimiser, MRN, "4711") == [minimiser.pseudonym("patient", "4711")]


def test_a_pseudonym_without_a_key_is_an_error_not_a_plain_value() -> None:
    with pytest.raises(ValueError, match="no pseudonym key"):
        made(Minimiser(None, "ehr"), MRN, "4711")


def test_dates_become_years_and_zip_codes_their_first_three_digits() -> None:
    born = Column("born", "Birth.", "timestamp", "born", minimise=Minimise("year"))
    zip_code = Column("zip", "ZIP.", "string", "zip", minimise=Minimise("zip3"))
    assert made(Minimiser(KEY, "ehr"), born, datetime(1951, 7, 4), None) == [1951, None]
    assert made(Minimiser(KEY, "ehr"), zip_code, "02139-4307", "9", None) == ["021", "9", None]


def test_what_refers_to_a_case_is_not_kept_where_only_orders_are() -> None:
    kind = Column("ref_type", "Kind.", "string", "ref_type")
    reference = Column("ref_id", "Reference.", "string", "ref_id", minimise=Minimise("where", "ref_type=PO"))
    obj = ObjectContract("movement", "Movements.", "movements", "materials", (reference, kind))
    table = pa.table({"ref_id": ["4500", "C1", "C2", None], "ref_type": ["PO", "CASE", None, "PO"]})
    kept = Minimiser(None, "stock").table(obj, table)["ref_id"].to_pylist()
    assert kept == ["4500", None, None, None]
    assert Minimiser(None, "stock").table(obj, table.select(["ref_id"]))["ref_id"].to_pylist() == [None] * 4


def test_a_tax_id_has_one_pseudonym_however_it_is_written() -> None:
    minimiser = Minimiser(KEY, "erp")
    written = {
        minimiser.pseudonym("tax_id", text, is_network_wide=True) for text in ("12-3456789", "123456789", "12 3456789")
    }
    assert len(written) == 1
    assert minimiser.pseudonym("tax_id", "12-3456788", is_network_wide=True) not in written
    assert minimiser.pseudonym("patient", "12-3456789") != minimiser.pseudonym("patient", "123456789")
