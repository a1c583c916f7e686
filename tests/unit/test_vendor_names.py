"""What a vendor calls its fields is nobody's business beyond ingestion and staging: names are changed once and for all."""

import re
from collections.abc import Iterator
from pathlib import Path

from ingestion.contracts import ObjectContract, known_systems, load_contract

ROOT = Path(__file__).parents[2]
# Rooms in which the words of the field are spoken, and no system's. (The simulator speaks as the systems do; tests,
# benches and documents speak of them.)
ROOMS = ("orchestration", "expectations", "dbt_project", "scripts")
STAGING = ROOT / "dbt_project" / "models" / "staging"
SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".csv", ".sh"}
# PurchaseOrderItem, lastUpdated, order-lines, A_Supplier, Cost_Center_ID: how no word of English is written. What is left
# (status, Supplier, created_at) is nobody's own.
WRITTEN_BY_A_VENDOR = re.compile(r"\w*[a-z][A-Z]\w*|\w+(-\w+)+|\w*[A-Z]\w*_\w+|\w+_\w*[A-Z]\w*")


def vendor_names() -> set[str]:
    """Every name of the contracts' source paths that looks like a vendor's."""
    names = {name for system in known_systems() for obj in load_contract(system).objects for name in words_of(obj)}
    return {name for name in names if WRITTEN_BY_A_VENDOR.fullmatch(name)}


def words_of(obj: ObjectContract) -> Iterator[str]:
    paths = [obj.source_object, obj.rows_at or "", *obj.not_taken, *(column.path for column in obj.columns)]
    for path in paths:
        # What a path compares with ([system=urn:x]) is a value and no name.
        yield from re.split(r"[.\[\]+^/]", re.sub(r"=[^\]]*", "", path))


def test_the_names_looked_for_are_those_of_the_vendors() -> None:
    names = vendor_names()
    assert {"PurchaseOrderItem", "LastUpdateDate", "A_SupplierInvoice", "udiCarrier", "Cost_Center_ID"} <= names
    assert not {"status", "Supplier", "created_at", "id"} & names


def test_no_vendors_field_name_is_used_beyond_ingestion_and_staging() -> None:
    either = "|".join(sorted(map(re.escape, vendor_names()), key=len, reverse=True))
    name = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*"))
        if path.suffix in SUFFIXES and not path.is_relative_to(STAGING) and not {"target", "logs"} & set(path.parts)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in name.finditer(line)
    ]
    assert found == []
