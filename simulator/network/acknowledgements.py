"""What suppliers answer to orders: accepted, back-ordered, refused, substituted, at another price or date, or nothing.

Belongs here: the answers and their sequence. Not here: which answer a line gets (fates.py). On the latest sequence of a line
the packs of all codes are the packs ordered; a line without an answer has no row. Quantities are in packs.
"""

import numpy as np
import pyarrow as pa

from simulator.network.calendar import LAST_DAY, next_workday
from simulator.network.columns import dates, decimals, moments, numbered, pick
from simulator.network.fates import (
    ACCEPT,
    BACKORDER,
    DATE_CHANGE,
    NONE,
    PARTIAL,
    PRICE_CHANGE,
    RESPONSES,
    SUBSTITUTE,
)
from simulator.network.items import Items
from simulator.network.purchasing import PREFCARD, Orders
from simulator.network.streams import Ints, Streams

# Days in which a supplier says when it will deliver what it never delivers.
EMPTY_PROMISE = 7


def announced_price(orders: Orders, line: Ints) -> Ints:
    """The price at which the supplier says that it will deliver a line: 3 to 12 % more than ordered."""
    rise = 10_300 + (orders.order[line] * 7 + orders.line[line] * 13) % 900
    raised: Ints = orders.price[line] * rise // 10_000 + 1
    return raised


def acknowledgement_tables(streams: Streams, orders: Orders, items: Items) -> dict[str, pa.Table]:
    """One row per order line, sequence of answers, and code; and what was substituted with what."""
    random = streams.of("acknowledgements")
    answered = np.flatnonzero((orders.response != NONE) & (orders.origin != PREFCARD))
    day = orders.day[answered] + random.integers(0, 2, len(answered))
    second = random.integers(6 * 3600, 18 * 3600, len(answered))
    # A new date comes some days after the line was accepted.
    moved = orders.response[answered] == DATE_CHANGE
    is_later = moved & (random.random(len(answered)) < 0.5)
    answers = [
        _answers(orders, items, answered, day, second, np.ones(len(answered), dtype=np.int64), is_later),
        _answers(
            orders, items, answered[is_later], next_workday(day[is_later] + 2), second[is_later],
            np.full(int(is_later.sum()), 2), np.zeros(int(is_later.sum()), dtype=bool),
        ),
    ]  # fmt: skip
    return {
        "truth_acknowledgement_line": pa.concat_tables([part for pair in answers for part in pair]).combine_chunks(),
        "truth_substitution": _substitutions(orders, items),
    }


def _answers(
    orders: Orders, items: Items, line: Ints, day: Ints, second: Ints, sequence: Ints, is_first_of_two: np.ndarray
) -> list[pa.Table]:
    """The code of each line, and of lines that are back-ordered in part the accepted part."""
    response = np.where(is_first_of_two, ACCEPT, orders.response[line])
    is_split = (response == BACKORDER) & (orders.delivery[line] == PARTIAL)
    first_packs = orders.first_packs[line]
    packs = np.where(is_split, orders.packs[line] - first_packs, orders.packs[line])
    promised = np.where(is_split, orders.second_day[line], orders.first_day[line])
    accepted = np.flatnonzero(is_split)
    parts = [
        (np.arange(len(line)), response, packs, promised),
        (accepted, np.full(len(accepted), ACCEPT), first_packs[accepted], orders.first_day[line][accepted]),
    ]
    tables = []
    for rows, code, part_packs, part_promised in parts:
        shown = np.flatnonzero(day[rows] <= LAST_DAY)
        rows, code, part_packs, part_promised = (column[shown] for column in (rows, code, part_packs, part_promised))
        of = line[rows]
        is_refused = code == RESPONSES.index("REJECT")
        promised_day = np.where(part_promised < 0, orders.day[of] + EMPTY_PROMISE, part_promised)
        price = np.where(code == PRICE_CHANGE, announced_price(orders, of), orders.price[of])
        substitute = np.where(code == SUBSTITUTE, items.substitute[orders.item[of]], -1)
        tables.append(
            pa.table(
                {
                    "po_number": numbered("PO", orders.order[of] + 1, 8),
                    "line": pa.array(orders.line[of]),
                    "sequence": pa.array(sequence[rows]),
                    "acknowledged_at": moments(day[rows], second[rows]),
                    "code": pick(RESPONSES, code),
                    "packs": pa.array(part_packs),
                    "price": decimals(price, 18, 4),
                    "promised_date": dates(np.where(is_refused, -1, promised_day)),
                    "substitute_item_id": items.table["item_id"]
                    .combine_chunks()
                    .take(pa.array(substitute, mask=substitute < 0)),
                }
            )
        )
    return tables


def _substitutions(orders: Orders, items: Items) -> pa.Table:
    """One row per item that was ever substituted: what came instead, and how many order lines."""
    replaced, lines = np.unique(orders.item[orders.response == SUBSTITUTE], return_counts=True)
    item_id = items.table["item_id"]
    return pa.table(
        {
            "item_id": item_id.take(pa.array(replaced)),
            "substitute_item_id": item_id.take(pa.array(items.substitute[replaced])),
            "order_lines": pa.array(lines.astype(np.int64)),
        }
    )
