"""A part of the made network, small enough to be read again and again, served with a clock and faults of its own.

Belongs here: cutting a part out, serving it. Not here: the whole network (conftest.py), or any test.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.instances import Instance
from simulator.serve.clock import set_clock
from simulator.serve.credentials import credentials
from simulator.serve.faults import switch
from simulator.serve.loopback import serving
from simulator.serve.network import network_app
from simulator.serve.systems import SYSTEMS

# Where the clock of a made world stands.
START = datetime(2026, 10, 1, 6)
ASSIGNER = "network"


@dataclass
class PartOfNetwork:
    """One system of a world of its own. `world` holds what is served, all versions."""

    world: Path
    system: str
    address: str

    def instance(self, name: str, options: Mapping[str, Any], *objects: str) -> Instance:
        """The system as a block of sources.toml, with the credential that opens it; of its objects these (none: all)."""
        known = credentials(self.world, {self.system: SYSTEMS[self.system].logon})[self.system]
        variable = f"TEST_{name.upper()}_SECRET"
        os.environ[variable] = known.get("key") or known["password"]
        logon = {field: known[field] for field in ("tenant", "user", "owner") if field in known}
        return Instance(
            name,
            self.system,
            f"{self.address}/{self.system}",
            variable,
            objects or None,
            {**logon, **options},
            ASSIGNER,
        )

    def at(self, now: datetime) -> None:
        set_clock(self.world, now)

    def fail(self, *faults: Mapping[str, Any]) -> None:
        """These faults from now on, and no others."""
        switch(self.world, {self.system: [dict(fault) for fault in faults]})

    def served(self, name: str, now: datetime) -> str:
        """SQL for what is shown of a table at a time."""
        return (
            f"(SELECT * FROM '{self.world}/systems/{self.system}/{name}.parquet' WHERE _from <= TIMESTAMP '{now}' "
            f"AND coalesce(_until > TIMESTAMP '{now}', true))"
        )


def cut(made_world: Path, world: Path, system: str, tables: Mapping[str, str]) -> Path:
    """A world that has only these tables of a system, each as a query over what the made world has in `whole`."""
    folder = world / "systems" / system
    folder.mkdir(parents=True)
    (world / "truth").mkdir()
    for name, query in tables.items():
        with duckdb.connect() as connection:
            connection.execute(f"CREATE VIEW whole AS FROM '{made_world}/systems/{system}/{name}.parquet'")
            connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    set_clock(world, START)
    return world


@contextmanager
def served_part(world: Path, system: str) -> Iterator[PartOfNetwork]:
    with serving(network_app(world)) as address:
        yield PartOfNetwork(world, system, address)
