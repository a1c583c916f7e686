"""One run of costing on a warehouse: departments and statistics of every facility and month read, shares written at once.

Belongs here: which table is read as what, and which is written. Not here: how cost is shared (allocation.py), money (dbt).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from costing import tables
from costing.allocation import ACCUMULATED_COST, METHODS, Allocation, AllocationError, Hospital, Overhead, allocate
from costing.exact import rounded_to_one

# Statistics have six decimals at most, and shares are written with eighteen.
STATISTIC_DIGITS, SHARE_DIGITS = 6, 18
_DEPARTMENTS = """
    SELECT facility_key, period, cost_center_key, concat_ws(' ', cost_center_code, cost_center_name) AS name,
        department_function, cost_role, CAST(cost_amount::DECIMAL(38,2) * 100 AS HUGEINT) AS cents
    FROM canonical.int_cost__department
    WHERE cost_role IN ('OVERHEAD', 'PATIENT', 'NON_PATIENT')
    ORDER BY facility_key, period, closing_order NULLS LAST, cost_center_code, cost_center_key"""
_STATISTICS = f"""
    SELECT facility_key, period, cost_center_key, statistic_code,
        CAST(statistic_qty::DECIMAL(38,6) * {10**STATISTIC_DIGITS} AS HUGEINT) AS quantity
    FROM canonical.int_cost__statistic
    ORDER BY ALL"""
_BASES = "SELECT department_function, statistic_code FROM seeds.cfg_allocation_basis ORDER BY department_function, basis_rank"
_KNOWN = "SELECT facility_key, period, digest FROM costing.allocation_input"
_FAULTS = "SELECT fault FROM costing.allocation_fault ORDER BY facility_key, period, allocation_method, fault"


@dataclass(frozen=True)
class Costed:
    """What a run did: facility months with overhead, shares written, and faults, one sentence each."""

    hospitals: int
    shares: int
    faults: tuple[str, ...]


def share_overhead(connection: duckdb.DuckDBPyConnection) -> Costed:
    """Writes the shares of every facility and month by every method, and why some cannot be; both tables change together.

    A month of which nothing has changed, nor how it is worked out, keeps what it has: three methods in exact rationals take
    thirty milliseconds a month.
    """
    tables.ensure(connection)
    known = {(facility, period): digest for facility, period, digest in connection.execute(_KNOWN).fetchall()}
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    digests, shares, faults = {}, [], []
    for (facility, period), hospital in _hospitals(connection):
        digests[facility, period] = sha256(code + repr(hospital).encode()).hexdigest()
        if known.get((facility, period)) == digests[facility, period]:
            continue
        for method in METHODS:
            place = {"allocation_method": method, "facility_key": facility, "period": period}
            try:
                shares.append(_table(place, hospital, allocate(hospital, method)))
            except AllocationError as error:
                faults += [{**place, "fault": fault} for fault in error.faults]
    inputs = [
        {"facility_key": facility, "period": period, "digest": digest} for (facility, period), digest in digests.items()
    ]
    connection.execute("BEGIN TRANSACTION")
    connection.register("_inputs", pa.Table.from_pylist(inputs, tables.INPUT))
    for name, rows in (
        ("allocation_share", pa.concat_tables([tables.SHARE.empty_table(), *shares])),
        ("allocation_fault", pa.Table.from_pylist(faults, tables.FAULT)),
    ):
        connection.register("_rows", rows)
        connection.execute(
            f"DELETE FROM costing.{name} WHERE (facility_key, period) NOT IN (SELECT facility_key, period FROM _inputs "
            "JOIN costing.allocation_input USING (facility_key, period, digest))"
        )
        connection.execute(f"INSERT INTO costing.{name} FROM _rows")
        connection.unregister("_rows")
    connection.execute("DELETE FROM costing.allocation_input")
    connection.execute("INSERT INTO costing.allocation_input FROM _inputs")
    connection.unregister("_inputs")
    connection.execute("COMMIT")
    [(written,)] = connection.execute("SELECT count(*) FROM costing.allocation_share").fetchall()
    return Costed(len(digests), written, tuple(fault for (fault,) in connection.execute(_FAULTS).fetchall()))


def _hospitals(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[tuple[str, str], Hospital]]:
    """By facility and month, where there is overhead to allocate."""
    bases: dict[str, list[str]] = defaultdict(list)
    for function, statistic in connection.execute(_BASES).fetchall():
        bases[function].append(statistic)
    counted: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for facility, period, center, statistic, quantity in connection.execute(_STATISTICS).fetchall():
        counted[facility, period][statistic][center] = quantity
    departments: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for facility, period, *row in connection.execute(_DEPARTMENTS).fetchall():
        departments[facility, period].append(tuple(row))
    for place, rows in departments.items():
        overhead = [
            Overhead(center, name, tuple(bases[function]))
            for center, name, function, role, _ in rows
            if role == "OVERHEAD"
        ]
        if overhead:
            yield (
                place,
                Hospital(
                    name=" ".join(place),
                    cost={center: cents for center, *_, cents in rows},
                    overhead=overhead,
                    others=[center for center, _, _, role, _ in rows if role != "OVERHEAD"],
                    statistics=counted[place],
                ),
            )


def _table(place: dict[str, str], hospital: Hospital, allocation: Allocation) -> pa.Table:
    columns: dict[str, list[Any]] = {name: [] for name in tables.SHARE.names if name not in place}
    for giver, reached in allocation.reach.items():
        served = allocation.quantity[giver]
        statistic = allocation.statistic[giver]
        digits = 2 if statistic == ACCUMULATED_COST else STATISTIC_DIGITS
        step = dict(zip(served, rounded_to_one(list(served.values()), sum(served.values()), SHARE_DIGITS), strict=True))
        # Of a department's own share only what comes back to it.
        returned = {**reached, giver: reached[giver] - allocation.determinant}
        inner = {center: _rounded(returned[center], allocation.determinant) for center in allocation.reach}
        outer = [reached[center] for center in hospital.others]
        ends = dict(zip(hospital.others, rounded_to_one(outer, allocation.determinant, SHARE_DIGITS), strict=True))
        for receiver, reach in (*inner.items(), *ends.items()):
            if reach or receiver in step:
                columns["overhead_cost_center_key"].append(giver)
                columns["receiving_cost_center_key"].append(receiver)
                columns["is_receiver_overhead"].append(receiver in inner)
                columns["statistic_code"].append(statistic)
                columns["statistic_qty"].append(_decimal(served.get(receiver, 0), digits))
                columns["step_share"].append(_decimal(step.get(receiver, 0), SHARE_DIGITS))
                columns["reach_share"].append(_decimal(reach, SHARE_DIGITS))
    rows = len(columns["step_share"])
    return pa.table({**{name: [value] * rows for name, value in place.items()}, **columns}, schema=tables.SHARE)


def _rounded(numerator: int, denominator: int) -> int:
    """A share in units of its last digit, halves up."""
    doubled: int = 2 * numerator * 10**SHARE_DIGITS
    return (doubled + denominator) // (2 * denominator)


def _decimal(units: int, digits: int) -> Decimal:
    return Decimal(units).scaleb(-digits)
