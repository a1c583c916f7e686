"""A Tryton server for demo and tests: make its database, fill it, start it, stop it. Standard library only.

Belongs here: files and processes of the server. Does not belong here: what is in the database (fill.py, advance.py),
which runs in the server's own environment. Everything lies in one folder (default var/tryton/demo), so a test can have
a server of its own: `Server(folder, port)`. Every act can be repeated; what is done already is not done again.

    python -m simulator.tryton.server up        environment, database, fill, start: all that is missing
    python -m simulator.tryton.server start|stop|status|reset
    python -m simulator.tryton.server advance add_orders --count 3
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from simulator.tryton import environment

DATABASE = "erp"
MODULES = [
    "purchase",
    "purchase_request",
    "purchase_requisition",
    "account_invoice_stock",
    "stock_lot",
    "stock_supply",
    "account_payment",
    "account_payment_clearing",
]
START_SECONDS = 60


class Server:
    """One server with one database. `key` is the bearer key of its REST interface, `truth` what the fill made."""

    def __init__(self, folder: Path = environment.HOME / "demo", port: int = 8069) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.configuration = self.folder / "trytond.conf"
        self.database_file = self.folder / f"{DATABASE}.sqlite"
        self.key_file = self.folder / "key"
        self.truth_file = self.folder / "truth.json"
        self.process_file = self.folder / "process"
        self.log_file = self.folder / "server.log"

    @property
    def url(self) -> str:
        """Base of the REST interface."""
        return f"http://127.0.0.1:{self.port}/{DATABASE}/rest"

    @property
    def key(self) -> str:
        return self.key_file.read_text(encoding="ascii")

    @property
    def truth(self) -> dict[str, Any]:
        return dict(json.loads(self.truth_file.read_text(encoding="utf-8")))

    def up(self, reference_date: str | None = None) -> None:
        """Everything that is missing, from the environment to a server that answers."""
        self.init()
        self.fill(reference_date)
        self.start()

    def init(self) -> None:
        """The environment, and the configuration of this folder's server."""
        environment.make()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configuration.write_text(
            f"[database]\nuri = sqlite://\npath = {self.folder}\n\n[web]\nlisten = 127.0.0.1:{self.port}\n"
        )

    def fill(self, reference_date: str | None = None) -> None:
        """The story of fill.py in a fresh database; `reference_date` (ISO) is its last day, by default today.

        The truth is written last: where it is, the fill was complete.
        """
        if self.truth_file.exists():
            return
        self.stop()
        for left_over in self.folder.glob(f"{DATABASE}.sqlite*"):
            left_over.unlink()
        shutil.copyfile(empty_database(), self.database_file)
        print("Tryton: filling the database (a minute and a half)", flush=True)
        dates = ["--reference-date", reference_date] if reference_date else []
        self._inside("fill", "--truth", str(self.truth_file), "--key", str(self.key_file), *dates)

    def advance(self, *step: str) -> dict[str, Any]:
        """One later activity (see advance.py), in a running or stopped server; returns what it touched."""
        output = self._inside("advance", *step, quiet=True)
        return dict(json.loads(output.splitlines()[-1]))

    def _inside(self, module: str, *arguments: str, quiet: bool = False) -> str:
        return environment.run(
            "python",
            "-m",
            f"simulator.tryton.{module}",
            "--configuration",
            str(self.configuration),
            "--database",
            DATABASE,
            *arguments,
            quiet=quiet,
        )

    def start(self) -> None:
        """Start and wait until the REST interface answers with the key.

        Raises RuntimeError when the server ends or stays silent; the log is named.
        """
        if self.answers():
            return
        if self.running():
            self.stop()
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                [environment.make() / "trytond", "-c", self.configuration, "-d", DATABASE],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment.clean_environment(),
            )
        self.process_file.write_text(str(process.pid))
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(
                    f"The Tryton server does not answer on port {self.port}: is the port taken? See {self.log_file}"
                )
            time.sleep(0.3)
        print(f"Tryton: {self.url} (process {process.pid})", flush=True)

    def stop(self) -> None:
        """End the server and wait for it, so that the database file can be copied."""
        process = self.running()
        if process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
                deadline = time.monotonic() + 10
                while self.running():
                    if time.monotonic() > deadline:
                        os.kill(process, signal.SIGKILL)
                    time.sleep(0.1)
        self.process_file.unlink(missing_ok=True)

    def running(self) -> int | None:
        """The process id when the server this folder started is alive."""
        if not self.process_file.exists():
            return None
        process = int(self.process_file.read_text())
        try:
            if os.waitpid(process, os.WNOHANG)[0]:
                return None
        except ChildProcessError:
            pass  # started by an earlier command, not by this one
        command = [shutil.which("ps") or "ps", "-p", str(process), "-o", "command="]
        listed = subprocess.run(command, check=False, capture_output=True, text=True).stdout
        return process if "trytond" in listed else None

    def answers(self) -> bool:
        """Whether the REST interface serves this folder's database."""
        if not self.key_file.exists():
            return False
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(
                "GET", f"/{DATABASE}/rest/model/company.company?f=id", headers={"Authorization": f"bearer {self.key}"}
            )
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def copy_to(self, other: Server) -> None:
        """Give another folder this one's filled database, key and truth, while this server may be running."""
        other.init()
        other.stop()
        other.database_file.unlink(missing_ok=True)
        databases = (sqlite3.connect(one.database_file) for one in (self, other))
        with closing(next(databases)) as source, closing(next(databases)) as target:
            source.backup(target)
        for name in ("key_file", "truth_file"):
            shutil.copyfile(getattr(self, name), getattr(other, name))

    def reset(self) -> None:
        """Stop and delete the folder; environment and initialised empty database stay."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def empty_database() -> Path:
    """The initialised database without a company: made once for each set of locked versions and modules."""
    target = environment.HOME / f"empty-{environment.fingerprint()}.sqlite"
    if target.exists():
        return target
    print("Tryton: initialising an empty database (one minute)", flush=True)
    work = environment.HOME / f"initialising-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    configuration, password = work / "trytond.conf", work / "password"
    configuration.write_text(f"[database]\nuri = sqlite://\npath = {work}\n")
    password.write_text(secrets.token_urlsafe(24))  # nobody logs in: the fill works inside, the pipeline has a key
    (work / "empty.sqlite").touch()
    arguments = ["-c", str(configuration), "-d", "empty"]
    try:
        secret = {"TRYTONPASSFILE": str(password)}
        environment.run(
            "trytond-admin", *arguments, "--all", "-p", "--email", "admin@example.org", extra=secret, quiet=True
        )
        environment.run("trytond-admin", *arguments, "-u", *MODULES, "--activate-dependencies", quiet=True)
        (work / "empty.sqlite").replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m simulator.tryton.server", description=__doc__.split("\n")[0])
    parser.add_argument("act", choices=["up", "init", "fill", "start", "stop", "status", "reset", "advance"])
    parser.add_argument("--folder", type=Path, default=environment.HOME / "demo")
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--reference-date", help="last day of the story, ISO; default today")
    options, rest = parser.parse_known_args(arguments)
    server = Server(options.folder, options.port)
    if options.act in ("up", "fill"):
        getattr(server, options.act)(options.reference_date)
    elif options.act == "advance":
        print(json.dumps(server.advance(*rest)))
    elif options.act == "status":
        print(
            f"{server.url}: {'answers' if server.answers() else 'silent'}, process {server.running() or 'none'}, "
            f"key in {server.key_file}"
        )
    else:
        getattr(server, options.act)()
    return 0


if __name__ == "__main__":
    sys.exit(main())
