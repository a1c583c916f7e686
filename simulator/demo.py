"""The demo's source systems, made and running, and the settings that read them.

    python -m simulator.demo up|down [--home var/parline] [--ehr network|small]

A real Tryton server, and beside it the systems of the demo network or (`--ehr small`) a small hospital that uses what
Tryton buys. The canonical models read Tryton as the only ERP so far; the network's are landed and staged.
Belongs here: starting them. Not here: what they hold (tryton/, fhir/, making.py), what parline is told of them
(settings.py).
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
from datetime import date, timedelta
from pathlib import Path

from simulator.fhir.keys import write_key_pair
from simulator.serve.process import serving, stop
from simulator.settings import Block, network_blocks, write_settings
from simulator.tryton.server import Server

START_SECONDS = 60
CLIENT_ID = "parline"
# Beside parline's own home, never in it: a source system holds what parline must not.
FHIR_HOME, NETWORK = Path("var/fhir").resolve(), Path("var/network").resolve()
NETWORK_SCALE = 0.02


def up(home: Path, ehr: str, tryton_port: int, ehr_port: int) -> None:
    """Start what is not running, make what is not there. Can be repeated: nothing is made twice."""
    tryton = Server(port=tryton_port)
    tryton.up()
    blocks = [Block("tryton_main", "tryton", tryton.url.removesuffix("/rest"), tryton.key)]
    if ehr == "network":
        blocks += network_blocks(NETWORK, _network(ehr_port)["systems"])
    else:
        blocks.append(_small_hospital(tryton, ehr_port))
    names = ("PARLINE_ARCHIVE_KEY", "PARLINE_PSEUDONYM_KEY")
    write_settings(home, blocks, {name: base64.b64encode(os.urandom(32)).decode() for name in names})


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


def _network(port: int) -> dict[str, dict[str, str]]:
    """The process that serves the network's systems, as it announces itself."""
    # Its clock is the last thing that a world gets.
    if not (NETWORK / "clock.json").exists():
        print("Network: making two years of a hospital network", flush=True)
        asked = ["make", "--out", NETWORK, "--scale", NETWORK_SCALE]
        subprocess.run([sys.executable, "-m", "simulator", *map(str, asked)], check=True)
    return serving(NETWORK) or _serve_network(port)


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
    for address in announced["systems"].values():
        print(f"Network: {address}", flush=True)
    return announced


def _small_hospital(tryton: Server, port: int) -> Block:
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
    options = {"access": "bulk", "client_id": CLIENT_ID, "key_id": key_id}
    return Block("ehr_main", "fhir_r4", base_url, str(fhir / "keys" / "private_key.pem"), options)


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
