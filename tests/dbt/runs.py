"""dbt as the tests call it: in this process, on a throwaway warehouse, artifacts kept out of the checkout."""

import os
from collections.abc import Sequence
from pathlib import Path

from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[2] / "dbt_project"


class DbtFailedError(AssertionError):
    """A dbt command did not end green; the message names the nodes that failed."""


def run_dbt(command: Sequence[str], folder: Path, environment: dict[str, str], as_of: str = "2026-10-31") -> None:
    """One dbt command on the project. Raises DbtFailedError with the failing nodes, or dbt's own exception."""
    previous = dict(os.environ)
    os.environ.update(environment, DBT_SEND_ANONYMOUS_USAGE_STATS="false")
    try:
        result = dbtRunner().invoke([
            *command, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(folder / "target"),
            "--log-path", str(folder / "logs"), "--quiet", "--vars", f"{{as_of: '{as_of}'}}",
        ])  # fmt: skip
    finally:
        os.environ.clear()
        os.environ.update(previous)
    if result.exception:
        raise result.exception
    if not result.success:
        failed = [f"{node.node.name}: {node.message}" for node in result.result if str(node.status) in ("error", "fail")]
        raise DbtFailedError("\n".join(failed))
