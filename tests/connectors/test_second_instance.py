"""A second instance of a system is a block of sources.toml: its rows stand beside the first one's, all the way."""

from pathlib import Path

import duckdb
import pytest

from ingestion.contracts import known_systems, load_contract
from ingestion.instances import load_instances
from ingestion.landing.land import land
from ingestion.landing.raw import RawTables
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from tests.dbt.runs import Project
from tests.faults.tryton_like import TrytonLike
from tests.ingestion.landing_world import KEY

BLOCK = '[{name}]\nsystem = "tryton"\nbase_url = "{url}"\nsecret = "ERP_KEY"\nobjects = ["party"]\n'


def test_two_blocks_of_one_system_land_and_stand_in_staging_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both hospitals have a party 1 and a party 2; only the second one has a party 3."""
    monkeypatch.setenv("ERP_KEY", "word")
    settings = Settings(home=tmp_path, pseudonym_key=KEY)
    with TrytonLike() as north, TrytonLike() as south:
        for server, names in ((north, ("Medline", "Stryker")), (south, ("Cardinal", "Zimmer", "Abbott"))):
            for number, name in enumerate(names, 1):
                server.put(number, name)
        blocks = [BLOCK.format(name=name, url=server.url) for name, server in (("north", north), ("south", south))]
        settings.sources_path.write_text("\n".join(blocks))
        with Warehouse(settings.warehouse_path) as warehouse:
            for instance in load_instances(settings.sources_path).values():
                assert land(warehouse, instance, settings).is_clean
            south.tick(minutes=1)
            south.put(2, "Zimmer Biomet")
            assert land(warehouse, load_instances(settings.sources_path)["south"], settings).is_clean
            for system in known_systems():
                RawTables(warehouse.connection, load_contract(system)).ensure()
    build = ["build", "--select", "stg_tryton__party", "stg_tryton__party_identifier"]
    Project(tmp_path / "dbt").run(build, settings.warehouse_path)
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as reader:
        parties = "SELECT source_instance, party_id, party_name FROM staging.stg_tryton__party ORDER BY ALL"
        assert reader.execute(parties).fetchall() == [
            ("north", "1", "Medline"), ("north", "2", "Stryker"),
            ("south", "1", "Cardinal"), ("south", "2", "Zimmer Biomet"), ("south", "3", "Abbott"),
        ]  # fmt: skip
        lines = "SELECT source_instance, count(*) FROM staging.stg_tryton__party_identifier GROUP BY 1 ORDER BY 1"
        assert reader.execute(lines).fetchall() == [("north", 2), ("south", 3)]
