"""Writes dbt's semantic layer from the key figures: `python scripts/metrics.py`; a test tells when it is stale.

Every key figure of seed cfg_kpi is a metric over mart_exec_kpi, with its definition, owner, direction and general target, so
that MetricFlow, the pack and SQL mean the same. What is counted is defined once, in the mart.
"""

import csv
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[1] / "dbt_project"
TARGET = PROJECT / "models" / "metrics" / "_metrics.yml"
HEAD = "# Made by scripts/metrics.py from seeds/cfg_kpi.csv and cfg_kpi_target.csv. Do not edit.\n"
# A sum of money is its numerator; everything else is a ratio of sums.
SUM = "MONEY"
EVERYWHERE = "*"


def semantic_layer() -> str:
    """The YAML, as it should be now."""
    figures = _seed("cfg_kpi")
    targets = {row["kpi_code"]: row for row in _seed("cfg_kpi_target") if row["facility_code"] == EVERYWHERE}
    said = {
        "version": 2,
        "semantic_models": [_model()],
        "metrics": [
            _part("kpi_numerator", "What key figures count; filter by kpi_code."),
            _part("kpi_denominator", "What it is counted of; filter by kpi_code."),
            *(_metric(row, targets.get(row["kpi_code"])) for row in figures),
        ],
    }
    return HEAD + yaml.safe_dump(said, sort_keys=False, width=120, allow_unicode=True)


def _seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _model() -> dict[str, object]:
    return {
        "name": "exec_kpi",
        "description": "Key figures by facility and month: sums that add up, and never their ratios.",
        "model": "ref('mart_exec_kpi')",
        "defaults": {"agg_time_dimension": "kpi_month"},
        "entities": [{"name": "exec_kpi", "type": "primary", "expr": "exec_kpi_key"}],
        "dimensions": [
            {
                "name": "kpi_month",
                "type": "time",
                "expr": "cast(period || '-01' as date)",
                "type_params": {"time_granularity": "month"},
            },
            *(
                {"name": name, "type": "categorical"}
                for name in ("kpi_code", "facility_key", "currency_code", "is_whole_network")
            ),
        ],
        "measures": [{"name": f"kpi_{name}_sum", "agg": "sum", "expr": name} for name in ("numerator", "denominator")],
    }


def _part(name: str, description: str) -> dict[str, object]:
    label = name.replace("kpi_", "Key figures: ")
    return {
        "name": name,
        "label": label,
        "description": description,
        "type": "simple",
        "type_params": {"measure": f"{name}_sum"},
    }


def _metric(figure: dict[str, str], target: dict[str, str] | None) -> dict[str, object]:
    # The network's own rows are sums of the facilities': counted with them, all would be twice.
    one = (
        f"{{{{ Dimension('exec_kpi__kpi_code') }}}} = '{figure['kpi_code']}' "
        "and not {{ Dimension('exec_kpi__is_whole_network') }}"
    )
    counted = {"name": "kpi_numerator", "filter": one}
    is_sum = figure["kpi_unit"] == SUM
    return {
        "name": figure["kpi_code"].lower(),
        "label": figure["kpi_name"],
        "description": figure["definition"],
        "type": "derived" if is_sum else "ratio",
        "type_params": (
            {"expr": "counted", "metrics": [{**counted, "alias": "counted"}]}
            if is_sum
            else {"numerator": counted, "denominator": {"name": "kpi_denominator", "filter": one}}
        ),
        "config": {
            "meta": {
                "owner": figure["owner_role"],
                "unit": figure["kpi_unit"],
                "better_when": figure["better_when"] or None,
                "target": target["target_value"] if target else None,
                "tolerated": target["tolerated_value"] if target else None,
                "target_source": target["target_source"] if target else None,
            }
        },
    }


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(semantic_layer(), encoding="utf-8")
