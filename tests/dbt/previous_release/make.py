"""Makes `backup/` beside this file: what `parline backup` of an earlier commit writes of tests/dbt/hospital.py as it was then.

`python tests/dbt/previous_release/make.py [COMMIT]` from a checkout with its history. Run it when a release is made, with the
commit of the release; the test of upgrading says what today's code must make of it. The program below runs in that commit's
checkout, on its own code; only the packages are today's.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
# The house of the change log's first entry: Tryton and FHIR, contracts of version 1.0.0, ops without agreements and results.
FIRST_HOUSE = "82b3e94"
PROGRAM = """
from pathlib import Path
from ingestion.contracts.reader import known_systems, load_contract
from ingestion.landing.ledger import Ledger
from ingestion.landing.raw import RawTables
from ingestion.settings import Settings
from orchestration.backup import back_up
from tests.dbt import hospital, raw_world

def create(world):
    ledger = Ledger(world.connection)
    for system in known_systems():
        RawTables(world.connection, load_contract(system)).ensure()
        ledger.agree(load_contract(system))

raw_world.RawWorld._create = create
settings = Settings(home=Path("HOME"))
settings.home.mkdir()
with raw_world.RawWorld(settings.warehouse_path) as world:
    hospital.fill(world)
    world.connection.execute(
        "INSERT INTO ops.quarantine (quarantine_id, source_instance, system, object, record_key, error_class, field, reason, "
        "payload, contract_version, first_seen_at, last_seen_at, status) VALUES ('q1', 'tryton_main', 'tryton', 'purchase', "
        "'4711', 'RETYPED', 'quantity', 'is no number', '{}', '1.0.0', '2026-10-30', '2026-10-31', 'OPEN')"
    )
    world.connection.execute(
        "INSERT INTO ops.drift VALUES ('tryton_main', 'tryton', 'party', 'nickname', 'ADDED', 'in 3 records', '1', "
        "'2026-10-30', '2026-10-31')"
    )
print(back_up(settings).folder)
"""


def main(commit: str) -> None:
    """Check the commit out, run the program there, keep the folder that it made."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "then"
        subprocess.run(["git", "worktree", "add", "--detach", str(checkout), commit], check=True)
        try:
            program = PROGRAM.replace("HOME", str(checkout / "home"))
            made = subprocess.run(
                [sys.executable, "-c", program], cwd=checkout, env={"PYTHONPATH": str(checkout)}, check=True,
                capture_output=True, text=True,
            ).stdout.split()[-1]  # fmt: skip
            shutil.rmtree(HERE / "backup", ignore_errors=True)
            shutil.copytree(made, HERE / "backup")
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(checkout)], check=True)
    size = sum(path.stat().st_size for path in (HERE / "backup").rglob("*") if path.is_file())
    print(f"{HERE / 'backup'}: {size / 1000:.0f} kB of {commit}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else FIRST_HOUSE)
