"""Mastering on a warehouse: records in, golden keys out, and a steward's word in the run after."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from mastering import desk, state
from mastering.items import arrivals
from mastering.registry import Run
from mastering.warehouse import master

FIRST, SECOND, THIRD = (Run(f"run {day}", datetime(2026, 11, day), "1") for day in (1, 2, 3))
TEXT, FLAG, MOMENT, COUNT = pa.string(), pa.bool_(), pa.timestamp("us"), pa.int64()
SUPPLIER = pa.schema(
    [(name, TEXT) for name in (
        "source_system", "source_instance", "source_supplier_key", "supplier_code", "supplier_name", "tax_id_token",
        "duns_number", "gln", "street", "city", "region_code", "postal_code", "country_code", "remit_to_source_key",
        "parent_source_key", "parent_name", "payment_terms_code",
    )] + [("is_supplier", FLAG), ("is_active", FLAG), ("created_at", MOMENT), ("source_version_at", MOMENT)]
)  # fmt: skip
ITEM = pa.schema(
    [(name, TEXT) for name in (
        "source_system", "source_instance", "source_item_key", "item_code", "item_description", "manufacturer_name",
        "manufacturer_source_key", "manufacturer_part_number", "supplier_source_key", "supplier_item_number",
        "base_uom_source_code", "item_class", "unspsc_code",
    )] + [("is_active", FLAG), ("created_at", MOMENT), ("source_version_at", MOMENT)]
)  # fmt: skip
IDENTIFIER = pa.schema(
    [(name, TEXT) for name in ("source_system", "source_instance", "source_item_key", "identifier_type",
                               "identifier_value", "source_uom_code")]
)  # fmt: skip
SHARED = pa.schema(
    [(name, TEXT) for name in ("source_instance", "source_supplier_key", "record_instance", "record_supplier_key")]
)
SPEND = pa.schema(
    [(name, TEXT) for name in ("source_system", "source_instance", "record_kind", "source_key", "currency_code")]
    + [("billed_amount", pa.decimal128(18, 2))]
)
UNIT = pa.schema(
    [(name, TEXT) for name in ("source_system", "source_instance", "source_item_key", "source_uom_code")]
    + [("qty_num", COUNT), ("qty_den", COUNT)]
)


def of(instance: str, **values: Any) -> dict[str, Any]:
    """A record of the year that its instance came: SAP's is older than Oracle's."""
    born = datetime(2015 if instance == "sap" else 2020, 1, 1)
    system = {"sap": "sap_s4", "ora": "oracle_fusion"}[instance]
    return {"source_system": system, "source_instance": instance, "is_active": True, "is_supplier": True,
            "created_at": born, "source_version_at": born, **values}  # fmt: skip


def foley(instance: str, key: str, size: str, part: str | None) -> dict[str, Any]:
    return of(instance, source_item_key=key, item_code=key, item_class="MEDSURG", manufacturer_part_number=part,
              item_description=f"CATHETER FOLEY {size}FR 5CC 2WAY SILICONE STERILE", manufacturer_name="BARD INC")  # fmt: skip


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Two ERPs: one supplier under two names and one tax number; a 16 French catheter in both, an 18 French in one."""
    suppliers = [
        of("sap", source_supplier_key="1", supplier_name="BARD INC.", tax_id_token="t1", city="COVINGTON"),
        of("ora", source_supplier_key="7", supplier_name="Bard, Incorporated", tax_id_token="t1", city="Covington"),
        of("sap", source_supplier_key="2", supplier_name="BARD INC.", tax_id_token="t2", city="RENO"),
    ]
    spend = [of("sap", record_kind="ITEM", source_key="A", billed_amount=Decimal("70.00"), currency_code="USD")]
    items = [foley("sap", "A", "16", "0165L16"), foley("ora", "X", "16", "0165L16"), foley("sap", "B", "18", "0165L18")]
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("CREATE SCHEMA canonical")
        for name, schema, rows in (
            ("int_supplier_record", SUPPLIER, suppliers), ("int_item_record", ITEM, items),
            ("int_item_identifier", IDENTIFIER, []), ("int_item_unit", UNIT, []), ("int_shared_supplier_number", SHARED, []),
            ("int_record_spend", SPEND, spend),
        ):  # fmt: skip
            connection.register("rows", pa.Table.from_pylist(rows, schema))
            connection.execute(f"CREATE TABLE canonical.{name} AS FROM rows")
        connection.execute("CREATE SCHEMA seeds")
        connection.execute(
            "CREATE TABLE seeds.map_supplier_alias"
            " (alias VARCHAR, supplier_name VARCHAR, alias_reason VARCHAR, valid_from DATE, valid_to DATE)"
        )
        yield connection


def golden(connection: duckdb.DuckDBPyConnection, kind: str) -> dict[str, str]:
    return dict(connection.execute(
        f"SELECT source_instance || ' ' || source_key, golden_key FROM mastering.{kind}_xref "
        "WHERE valid_to = TIMESTAMP '9999-12-31'"
    ).fetchall())  # fmt: skip


def test_two_erps_have_one_supplier_and_one_catheter_of_each_size(warehouse: duckdb.DuckDBPyConnection) -> None:
    done = master(warehouse, FIRST)
    supplier, item = golden(warehouse, "supplier"), golden(warehouse, "item")
    # One tax number is one supplier; the same name with another is not.
    assert supplier == {"sap 1": "SUP-000001", "ora 7": "SUP-000001", "sap 2": "SUP-000002"}
    assert item == {"sap A": "ITM-000001", "ora X": "ITM-000001", "sap B": "ITM-000002"}
    assert (done["item"].records, done["item"].golden, done["item"].minted) == (3, 2, 2)
    names = dict(warehouse.execute("SELECT golden_key, supplier_name FROM mastering.golden_supplier").fetchall())
    # Of two ERPs the one that was changed last is believed: Oracle's record is of 2020, SAP's of 2015.
    assert names == {"SUP-000001": "Bard, Incorporated", "SUP-000002": "BARD INC."}


def test_a_sites_own_alias_joins_two_names_while_it_holds(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Covington Catheters says no tax number; the site knows that it is Bard's since the second of November."""
    warehouse.execute(
        "UPDATE canonical.int_supplier_record SET supplier_name = 'Covington Catheters', tax_id_token = NULL"
        " WHERE source_supplier_key = '7'"
    )
    warehouse.execute("DELETE FROM canonical.int_supplier_record WHERE source_supplier_key = '2'")
    warehouse.execute(
        "INSERT INTO seeds.map_supplier_alias VALUES"
        " ('Covington Catheters', 'Bard', 'trading', DATE '2026-11-02', DATE '2026-11-03')"
    )
    found = []
    for run in (FIRST, SECOND, THIRD):
        master(warehouse, run)
        supplier = golden(warehouse, "supplier")
        found.append(supplier["sap 1"] == supplier["ora 7"])
    assert found == [False, True, False]


def test_the_same_records_again_change_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    master(warehouse, FIRST)
    before = warehouse.execute("FROM mastering.item_xref ORDER BY ALL").fetchall()
    done = master(warehouse, SECOND)
    assert (done["item"].minted, done["item"].retired, done["supplier"].minted) == (0, 0, 0)
    assert warehouse.execute("FROM mastering.item_xref ORDER BY ALL").fetchall() == before


def test_a_run_looks_only_at_what_has_changed_and_a_rebuild_says_the_same(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    reading = arrivals.read_records
    monkeypatch.setattr(arrivals, "read_records", lambda raw, *rest: read.append(len(raw)) or reading(raw, *rest))
    master(warehouse, FIRST)
    warehouse.execute(
        "UPDATE canonical.int_item_record SET manufacturer_part_number = NULL WHERE source_item_key = 'X'"
    )
    master(warehouse, SECOND)
    assert read == [3, 1]
    tables = ("item_xref", "golden_item", "item_pair", "item_review", "item_quality_event", "item_merge_log")
    quick = {name: warehouse.execute(f"FROM mastering.{name} ORDER BY ALL").fetchall() for name in tables}
    state.forget(warehouse)
    master(warehouse, THIRD)
    assert read == [3, 1, 3]
    assert {name: warehouse.execute(f"FROM mastering.{name} ORDER BY ALL").fetchall() for name in tables} == quick


def test_what_other_rules_left_is_not_used(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    master(warehouse, FIRST)
    assert state.read_state(warehouse) is not None
    monkeypatch.setattr(state, "rules_in_use", lambda: "another version's")
    assert state.read_state(warehouse) is None


def test_a_stewards_cannot_parts_two_records_in_the_next_run_and_keeps_what_was_spent(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    master(warehouse, FIRST)
    warehouse.execute(
        "CREATE TABLE spent AS FROM (VALUES ('sap A', 100.00), ('ora X', 50.25), ('sap B', 7.00)) AS s (key, amount)"
    )
    by_item = (
        "SELECT golden_key, sum(amount) FROM spent JOIN mastering.item_xref "
        "ON key = source_instance || ' ' || source_key WHERE valid_to = TIMESTAMP '9999-12-31' GROUP BY ALL"
    )
    assert dict(warehouse.execute(by_item).fetchall()) == {
        "ITM-000001": Decimal("150.25"),
        "ITM-000002": Decimal("7.00"),
    }
    desk.decide(warehouse, [{
        "kind": "cannot", "left_key": "sap_s4|sap|A", "right_key": "oracle_fusion|ora|X", "by": "ann",
        "at": datetime(2026, 11, 1, 12), "reason": "the second is latex",
    }])  # fmt: skip
    done = master(warehouse, SECOND)
    assert done["item"].minted == 1
    # The older record keeps the id; the other gets one never used before. Nothing is lost on the way.
    assert golden(warehouse, "item") == {"sap A": "ITM-000001", "ora X": "ITM-000003", "sap B": "ITM-000002"}
    assert sum(amount for _, amount in warehouse.execute(by_item).fetchall()) == Decimal("157.25")
    log = warehouse.execute("SELECT old_key, new_key, kind FROM mastering.item_merge_log").fetchall()
    assert log == [("ITM-000001", "ITM-000003", "split")]


def test_an_attribute_that_a_steward_mends_survives(warehouse: duckdb.DuckDBPyConnection) -> None:
    master(warehouse, FIRST)
    desk.decide(warehouse, [{
        "kind": "attribute", "left_key": "sap_s4|sap|1", "attribute": "supplier_name", "value": "C. R. Bard", "by": "ann",
        "at": datetime(2026, 11, 1, 12), "reason": "its legal name",
    }])  # fmt: skip
    master(warehouse, SECOND)
    names = dict(warehouse.execute("SELECT golden_key, supplier_name FROM mastering.golden_supplier").fetchall())
    assert names["SUP-000001"] == "C. R. Bard"
    provenance = warehouse.execute(
        "SELECT source FROM mastering.supplier_provenance WHERE golden_key = 'SUP-000001' AND attribute = 'supplier_name'"
    ).fetchall()
    assert provenance == [("STEWARD",)]


def test_every_identifier_is_told_in_its_normal_form_or_why_it_is_none(warehouse: duckdb.DuckDBPyConnection) -> None:
    given = [
        ("GTIN", "9520000000011.0"), ("GTIN", "09520000000012"), ("UDI", "(01)09520000000011(10)L7(17)270600"),
        ("UDI", "+A123BJC5D6E71G"), ("UDI", "=/A9999XYZ100T0944"), ("NDC", "0002-8215-01"), ("ERP_ITEM", "ora:X"),
    ]  # fmt: skip
    rows = [of("sap", source_item_key="A", identifier_type=kind, identifier_value=value) for kind, value in given]
    warehouse.register("rows", pa.Table.from_pylist(rows, IDENTIFIER))
    warehouse.execute("INSERT INTO canonical.int_item_identifier FROM rows")
    master(warehouse, FIRST)
    found = warehouse.execute(
        "SELECT given_value, kind, value, level, agency, fault FROM mastering.item_identifier"
    ).fetchall()
    assert sorted(found) == [
        ("(01)09520000000011(10)L7(17)270600", "GTIN", "09520000000011", "0", "GS1", None),
        ("+A123BJC5D6E71G", "HIBCC", "A123BJC5D6E7", "1", "HIBCC", None),
        ("0002-8215-01", "NDC", "00002821501", "0", "FDA", None),
        ("09520000000012", None, None, None, None, "GTIN_CHECK_DIGIT"),
        ("9520000000011.0", "GTIN", "09520000000011", "0", "GS1", None),
        ("=/A9999XYZ100T0944", "ICCBBA", "A9999XYZ100T0944", "0", "ICCBBA", None),
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_queue_goes_out_as_a_sheet_and_its_answers_come_back(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, ending: str
) -> None:
    warehouse.execute(
        "UPDATE canonical.int_item_record SET item_description = 'CATHETER FOLEY 20FR 5CC' WHERE source_item_key = 'X'"
    )
    master(warehouse, FIRST)
    # One part number in two sizes. Only A was billed.
    assert [row["money_at_stake"] for row in desk.queue(warehouse, "item").to_pylist()] == [Decimal("70.00")]
    sheet = tmp_path / f"queue.{ending}"
    assert desk.export(warehouse, "item", sheet) == desk.queue(warehouse, "item").num_rows
    kept, answers = desk.take_in(warehouse, "item", sheet, THIRD.at)
    assert (kept, answers.faults, answers.changed) == (0, [], [])


def test_a_run_that_fails_leaves_everything_as_it_was(warehouse: duckdb.DuckDBPyConnection) -> None:
    master(warehouse, FIRST)
    before = warehouse.execute("FROM mastering.supplier_xref ORDER BY ALL").fetchall()
    warehouse.execute("INSERT INTO canonical.int_supplier_record BY NAME SELECT * REPLACE ('9' AS source_supplier_key) "
                      "FROM canonical.int_supplier_record LIMIT 1")  # fmt: skip
    warehouse.execute("INSERT INTO canonical.int_item_record FROM canonical.int_item_record LIMIT 1")
    with pytest.raises(ValueError, match="twice"):
        master(warehouse, SECOND)
    assert warehouse.execute("FROM mastering.supplier_xref ORDER BY ALL").fetchall() == before
