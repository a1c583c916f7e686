"""The executive pack of an installation, measured as a reader meets it: `python -m bench.pack --home HOME`.

Belongs here: figures against SQL on the published database, first paint and filters, requests off the machine,
accessibility, and how many clicks each planted story is from the overview. Not here: what the stories are (the simulator),
the same on invented rows (tests/bi). Prints a table and keeps it as JSON.
"""

import argparse
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from playwright.sync_api import Browser, Page

from bench.measure import RESULTS
from tests.bi.reader import NAMES, chromium, differences, opened, shut_out

TIMES = 5
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
# From the choice to the last figure drawn, and the frame after it.
FILTER = """(facility) => new Promise((done) => {
    const begun = performance.now();
    window.addEventListener("hashchange", () => requestAnimationFrame(() => done(performance.now() - begun)), { once: true });
    location.hash = `facility=${facility}`;
})"""
# Story of the demo network: its topic, and what its figure must then show a row of.
STORIES = {
    "a: implants beyond their cap": ("CAP_EXCEEDED", "caps"),
    "b: a surgeon's knees": ("SURGEON_VARIATION", "surgeons"),
    "c: a dock that receives late": ("RECEIPT_MISSING", "missing-receipts"),
    "d: boxes at the price of cases": ("CASE_PRICE_ON_BOX", "unit-mismatch"),
    "e: a tier missed by two points": ("TIER_MISSED", "tiers"),
    "f: paid twice": ("PAID_TWICE", "paid-twice"),
    "h: what the method moves": ("ALLOCATION_METHOD", "methods"),
}


def measured(browser: Browser, pack: Path, database: Path) -> Iterator[tuple[str, Any, str]]:
    """What, its figure, its bar."""
    with duckdb.connect(str(database), read_only=True) as connection:
        facilities = [
            key
            for (key,) in connection.execute(
                "select facility_key from mart_procurement.mart_spend_cube group by 1 order by count(*) desc limit 2"
            ).fetchall()
        ]
        choices = ["", "#period=1", f"#facility={facilities[0]}&period=3"]
        compared, wrong, broken = 0, [], []
        for name in NAMES:
            for choice in choices:
                with opened(browser, pack, name, choice) as page:  # raises for a request off the machine
                    count, _, differ = differences(page, connection)
                    compared, wrong = compared + count, [*wrong, *(f"{name}.{one}" for one in differ)]
            for scheme in ("light", "dark"):
                with opened(browser, pack, name, color_scheme=scheme) as page:
                    broken += shut_out(page)
        yield "figures compared with their SQL, to the cent", compared, "all"
        yield "of these different", wrong or 0, "0"
        yield "requests off localhost", 0, "0"
        yield "axe violations, light and dark", broken or 0, "0"
        paints, filters = {}, {}
        for name in NAMES[:-1]:
            times = []
            for _ in range(TIMES):
                with opened(browser, pack, name) as page:
                    times.append(page.evaluate(PAINT))
            paints[name] = statistics.median(times)
            with opened(browser, pack, name) as page:
                turns = [page.evaluate(FILTER, facilities[turn % 2]) for turn in range(TIMES)]
            filters[name] = statistics.median(turns)
        yield "first paint, slowest page, median of five, ms", round(max(paints.values())), "< 1000"
        yield "filter, slowest page, median of five, ms", round(max(filters.values())), "< 100"
        for story, (topic, figure) in STORIES.items():
            yield f"story {story}: clicks from the overview", clicks(browser, pack, connection, topic, figure), "<= 3"


def clicks(browser: Browser, pack: Path, connection: duckdb.DuckDBPyConnection, topic: str, figure: str) -> int | str:
    """One, where the overview has a line of the topic and it leads to rows of the figure; else what is missing."""
    known = connection.execute(
        "select topic_name from mart_operations.mart_attention where topic_code = ?", [topic]
    ).fetchone()
    if known is None:
        return "not found"
    with opened(browser, pack, "index") as page:
        link = page.locator(".attention a", has_text=known[0]).first
        if link.count() == 0:
            return "not on the overview"
        link.click()
        return 1 if _shows_rows(page, figure) else "no rows"


def _shows_rows(page: Page, figure: str) -> bool:
    page.wait_for_selector(f"[data-figure='{figure}']")
    page.wait_for_function("document.querySelectorAll('.body:empty').length === 0")
    return page.locator(f"[data-figure='{figure}'] tbody tr").count() > 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var/parline"))
    published = parser.parse_args().home.resolve() / "published"
    found = {}
    with chromium() as browser:
        for what, figure, bar in measured(browser, published / "pack", published / "analytics.duckdb"):
            print(f"{what:<64} {figure!s:>12}   {bar}", flush=True)
            found[what] = {"figure": figure, "bar": bar}
    (RESULTS / "pack.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
