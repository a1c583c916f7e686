"""The dbt sources YAML of each contract: `python -m ingestion.contracts.dbt_sources` writes them, a test finds a stale one.

Belongs here: what dbt is told of raw tables. Not here: any model.
"""

from pathlib import Path
from typing import Any

import yaml

from ingestion.contracts.model import Column, Contract, ObjectContract
from ingestion.contracts.reader import known_systems, load_contract

STAGING = Path(__file__).parents[2] / "dbt_project" / "models" / "staging"


def dbt_sources_path(contract: Contract, staging: Path = STAGING) -> Path:
    return staging / contract.system / f"_{contract.system}__sources.yml"


def dbt_sources_yaml(contract: Contract) -> str:
    """The whole file for one contract."""
    source = {
        "name": f"raw_{contract.system}",
        "schema": f"raw_{contract.system}",
        "description": f"{contract.name} as landed: one row per version of a record, written once.",
        "tables": [_table(obj) for obj in contract.objects],
    }
    document = yaml.safe_dump({"version": 2, "sources": [source]}, sort_keys=False, allow_unicode=True, width=110)
    return (
        f"# Generated from ingestion/contracts/{contract.file}: change the contract, then `make contracts`.\n{document}"
    )


def _table(obj: ObjectContract) -> dict[str, Any]:
    return {
        "name": obj.name,
        "description": obj.description,
        "config": {"meta": {"owner": obj.owner, "source_object": obj.source_object}},
        "columns": [_column(column) for column in obj.landed_columns],
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "description": column.description,
        "data_type": column.sql_type.lower(),
        "config": {"meta": {"classification": column.classification}},
    }


def main() -> None:
    for system in known_systems():
        contract = load_contract(system)
        path = dbt_sources_path(contract)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dbt_sources_yaml(contract), encoding="utf-8")
        print(f"{path.relative_to(STAGING.parents[2])}: {len(contract.objects)} tables")


if __name__ == "__main__":
    main()
