"""Which instances of which systems a hospital network has: `sources.toml`, one block each.

A second SAP, a new hospital's FHIR server: another block here, and no code. Secrets are named, never written:
`secret = "PARLINE_TRYTON_KEY"` is the name of an environment variable.
"""

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ingestion.settings import SettingsError

Options = TypeVar("Options", bound=BaseModel)

INSTANCE_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
KNOWN_KEYS = {"system", "base_url", "secret", "objects", "assigner", "options"}


@dataclass(frozen=True)
class Instance:
    """One running source system, as configured.

    name: its name in every key of the warehouse; system: which contract and source module serve it;
    base_url: where it answers; secret: name of the environment variable that holds its credential;
    objects: which objects of the contract to read (None: all); options: what only this system's module understands;
    assigner: the name that separates its patients, encounters, cases and workers from another's in pseudonyms (its own
    name, where none is given): instances that number the same ones alike share it, and so join.
    """

    name: str
    system: str
    base_url: str
    secret: str | None = None
    objects: tuple[str, ...] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    assigner: str | None = None

    def credential(self) -> str:
        """The secret's value, read when a connection opens. Raises SettingsError when it is not set."""
        if self.secret is None:
            raise SettingsError(f"{self.name}: no `secret` in sources.toml, and {self.system} needs a credential")
        value = os.environ.get(self.secret)
        if not value:
            raise SettingsError(f"{self.name}: environment variable {self.secret} is not set; it holds the credential")
        return value

    def options_as(self, kind: type[Options]) -> Options:
        """`options` as this system's module understands them. Raises SettingsError naming the one that cannot be right."""
        try:
            return kind.model_validate(self.options)
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False)[0]
            name = ".".join(map(str, problem["loc"]))
            raise SettingsError(f"{self.name}: options.{name}: {problem['msg']}") from None


def load_instances(path: Path) -> dict[str, Instance]:
    """Instances by name, in the order of the file. A missing file means none.

    Raises SettingsError naming file, block and key.
    """
    if not path.exists():
        return {}
    try:
        blocks = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    return {name: _instance(path, name, block) for name, block in blocks.items()}


def _instance(path: Path, name: str, block: Any) -> Instance:
    if not INSTANCE_NAME.fullmatch(name):
        raise SettingsError(f"{path}: [{name}]: a name is lower-case letters, digits and _, 2 to 40 characters")
    if not isinstance(block, dict):
        raise SettingsError(f"{path}: {name}: expected a block [{name}]")
    unknown = set(block) - KNOWN_KEYS
    if unknown:
        raise SettingsError(f"{path}: [{name}]: unknown key {', '.join(sorted(unknown))}; known: {sorted(KNOWN_KEYS)}")
    for key in ("system", "base_url"):
        if not isinstance(block.get(key), str):
            raise SettingsError(f"{path}: [{name}]: `{key}` is missing")
    objects = block.get("objects")
    return Instance(
        name=name,
        system=block["system"],
        base_url=block["base_url"].rstrip("/"),
        secret=block.get("secret"),
        objects=tuple(objects) if objects is not None else None,
        options=block.get("options", {}),
        assigner=block.get("assigner"),
    )
