"""The general ledger: lines as they are posted, kept small, and written by fiscal month.

Belongs here: how lines are held and ordered. Not here: what posts them (the posting rules of each area).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.network.calendar import month_of
from simulator.network.chart import accounts
from simulator.network.columns import dates, money
from simulator.network.ground import COMPANY_CODES, Ground
from simulator.network.streams import Ints

CHART = [account.code for account in accounts()]


@dataclass(frozen=True)
class Entry:
    """Lines of one kind (`source`), whose document numbers are that kind's own. Account and cost center are places in
    CHART and in the list of cost centers (-1: none). Amounts are cents, a debit is positive."""

    source: str
    document: NDArray[np.integer]
    day: NDArray[np.integer]
    company: NDArray[np.integer]
    account: NDArray[np.integer]
    cost_center: NDArray[np.integer]
    amount: Ints


def everywhere(like: Ints, account: str) -> Ints:
    """The place of one account, for every line."""
    return np.full(len(like), CHART.index(account))


def both(
    source: str, document: Ints, day: Ints, company: Ints, amount: Ints, debit: Ints, credit: Ints
) -> list[Entry]:  # fmt: skip
    """A debit and a credit of the same amount, neither of a department."""
    nowhere = np.full(len(amount), -1)
    return [
        Entry(source, document, day, company, debit, nowhere, amount),
        Entry(source, document, day, company, credit, nowhere, -amount),
    ]


class Books:
    """Everything posted so far."""

    def __init__(self, ground: Ground):
        self.ground = ground
        self._sources: list[str] = []
        self._entries: list[Entry] = []

    def post(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.source not in self._sources:
                self._sources.append(entry.source)
            self._entries.append(_small(entry))

    def ledger(self) -> Iterator[pa.Table]:
        """One table a fiscal month: company, day, month, source, document and line, account, cost center, amount."""
        # At scale 1 there are many million lines: what is sorted at once is a month.
        months = [month_of(entry.day.astype(np.int64)) for entry in self._entries]
        for month in range(1, max(int(found.max(initial=0)) for found in months) + 1):
            chosen = [np.flatnonzero(found == month) for found in months]
            yield self._table(month, chosen)

    def _table(self, month: int, chosen: list[Ints]) -> pa.Table:
        def column(name: str) -> NDArray[np.integer]:
            values: NDArray[np.integer] = np.concatenate(
                [getattr(entry, name)[places] for entry, places in zip(self._entries, chosen, strict=True)]
            )
            return values

        source = np.concatenate(
            [
                np.full(len(places), self._sources.index(entry.source), dtype=np.int8)
                for entry, places in zip(self._entries, chosen, strict=True)
            ]
        )
        lines = _summed(source, *(column(name) for name in ("day", "document", "company", "account", "cost_center")),
                        amount=column("amount").astype(np.int64))  # fmt: skip
        source, day, document, company, account, center, amount = lines
        return pa.table(
            {
                "company": pa.array(COMPANY_CODES).take(pa.array(company)),
                "posting_date": dates(day.astype(np.int64)),
                "fiscal_month": pa.array(np.full(len(day), month, dtype=np.int64)),
                "source": pa.array(self._sources).take(pa.array(source)),
                "document": pa.array(document.astype(np.int64)),
                "line": pa.array(_within(day, source, document, company)),
                "account": pa.array(CHART).take(pa.array(account)),
                "cost_center": self.ground.center_codes(center.astype(np.int64)),
                "amount": money(amount.astype(np.int64)),
            }
        )


def _summed(*keys: NDArray[np.integer], amount: NDArray[np.int64]) -> list[NDArray[np.integer]]:
    """Lines in the order of source, day, document, company, account and cost center, and with their amounts: of a document
    the debits, and the credits, of one account and cost center are one line, as ledgers summarise what they are sent."""
    source, day, document, company, account, center = keys
    is_credit = amount < 0
    ranked = np.lexsort((is_credit, center, account, company, document, source, day))
    columns = [values[ranked] for values in keys]
    is_first = _changes(*columns, is_credit[ranked])
    starts = np.flatnonzero(is_first)
    summed = np.add.reduceat(amount[ranked], starts) if len(starts) else amount[ranked]
    return [*(values[starts] for values in columns), summed]


def _changes(*keys: NDArray[np.integer] | NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where a run of equal keys begins."""
    is_first = np.ones(len(keys[0]), dtype=bool)
    is_first[1:] = np.any([values[1:] != values[:-1] for values in keys], axis=0)
    return is_first


def _within(*keys: NDArray[np.integer]) -> NDArray[np.int32]:
    """From 1 within each run of equal keys."""
    is_first = _changes(*keys)
    starts = np.flatnonzero(is_first)
    lengths = np.diff(np.r_[starts, len(is_first)])
    return (np.arange(len(is_first)) - np.repeat(starts, lengths) + 1).astype(np.int32)


def _small(entry: Entry) -> Entry:
    """Without what posts nothing, and all but the amount in half the width."""
    kept = np.flatnonzero(entry.amount)

    def narrow(column: NDArray[np.integer]) -> NDArray[np.integer]:
        return column[kept].astype(np.int32)

    return Entry(
        entry.source, narrow(entry.document), narrow(entry.day), narrow(entry.company), narrow(entry.account),
        narrow(entry.cost_center), entry.amount[kept],
    )  # fmt: skip
