"""The sides of the comparison: each reads the same feed into a fresh DuckDB file, and says what that cost.

Belongs here: our landing path, dlt's rest_api with the parquet loader and as shipped, and the raw limit.
Not here: the feed (feed.py), how often each runs (__main__.py).

`python -m bench.ingestion.sides SIDE URL PAGES` prints one line of JSON.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import httpx

from bench import measure
from bench.ingestion.feed import LINES_PER_PAGE, ORDERS

CONTRACT = Path(__file__).with_name("purchase_feed.odcs.yaml")
# A key like any other: pseudonyms are made, and the archive is encrypted, as in earnest.
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def land(url: str, pages: int, folder: Path, archive: bool = False, **asked: int) -> None:
    """Our path, whole: ops tables, minimisation, validation, quarantine, insert-once, the account at the end."""
    from ingestion.contracts import load_contract
    from ingestion.instances import Instance
    from ingestion.landing.land import Landing
    from ingestion.landing.page import Envelope, Page
    from ingestion.landing.raw import RawTables
    from ingestion.settings import Settings
    from ingestion.warehouse import Warehouse

    class Feed:
        """The Source over the feed."""

        def check(self) -> str:
            return url

        def now(self) -> datetime:
            return datetime(2026, 10, 1, tzinfo=UTC)

        def pages(self, obj: object, window: object) -> Iterator[Page]:
            envelope = Envelope(list_at=("value",))
            with httpx.Client() as client:
                for page in range(pages):
                    body = client.get(url, params={"pages": pages, "page": page, **asked}).content
                    yield Page(body, envelope, f"page {page}")

        def pages_by_key(self, obj: object, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
            return iter(())

        def keys(self, obj: object, as_of: datetime) -> None:
            return None

        def deletions(self, obj: object, window: object) -> Iterator[object]:
            return iter(())

        def close(self) -> None:
            pass

    os.environ["PARLINE_PSEUDONYM_KEY"] = KEY
    if archive:
        os.environ["PARLINE_ARCHIVE_KEY"] = KEY
    settings = Settings(home=folder)
    contract = load_contract("purchase_feed", CONTRACT.parent)
    with Warehouse(settings.warehouse_path) as warehouse:
        raw = RawTables(warehouse.connection, contract)
        landing = Landing(
            warehouse,
            Instance("bench_main", contract.system, url),
            settings,
            Feed(),
            raw,
            lambda message: None,  # type: ignore[arg-type]
        )
        with landing:
            landing.load(contract.roots[:1])
    if not landing.report.is_clean:
        raise RuntimeError(f"the load is not clean: {landing.report}")


def ours(url: str, pages: int, folder: Path) -> int:
    land(url, pages, folder)
    return (
        _count(folder / "warehouse.duckdb", "raw_purchase_feed.purchase_order_line") + pages * LINES_PER_PAGE // ORDERS
    )


def ours_archived(url: str, pages: int, folder: Path) -> int:
    land(url, pages, folder, archive=True)
    return (
        _count(folder / "warehouse.duckdb", "raw_purchase_feed.purchase_order_line") + pages * LINES_PER_PAGE // ORDERS
    )


def rest_api_parquet(url: str, pages: int, folder: Path) -> int:
    return _rest_api(url, pages, folder, "parquet")


def rest_api_as_shipped(url: str, pages: int, folder: Path) -> int:
    return _rest_api(url, pages, folder, None)


def _rest_api(url: str, pages: int, folder: Path, file_format: str | None) -> int:
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {"base_url": url.removesuffix("/orders")},
            "resources": [
                {
                    "name": "purchase_order",
                    "primary_key": "PurchaseOrder",
                    "endpoint": {
                        "path": "orders",
                        "params": {"pages": pages},
                        "data_selector": "value",
                        "paginator": {"type": "json_link", "next_url_path": "['@odata.nextLink']"},
                    },
                }
            ],
        }
    )
    database = folder / "rest_api.duckdb"
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.duckdb(str(database)),
        dataset_name="raw",
    )
    pipeline.run(source, loader_file_format=file_format)  # type: ignore[arg-type]
    return _count(database, "raw.purchase_order__to_purchase_order_item")


def raw_limit(url: str, pages: int, folder: Path) -> int:
    """The least that typed tables cost: bytes, pyarrow.json on the schema, two inserts a page. No checks, no keys."""
    import io

    import pyarrow as pa
    import pyarrow.json as pj

    from ingestion.contracts import load_contract
    from ingestion.landing.encodings import wire_type

    order, line = load_contract("purchase_feed", CONTRACT.parent).objects
    lines = pa.struct([(c.path, wire_type(c)) for c in line.columns if not c.path.startswith("^")])
    fields = [pa.field(c.path, wire_type(c)) for c in order.columns]
    schema = pa.schema(
        [pa.field("value", pa.list_(pa.struct([*fields, pa.field("lines", pa.list_(lines)).with_name(line.rows_at)])))]
    )
    database = folder / "raw.duckdb"
    with duckdb.connect(str(database)) as connection, httpx.Client() as client:
        for obj in (order, line):
            columns = ", ".join(
                f"{c.name} {'VARCHAR' if c.minimise.rule == 'pseudonym' else c.sql_type}" for c in obj.columns
            )
            connection.execute(f"CREATE TABLE {obj.name} ({columns})")
        own = ", ".join(f'o."{c.path}"' for c in order.columns)
        theirs = ", ".join(f'"{c.path[1:]}"' if c.path.startswith("^") else f'l."{c.path}"' for c in line.columns)
        for page in range(pages):
            body = client.get(url, params={"pages": pages, "page": page}).content
            table = pj.read_json(
                io.BytesIO(body),
                read_options=pj.ReadOptions(block_size=len(body) + 1, use_threads=False),
                parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
            )
            connection.register("page", table)
            connection.execute(f"INSERT INTO {order.name} SELECT {own} FROM (SELECT unnest(value) AS o FROM page)")
            connection.execute(
                f"INSERT INTO {line.name} SELECT {theirs} FROM (SELECT o.PurchaseOrder, "
                f'unnest(o."{line.rows_at}") AS l FROM (SELECT unnest(value) AS o FROM page))'
            )
    return _count(database, line.name)


def _count(database: Path, table: str) -> int:
    with duckdb.connect(str(database)) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


SIDES: dict[str, Callable[[str, int, Path], int]] = {
    "ours": ours,
    "ours_archived": ours_archived,
    "rest_api_parquet": rest_api_parquet,
    "rest_api_as_shipped": rest_api_as_shipped,
    "raw_limit": raw_limit,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("url")
    parser.add_argument("pages", type=int)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        lines = SIDES[arguments.side](arguments.url, arguments.pages, folder)
        if lines != arguments.pages * LINES_PER_PAGE:
            raise RuntimeError(f"{arguments.side} has {lines} lines of {arguments.pages * LINES_PER_PAGE}")
        measure.report(0, lines=lines)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
