"""A new system is two files, those of docs/adding-a-source.md, in a copy of the package: nothing else is touched.

A second instance of a system is a block of sources.toml.
"""

import json
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import ingestion
from ingestion.contracts import known_systems

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-source.md"
FILE = re.compile(r"^`(ingestion/[\w/.]+)`\n```\w+\n(.*?)```$", re.MULTILINE | re.DOTALL)
CLOCK = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LAND = """
    import sys
    from pathlib import Path
    from ingestion.instances import load_instances
    from ingestion.landing.land import land
    from ingestion.settings import Settings
    from ingestion.warehouse import Warehouse

    home = Path(sys.argv[1])
    with Warehouse(home / "warehouse.duckdb") as warehouse:
        for instance in load_instances(home / "sources.toml").values():
            assert land(warehouse, instance, Settings(home=home)).is_clean
        for row in warehouse.connection.execute(
            "SELECT _source_instance, delivery_number, ward, weight_kg, status FROM raw_linen.delivery "
            "WHERE _op = 'UPSERT' ORDER BY ALL"
        ).fetchall():
            print(*row)
        print(*warehouse.connection.execute("SELECT count(*) FROM raw_linen.delivery WHERE _op = 'TOMBSTONE'").fetchone())
        print(warehouse.connection.execute("SELECT kind, field FROM ops.drift").fetchall())
"""


class Linen(ThreadingHTTPServer):
    """Deliveries in the order of their last change, some at a time."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.deliveries = [_delivery(number, f"2026-03-01T{number % 24:02}:00:00Z") for number in range(1, 251)]

    def answer(self, path: str) -> object:
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        number = parts.path.removeprefix("/deliveries").lstrip("/")
        if number:
            return next(delivery for delivery in self.deliveries if delivery["deliveryNo"] == number)
        since = datetime.fromisoformat(asked.get("changed_from", "1970-01-01T00:00:00Z"))
        changed = [d for d in self.deliveries if datetime.fromisoformat(str(d["changedAt"])) >= since]
        changed.sort(key=lambda delivery: (delivery["changedAt"], delivery["deliveryNo"]))
        start, size = int(asked.get("place", 0)), int(asked.get("size", 100))
        following = start + size
        items = changed[start:following]
        return {"items": items, "next": str(following) if following < len(changed) else None}


def _delivery(number: int, changed_at: str) -> dict[str, object]:
    return {
        "deliveryNo": f"L{number:03}", "ward": "5 West", "weightKg": "12.250", "status": "SENT", "driver": "Kim",
        "changedAt": changed_at,
    }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    server: Linen

    def do_GET(self) -> None:
        is_known = self.headers["Authorization"] == "Bearer word"
        body = json.dumps(self.server.answer(self.path) if is_known else {}).encode()
        self.send_response_only(200 if is_known else 401)
        self.send_header("Date", format_datetime(CLOCK, usegmt=True))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def linen() -> Iterator[Linen]:
    with Linen() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_the_two_files_of_the_page_add_a_system_and_two_blocks_two_instances_of_it(tmp_path: Path) -> None:
    files = dict(FILE.findall(PAGE.read_text()))
    assert list(files) == ["ingestion/contracts/linen.odcs.yaml", "ingestion/sources/linen.py"]
    shutil.copytree(
        Path(ingestion.__file__).parent, tmp_path / "ingestion", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name, text in files.items():
        assert not (tmp_path / name).exists()
        (tmp_path / name).write_text(text)
    with linen() as north, linen() as south:
        south.deliveries = south.deliveries[:1]
        (tmp_path / "sources.toml").write_text(
            "\n".join(
                f'[{name}]\nsystem = "linen"\nbase_url = "http://127.0.0.1:{server.server_address[1]}"\nsecret = "LINEN"\n'
                for name, server in (("linen_north", north), ("linen_south", south))
            )
        )
        *rows, deleted, drift = land_in(tmp_path)
        assert (len(rows), deleted, drift) == (251, "0", "[]")
        assert [rows[0], rows[250]] == [f"linen_{where} L001 5 West 12.250 SENT" for where in ("north", "south")]
        north.deliveries[6] |= {"status": "RECEIVED", "weightKg": "12.255", "changedAt": "2026-03-02T11:00:00Z"}
        del north.deliveries[9]
        *rows, deleted, drift = land_in(tmp_path)
        assert (len(rows), deleted, drift) == (252, "1", "[]")
        assert "linen_north L007 5 West 12.255 RECEIVED" in rows


def land_in(folder: Path) -> list[str]:
    """Lines of LAND, run where the copy of the package stands before this one."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LAND), str(folder)],
        cwd=folder, env={"LINEN": "word"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_contract_has_its_module_and_every_module_its_contract() -> None:
    modules = {path.stem for path in (Path(ingestion.__file__).parent / "sources").glob("[a-z]*.py")}
    assert modules == set(known_systems())
