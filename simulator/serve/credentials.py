"""What a client of a world's systems logs on with: made at random for each world, never written in code.

Belongs here: the ways of logging on, and `credentials.json`, which only its owner can read. Not here: which system has
which way (`systems.py`), and judging a request (each system's own guard).
"""

import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from simulator.fhir.keys import write_key_pair

Credentials = dict[str, str]
# Makes the credentials of one system; the folder is for what is too long for a line.
Logon = Callable[[Path], Credentials]


def user(name: str = "PARLINE", **known: str) -> Logon:
    return lambda _: {"user": name, "password": secrets.token_urlsafe(24), **known}


def client(_: Path) -> Credentials:
    return {"client_id": str(uuid.uuid4()), "client_secret": secrets.token_urlsafe(32)}


def key(_: Path) -> Credentials:
    return {"key": secrets.token_urlsafe(32)}


def key_pair(folder: Path) -> Credentials:
    """For signed assertions: the client signs with the private key, the server knows the public one."""
    key_id = write_key_pair(folder, "ES384")
    private, public = ((folder / name).resolve() for name in ("private_key.pem", "jwks.json"))
    return {"client_id": "parline", "key_id": key_id, "private_key": str(private), "public_keys": str(public)}


def credentials_file(world: Path) -> Path:
    return world / "credentials.json"


def credentials(world: Path, logons: Mapping[str, Logon]) -> dict[str, Credentials]:
    """The credentials of each system; those that are not there yet are made, and stay."""
    file = credentials_file(world)
    known: dict[str, Credentials] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    missing = {name: logon(world / "keys" / name) for name, logon in logons.items() if name not in known}
    if missing:
        # Readable by nobody else from its first byte on.
        file.touch(mode=0o600)
        file.write_text(json.dumps(known | missing, indent=1) + "\n", encoding="utf-8")
    return known | missing
