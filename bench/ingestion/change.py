"""A thousand changed lines (200 orders) into a history of one million lines and of twenty million.

Belongs here: making the two histories, and the load that is measured. Not here: how often each runs (__main__.py).

`python -m bench.ingestion.change FOLDER URL REVISION` lands the change once more and prints one line of JSON.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench import measure
from bench.ingestion.feed import LINES_PER_PAGE, ORDERS, running_feed
from bench.ingestion.sides import land

HISTORIES = {"1 million": 1_000_000 // LINES_PER_PAGE, "20 million": 20_000_000 // LINES_PER_PAGE}
CHANGED_ORDERS = 200
# The history is one page of orders, copied under other numbers and dated before every load of today. Of the copies only
# keys and technical columns are filled: nothing else of the history is ever read by a load.
COPY = """
    INSERT INTO raw_purchase_feed.purchase_order BY NAME SELECT
        md5(_row_key || copy) AS _row_key, purchase_order || '-' || copy AS purchase_order, changed_at,
        _business_key || '-' || copy AS _business_key, '20250101T000000-bench_main' AS _load_id,
        _source_instance, _payload_hash, _changed_at, _op, _contract_version, _loaded_at
    FROM raw_purchase_feed.purchase_order, range(1, {copies}) AS copies(copy);
    INSERT INTO raw_purchase_feed.purchase_order_line BY NAME SELECT
        md5(_row_key || copy) AS _row_key, md5(_parent_row_key || copy) AS _parent_row_key,
        purchase_order || '-' || copy AS purchase_order, purchase_order_item,
        '20250101T000000-bench_main' AS _load_id, _source_instance, _line_no, _loaded_at
    FROM raw_purchase_feed.purchase_order_line, range(1, {copies}) AS copies(copy)"""


def measure_both(times: int) -> dict[str, list[measure.Sample]]:
    from ingestion.settings import Settings
    from ingestion.warehouse import Warehouse

    with tempfile.TemporaryDirectory(prefix="bench-") as root, running_feed() as url:
        runs: dict[str, Callable[[], measure.Sample]] = {}
        for name, copies in HISTORIES.items():
            folder = Path(root) / name.replace(" ", "_")
            land(url, 1, folder)
            with Warehouse(Settings(home=folder).warehouse_path) as warehouse:
                warehouse.connection.execute(COPY.format(copies=copies))
            runs[name] = partial(_next_change, folder, url, iter(range(1, 99)))
        return measure.alternate(runs, times)


def _next_change(folder: Path, url: str, revisions: Iterator[int]) -> measure.Sample:
    return measure.run_side("bench.ingestion.change", folder, url, next(revisions))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("url")
    parser.add_argument("revision", type=int)
    arguments = parser.parse_args()
    import ingestion.landing.land  # noqa: F401  (what is imported is no cost of a change)

    started = measure.cpu_seconds()
    land(arguments.url, 1, arguments.folder, orders=CHANGED_ORDERS, revision=arguments.revision)
    measure.report(started, orders=ORDERS)


if __name__ == "__main__":
    main()
