"""Metrics in dbt's semantic layer: each key figure once, as its seed says."""

import csv
import importlib.util
import json
from pathlib import Path

from tests.dbt.runs import FOLDER

SCRIPT = Path(__file__).parents[2] / "scripts" / "metrics.py"


def test_the_semantic_layer_is_that_of_the_key_figures_as_they_are() -> None:
    spec = importlib.util.spec_from_file_location("metrics", SCRIPT)
    assert spec
    assert spec.loader
    metrics = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(metrics)
    assert metrics.TARGET.read_text(encoding="utf-8") == metrics.semantic_layer(), "run: python scripts/metrics.py"


def test_every_key_figure_is_a_metric_with_an_owner_and_no_ratio_is_summed() -> None:
    parsed = json.loads((FOLDER / "target" / "semantic_manifest.json").read_text(encoding="utf-8"))
    with (FOLDER / "seeds" / "cfg_kpi.csv").open(encoding="utf-8", newline="") as file:
        figures = {row["kpi_code"].lower(): row for row in csv.DictReader(file)}
    found = {metric["name"]: metric for metric in parsed["metrics"]}
    assert set(found) == set(figures) | {"kpi_numerator", "kpi_denominator"}
    for name, figure in figures.items():
        assert found[name]["config"]["meta"]["owner"] == figure["owner_role"]
        assert (found[name]["type"] == "ratio") == (figure["kpi_unit"] != "MONEY")
        assert figure["kpi_code"] in json.dumps(found[name]["type_params"])
