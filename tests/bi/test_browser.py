"""The pack as a reader opens it, from the disk, in a real browser: its figures are SQL's, and nothing is fetched."""

import csv
import io
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser

from tests.bi.reader import NAMES, differences, opened, shut_out

CHOICES = [
    "",
    "#facility=H1&period=1",
    "#facility=A1&period=year",
    "#period=2026-08&currency=CAD",
    "#period=3&pick.supplier=K2",
]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_what_its_sql_says(
    browser: Browser, pack: Path, database: Path, name: str, choice: str
) -> None:
    with opened(browser, pack, name, choice) as page, duckdb.connect(str(database), read_only=True) as connection:
        count, filled, wrong = differences(page, connection)
    assert wrong == []
    assert filled > count / 2 or "pick" in choice


def test_a_table_prints_its_sums_and_their_total(browser: Browser, pack: Path, database: Path) -> None:
    with opened(browser, pack, "spend") as page:
        printed = page.locator("#facilities tbody tr").all_inner_texts()
        total = page.locator("#facilities tfoot td").first.inner_text()
    with duckdb.connect(str(database), read_only=True) as connection:
        amounts = connection.execute(
            "select sum(spend_net_amount) from mart_procurement.mart_spend_cube where functional_currency_code = 'USD' "
            "and period between '2025-11' and '2026-10' group by facility_key order by 1 desc"
        ).fetchall()
    assert [dollars(text) for text in printed] == [whole(amount) for (amount,) in amounts]
    assert dollars(total) == whole(sum(amount for (amount,) in amounts))


def whole(amount: Decimal) -> str:
    return str(amount.quantize(Decimal(1), ROUND_HALF_UP))


def dollars(text: str) -> str:
    return next(word for word in text.split() if "$" in word).replace("$", "").replace(",", "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*NAMES, "dictionary"])
def test_nobody_is_shut_out(browser: Browser, pack: Path, name: str, scheme: str) -> None:
    with opened(browser, pack, name, color_scheme=scheme) as page:
        assert shut_out(page) == []


def test_a_phone_shows_all_of_it_without_scrolling_sideways(browser: Browser, pack: Path) -> None:
    for name in [*NAMES, "dictionary"]:
        with opened(browser, pack, name, viewport={"width": 390, "height": 844}) as page:
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def test_what_deserves_attention_leads_to_its_figure_with_it_chosen(browser: Browser, pack: Path) -> None:
    with opened(browser, pack, "index") as page:
        first = page.locator(".attention a").first
        wanted = first.get_attribute("href") or ""
        first.click()
        page.wait_for_url("**/" + wanted.split("#")[0] + "#*")
        assert "pick.supplier=K" in page.url
        assert page.locator("#price-high").is_visible()
        page.locator(".pick").click()
        assert "pick.supplier" not in page.url


def test_a_choice_goes_with_the_reader(browser: Browser, pack: Path) -> None:
    with opened(browser, pack, "index") as page:
        page.select_option("#choose-facility", "A1")
        page.select_option("#choose-period", "3")
        page.locator("nav a", has_text="Spend").click()
        page.wait_for_selector("#facilities tbody tr")
        assert page.locator("#facilities tbody tr").count() == 1
        assert page.locator("#said-period").inner_text() == "Aug 2026 to Oct 2026"  # November has only begun


def test_a_row_chosen_narrows_the_page_and_can_be_let_go(browser: Browser, pack: Path) -> None:
    with opened(browser, pack, "spend") as page:
        before = page.locator("#categories tbody tr").count()
        page.locator("#categories tbody a").nth(1).click()
        page.wait_for_selector(".pick")
        assert (before, page.locator("#categories tbody tr").count()) == (5 + 1, 1)
        page.locator(".pick").click()
        page.wait_for_selector(".pick", state="detached")
        assert page.locator("#categories tbody tr").count() == before


def test_the_csv_has_every_row_exactly_and_no_formula(browser: Browser, pack: Path) -> None:
    with opened(browser, pack, "spend") as page:
        with page.expect_download() as download:
            page.locator("[data-csv=categories]").click()
        rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
        shown = page.evaluate("rowsOf(pack.page.figures.categories).map((row) => [row.key[0], row.sums.net])")
    assert rows[0] == ["Category", "net", "credits", "lines"]
    assert [Decimal(row[1]) for row in rows[1:]] == [Decimal(net) / 100 for _, net in shown]
    assert '\'=SUM(A1), "quoted"' in {row[0] for row in rows[1:]}


def test_a_page_says_which_of_its_tables_and_feeds_are_behind(browser: Browser, pack: Path) -> None:
    with opened(browser, pack, "spend") as page:
        said = page.locator(".warning").inner_text()
        assert "mart_procurement.mart_spend_cube: erp: invoice could not be read" in said
        assert "erp_late invoice: no answer for 30 hours, agreed are 4" in said
        assert "erp_timely" not in said
        assert page.locator(".late").inner_text().startswith("1 of ")
    with opened(browser, pack, "variation") as page:
        assert page.locator(".warning").count() == 0


def test_the_dictionary_finds_a_column_and_says_all_of_its_table(browser: Browser, pack: Path) -> None:
    with opened(browser, pack, "dictionary") as page:
        page.fill("#wanted", "grir_amount open")
        assert page.locator("#found").inner_text().startswith("1 of ")
        page.locator(".entry:visible summary").click()
        said = page.locator(".entry:visible").inner_text()
        for part in (
            "mart_gr_ir",
            "Month, YYYY-MM.",
            "What is <open>?",
            "select 1 < 2",
            "is_filled of period",
            "finance-data",
        ):
            assert part in said
        page.fill("#wanted", "")
        page.locator(".origins a:visible", has_text="canonical.dim_item").click()
        assert page.locator("[id='canonical.dim_item'] details").get_attribute("open") is not None
