"""The demo's source systems, made and running, and the settings that read them.

    python -m simulator.demo up|down [--home var/parline] [--ehr network|small]

A real Tryton server is the ERP. The EHRs are those of the demo network, or a small hospital that uses what Tryton buys.
Belongs here: starting them, and `demo.env` and `sources.toml` for them. Not here: what they hold (tryton/, fhir/,
making.py). What else the network serves is not read yet.
"""

import argparse
import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from simulator.fhir.keys import write_key_pair
from simulator.serve.credentials import credentials_file
from simulator.serve.process import serving, stop
from simulator.tryton.server import Server

START_SECONDS = 60
CLIENT_ID = "parline"
# Beside parline's own home, never in it: a source system holds what parline must not.
FHIR_HOME, NETWORK = Path("var/fhir").resolve(), Path("var/network").resolve()
NETWORK_EHRS, NETWORK_SCALE = ("ehr", "ehr_h7"), 0.02


@dataclass(frozen=True)
class Ehr:
    """A FHIR server as parline's settings name it; `variable` holds the path of the client's private key."""

    name: str
    variable: str
    base_url: str
    private_key: Path
    key_id: str


def up(home: Path, ehr: str, tryton_port: int, ehr_port: int) -> None:
    """Start what is not running, make what is not there. Can be repeated: nothing is made twice."""
    home.mkdir(parents=True, exist_ok=True)
    tryton = Server(port=tryton_port)
    tryton.up()
    ehrs = _network(ehr_port) if ehr == "network" else [_small_hospital(tryton, ehr_port)]
    _write_settings(home, tryton, ehrs)


def down(tryton_port: int) -> None:
    """Stop every server of the demo; what they hold stays."""
    Server(port=tryton_port).stop()
    if NETWORK.is_dir() and serving(NETWORK):
        stop(NETWORK)
    process = FHIR_HOME / "process"
    if process.exists():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process.read_text()), signal.SIGTERM)
        process.unlink()


def _network(port: int) -> list[Ehr]:
    """The demo network's EHRs, in the process that serves all of its systems."""
    # Its clock is the last thing that a world gets.
    if not (NETWORK / "clock.json").exists():
        print("Network: making two years of a hospital network", flush=True)
        asked = ["make", "--out", NETWORK, "--scale", NETWORK_SCALE]
        subprocess.run([sys.executable, "-m", "simulator", *map(str, asked)], check=True)
    announced = serving(NETWORK) or _serve_network(port)
    known = json.loads(credentials_file(NETWORK).read_text(encoding="utf-8"))
    return [
        Ehr(
            name, f"PARLINE_{name.upper()}_KEY", f"{announced['systems'][name]}/fhir", Path(known[name]["private_key"]),
            known[name]["key_id"],
        )
        for name in NETWORK_EHRS
    ]  # fmt: skip


def _serve_network(port: int) -> dict[str, dict[str, str]]:
    with (NETWORK / "serving.log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "simulator", "serve", "--world", str(NETWORK), "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while not (announced := serving(NETWORK)):
        if started.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The network does not start on port {port}: see {NETWORK / 'serving.log'}")
        time.sleep(0.2)
    for system, address in announced["systems"].items():
        print(f"Network: {address}{' (read)' if system in NETWORK_EHRS else ''}", flush=True)
    return announced


def _small_hospital(tryton: Server, port: int) -> Ehr:
    """A synthetic hospital whose supplies are Tryton's items."""
    fhir = FHIR_HOME
    if not (fhir / "world" / "truth.json").exists():
        items = fhir / "items.json"
        fhir.mkdir(parents=True, exist_ok=True)
        items.write_text(json.dumps(_items(tryton)), encoding="utf-8")
        write_key_pair(fhir / "keys", "ES384")
        # Stays and charges go on for some days after the last admission: all of it must lie in the past.
        last_day = date.fromisoformat(tryton.truth["reference_date"]) - timedelta(days=7)
        arguments = ["--out", fhir / "world", "--items", items, "--reference-date", last_day]
        print("FHIR: writing a synthetic hospital", flush=True)
        subprocess.run(
            [sys.executable, "-m", "simulator.fhir.world", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL
        )
    base_url = _start_fhir(fhir, port)
    key_id = json.loads((fhir / "keys" / "jwks.json").read_text())["keys"][0]["kid"]
    return Ehr("ehr_main", "PARLINE_FHIR_KEY", base_url, fhir / "keys" / "private_key.pem", key_id)


def _items(tryton: Server) -> list[dict[str, str]]:
    """What the hospital uses is what its ERP buys: the FHIR world takes Tryton's item numbers."""
    fields = "f=code&f=template.name&f=template.default_uom.symbol"
    request = urllib.request.Request(  # noqa: S310  # an address on this machine
        f"{tryton.url}/model/product.product?{fields}", headers={"Authorization": f"bearer {tryton.key}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        rows = json.load(answer)
    items = [(row["code"], row["template"]["name"], row["template"]["default_uom"]["symbol"]) for row in rows]
    return [{"code": code, "name": name, "unit": unit} for code, name, unit in sorted(items)]


def _start_fhir(folder: Path, port: int) -> str:
    """The FHIR server's base URL, started when it does not run."""
    announced = folder / "server.json"
    process = folder / "process"
    if process.exists() and _is_alive(int(process.read_text())):
        return str(json.loads(announced.read_text())["base_url"])
    with announced.open("wb") as out, (folder / "server.log").open("ab") as log:
        started = subprocess.Popen(
            [
                sys.executable, "-m", "simulator.fhir.server", "--data", str(folder / "world"), "--port", str(port),
                "--jwks", str(folder / "keys" / "jwks.json"), "--client-id", CLIENT_ID,
            ],
            stdin=subprocess.DEVNULL, stdout=out, stderr=log, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while not announced.read_text().strip():
        if started.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(
                f"The FHIR server does not start on port {port}: is it taken? See {folder / 'server.log'}"
            )
        time.sleep(0.1)
    process.write_text(str(started.pid))
    base_url = str(json.loads(announced.read_text())["base_url"])
    print(f"FHIR:   {base_url} (process {started.pid})", flush=True)
    return base_url


def _write_settings(home: Path, tryton: Server, ehrs: list[Ehr]) -> None:
    """`demo.env` (random keys, made once, readable by the owner only) and `sources.toml`."""
    settings = home / "demo.env"
    settings.touch(mode=0o600)
    lines = settings.read_text(encoding="utf-8").splitlines()
    known = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    for name in ("PARLINE_ARCHIVE_KEY", "PARLINE_PSEUDONYM_KEY"):
        known.setdefault(name, base64.b64encode(os.urandom(32)).decode())
    known |= {"PARLINE_ENV": "demo", "PARLINE_HOME": str(home), "PARLINE_TRYTON_KEY": tryton.key}
    known |= {ehr.variable: str(ehr.private_key) for ehr in ehrs}
    settings.write_text("".join(f"export {name}={value}\n" for name, value in known.items()), encoding="utf-8")
    rest = "/rest"
    blocks = [
        "# What the demo reads: one ERP, and its EHRs.\n",
        f'[tryton_main]\nsystem = "tryton"\nbase_url = "{tryton.url.removesuffix(rest)}"\nsecret = "PARLINE_TRYTON_KEY"\n',
    ]
    blocks += [
        f'[{ehr.name}]\nsystem = "fhir_r4"\nbase_url = "{ehr.base_url}"\nsecret = "{ehr.variable}"\n\n'
        f'[{ehr.name}.options]\naccess = "bulk"\nclient_id = "{CLIENT_ID}"\nkey_id = "{ehr.key_id}"\n'
        for ehr in ehrs
    ]
    (home / "sources.toml").write_text("\n".join(blocks), encoding="utf-8")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulator.demo", description=__doc__)
    parser.add_argument("act", choices=["up", "down"])
    parser.add_argument("--home", type=Path, default=Path("var/parline"))
    parser.add_argument("--tryton-port", type=int, default=8069)
    parser.add_argument("--ehr", choices=["network", "small"], default="network")
    parser.add_argument("--ehr-port", type=int, default=8070)
    options = parser.parse_args()
    if options.act == "up":
        up(options.home, options.ehr, options.tryton_port, options.ehr_port)
    else:
        down(options.tryton_port)


if __name__ == "__main__":
    main()
