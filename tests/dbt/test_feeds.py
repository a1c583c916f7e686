"""Many systems, one canonical table: what feeds owe each other, and that nobody is counted twice."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.dbt.runs import FOLDER

Rows = Callable[[str], list[tuple[Any, ...]]]
FEEDS: dict[str, list[str]] = yaml.safe_load((FOLDER / "dbt_project.yml").read_text())["vars"]["feeds"]


@pytest.mark.parametrize("entity", sorted(FEEDS))
def test_every_feed_of_an_entity_has_the_same_columns_in_the_same_order(entity: str, rows: Rows) -> None:
    """They are put together by their places, and a column out of its place would be another's value."""
    columns = {
        system: rows(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema IN ('feeds', 'restricted') "
            f"AND table_name = 'int_{system}__{entity}' ORDER BY ordinal_position"
        )
        for system in FEEDS[entity]
    }
    first = columns[FEEDS[entity][0]]
    assert len(first) > 5
    assert {system: found for system, found in columns.items() if found != first} == {}


def test_every_feed_is_united() -> None:
    files = {path.stem for path in (FOLDER / "models" / "canonical" / "feeds").rglob("int_*.sql")}
    named = {f"int_{system}__{entity}" for entity, systems in FEEDS.items() for system in systems}
    # Tryton alone describes companies, links invoices to receipts, and has documents whose header says the rate; the contract
    # system alone says which versions there were.
    assert files - named == {
        "int_tryton__company", "int_tryton__invoice_receipt", "int_tryton__supplier_invoice", "int_clm__landed_version",
        "int_clm__listed_version",
    }  # fmt: skip
    assert named - files == set()
