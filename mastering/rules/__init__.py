"""What people know about names, numbers and abbreviations, as CSV files that a customer can read and add to.

Belongs here: reading them. Not here: applying them (each file's first user says how), anything decided about a record.
"""

import csv
from pathlib import Path

SHARED = Path(__file__).parent


def read_rules(name: str, folder: Path = SHARED) -> list[dict[str, str]]:
    """The rows of `<folder>/<name>.csv`, text by column name, "" where a cell is empty; a missing file raises OSError."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
