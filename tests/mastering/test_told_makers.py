"""Who makes it, where the record itself does not say it well."""

from datetime import datetime
from typing import Any

import pyarrow as pa

from mastering.items.told_makers import with_makers
from mastering.suppliers.aliases import Aliases, known_aliases

COLUMNS = ("record_key", "manufacturer_name", "manufacturer_key", "manufacturer_part_number", "vendor_key")
NAMES = pa.table({"name": ["Anchorstone Healthcare LLC", "Rowanwick Instruments LLC", "Basinport Supply Ltd."],
                  "golden_key": ["SUP-1", "SUP-2", "SUP-9"]})  # fmt: skip
NOBODY = Aliases(known_aliases(), {}, datetime(2026, 11, 1))


def makers(*rows: tuple[str | None, ...]) -> dict[str, tuple[Any, Any]]:
    """Key and name of the maker by record; rows are COLUMNS after the record's key."""
    filled = [dict(zip(COLUMNS, (f"r{place}", *row), strict=True)) for place, row in enumerate(rows, start=1)]
    records = pa.Table.from_pylist(filled, pa.schema([(name, pa.string()) for name in COLUMNS]))
    found = with_makers(records, NAMES, NOBODY).to_pylist()
    return {row["record_key"]: (row["manufacturer_key"], row["manufacturer_name"]) for row in found}


def test_a_makers_name_with_a_slip_is_the_supplier_that_it_nearly_names() -> None:
    found = makers(("Ancorstone Healthcare", None, "M00006041", None), ("Somebody Else GmbH", None, "X1", None))
    assert found == {"r1": ("SUP-1", "Ancorstone Healthcare"), "r2": (None, "Somebody Else GmbH")}


def test_whoever_stands_for_the_parts_of_three_makers_sells_them() -> None:
    rows: list[tuple[str | None, ...]] = []
    for place in "123":
        rows.append((None, f"SUP-{place}", f"PART{place}-100", None))
        rows.append(("Basinport Supply Ltd.", None, f"part {place} 100", None))
    found = makers(*rows)
    # A part that one maker alone is known for is that maker's, whoever was written beside it.
    assert found == {
        "r1": ("SUP-1", None), "r2": ("SUP-1", None), "r3": ("SUP-2", None), "r4": ("SUP-2", None),
        "r5": ("SUP-3", None), "r6": ("SUP-3", None),
    }  # fmt: skip


def test_two_makers_of_one_short_number_leave_it_open() -> None:
    found = makers((None, "SUP-1", "1000", None), (None, "SUP-2", "1000", None), (None, None, "1000", None))
    assert found["r3"] == (None, None)


def test_what_is_bought_from_its_maker_is_made_by_whom_it_is_bought_from() -> None:
    assert makers((None, None, "9", "SUP-1")) == {"r1": ("SUP-1", None)}


def test_a_short_number_says_nothing_of_its_maker() -> None:
    assert makers((None, "SUP-1", "1234", None), (None, None, "1234", None))["r2"] == (None, None)
