"""The demo's source systems: a real Tryton server and a FHIR server, filled and running, and the settings that read them.

    python -m simulator.demo up|down [--home var/parline]

Belongs here: starting both, and `demo.env` and `sources.toml` for them. Not here: what they hold (tryton/, fhir/).
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
from simulator.tryton.server import Server

FHIR_START_SECONDS = 30
CLIENT_ID = "parline"
# Beside parline's own home, never in it: a source system holds what parline must not.
FHIR_HOME = Path("var/fhir").resolve()


def up(home: Path, tryton_port: int, fhir_port: int) -> None:
    """Start what is not running, make what is not there. Can be repeated: nothing is made twice."""
    home.mkdir(parents=True, exist_ok=True)
    tryton = Server(port=tryton_port)
    tryton.up()
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
    base_url = _start_fhir(fhir, fhir_port)
    _write_settings(home, tryton, base_url, fhir / "keys")


def down(tryton_port: int) -> None:
    """Stop both servers; what they hold stays."""
    Server(port=tryton_port).stop()
    process = FHIR_HOME / "process"
    if process.exists():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process.read_text()), signal.SIGTERM)
        process.unlink()


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
    deadline = time.monotonic() + FHIR_START_SECONDS
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


def _write_settings(home: Path, tryton: Server, fhir_url: str, keys: Path) -> None:
    """`demo.env` (random keys, made once, readable by the owner only) and `sources.toml`."""
    settings = home / "demo.env"
    if not settings.exists():
        random = [base64.b64encode(os.urandom(32)).decode() for _ in range(2)]
        settings.touch(mode=0o600)
        settings.write_text(
            f"export PARLINE_ENV=demo\nexport PARLINE_HOME={home}\n"
            f"export PARLINE_ARCHIVE_KEY={random[0]}\nexport PARLINE_PSEUDONYM_KEY={random[1]}\n"
            f"export PARLINE_TRYTON_KEY={tryton.key}\nexport PARLINE_FHIR_KEY={keys / 'private_key.pem'}\n",
            encoding="utf-8",
        )
    key_id = json.loads((keys / "jwks.json").read_text())["keys"][0]["kid"]
    rest = "/rest"
    (home / "sources.toml").write_text(
        "# The demo network of today: one ERP, one EHR.\n\n"
        f'[tryton_main]\nsystem = "tryton"\nbase_url = "{tryton.url.removesuffix(rest)}"\n'
        'secret = "PARLINE_TRYTON_KEY"\n\n'
        f'[ehr_main]\nsystem = "fhir_r4"\nbase_url = "{fhir_url}"\nsecret = "PARLINE_FHIR_KEY"\n\n'
        f'[ehr_main.options]\naccess = "bulk"\nclient_id = "{CLIENT_ID}"\nkey_id = "{key_id}"\n',
        encoding="utf-8",
    )


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
    parser.add_argument("--fhir-port", type=int, default=8070)
    options = parser.parse_args()
    if options.act == "up":
        up(options.home, options.tryton_port, options.fhir_port)
    else:
        down(options.tryton_port)


if __name__ == "__main__":
    main()
