"""What a client of a world's systems needs to log on: made at random for each world, never written in code.

Belongs here: which system asks for what, and `credentials.json`, which only its owner can read. Not here: judging a
request (each system's own guard).
"""

import json
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path

Credentials = dict[str, str]

USER: dict[str, Callable[[], str]] = {"user": lambda: "PARLINE", "password": lambda: secrets.token_urlsafe(24)}
CLIENT: dict[str, Callable[[], str]] = {
    "client_id": lambda: str(uuid.uuid4()),
    "client_secret": lambda: secrets.token_urlsafe(32),
}
WAYS: dict[str, dict[str, Callable[[], str]]] = {"sap_s4": USER, "d365": CLIENT}


def credentials_file(world: Path) -> Path:
    return world / "credentials.json"


def credentials(world: Path, systems: list[str]) -> dict[str, Credentials]:
    """The credentials of each system; those that are not there yet are made, and stay."""
    file = credentials_file(world)
    known: dict[str, Credentials] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    missing = {
        system: {name: make() for name, make in WAYS[system].items()} for system in systems if system not in known
    }
    if missing:
        # Readable by nobody else from its first byte on.
        file.touch(mode=0o600)
        file.write_text(json.dumps(known | missing, indent=1) + "\n", encoding="utf-8")
    return known | missing
