"""Costs of a larger network, within so much memory: `python -m bench.costs.scale --warehouse W [--times 10 --books 10]`.

Changes W: give it a copy of a built warehouse, under the same name. Patients and what was done for them, and pay, orders and
journals, are there so many times, each copy under keys of its own; facilities, departments, accounts, items and statistics are
not, as in a network of a larger scale. So every total is so many times what it was, and must tie as it did. Kept in
bench/results/costs_scale.json.

Belongs here: the copies, the build on top of them, its peak of memory. Not here: what costs are (dbt), how right they are
(truth.py).
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from bench.build import DBT_PROJECT
from bench.costs.cpu import EXCLUDED, SELECTED
from bench.measure import keep
from orchestration.assets.costing import READ

AS_OF = "2026-10-31"
# What DuckDB may hold itself; beside it stand the interpreter, dbt and what is being written.
MEMORY_LIMIT, BAR_GB = "6GB", 8.0
# By fact: what tells one copy from another. A room is one too: cases of a room follow one another.
PATIENTS = {
    "fct_encounter": "encounter_key patient_key part_of_encounter_key account_key source_pk",
    "fct_unit_stay": "unit_stay_key encounter_key patient_key source_pk",
    "fct_case": "case_key encounter_key encounter_reference patient_key room_code source_pk",
    "fct_encounter_procedure": "encounter_procedure_key encounter_key encounter_reference source_pk",
    "fct_charge_line": "charge_line_key encounter_key encounter_reference patient_key account_key reverses_charge_line_key"
    " procedure_key source_pk",
    "fct_claim_payment": "claim_payment_key claim_key encounter_key encounter_reference source_pk",
    "fct_consumption_line": "consumption_line_key encounter_key encounter_reference procedure_key case_key patient_key"
    " source_pk",
}
BOOKS = {
    "fct_labor": "labor_key worker_key source_pk",
    "fct_gl_line": "gl_line_key journal_entry_key journal_entry_number source_document source_pk",
    "fct_po_line": "po_line_key po_key po_number source_pk",
}
# What is said once of everybody is said of ten times as much.
AMOUNTS = {"fct_payroll_register": "register_amount"}
SHARED = "import sys, duckdb; from costing.warehouse import share_overhead; share_overhead(duckdb.connect(sys.argv[1]))"
# What a step leaves alone: what was copied, and what is written once.
KEPT = [*EXCLUDED, "fct_labor"]
# Invariants of costs, that read nothing but the facts above.
CHECKED = re.compile("(c[1-6]|c13|k2_every_encounter|k3_every_encounter|s2)_")


@dataclass(frozen=True)
class Step:
    """What a step took: seconds of CPU and of the clock, gigabytes of memory at its peak."""

    name: str
    cpu: float
    wall: float
    peak_gb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", type=Path, required=True, help="a built warehouse; it is changed")
    parser.add_argument("--times", type=int, default=10, help="how often patients are there in the end")
    parser.add_argument("--books", type=int, default=10, help="how often pay, orders and journals are")
    parser.add_argument("--memory-limit", default=MEMORY_LIMIT, help="what DuckDB may hold")
    given = parser.parse_args()
    rows = multiply(given.warehouse, given.times, given.books)
    steps, failed = build(given.warehouse, given.memory_limit)
    for step in steps:
        print(f"  {step.name:<28} {step.cpu:>8.1f} s CPU  {step.wall:>8.1f} s  {step.peak_gb:>6.2f} GB")
    peak = max(step.peak_gb for step in steps)
    verdict = "met" if peak <= BAR_GB and not failed else "MISSED"
    print(f"  peak {peak:.2f} GB, at most {BAR_GB}: {verdict}; checks that failed: {', '.join(failed) or 'none'}")
    keep("costs_scale", {
        "times": given.times, "books": given.books, "memory_limit": given.memory_limit, "rows": rows,
        "steps": [asdict(step) for step in steps], "peak_gb": peak, "bar_gb": BAR_GB, "failed_checks": failed,
    })  # fmt: skip


def multiply(warehouse: Path, patients: int, books: int) -> dict[str, int]:
    """Rows by fact in the end."""
    with duckdb.connect(str(warehouse), config={"threads": 2, "memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        schemas = dict(connection.execute("SELECT table_name, table_schema FROM information_schema.tables").fetchall())
        rows = {}
        several = [(*fact, patients) for fact in PATIENTS.items()] + [(*fact, books) for fact in BOOKS.items()]
        for table, keys, times in several:
            of_its_own = ", ".join(
                f"CASE WHEN {key} = '-1' THEN {key} ELSE {key} || '~' || copy END AS {key}" for key in keys.split()
            )
            relation = f'"{schemas[table]}"."{table}"'
            connection.execute(f"""
                INSERT INTO {relation} SELECT * EXCLUDE (copy) REPLACE ({of_its_own})
                FROM {relation} CROSS JOIN (SELECT range AS copy FROM range(1, {times}))""")
            [(rows[table],)] = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()
        for table, amount in AMOUNTS.items():
            connection.execute(f'UPDATE "{schemas[table]}"."{table}" SET {amount} = {amount} * {books}')
        return rows


def build(warehouse: Path, memory_limit: str) -> tuple[list[Step], list[str]]:
    """The steps of a run that make costs, each in a process of its own, and the invariants that fail on what they made."""
    pools = [f"+{name}" for name in READ if not name.startswith("cfg_")]
    invariants = [file.stem for file in (DBT_PROJECT / "tests/invariants").glob("*.sql") if CHECKED.match(file.stem)]
    with tempfile.TemporaryDirectory() as folder:
        dbt = _Dbt(warehouse, Path(folder), memory_limit)
        steps = [
            dbt.step("pools of cost", "run", "--select", *(f"path:models/canonical/costing,{name}" for name in pools)),
            _measured("who bears overhead", [sys.executable, "-c", SHARED, str(warehouse)]),
            dbt.step("what stands on them", "run", "--select", *SELECTED, "--exclude", *pools, *KEPT),
            dbt.step("invariants", "test", "--select", *sorted(invariants)),
        ]
        return steps, dbt.failed


class _Dbt:
    """dbt with so much memory, one model at a time. failed: models and tests that failed."""

    def __init__(self, warehouse: Path, folder: Path, memory_limit: str):
        self._folder = folder
        self._environment = os.environ | {"PARLINE_WAREHOUSE": str(warehouse)}
        profiles = (DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8")
        limited = profiles.replace(
            "        TimeZone: UTC", f"        TimeZone: UTC\n        memory_limit: {memory_limit}"
        )
        (folder / "profiles.yml").write_text(limited, encoding="utf-8")
        self.failed: list[str] = []

    def step(self, name: str, command: str, *arguments: str) -> Step:
        done = _measured(
            name,
            [
                str(Path(sys.executable).with_name("dbt")), "--quiet", command, *arguments, "--threads", "1",
                "--vars", f"{{as_of: '{AS_OF}'}}",
                "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(self._folder), "--target-path", str(self._folder),
                "--log-path", str(self._folder),
            ],
            self._environment,
        )  # fmt: skip
        results = json.loads((self._folder / "run_results.json").read_text(encoding="utf-8"))["results"]
        self.failed += [row["unique_id"].split(".")[2] for row in results if row["status"] not in ("success", "pass")]
        return done


def _measured(name: str, command: list[str], environment: dict[str, str] | None = None) -> Step:
    """Runs it. A process says itself what it holds at its peak, as long as it lives: it is asked until it ends."""
    started, peak = time.monotonic(), 0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(command, env=environment) as process:
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            told = re.search(r"VmHWM:\s+(\d+)", status.read_text(encoding="ascii"))
            peak = int(told.group(1)) if told else peak
            time.sleep(0.2)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return Step(name, round(cpu, 1), round(time.monotonic() - started, 1), round(peak / 2**20, 2))


if __name__ == "__main__":
    main()
