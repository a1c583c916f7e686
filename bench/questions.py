"""The questions that marts publish, asked of a warehouse by their words.

Belongs here: finding a question's SQL in the marts' own YAML. Not here: what the answer should be.
"""

from pathlib import Path

import duckdb
import yaml

MARTS = Path(__file__).parents[1] / "dbt_project/models/marts"


class Questions:
    """The questions of the marts of one area, such as `procurement`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, area: str):
        models = yaml.safe_load((MARTS / area / f"_{area}__models.yml").read_text(encoding="utf-8"))["models"]
        asked = (asked for model in models for asked in model["config"].get("meta", {}).get("questions", ()))
        self._sql = {each["question"]: each["sql"] for each in asked}
        self._connection = connection

    def __call__(self, question: str) -> list[tuple]:
        return self._connection.execute(self._sql[question]).fetchall()
