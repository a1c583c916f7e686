"""A reader of the pack: a real browser that opens its pages from the disk, and SQL beside it.

Belongs here: opening a page so that nothing it does unseen goes unnoticed, and holding its figures against the SQL that it
shows. Not here: what is expected of a page (the tests), how long it takes (bench/pack.py).
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from bi.pages import PAGES

NAMES = [*(page.name for page in PAGES), "board"]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
# What each figure shows: its SQL as the page prints it, and its rows.
FIGURES = """() => Object.entries(pack.page.figures).map(([name, figure]) => ({
    name,
    sql: document.querySelector(`[data-figure="${name}"] .sql pre`).textContent,
    by: figure.by.length,
    scales: measuresOf(figure).map((one) => pack.page.datasets[figure.dataset].measures[one].scale),
    rows: rowsOf(figure).map((row) => [...row.key, ...measuresOf(figure).map((one) => row.sums[one])]),
}))"""
TILES = """() => [...document.querySelectorAll("[data-kpi]")].map(
    (tile) => [tile.dataset.kpi, tile.querySelector("pre").textContent, tile.dataset.value])"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The distribution's Chromium; it reaches nothing by itself."""
    found = shutil.which("chromium")
    assert found, "no Chromium: scripts/install_system_packages.sh"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()


@contextmanager
def opened(browser: Browser, pack: Path, name: str, choice: str = "", **context: Any) -> Iterator[Page]:
    """A page of the pack. Raises AssertionError for anything that it asked of a network, and for any error of a script."""
    said: list[str] = []
    with browser.new_context(**context) as room:
        page = room.new_page()
        page.on(
            "request", lambda one: None if one.url.startswith(("file:", "data:", "blob:")) else said.append(one.url)
        )
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(f"{(pack / name).as_uri()}.html{choice}")
        page.wait_for_function("document.querySelectorAll('.body:empty').length === 0")
        yield page
    assert said == []


def differences(page: Page, connection: duckdb.DuckDBPyConnection) -> tuple[int, int, list[str]]:
    """Figures and tiles on a page, how many of them show anything, and the names of those that are not what their SQL says."""
    wrong, filled = [], 0
    figures, tiles = page.evaluate(FIGURES), page.evaluate(TILES)
    for figure in figures:
        asked = [_as_shown(row, figure) for row in connection.execute(figure["sql"]).fetchall()]
        if figure["by"] == 0 and not figure["rows"]:  # SQL has a row for the sum of nothing
            asked = [row for row in asked if any(amount is not None for amount in row)]
        if sorted(figure["rows"], key=str) != sorted(asked, key=str):
            wrong.append(figure["name"])
        filled += bool(asked)
    for code, sql, shown in tiles:
        found = [row[2] for row in connection.execute(sql).fetchall()]
        if found != ([Decimal(shown)] if shown else [None][: len(found)]):
            wrong.append(code)
        filled += bool(shown)
    return len(figures) + len(tiles), filled, wrong


def _as_shown(row: tuple[Any, ...], figure: dict[str, Any]) -> list[Any]:
    """A row of SQL as the page carries it: keys as text, sums as whole numbers."""
    keys = [None if value is None else str(value) for value in row[: figure["by"]]]
    sums = zip(row[figure["by"] :], figure["scales"], strict=True)
    return [*keys, *(None if amount is None else int(Decimal(amount) * scale) for amount, scale in sums)]


def shut_out(page: Page) -> list[tuple[str, Any]]:
    """What shuts somebody out, by axe: rule and first place."""
    # `preload` would fetch the style sheet a second time, for one rule of screens that are turned.
    violations = Axe().run(page, options={"preload": False}).response["violations"]
    return [(one["id"], one["nodes"][0]["target"]) for one in violations]
