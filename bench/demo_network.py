"""The demo network, made at a scale and served, and a parline home that reads all of it: what the bars are measured on.

Belongs here: one world, one home, loads of every instance. Not here: any figure (connectors.py and its like).
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ingestion.instances import Instance, load_instances
from ingestion.landing.land import Mode, land
from ingestion.landing.ledger import LoadReport
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from simulator.serve.process import serving, stop
from simulator.settings import network_blocks, write_settings

# Bench worlds hold nobody's data: a key that everybody knows makes two runs comparable.
KEY = base64.b64encode(sha256(b"nobody").digest()).decode()


def simulate(*arguments: object) -> None:
    """A command of the simulator, as a user gives it; its words are shown."""
    subprocess.run([sys.executable, "-m", "simulator", *map(str, arguments)], check=True, stdout=sys.stderr)


@dataclass
class Home:
    """A parline home over a served world."""

    world: Path
    settings: Settings
    instances: dict[str, Instance]

    def load(self, mode: Mode = "incremental", only: tuple[str, ...] = ()) -> dict[str, LoadReport]:
        """Every instance once (or those named); what each says is shown when it ends."""
        reports = {}
        with Warehouse(self.settings.warehouse_path) as warehouse:
            for name, instance in self.instances.items():
                if not only or name in only:
                    reports[name] = land(warehouse, instance, self.settings, mode=mode)
                    print(f"  {name}: {reports[name].status}", file=sys.stderr, flush=True)
        return reports

    def advance(self, days: int, *faults: str) -> None:
        asked = [part for fault in faults for part in ("--fault", fault)]
        simulate("advance", "--world", self.world, "--days", days, *asked)


@contextmanager
def served(world: Path, scale: float, port: int = 0, seed: int | None = None) -> Iterator[dict[str, str]]:
    """A world, made when it is not there (`seed`: another one than the demo's); the addresses of its systems."""
    if not (world / "clock.json").exists():
        simulate("make", "--out", world, "--scale", scale, *(() if seed is None else ("--seed", seed)))
    if serving(world):
        stop(world)
    with (world / "serving.log").open("ab") as log:
        command = [sys.executable, "-m", "simulator", "serve", "--world", str(world), "--port", str(port)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
    try:
        if process.stdout is None or not (line := process.stdout.readline()):
            raise RuntimeError(f"{world} cannot be served: see {world / 'serving.log'}")
        yield json.loads(line)["systems"]
    finally:
        process.terminate()
        process.wait()


def home(folder: Path, world: Path, addresses: dict[str, str]) -> Home:
    """A home that reads every system of the world; the secrets stand in this process's environment from now on."""
    blocks = network_blocks(world, addresses)
    write_settings(folder, blocks, {})
    os.environ |= {block.variable: block.secret for block in blocks if block.secret is not None}
    # Without an archive: a bar's world can be read again.
    settings = Settings(home=folder, env="demo", pseudonym_key=KEY)
    return Home(world, settings, load_instances(settings.sources_path))
