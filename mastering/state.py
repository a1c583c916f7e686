"""What a run leaves in the warehouse so that the next reads, compares and joins only what changed; it can be lost at any time.

Belongs here: keeping it, and when it no longer counts: other rules, another model, another library that scores. Not here: what
is in it, and what of it still holds for which record (items/).
"""

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow as pa

from mastering.items import ItemState
from mastering.items.records import ReadRecords

SCHEMA = "mastering_state"
_SCORERS = ("duckdb", "splink", "rapidfuzz")
# One row: the rules that made the state, and the stewards' words that steered it.
_MADE_BY = pa.schema([("rules", pa.string()), ("steered_by", pa.string())])
_OF_READ, _OF_PAIRS = ReadRecords._fields, ("fingerprints", "judged", "clustered", "refused")


@cache
def rules_in_use() -> str:
    """A hash of all that decides: this package's code, rules and model, and the libraries that score."""
    folder = Path(__file__).parent
    digest = sha256(" ".join(f"{name} {version(name)}" for name in _SCORERS).encode())
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".csv", ".json")):
        digest.update(f"\n{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def read_state(connection: duckdb.DuckDBPyConnection) -> ItemState | None:
    """The state of the run before, if it was made by the rules in use."""
    if not connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = $1 AND table_name = 'item_made_by'", [SCHEMA]
    ).fetchall()[0][0]:
        return None
    [(rules, steered_by)] = connection.execute(f"SELECT rules, steered_by FROM {SCHEMA}.item_made_by").fetchall()
    if rules != rules_in_use():
        return None
    kept = {name: connection.execute(f"FROM {SCHEMA}.item_{name}").to_arrow_table() for name in (*_OF_READ, *_OF_PAIRS)}
    return ItemState(
        ReadRecords(**{name: kept[name] for name in _OF_READ}),
        **{name: kept[name] for name in _OF_PAIRS},
        steered_by=steered_by,
    )


def write_state(connection: duckdb.DuckDBPyConnection, state: ItemState) -> None:
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    made_by = pa.Table.from_pylist([{"rules": rules_in_use(), "steered_by": state.steered_by}], _MADE_BY)
    kept = state.read._asdict() | {name: getattr(state, name) for name in _OF_PAIRS} | {"made_by": made_by}
    for name, table in kept.items():
        connection.register("_kept", table)
        connection.execute(f"CREATE OR REPLACE TABLE {SCHEMA}.item_{name} AS FROM _kept")
        connection.unregister("_kept")


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """The next run looks at every record anew; its answer is the same."""
    connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
