"""Whose word counts for which attribute of a golden record."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastering.suppliers import golden
from mastering.suppliers.records import SUPPLIER_RECORDS
from mastering.survivorship import CANDIDATES, RULES, golden_records, read_survivorship, steward_candidates, survive
from tests.mastering.decided import MONDAY, said

ORDER = pa.Table.from_pylist(
    [
        {"attribute": "name", "place": 1, "source": "STEWARD", "value": "", "pick": "latest"},
        {"attribute": "name", "place": 2, "source": "GUDID", "value": "", "pick": "latest"},
        {"attribute": "name", "place": 3, "source": "*", "value": "", "pick": "longest"},
        {"attribute": "status", "place": 1, "source": "*", "value": "RECALLED", "pick": "latest"},
        {"attribute": "status", "place": 2, "source": "*", "value": "", "pick": "latest"},
    ],
    RULES,
)


def says(
    value: str | None, attribute: str = "name", source: str = "ERP", record: str = "r1", **more: Any
) -> dict[str, Any]:
    return {
        "golden_key": "ITM-000001",
        "attribute": attribute,
        "value": value,
        "source": source,
        "record_key": record,
        **more,
    }


def survivors(*rows: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    table = survive(pa.Table.from_pylist(list(rows), CANDIDATES), ORDER)
    return {row["attribute"]: (row["value"], row["record_key"], row["rule"]) for row in table.to_pylist()}


def test_the_first_source_in_order_that_says_anything_counts():
    assert survivors(says("Catheter, Foley, 16 FR"), says("Foley", source="GUDID", record="r2")) == {
        "name": ("Foley", "r2", "2: GUDID latest")
    }
    assert survivors(says("Catheter"), says(None, source="GUDID", record="r2"), says("  ", source="STEWARD"))["name"] == (
        "Catheter", "r1", "3: any source longest"
    )  # fmt: skip


def test_a_value_that_wins_wherever_it_is_said():
    old = says("RECALLED", "status", changed_at=MONDAY - timedelta(days=900))
    assert survivors(old, says("ACTIVE", "status", record="r2", changed_at=MONDAY))["status"][0] == "RECALLED"


def test_ties_go_to_the_latest_then_the_least_precedence_then_the_least_key():
    late, early = {"changed_at": MONDAY}, {"changed_at": MONDAY - timedelta(days=1)}
    assert survivors(says("A", "status", **early), says("B", "status", record="r2", **late))["status"][0] == "B"
    assert survivors(says("A", "status", **late, precedence=2), says("B", "status", record="r2", **late, precedence=1))[
        "status"
    ][:2] == ("B", "r2")
    assert (
        survivors(says("B", "status", record="r2", **late), says("A", "status", record="r1", **late))["status"][1]
        == "r1"
    )
    assert survivors(says("A", "status"), says("B", "status", record="r2", **early))["status"][0] == "B", (
        "no stamp is oldest"
    )


def test_the_longest_and_of_those_the_latest():
    assert (
        survivors(says("CATH FOLEY"), says("CATH FOLEX", record="r2", changed_at=MONDAY), says("CATH", record="r3"))[
            "name"
        ][0]
        == "CATH FOLEX"
    )


candidates = st.lists(
    st.builds(
        says,
        st.sampled_from([None, "A", "BB", "RECALLED"]),
        st.sampled_from(["name", "status"]),
        st.sampled_from(["ERP", "GUDID", "STEWARD"]),
        st.sampled_from(["r1", "r2", "r3"]),
        changed_at=st.sampled_from([None, MONDAY, MONDAY + timedelta(days=1)]),
        precedence=st.sampled_from([None, 1, 2]),
    ),
    max_size=8,
)


@given(candidates, st.randoms())
def test_the_order_of_rows_does_not_matter_and_every_value_is_somebodys(rows: list[dict[str, Any]], chance: Any):
    found = survivors(*rows)
    assert found == survivors(*chance.sample(rows, len(rows)))
    for attribute, (value, record, _) in found.items():
        assert any((row["attribute"], row["value"], row["record_key"]) == (attribute, value, record) for row in rows)


def test_golden_records_have_a_column_for_each_attribute():
    table = survive(pa.Table.from_pylist([says("Foley"), says("X", "unknown to the rules")], CANDIDATES), ORDER)
    assert golden_records(table, ["name", "status"]).to_pylist() == [
        {"golden_key": "ITM-000001", "name": "Foley", "status": None}
    ]


def test_a_stewards_fix_goes_first_and_one_for_a_record_that_is_gone_is_none():
    fixes = {
        ("r2", "name"): said("attribute", "r2", attribute="name", value="Fixed"),
        ("r9", "name"): said("attribute", "r9"),
    }
    told = steward_candidates(fixes, {"r2": "ITM-000001"})
    records = pa.Table.from_pylist([says("Foley", source="GUDID")], CANDIDATES)
    row = survive(pa.concat_tables([records, told]), ORDER).to_pylist()[0]
    assert (row["value"], row["record_key"], row["source"], row["rule"]) == (
        "Fixed",
        "r2",
        "STEWARD",
        "1: STEWARD latest",
    )


def test_a_rule_that_is_none_is_named_by_its_line(tmp_path: Any):
    (tmp_path / "order.csv").write_text("attribute,place,source,value,pick\nname,1,*,,latest\nname,first,*,,latest\n")
    with pytest.raises(ValueError, match=r"order\.csv line 3"):
        read_survivorship("order", tmp_path)


def test_a_golden_supplier_has_its_legal_name_and_its_own_address_whoever_wrote_last():
    later = datetime(2026, 2, 1)
    home = {"street": "1 Canal St", "city": "Corwen", "is_active": False}
    rows = [
        {"source_supplier_key": "1", "name": "ALDERBAY MED", **home},
        {
            "source_supplier_key": "2",
            "name": "Alderbay Medical Inc.",
            "tax_id_hash": "t1",
            "city": "Ashford",
            "is_active": True,
        },
        {
            "source_supplier_key": "3",
            "name": "ALDERBAY REMIT TO",
            "tax_id_hash": "t1",
            "street": "Box 8",
            "changed_at": later,
        },
    ]
    table = pa.Table.from_pylist(
        [{"source_system": "erp", "source_instance": "e", **row} for row in rows], SUPPLIER_RECORDS
    )
    golden_of = {f"erp|e|{key}": "SUP-000001" for key in "123"}
    chosen = survive(golden.candidates(table, golden_of, {"e": 1}), golden.rules())
    assert golden_records(chosen, golden.ATTRIBUTES).to_pylist() == [
        {
            "golden_key": "SUP-000001", "supplier_name": "Alderbay Medical Inc.", "tax_id_hash": "t1", "duns": None,
            "lei": None, "gln": None, "address": "1 Canal St, Corwen", "supplier_class": "STANDARD", "status": "ACTIVE",
        }
    ]  # fmt: skip
