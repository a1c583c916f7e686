"""What parline must be told to read the demo's systems: one block of `sources.toml` each, and the secrets they name.

Belongs here: the network's systems as an operator would write them down. Not here: starting them (demo.py), and what
parline does with it: nothing of it is imported.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.serve.credentials import Credentials, credentials_file

# One network, one numbering of patients, encounters, cases and workers: what its systems name alike gets one pseudonym.
ASSIGNER = "meridian"
# The first day of the world's pay.
PAY_SINCE = "2024-10-01"


@dataclass(frozen=True)
class Block:
    """One instance: its name, its parline system, where it answers; the secret's value and the options beside it."""

    name: str
    system: str
    base_url: str
    secret: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    assigner: str | None = None

    @property
    def variable(self) -> str:
        return f"PARLINE_{self.name.upper()}_SECRET"

    def toml(self) -> str:
        # A JSON text or number is TOML as it stands.
        lines = [f"[{self.name}]", f'system = "{self.system}"', f"base_url = {json.dumps(self.base_url)}"]
        if self.secret is not None:
            lines.append(f'secret = "{self.variable}"')
        if self.assigner is not None:
            lines.append(f'assigner = "{self.assigner}"')
        if self.options:
            lines += ["", f"[{self.name}.options]"]
            lines += [f"{name} = {json.dumps(value)}" for name, value in self.options.items()]
        return "\n".join(lines) + "\n"


def network_blocks(world: Path, addresses: Mapping[str, str]) -> list[Block]:
    """Every system and every feed of a served world; `addresses` as its process announces them."""
    known: dict[str, Credentials] = json.loads(credentials_file(world).read_text(encoding="utf-8"))
    sap, oracle, d365 = known["sap_s4"], known["oracle_fusion"], known["d365"]
    procurement, contracts, periop = known["procurement"], known["contracts"], known["perioperative"]
    hcm = known["hcm"]
    served = [
        Block("sap_s4", "sap_s4", addresses["sap_s4"], sap["password"], {"user": sap["user"]}),
        Block("oracle_fusion", "oracle_fusion", addresses["oracle_fusion"], oracle["password"], {"user": oracle["user"]}),
        Block(
            "d365", "d365", addresses["d365"], d365["client_secret"],
            {"client_id": d365["client_id"], "token_url": f"{addresses['d365']}/meridian/oauth2/v2.0/token"},
        ),
        Block(
            "procurement", "procurement", addresses["procurement"], procurement["client_secret"],
            {"client_id": procurement["client_id"]}, ASSIGNER,
        ),
        Block("clm", "clm", addresses["contracts"], contracts["key"]),
        Block(
            "perioperative", "perioperative", addresses["perioperative"], periop["client_secret"],
            {"client_id": periop["client_id"]}, ASSIGNER,
        ),
        Block("inventory", "inventory", addresses["inventory"], known["inventory"]["key"], assigner=ASSIGNER),
        Block(
            "hcm", "hcm", addresses["hcm"], hcm["password"],
            {"tenant": hcm["tenant"], "user": hcm["user"], "owner": hcm["owner"], "pay_since": PAY_SINCE},
            ASSIGNER,
        ),
    ]  # fmt: skip
    ehrs = [_ehr(name, addresses[name], known[name]) for name in ("ehr", "ehr_h7")]
    feeds = [
        Block(name, name, str((world / "files").resolve()), assigner=ASSIGNER)
        for name in ("revenue_cycle", "finance_files", "time_attendance", "code_systems")
    ]
    return [*served, *ehrs, *feeds]


def _ehr(name: str, address: str, known: Credentials) -> Block:
    options = {"access": "bulk", "client_id": known["client_id"], "key_id": known["key_id"]}
    return Block(name, "fhir_r4", f"{address}/fhir", known["private_key"], options, ASSIGNER)


def write_settings(home: Path, blocks: list[Block], keys: Mapping[str, str]) -> None:
    """`demo.env` (readable by its owner only) and `sources.toml`. A key that stands there already stays: what it has
    encrypted, and the pseudonyms it has made, need it."""
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "demo.env"
    settings.touch(mode=0o600)
    lines = settings.read_text(encoding="utf-8").splitlines()
    known = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    known = {**keys, **known, "PARLINE_ENV": "demo", "PARLINE_HOME": str(home)}
    known |= {block.variable: block.secret for block in blocks if block.secret is not None}
    settings.write_text("".join(f"export {name}={value}\n" for name, value in known.items()), encoding="utf-8")
    text = "\n".join(["# What the demo reads.\n", *(block.toml() for block in blocks)])
    (home / "sources.toml").write_text(text, encoding="utf-8")
