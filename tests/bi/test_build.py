"""What is refused when a page is described or written, and what an installation without data gets."""

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from bi.build import PackError, write_pack
from bi.model import Column, Dataset, Figure, Kind, Measure, Page, Span, Unit
from bi.pages import PAGES
from tests.bi import published
from tests.bi.conftest import DBT_MANIFEST

SPENT = Dataset("mart.spend", {"month": "period", "of": "name"}, {"net": Measure("sum(net)")})


def figure(**changed: object) -> Figure:
    said = {"name": "f", "title": "F", "decides": "D", "kind": Kind.TABLE, "dataset": "spent", "by": {"of": "Of"},
            "columns": (Column("Net", "net"),)}  # fmt: skip
    return Figure(**{**said, **changed})  # type: ignore[arg-type]  # any field, by its name


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Measure("avg(net)"), "only sums"),
        (lambda: Dataset("t", {"net": "net"}, {"net": Measure("sum(net)")}), "named like dimensions"),
        (lambda: Column("Share", "net", per="all"), "names its unit"),
        (lambda: figure(kind=Kind.TREND), "goes by month"),
        (lambda: figure(drill="supplier"), "not among"),
        (lambda: figure(leads_to="spend"), "leads to a page"),
        (lambda: Page("p", "P", "?", figures=(figure(),)), "no dataset spent"),
        (lambda: Page("p", "P", "?", datasets={"spent": SPENT}, figures=(figure(by={"who": "Who"}),)), "no who"),
        (
            lambda: Page(
                "p", "P", "?", datasets={"spent": Dataset("t", {"of": "name"}, SPENT.measures)}, figures=(figure(),)
            ),
            "spans months",
        ),
        (lambda: Page("p", "P", "?", datasets={"spent": SPENT}, figures=(figure(), figure())), "one name"),
    ],
)
def test_a_page_that_cannot_be_right_is_refused(make, says) -> None:
    with pytest.raises(ValueError, match=says):
        make()


def test_no_figure_serves_no_decision() -> None:
    figures = [one for page in PAGES for one in page.figures]
    assert all(one.decides.endswith(".") and one.title for one in figures)
    assert len(figures) > 30


def test_an_amount_that_is_no_whole_number_of_cents_stops_the_pack(database: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(database, tmp_path / "analytics.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("ALTER TABLE mart_procurement.mart_spend_cube ALTER spend_net_amount TYPE DECIMAL(18,4)")
        connection.execute("UPDATE mart_procurement.mart_spend_cube SET spend_net_amount = ?", [Decimal("0.0050")])
    with pytest.raises(PackError, match=r"spend\.net"):
        write_pack(path, tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_a_database_of_another_version_stops_the_pack(database: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(database, tmp_path / "analytics.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE mart_finance.mart_gr_ir")
    with pytest.raises(PackError, match="Publish a build of this version first"):
        write_pack(path, tmp_path / "pack")


def test_nothing_loaded_yet_is_a_pack_that_says_so(tmp_path: Path) -> None:
    path = published.make(tmp_path / "analytics.duckdb", DBT_MANIFEST, rows=0)
    index = write_pack(path, tmp_path / "pack")
    assert "2026-11-20" in index.read_text(encoding="utf-8")


def test_no_span_but_now_goes_without_months() -> None:
    with pytest.raises(ValueError, match="spans the trend"):
        figure(kind=Kind.LINES, span=Span.PERIOD, by={"month": "Month"}, columns=(Column("Net", "net"),))
    assert Unit.MONEY.scale == 100
