"""Publishing: what is in the file, that it swaps whole, and that a kill at any point leaves the old one."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration.definitions import PROJECT_ROOT
from orchestration.publish import (
    RESTRICTED_FILE_NAME,
    BuildFacts,
    PublishError,
    current_build,
    follow,
    pack_of,
    publish,
    published_models,
    restricted_models,
    rollback,
    swap_in_pack,
)
from orchestration.tables import Table
from tests.orchestration.hospital import MANIFEST, build_hospital, model_node

FACTS = BuildFacts(run_id="run-1", git_commit="abc123")
POINTS = [
    "folder made",
    "copied mart_procurement.mart_spend_cube",
    "file written",
    "manifest written",
    "build complete",
    "before swap",
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    build_hospital(settings)
    return settings


def publish_now(settings: Settings, facts: BuildFacts = FACTS, keep: int = 5, change: str | None = None):
    with Warehouse(settings.warehouse_path) as warehouse:
        if change:
            warehouse.connection.execute(change)
        return publish(warehouse.connection, settings.published_dir, published_models(MANIFEST), facts, keep)


def ask(settings: Settings, query: str) -> list[tuple]:
    with duckdb.connect(str(settings.published_dir / "analytics.duckdb"), read_only=True) as reader:
        return reader.execute(query).fetchall()


def total_spend(settings: Settings) -> str:
    return str(ask(settings, "SELECT sum(spend_amount) FROM mart_procurement.mart_spend_cube")[0][0])


def test_only_marts_and_what_canonical_releases_are_published(settings):
    publish_now(settings)
    tables = ask(settings, "SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL")
    assert tables == [
        ("about", "build"),
        ("about", "checks"),
        ("about", "lineage"),
        ("about", "questions"),
        ("about", "tables"),
        ("canonical", "dim_supplier"),
        ("mart_procurement", "mart_spend_cube"),
        ("mart_procurement", "mart_supplier"),
    ]


def test_tables_and_columns_carry_the_comments_of_the_manifest(settings):
    publish_now(settings)
    assert ask(settings, "SELECT comment FROM duckdb_tables() WHERE table_name = 'mart_spend_cube'") == [
        ("One row per supplier's name; it's small.",)
    ]
    assert ask(settings, "SELECT comment FROM duckdb_columns() WHERE column_name = 'spend_amount'") == [("In USD.",)]


def test_the_manifest_says_where_the_build_comes_from_and_what_is_in_it(settings):
    facts = BuildFacts("run-7", "abc123", {Table("mart_procurement", "mart_supplier"): "tryton_main.party failed"})
    build = publish_now(settings, facts)
    manifest = json.loads((build.folder / "manifest.json").read_text())
    assert (manifest["run_id"], manifest["git_commit"]) == ("run-7", "abc123")
    assert manifest["tables"]["mart_procurement.mart_spend_cube"]["rows"] == 2
    assert manifest["incomplete"] == {"mart_procurement.mart_supplier": "tryton_main.party failed"}
    assert ask(settings, "SELECT table_name, incomplete_because FROM about.tables WHERE NOT is_data_complete") == [
        ("mart_supplier", "tryton_main.party failed")
    ]


def test_the_file_says_whose_a_table_is_what_it_is_made_of_and_how_it_is_tested(settings):
    cube, hidden, party = "model.parline.mart_spend_cube", "model.parline.int_hidden", "source.parline.tryton.party"
    test = {"resource_type": "test", "schema": "tests", "name": "long", "attached_node": cube, "column_name": "run_id",
            "test_metadata": {"name": "not_null"}, "config": {"severity": "warn"}}  # fmt: skip
    manifest = {
        "nodes": {
            **MANIFEST["nodes"],
            cube: {
                **MANIFEST["nodes"][cube],
                "config": {"materialized": "table", "meta": {"owner": "accounts-payable"}},
            },
            hidden: model_node("canonical", "int_hidden"),
            "test.parline.not_null": test,
        },
        "sources": {party: {"schema": "raw_tryton", "name": "party"}},
        "parent_map": {cube: [hidden, "model.parline.dim_supplier"], hidden: [party], "model.parline.dim_supplier": []},
    }
    with Warehouse(settings.warehouse_path) as warehouse:
        publish(warehouse.connection, settings.published_dir, published_models(manifest), FACTS, 5)
    named = "schema_name || '.' || table_name"
    assert ask(settings, f"SELECT owner_role FROM about.tables WHERE {named} = 'mart_procurement.mart_spend_cube'") == [
        ("accounts-payable",)
    ]
    assert ask(settings, "SELECT table_name, from_schema_name, from_table_name FROM about.lineage ORDER BY ALL") == [
        ("mart_spend_cube", "canonical", "dim_supplier"),
        ("mart_spend_cube", "raw_tryton", "party"),
    ]
    assert ask(settings, "SELECT table_name, column_name, check_name, is_blocking FROM about.checks") == [
        ("mart_spend_cube", "run_id", "not_null", False)
    ]


def test_a_digest_does_not_hear_which_run_wrote_a_row(settings):
    first = publish_now(settings)
    again = publish_now(settings, change="UPDATE mart_procurement.mart_spend_cube SET run_id = 'run-2'")
    assert again.manifest["tables"] == first.manifest["tables"]
    other = publish_now(settings, change="UPDATE mart_procurement.mart_spend_cube SET spend_amount = 1")
    assert other.manifest["tables"] != first.manifest["tables"]


def test_a_patient_level_column_is_never_published():
    manifest = {"nodes": {"model.m": model_node("mart_clinical", "mart_use", columns={"patient_key": "", "n": ""})}}
    with pytest.raises(PublishError, match=r"mart_clinical\.mart_use: patient_key is of patient level"):
        published_models(manifest)


def test_a_mart_that_was_never_built_stops_publishing(settings):
    publish_now(settings)
    with pytest.raises(PublishError, match=r"Not built yet: mart_procurement\.mart_spend_cube"):
        publish_now(
            settings, change="DROP VIEW mart_procurement.mart_supplier; DROP TABLE mart_procurement.mart_spend_cube"
        )
    assert total_spend(settings) == "350.35"


def test_a_held_table_is_published_as_it_was_and_the_others_as_they_are(settings):
    publish_now(settings)
    cube, supplier = Table("mart_procurement", "mart_spend_cube"), Table("canonical", "dim_supplier")
    change = "UPDATE mart_procurement.mart_spend_cube SET spend_amount = 1; DELETE FROM canonical.dim_supplier"
    for _ in range(2):
        build = publish_now(settings, BuildFacts("run-2", "abc123", {cube: "frozen"}, {cube}), change=change)
        assert total_spend(settings) == "350.35"
        assert build.manifest["tables"][str(supplier)]["rows"] == 0
    assert ask(settings, "SELECT comment FROM duckdb_columns() WHERE column_name = 'spend_amount'") == [("In USD.",)]
    publish_now(settings)
    assert total_spend(settings) == "2.00"


def test_what_was_never_published_cannot_be_held(settings):
    publish_now(settings, BuildFacts("run-1", "abc123", held={Table("canonical", "dim_supplier")}))
    assert ask(settings, "SELECT count(*) FROM canonical.dim_supplier") == [(2,)]


def test_a_reader_keeps_its_build_while_a_new_one_is_swapped_in(settings):
    publish_now(settings)
    with duckdb.connect(str(settings.published_dir / "analytics.duckdb"), read_only=True) as reader:
        publish_now(settings, change="UPDATE mart_procurement.mart_spend_cube SET spend_amount = 1")
        old = reader.execute("SELECT sum(spend_amount) FROM mart_procurement.mart_spend_cube").fetchall()
    assert str(old[0][0]) == "350.35"
    assert total_spend(settings) == "2.00"


def test_the_last_builds_are_kept_and_rollback_goes_back_one(settings):
    first = publish_now(settings, keep=2)
    second = publish_now(settings, keep=2, change="UPDATE mart_procurement.mart_spend_cube SET spend_amount = 1")
    third = publish_now(settings, keep=2, change="UPDATE mart_procurement.mart_spend_cube SET spend_amount = 2")
    assert not first.folder.exists()
    assert current_build(settings.published_dir) == third
    assert rollback(settings.published_dir) == second
    assert total_spend(settings) == "2.00"
    with pytest.raises(PublishError, match="no earlier build"):
        rollback(settings.published_dir)


def publish_and_die_at(point: str, settings: Settings) -> subprocess.CompletedProcess:
    program = [sys.executable, "-m", "tests.orchestration.test_publish", str(settings.home), point]
    return subprocess.run(program, cwd=PROJECT_ROOT, check=False)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point, settings):
    """Whatever the point, the old file answers whole, and the next publication goes through."""
    publish_now(settings)
    killed = publish_and_die_at(point, settings)
    assert killed.returncode == -signal.SIGKILL
    assert total_spend(settings) == "350.35"
    publish_now(settings)
    assert total_spend(settings) == "2.00"
    assert not list((settings.published_dir / "builds").glob("*.partial"))


def test_killed_after_the_swap_the_new_file_answers(settings):
    publish_now(settings)
    killed = publish_and_die_at("swapped", settings)
    assert killed.returncode == -signal.SIGKILL
    assert total_spend(settings) == "2.00"


def _publish_and_die(home: str, point: str) -> None:
    def die_at(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    settings = Settings(home=Path(home))
    with Warehouse(settings.warehouse_path) as warehouse:
        warehouse.connection.execute("UPDATE mart_procurement.mart_spend_cube SET spend_amount = 1")
        publish(warehouse.connection, settings.published_dir, published_models(MANIFEST), FACTS, 5, die_at)


if __name__ == "__main__":
    _publish_and_die(*sys.argv[1:])


def test_the_pack_goes_back_with_its_build(settings):
    for name in ("first", "second"):
        build = publish_now(settings)
        pack_of(build).mkdir()
        (pack_of(build) / "index.html").write_text(name, encoding="utf-8")
        index = swap_in_pack(settings.published_dir, build)
        assert index.read_text(encoding="utf-8") == name
    publish_now(settings)  # a build whose pack was not written: the one before stays
    assert index.read_text(encoding="utf-8") == "second"
    rollback(settings.published_dir)
    rollback(settings.published_dir)
    assert index.read_text(encoding="utf-8") == "first"
    assert (settings.published_dir / "pack").resolve().parent == current_build(settings.published_dir).folder


def test_single_cases_are_in_a_file_of_their_own_which_follows_a_rollback(settings):
    models = restricted_models(MANIFEST)
    assert [str(model.table) for model in models] == ["restricted.mart_case_cost"]
    for run in ("run-1", "run-2"):
        facts = BuildFacts(run_id=run, git_commit="abc123")
        publish_now(settings, facts)
        with Warehouse(settings.warehouse_path) as warehouse:
            publish(warehouse.connection, settings.restricted_dir, models, facts, 5, file_name=RESTRICTED_FILE_NAME)
    with duckdb.connect(str(settings.restricted_dir / RESTRICTED_FILE_NAME), read_only=True) as reader:
        assert reader.execute("SELECT count(*) FROM restricted.mart_case_cost").fetchall() == [(0,)]
    follow(settings.restricted_dir, rollback(settings.published_dir))
    assert current_build(settings.restricted_dir).manifest["run_id"] == "run-1"
    assert current_build(settings.published_dir).manifest["run_id"] == "run-1"
