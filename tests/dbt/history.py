"""What a source said of an item and a supplier in the course of October, and the versions that must come of it.

Belongs here: the changes, one by one, and the answer worked out by hand. Not here: which engine builds it (test_history.py,
test_engines.py).
"""

import datetime
from collections.abc import Sequence
from pathlib import Path

from tests.dbt.hospital import EACH, GLOVES, MEDLINE
from tests.dbt.raw_world import RawWorld
from tests.dbt.runs import Project

BEGINNING, END = datetime.datetime(1900, 1, 1), datetime.datetime(9999, 12, 31)


def at(day_no: int) -> datetime.datetime:
    return datetime.datetime(2026, 10, day_no, 12)


def _named(day_no: int, name: str) -> tuple:
    return "product_template", at(day_no), {
        "id": GLOVES, "code": "GLV", "name": name, "type": "goods", "default_uom_id": EACH, "account_category_id": 1,
        "active": True,
    }  # fmt: skip


def _party(day_no: int, name: str) -> tuple:
    return "party", at(day_no), {"id": MEDLINE, "code": "MED", "name": name, "active": True}


# The hospital's masters are of 1 October. Name and use of a Tryton item stand in two records that change apart.
CHANGES = (
    _named(3, "Latex glove"),
    _named(5, "Nitrile glove"),
    # Said again: no version.
    _named(7, "Nitrile glove"),
    ("product", at(10), {"id": GLOVES, "template_id": GLOVES, "code": "GLV", "active": False}),
    _party(6, "Medline North"),
    _party(9, "Medline"),
)
ITEM = [
    (1, "Exam glove", True, BEGINNING, at(3), False),
    (2, "Latex glove", True, at(3), at(5), False),
    (3, "Nitrile glove", True, at(5), at(10), False),
    (4, "Nitrile glove", False, at(10), END, True),
]
# As the hospital writes it until the 6th.
SUPPLIER_NAMES = [("Medline North", at(6), at(9), False), ("Medline", at(9), END, True)]
ITEM_SQL = """
    select version.version_no, version.item_name, version.is_active, version.valid_from_at, version.valid_to_at,
        version.is_current
    from canonical.dim_item_version as version join canonical.dim_item as item on version.item_key = item.item_key
    where item.item_code = 'GLV' order by version.version_no"""
SUPPLIER_SQL = """
    select version.supplier_name, version.valid_from_at, version.valid_to_at, version.is_current
    from canonical.dim_supplier_version as version join canonical.dim_supplier as supplier
        on version.supplier_key = supplier.supplier_key
    where supplier.source_pk = '1' and version.version_no > 1 order by version.version_no"""


def tell(warehouse: Path, order: Sequence[int]) -> None:
    """The changes in this order, each in a load of its own."""
    with RawWorld(warehouse) as world:
        for number, change in enumerate(order, start=2):
            world.load(f"{number:04}")
            name, stamp, values = CHANGES[change]
            world.put(name, at=stamp, **values)


def build_history(project: Project, warehouse: Path | None = None) -> None:
    """The two histories and all that they stand on, with their tests."""
    project.run(
        [
            "build", "--select", "+dim_item_version", "+dim_supplier_version", "--indirect-selection", "buildable",
            "--exclude-resource-type", "unit_test",
        ],
        warehouse,
    )  # fmt: skip
