"""Every mart says what it answers: three questions or more, each with SQL that runs on published tables alone."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.runs import Project

LEAST_QUESTIONS = 3
READ_TABLE = re.compile(r"\b(?:from|join)\s+(\w+)\.(\w+)")


@pytest.fixture(scope="module")
def marts(project: Project, built_hospital: Path) -> list[dict[str, Any]]:
    nodes = json.loads((project.artifacts / "target/manifest.json").read_text())["nodes"].values()
    return [node for node in nodes if node["resource_type"] == "model" and node["schema"].startswith("mart_")]


def test_every_mart_answers_three_questions(marts: list[dict[str, Any]]) -> None:
    few = [node["name"] for node in marts if len(node["config"]["meta"].get("questions", ())) < LEAST_QUESTIONS]
    assert few == []


def test_a_mart_of_patients_answers_from_what_only_some_may_read(project: Project, built_hospital: Path) -> None:
    nodes = json.loads((project.artifacts / "target/manifest.json").read_text())["nodes"].values()
    asked = [
        question["sql"]
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == "restricted" and node["name"].startswith("mart_")
        for question in node["config"]["meta"].get("questions", ())
    ]
    assert asked
    with duckdb.connect(str(built_hospital), read_only=True) as connection:
        for sql in asked:
            assert {schema for schema, _ in READ_TABLE.findall(sql)} == {"restricted"}
            connection.execute(sql).fetchall()


def test_every_question_is_answered_by_published_tables(marts: list[dict[str, Any]], built_hospital: Path) -> None:
    published = {(node["schema"], node["name"]) for node in marts}
    with duckdb.connect(str(built_hospital), read_only=True) as connection:
        for node in marts:
            for asked in node["config"]["meta"]["questions"]:
                read = set(READ_TABLE.findall(asked["sql"]))
                assert read, asked["question"]
                assert read <= published | {
                    ("canonical", table) for schema, table in read if table[:4] in ("dim_", "fct_")
                }
                # What it says is judged by whoever asks; that it can be asked is judged here.
                connection.execute(asked["sql"]).fetchall()
