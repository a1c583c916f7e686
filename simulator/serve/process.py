"""The one process that serves a world on 127.0.0.1: started, announced in `serving.json`, found and stopped.

Belongs here: the lock, signals, the announcement. Not here: what is served (`network.py`), the commands
(`simulator/__main__.py`).
"""

import contextlib
import fcntl
import json
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

from simulator.serve.credentials import credentials_file
from simulator.serve.loopback import listening, server

STOP_SECONDS = 15


class ServingError(Exception):
    """A world that cannot be served, or is not: the message says what to do."""


def serve(world: Path, network_of: Callable[[Path], Starlette], port: int = 0) -> None:
    """Serve a world's network until SIGTERM or SIGINT; prints one line of JSON with the addresses. Raises ServingError.

    `network_of` mounts each system at its name.
    """
    with _the_only_one(world):
        # Of one that was killed: its number may be anybody's by now.
        _file(world).unlink(missing_ok=True)
        application = network_of(world)
        try:
            listener, root = listening(port)
        except OSError as error:
            raise ServingError(
                f"Port {port} cannot be had ({error.strerror}): give another --port, or none."
            ) from error
        announced = {
            "pid": os.getpid(),
            "systems": {mount.path[1:]: root + mount.path for mount in application.routes if isinstance(mount, Mount)},
            "credentials": str(credentials_file(world).resolve()),
        }
        running = server(application)
        # From before it is announced until after all is shut, when the server raises again what stopped it: a signal is
        # always the wanted end, and never a death.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, running.handle_exit)
        # An answer that a fault cut off is not worth a line.
        logging.getLogger("uvicorn.error").addFilter(lambda line: "without completing" not in line.getMessage())
        with _announced(world, announced):
            print(json.dumps(announced), flush=True)
            running.run(sockets=[listener])


def serving(world: Path) -> dict[str, Any] | None:
    """What the process that serves this world has announced; None when there is none."""
    with contextlib.suppress(ServingError), _the_only_one(world):
        return None
    with contextlib.suppress(FileNotFoundError, ValueError):
        announced: dict[str, Any] = json.loads(_file(world).read_text(encoding="utf-8"))
        return announced
    return None


def stop(world: Path) -> int:
    """Stop the process that serves this world, and wait until it has ended; its number. Raises ServingError."""
    announced = serving(world)
    if announced is None:
        raise ServingError(f"{world} is not being served.")
    process = int(announced["pid"])
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while serving(world):
        if time.monotonic() > deadline:
            raise ServingError(f"Process {process} still serves {world} after {STOP_SECONDS} s: end it by hand.")
        time.sleep(0.05)
    return process


@contextlib.contextmanager
def _the_only_one(world: Path) -> Iterator[None]:
    """A lock that ends with the process, however that ends."""
    if not world.is_dir():
        raise ServingError(f"There is no world at {world}: make one with `parline simulate make --out {world}`.")
    with (world / "serving.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServingError(
                f"{world} is being served already: stop that first, `parline simulate stop --world {world}`."
            ) from None
        yield


@contextlib.contextmanager
def _announced(world: Path, announced: dict[str, Any]) -> Iterator[None]:
    written = _file(world).with_suffix(".new")
    written.write_text(json.dumps(announced, indent=1) + "\n", encoding="utf-8")
    written.replace(_file(world))
    try:
        yield
    finally:
        _file(world).unlink(missing_ok=True)


def _file(world: Path) -> Path:
    return world / "serving.json"
