"""The score of every fault: what the warehouse holds afterwards against what the source holds.

Belongs here: counting lost, duplicated, stale and silently nulled rows. Not here: faults, or loads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from ingestion.landing.raw import VERSION_ORDER


@dataclass
class Score:
    """Rows by what went wrong with them, over all trials of one fault. Quarantined records are known, not lost."""

    trials: int = 0
    fired: int = 0
    lost: int = 0
    duplicated: int = 0
    stale: int = 0
    nulled: int = 0


@dataclass
class Board:
    """Scores by fault."""

    scores: dict[str, Score] = field(default_factory=dict)

    def judge(
        self, fault: str, connection: duckdb.DuckDBPyConnection, table: str, column: str, truth: Mapping[Any, Any],
        fired: int,
    ) -> None:  # fmt: skip
        """Compare live current rows with the source (key to value of a column); everything but zero fails."""
        assert fired, f"{fault}: the fault was never given, so the test proves nothing"
        score = self.scores.setdefault(fault, Score())
        rows = connection.execute(
            f"SELECT id, {column} FROM {table} WHERE _load_id IN (SELECT load_id FROM ops.load WHERE status = 'COMPLETE')"
            f" QUALIFY row_number() OVER (PARTITION BY _source_instance, _business_key ORDER BY {VERSION_ORDER}) = 1"
            f" AND _op = 'UPSERT'"
        ).fetchall()
        versions = connection.execute(f"SELECT count(*) - count(DISTINCT _row_key) FROM {table}").fetchone()
        system, name = table.split(".")[0].removeprefix("raw_"), table.split(".")[1]
        held = {
            row[0] for row in connection.execute(
                "SELECT record_key FROM ops.quarantine WHERE system = ? AND object = ? AND status = 'OPEN'", [system, name]
            ).fetchall()
        }  # fmt: skip
        here = dict(rows)
        lost = {key for key in truth.keys() - here.keys() if str(key) not in held}
        wrong = {key for key in truth.keys() & here.keys() if here[key] != truth[key] and str(key) not in held}
        found = Score(
            trials=1, fired=fired, lost=len(lost), duplicated=len(rows) - len(here) + (versions or (0,))[0],
            stale=len({key for key in wrong if here[key] is not None}) + len(here.keys() - truth.keys()),
            nulled=len({key for key in wrong if here[key] is None}),
        )  # fmt: skip
        for name in vars(score):
            setattr(score, name, getattr(score, name) + getattr(found, name))
        assert (found.lost, found.duplicated, found.stale, found.nulled) == (0, 0, 0, 0), (fault, found)

    def lines(self) -> list[str]:
        head = f"{'fault':<44}{'trials':>7}{'fired':>7}{'lost':>6}{'duplicated':>12}{'stale':>7}{'nulled':>8}"
        return [head] + [
            f"{fault:<44}{s.trials:>7}{s.fired:>7}{s.lost:>6}{s.duplicated:>12}{s.stale:>7}{s.nulled:>8}"
            for fault, s in sorted(self.scores.items())
        ]


BOARD = Board()
