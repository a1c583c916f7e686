"""Keeps what the checks of a run said, and writes it as pages for people.

Belongs here: from the answers of loads, dbt and Great Expectations to `ops.quality_results` and the pages of `<home>/quality`.
Not here: what is expected (expectations/, dbt), what a failure stops (Dagster's blocking checks).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb

from expectations.docs import write_docs
from expectations.results import QualityResult, keep
from ingestion.landing.ledger import Ledger
from ingestion.settings import Settings
from orchestration.naming import PLATFORM_OWNER

OUTCOMES = {"pass": "PASSED", "fail": "FAILED", "warn": "FAILED"}


@dataclass(frozen=True)
class DbtAnswer:
    """How a data test of dbt's ended, in dbt's word, and how many rows failed it."""

    status: str
    failures: int


def keep_results(
    connection: duckdb.DuckDBPyConnection, settings: Settings, results: Iterable[QualityResult], run_id: str
) -> None:
    """Append results to ops.quality_results, and write the pages anew."""
    Ledger(connection)
    keep(connection, results, run_id, datetime.now(UTC).replace(tzinfo=None), settings.quality_days)
    write_docs(connection, settings.quality_dir)


def pages_of(settings: Settings, place: tuple[str, str]) -> dg.UrlMetadataValue:
    """Where a table stands in the pages, for whoever looks at it in the UI."""
    index = (settings.quality_dir / "index.html").resolve()
    return dg.MetadataValue.url(f"{index.as_uri()}#{place[0]}.{place[1]}")


def results_of_dbt(
    asked: Iterable[str], answers: Mapping[str, DbtAnswer], dbt_manifest: Mapping[str, Any]
) -> list[QualityResult]:
    """The data tests that an invocation of dbt was asked for, by their ids, and what it answered. A test that it did not come
    to is not measured; of an invocation that came to none, nothing is told. A message of dbt's is left out: an error of the
    database may quote a value."""
    nodes = dbt_manifest["nodes"]
    found = []
    for unique_id in sorted(asked) if answers else ():
        node, answer = nodes[unique_id], answers.get(unique_id)
        tested = _tested(dbt_manifest, node)
        is_error = str(node["config"].get("severity", "error")).lower() == "error"
        outcome = OUTCOMES.get(answer.status, "NOT MEASURED") if answer else "NOT MEASURED"
        found.append(
            QualityResult(
                "dbt",
                node["name"],
                tested.get("schema", "-"),
                tested.get("name", "-"),
                None,
                "critical" if is_error else "warning",
                owner_of(dbt_manifest, tested),
                outcome,  # type: ignore[arg-type]  # one of the three
                node.get("description") or f"no row fails {node['name']}",
                f"{answer.failures} rows"
                if answer and outcome != "NOT MEASURED"
                else f"{answer.status if answer else 'not asked'}: see dbt.log",
            )
        )
    return found


def _tested(dbt_manifest: Mapping[str, Any], test: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table that a test is of: the one it is attached to, else the one furthest down (it is the check of that)."""
    nodes = {**dbt_manifest["nodes"], **dbt_manifest["sources"]}
    name = test["config"].get("meta", {}).get("dagster", {}).get("ref", {}).get("name")
    above = [nodes[key] for key in test.get("depends_on", {}).get("nodes", ()) if key in nodes]
    attached = nodes.get(test.get("attached_node") or "")
    return attached or next((node for node in above if node["name"] == name), above[-1] if above else {})


def owner_of(dbt_manifest: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    """`meta: {owner: ...}` of a node, else the owner of its dbt group, else the platform's."""
    own: str | None = node.get("config", {}).get("meta", {}).get("owner")
    package, group_name = node.get("package_name"), node.get("config", {}).get("group")
    group = dbt_manifest.get("groups", {}).get(f"group.{package}.{group_name}", {}).get("owner", {})
    return str(own or group.get("email") or group.get("name") or PLATFORM_OWNER)
