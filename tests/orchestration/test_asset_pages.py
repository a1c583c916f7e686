"""What an asset's page tells an engineer: columns as in the contract, rows as published, the way to the dictionary."""

from dataclasses import replace

import dagster as dg

from ingestion.settings import Settings
from orchestration.definitions import build_definitions
from orchestration.instance import dagster_instance

PARTY = dg.AssetKey(["raw_tryton", "tryton_main", "party"])
MART = dg.AssetKey(["mart_procurement", "mart_supplier"])


def test_a_raw_table_shows_its_columns_with_types_and_meanings(hospital):
    spec = build_definitions(hospital.overrides).get_repository_def().asset_graph.get(PARTY)
    columns = {column.name: column for column in spec.metadata["dagster/column_schema"].columns}
    assert (columns["changed_at"].type, columns["active"].type) == ("timestamp", "boolean")
    assert columns["name"].description == "Name of the party as the ERP writes it; null where a party has none."


def test_a_published_table_shows_its_rows_and_leads_to_the_dictionary(hospital):
    settings = Settings(**hospital.settings.model_dump() | {"pack_url": "https://parline.hospital.example/pack"})
    hospital.settings, hospital.overrides = settings, replace(hospital.overrides, settings=settings)
    hospital.run()
    with dagster_instance(settings) as instance:
        [seen] = instance.fetch_observations(MART, limit=1).records
    metadata = seen.asset_observation.metadata
    assert metadata["dagster/row_count"].value == 3
    assert metadata["dictionary"].value == (
        "https://parline.hospital.example/pack/dictionary.html#mart_procurement.mart_supplier"
    )
