"""The whole network of one seed and scale, made in the order in which things happen.

Belongs here: that order. Each part writes its tables of the truth as it is made, and posts to the books; what later parts
do not need is let go. Not here: what source systems show of it (simulator/systems).
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from simulator.network.books import Books
from simulator.network.calendar import CLOSED_MONTHS, LAST_DAY, MONTHS, day_of, month_start
from simulator.network.chart import accounts
from simulator.network.clinical.care import make_care
from simulator.network.clinical.cases import Cases, plan_cases
from simulator.network.clinical.use import Use
from simulator.network.deliveries import delivery_faults, truncated_file
from simulator.network.finance import post_finance
from simulator.network.ground import Ground, make_ground
from simulator.network.labor import Labor, make_labor
from simulator.network.masters.catalogues import EHR
from simulator.network.masters.tables import by_erp, master_tables
from simulator.network.movements import on_hand, stock_tables
from simulator.network.payroll import labor_tables, post_payroll
from simulator.network.places import SITES
from simulator.network.procurement import Stock, kept_stock, procure, run_stock
from simulator.network.purchasing import Used
from simulator.network.statistics import PatientDays, budget_table, ledger_totals, statistics_table
from simulator.network.stocked import Demand
from simulator.network.supply import Supply, supply_tables
from simulator.network.supply_posting import post_supply
from simulator.network.truth import Truth

GENERATOR_VERSION = "1"
Keep = Callable[[str, pa.Table], None]


def make_world(seed: int, scale: float, keep: Keep) -> None:
    """The same world for the same seed and scale, a table of the truth at a time; a table may come in several pieces."""
    ground = make_ground(seed, scale)
    books = Books(ground)
    _keep_all(_ground_tables(ground), keep)
    cases = plan_cases(ground, kept_stock(ground))
    stock, use = _stock(ground, cases)
    supply = _supply(ground, stock, _ordered_after(ground, cases, use), books, keep)
    _masters(ground, supply, cases, keep)
    del supply
    patient_days = _care(ground, cases, stock, use, books, keep)
    del stock, use, cases
    labor = _labor(ground, books, keep)
    totals = ledger_totals(_kept(books, keep))
    keep("truth_gl_total", totals)
    keep("truth_activity_statistic", statistics_table(ground, labor, totals, patient_days))
    keep("truth_budget", budget_table(ground, totals))


def write_world(seed: int, scale: float, folder: Path) -> dict[str, Any]:
    """Write the truth of a world and its `manifest.json` into a folder; returns the manifest."""
    truth = Truth(folder)
    make_world(seed, scale, truth.keep)
    return truth.close(
        generator=GENERATOR_VERSION, seed=seed, scale=scale, first_day=month_start(1).isoformat(), fiscal_months=MONTHS,
        closed_months=CLOSED_MONTHS, last_day=day_of(LAST_DAY).isoformat(),
    )  # fmt: skip


def _stock(ground: Ground, cases: Cases) -> tuple[Stock, Use]:
    """Stock with what cases ask of it, and what they had of it."""
    demand = Demand(*cases.demand())
    stock = run_stock(ground, cases.kept, demand)
    return stock, cases.settle(demand.day, demand.place, stock.flows.demand_used)


def _ordered_after(ground: Ground, cases: Cases, use: Use) -> Used:
    """What came with a case is ordered after it."""
    came = use.bill_only(ground, cases.theatre)
    return Used(came.day, came.order_day, came.item, came.case, came.quantity, came.site, came.center)


def _supply(ground: Ground, stock: Stock, used: Used, books: Books, keep: Keep) -> Supply:
    supply = procure(ground, stock, used)
    _keep_all(supply_tables(supply), keep)
    _keep_all(stock_tables(supply), keep)
    books.post(post_supply(supply))
    return supply


def _masters(ground: Ground, supply: Supply, cases: Cases, keep: Keep) -> None:
    orders, invoices, kept = supply.orders, supply.invoices, supply.kept
    items = by_erp(np.r_[orders.site, kept.site], np.r_[orders.item, kept.item]) | {EHR: np.unique(cases.plan.item)}
    suppliers = by_erp(np.r_[orders.site, invoices.site], np.r_[orders.supplier, invoices.supplier])
    tables = dict(master_tables(ground, ground.items.descriptions, items, suppliers))
    _keep_all(tables.items(), keep)
    keep("truth_truncated_file", truncated_file(tables["truth_source_item"]))


def _care(ground: Ground, cases: Cases, stock: Stock, use: Use, books: Books, keep: Keep) -> PatientDays:
    months, patient_days = count(1), PatientDays(ground)

    def keep_with_deliveries(name: str, table: pa.Table) -> None:
        keep(name, table)
        if name == "truth_charge":
            keep("truth_event", delivery_faults(ground.streams, "charges", next(months), table["charge_id"]))
        elif name == "truth_unit_stay":
            patient_days.add(table)

    books.post(make_care(cases, use, lambda day: on_hand(stock, day), keep_with_deliveries))
    return patient_days


def _labor(ground: Ground, books: Books, keep: Keep) -> Labor:
    labor = make_labor(ground.streams, ground.scale, ground.centers)
    _keep_all(labor_tables(labor, ground), keep)
    books.post(post_payroll(labor, ground))
    books.post(post_finance(ground, labor))
    return labor


def _kept(books: Books, keep: Keep) -> Iterator[pa.Table]:
    for month in books.ledger():
        keep("truth_gl_line", month)
        yield month


def _ground_tables(ground: Ground) -> Iterable[tuple[str, pa.Table]]:
    yield "truth_site", pa.Table.from_pylist([site._asdict() for site in SITES])
    yield "truth_account", pa.Table.from_pylist([account._asdict() for account in accounts()])
    yield "truth_cost_center", pa.Table.from_pylist([vars(center) for center in ground.centers])
    yield "truth_location", pa.Table.from_pylist([location._asdict() for location in ground.locations])
    yield "truth_supplier", ground.suppliers.table
    yield "truth_item", ground.items.table


def _keep_all(tables: Iterable[tuple[str, pa.Table]], keep: Keep) -> None:
    for name, table in tables:
        keep(name, table)
