"""All source systems of one world as one application: each under its name, with its clock and its faults.

Belongs here: mounting. Not here: which systems there are (`systems.py`), the process that serves them (`process.py`).
"""

from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from simulator.serve.credentials import credentials
from simulator.serve.faults import Faults
from simulator.serve.faulty import Faulty
from simulator.serve.process import ServingError
from simulator.serve.systems import SYSTEMS


def network_app(world: Path) -> Starlette:
    """Every system of a world, mounted at its name. Raises ServingError for a world without any."""
    names = [name for name in SYSTEMS if (world / "systems" / name).is_dir()]
    if not names:
        raise ServingError(
            f"{world} holds no system to serve: make a world with `parline simulate make --out {world}`."
        )
    known, faults = credentials(world, {name: SYSTEMS[name].logon for name in names}), Faults(world)
    mounts = []
    for name in names:
        system = SYSTEMS[name].app(world / "systems" / name, faults.now_of(name), known[name])
        mounts.append(Mount(f"/{name}", Faulty(system, name, faults)))
    return Starlette(routes=mounts)
