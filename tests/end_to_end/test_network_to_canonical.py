"""The demo network, read over its protocols, mastered and built: the canonical layer against what truly happened.

Belongs here: one small world and what all four ERPs together must say of it. Not here: single systems (tests/connectors),
cases of a rule (tests/dbt, tests/mastering).
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from bench.demo_network import home, served
from mastering.accuracy import measure, read_labels
from simulator.labels import write_labels
from tests.dbt.runs import Project

SCALE = 0.002
# Where the world's clock stands: what is posted from here on, nobody sees yet.
NOW = "2026-10-01"
# Whoever buys, or names what is bought.
READ = ("sap_s4", "oracle_fusion", "d365", "procurement", "clm", "perioperative")


class Network(NamedTuple):
    warehouse: duckdb.DuckDBPyConnection
    truth: Path
    labels: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """An answer of the warehouse; {truth} stands for the folder of the truth."""
        return self.warehouse.execute(sql.format(truth=self.truth)).fetchall()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Landed, its records built, mastered, and everything built and tested on top."""
    folder = tmp_path_factory.mktemp("network")
    world, project = folder / "world", Project(tmp_path_factory.mktemp("dbt"))
    with served(world, SCALE) as addresses:
        at = home(folder / "home", world, addresses)
        at.load(only=READ)
    path = at.settings.warehouse_path
    project.build_with_mastering(path)
    project.run(["test", "--exclude-resource-type", "unit_test"], path)
    with duckdb.connect(str(path)) as connection:
        yield Network(connection, world / "truth", folder)


def test_the_orders_of_an_erp_are_those_that_its_sites_placed(network: Network) -> None:
    true = network.rows(f"""
        SELECT count(*) FROM '{{truth}}/truth_order_line.parquet' AS line
        JOIN '{{truth}}/truth_site.parquet' AS site ON site.code = line.site
        WHERE site.erp = 'sap' AND order_date < DATE '{NOW}'""")
    assert network.rows("SELECT count(*) FROM canonical.fct_po_line WHERE source_system = 'sap_s4'") == true
    assert true[0][0] > 1_000


@pytest.mark.parametrize(("erp", "system"), [("sap", "sap_s4"), ("d365", "d365")])
def test_what_was_received_and_billed_is_so_to_the_cent_in_every_month(network: Network, erp: str, system: str) -> None:
    billed = network.rows(f"""
        SELECT strftime(posted_date, '%Y-%m') AS month, count(*), sum(gross)::DECIMAL(18, 2)
        FROM '{{truth}}/truth_invoice.parquet' AS invoice
        JOIN '{{truth}}/truth_site.parquet' AS site ON site.code = invoice.site
        WHERE site.erp = '{erp}' AND posted_date < DATE '{NOW}' GROUP BY month ORDER BY month""")
    assert (
        network.rows(f"""
        SELECT strftime(posting_date, '%Y-%m') AS month, count(DISTINCT invoice_key), sum(functional_amount)::DECIMAL(18, 2)
        FROM canonical.fct_invoice_line WHERE source_system = '{system}' AND is_posted AND posting_date < DATE '{NOW}'
        GROUP BY month ORDER BY month""")
        == billed
    )
    assert len(billed) > 12
    received = network.rows(f"""
        SELECT count(*), sum(packs)::DECIMAL(18, 6) FROM '{{truth}}/truth_receipt_line.parquet' AS receipt
        JOIN (SELECT DISTINCT po_number, site FROM '{{truth}}/truth_order_line.parquet') AS ordered USING (po_number)
        JOIN '{{truth}}/truth_site.parquet' AS site ON site.code = ordered.site
        WHERE site.erp = '{erp}' AND posted_date < DATE '{NOW}'""")
    assert (
        network.rows(f"""
        SELECT count(*), sum(receipt_qty)::DECIMAL(18, 6) FROM canonical.fct_receipt_line
        WHERE source_system = '{system}' AND movement_type = 'RECEIPT' AND posting_date < DATE '{NOW}'""")
        == received
    )


def test_no_line_lacks_its_supplier_or_its_item_and_every_unit_is_mapped(network: Network) -> None:
    for fact, has_item in (
        ("fct_po_line", "TRUE"),
        ("fct_receipt_line", "TRUE"),
        ("fct_invoice_line", "po_line_key <> '-1'"),
    ):
        found = network.rows(f"""
            SELECT count(*) FILTER (item_key = '-1'), count(*) FILTER (uom_code = '-1')
            FROM canonical.{fact} WHERE {has_item}""")
        assert found == [(0, 0)], fact
    assert network.rows("SELECT count(*) FROM canonical.fct_po_line WHERE supplier_key = '-1'") == [(0,)]


def test_what_does_not_convert_stays_out_of_base_quantities_and_in_the_money(network: Network) -> None:
    ((lines, without, amount),) = network.rows("""
        SELECT count(*), count(*) FILTER (base_qty IS NULL), sum(line_amount) FILTER (base_qty IS NULL)
        FROM canonical.fct_po_line""")
    assert without < lines * 0.02
    assert (amount or 0) >= 0


@pytest.mark.parametrize(("kind", "precision", "recall"), [("supplier", "0.995", "0.90"), ("item", "0.999", "0.80")])
def test_golden_records_are_right(network: Network, kind: str, precision: str, recall: str) -> None:
    labels = network.labels / f"{kind}.csv"
    write_labels(network.truth.parent, kind, labels)
    found = {
        row["measure"]: row["numerator"] / row["denominator"]
        for row in measure(network.warehouse, kind, read_labels(labels), "demo", datetime(2026, 11, 2)).to_pylist()
        if row["slice_kind"] == "all" and row["denominator"]
    }
    assert found["precision"] >= Decimal(precision)
    assert found["recall"] >= Decimal(recall)
    assert found["labelled"] >= Decimal("0.9")
