"""What holds of every model: read from dbt's manifest and the SQL files, so that a new model is bound too."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.runs import FOLDER, Project

PUBLIC_MODELS = ("dim_", "fct_", "bridge_", "xref_", "mart_")


@pytest.fixture(scope="module")
def manifest(project: Project, built_hospital: Path) -> dict[str, Any]:
    return json.loads((project.artifacts / "target" / "manifest.json").read_text())


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_only_staging_reads_sources(models: list[dict[str, Any]]) -> None:
    assert [model["name"] for model in models if model["schema"] != "staging" and model["sources"]] == []


def test_marts_read_canonical_models_marts_and_seeds_only(
    manifest: dict[str, Any], models: list[dict[str, Any]]
) -> None:
    schemas = {name: node["schema"] for name, node in manifest["nodes"].items()}
    for model in models:
        if model["schema"].startswith("mart_"):
            read = {schemas[parent] for parent in model["depends_on"]["nodes"]}
            assert all(schema in ("canonical", "closed", "seeds") or schema.startswith("mart_") for schema in read), (
                model["name"]
            )


def test_every_model_and_every_column_says_what_it_is(models: list[dict[str, Any]], built_hospital: Path) -> None:
    with duckdb.connect(str(built_hospital), read_only=True) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall()
    by_model: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in columns:
        by_model.setdefault((schema, table), set()).add(column)
    for model in models:
        described = {name for name, column in model["columns"].items() if column["description"]}
        assert model["description"], model["name"]
        assert by_model.get((model["schema"], model["name"]), set()) - described == set(), model["name"]


def test_the_contract_of_every_dimension_fact_and_mart_is_enforced(models: list[dict[str, Any]]) -> None:
    public = [model for model in models if model["name"].startswith(PUBLIC_MODELS)]
    assert [model["name"] for model in public if not model["config"]["contract"]["enforced"]] == []


def test_no_column_is_a_float(built_hospital: Path) -> None:
    with duckdb.connect(str(built_hospital), read_only=True) as connection:
        floats = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns "
            # Weights of evidence, in mastering's own tables, are logarithms; staging makes decimals of them.
            "where data_type in ('DOUBLE', 'FLOAT') and table_schema <> 'mastering'"
        ).fetchall()
    assert floats == []


def test_a_money_column_names_its_currency(models: list[dict[str, Any]]) -> None:
    for model in models:
        if model["name"].startswith(("fct_", "mart_")):
            amounts = [name for name in model["columns"] if name.endswith("_amount")]
            assert not amounts or any(name.endswith("currency_code") for name in model["columns"]), model["name"]


def test_no_model_divides_or_uses_what_one_engine_alone_has() -> None:
    for path, sql in model_sql():
        assert not re.search(r"(?<![/*])/(?![/*])", sql), f"{path}: a bare division gives a float; use div_exact"
        assert not re.search(r"\b(qualify|struct_pack|list_agg|unnest|array_agg|double|float|real)\b", sql, re.I), path


def test_rules_come_from_seeds_not_from_literals_in_the_match() -> None:
    """No tolerance, window or grace is written into SQL: every one of them is a column of cfg_match_policy."""
    policy = (FOLDER / "seeds" / "cfg_match_policy.csv").read_text().splitlines()[0].split(",")
    sql = " ".join(text for _, text in model_sql())
    assert {name for name in policy if name not in sql} == set()


def model_sql() -> Iterator[tuple[Path, str]]:
    """The models' own SQL, without comments, quoted text and macros' arguments in quotes."""
    for path in sorted((FOLDER / "models").rglob("*.sql")):
        sql = re.sub(r"--.*|\{#.*?#\}", "", path.read_text())
        yield path, re.sub(r"'[^']*'", "''", sql)


def test_a_unit_is_of_columns_that_the_model_has(models: list[dict[str, Any]]) -> None:
    tables = [model for model in models if model["config"]["materialized"] == "table"]
    by_unit = [model for model in tables if model["config"].get("unit")]
    assert len(by_unit) > 200
    assert [model["name"] for model in by_unit if not set(model["config"]["unit"]) <= model["columns"].keys()] == []
