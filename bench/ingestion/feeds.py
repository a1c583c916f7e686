"""The three largest feeds of the demo network, read by us and by the stock dlt rest_api source: journal items of SAP (OData
v2), stock movements (a sequence each location) and drugs given (FHIR: we by bulk export, which stock dlt has not, it by
search).

Belongs here: both sides on one feed, and where they stop. Not here: how often each runs (__main__.py).

`python -m bench.ingestion.feeds SIDE HOME FEED LINES` reads a feed of a home's sources up to that many lines (whole pages)
into a fresh database and prints one line of JSON. The secrets stand in the environment.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from bench import measure
from bench.demo_network import KEY, home, served
from ingestion.contracts import ObjectContract
from ingestion.instances import Instance, load_instances
from ingestion.landing.land import Landing
from ingestion.landing.page import Page, Source, Window
from ingestion.landing.raw import RawTables
from ingestion.protocols.smart_backend import BackendServices
from ingestion.registry import open_source
from ingestion.settings import Settings
from ingestion.sources.sap_s4 import ALL_ROWS
from ingestion.warehouse import Warehouse

# By `<instance>.<object>`: how stock dlt is told to ask for it, and the largest page that it gets.
FEEDS: dict[str, tuple[dict[str, Any], int]] = {
    "sap_s4.journal_item": (
        {
            "path": "sap/opu/odata/sap/API_JOURNALENTRYITEMBASIC_SRV/A_JournalEntryItemBasic",
            "params": {"$format": "json", "$top": ALL_ROWS,
                       "$orderby": "CompanyCode,FiscalYear,AccountingDocument,LedgerGLLineItem"},
            "data_selector": "d.results",
            "paginator": {"type": "json_link", "next_url_path": "d.__next"},
        },
        5000,
    ),
    "inventory.stock_movement": (
        {
            "path": "v1/movements",
            "params": {"location": "{resources.location.location_id}"},
            "data_selector": "data",
            "paginator": {"type": "offset", "limit": 1000, "offset_param": "after_seq", "limit_param": "limit",
                          "total_path": None},
        },
        1000,
    ),
    "ehr.medication_administration": (
        {
            "path": "fhir/MedicationAdministration",
            "params": {"_count": 200, "_sort": "_lastUpdated"},
            "data_selector": "entry[*].resource",
            "paginator": {"type": "json_link", "next_url_path": "link[?(@.relation=='next')].url"},
        },
        200,
    ),
}  # fmt: skip


@dataclass
class First:
    """A source of which only so many records of an object are read, in whole pages."""

    source: Source
    lines: int

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        read = 0
        for page in self.source.pages(obj, window):
            yield page
            read += page.body.count(b"\n") if page.records is None else page.records
            if read >= self.lines:
                return

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)


def ours(instance: Instance, obj: str, lines: int, folder: Path) -> int:
    """Our path, whole: minimised, validated, inserted once, accounted for."""
    settings = Settings(home=folder, env="demo", pseudonym_key=KEY)
    source, contract = open_source(instance)
    with Warehouse(settings.warehouse_path) as warehouse:
        raw = RawTables(warehouse.connection, contract)
        landing = Landing(warehouse, instance, settings, First(source, lines), raw, lambda message: None)
        with landing:
            landing.load([contract.by_name[obj]])
    source.close()
    if not landing.report.is_clean:
        raise RuntimeError(f"the load is not clean: {landing.report}")
    return _rows(settings.warehouse_path, f"raw_{contract.system}.{obj}")


def rest_api(instance: Instance, obj: str, lines: int, folder: Path) -> int:
    """dlt's rest_api with the parquet loader, appending."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt
    from dlt.sources.rest_api import rest_api_source

    asked, page = FEEDS[f"{instance.name}.{obj}"]
    resources: list[dict[str, Any]] = [{"name": obj, "endpoint": asked}]
    if instance.system == "inventory":
        locations = {"path": "v1/locations", "data_selector": "data", "paginator": "single_page"}
        resources.append({"name": "location", "primary_key": "location_id", "endpoint": locations})
    client = {"base_url": instance.base_url.removesuffix("/fhir"), "auth": _auth(instance),
              "headers": {"Accept": "application/json"}}  # fmt: skip
    source = rest_api_source({"client": client, "resources": resources})  # type: ignore[typeddict-item]
    source.resources[obj].add_limit(max(1, lines // page))
    database = folder / "rest_api.duckdb"
    pipeline = dlt.pipeline(
        "feeds", pipelines_dir=str(folder / "pipelines"), destination=dlt.destinations.duckdb(str(database)),
        dataset_name="raw",
    )  # fmt: skip
    pipeline.run(source, loader_file_format="parquet")
    return _rows(database, f"raw.{obj}")


def _auth(instance: Instance) -> dict[str, Any]:
    secret, options = instance.credential(), instance.options
    match instance.system:
        case "sap_s4":
            return {"type": "http_basic", "username": options["user"], "password": secret}
        case "inventory":
            return {"type": "api_key", "name": "X-API-Key", "api_key": secret, "location": "header"}
    known = BackendServices(instance.base_url, options["client_id"], secret, options["key_id"], "system/*.read")
    return {"type": "bearer", "token": known.token()}


def _rows(database: Path, table: str) -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def fed(folder: Path, world: Path | None, scale: float) -> Iterator[Path]:
    """The home of a served world, made when none is named; the secrets stand in the environment."""
    at = world or folder / "world"
    with served(at, scale) as addresses:
        home(folder / "home", at, addresses)
        yield folder / "home"


SIDES: dict[str, Callable[[Instance, str, int, Path], int]] = {"ours": ours, "rest_api_parquet": rest_api}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("home", type=Path)
    parser.add_argument("feed", choices=FEEDS)
    parser.add_argument("lines", type=int)
    arguments = parser.parse_args()
    name, _, obj = arguments.feed.partition(".")
    instance = load_instances(arguments.home / "sources.toml")[name]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        rows = SIDES[arguments.side](instance, obj, arguments.lines, Path(folder))
    measure.report(0, rows=rows)


if __name__ == "__main__":
    main()
