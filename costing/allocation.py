"""Who bears the cost of overhead departments: direct, step-down and reciprocal shares of one facility in one month.

Belongs here: the three methods, and what makes an allocation impossible. Not here: money in cents (dbt), tables (warehouse.py).

The methods differ only in whom an overhead department serves. DIRECT: departments that are no overhead. STEP_DOWN: those, and
the overhead departments that close after it. RECIPROCAL: those, and every other overhead department. A department never
serves itself. With S the shares in which overhead departments serve one another and T those in which they serve the others,
what a department's own cost comes to is (I - S)^-1 of S's own side, and (I - S)^-1 T of the other: one calculation for all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from costing.exact import solve

DIRECT, STEP_DOWN, RECIPROCAL = "DIRECT", "STEP_DOWN", "RECIPROCAL"
METHODS = (DIRECT, STEP_DOWN, RECIPROCAL)
# A basis that nobody counts: what stands at a department when its server closes.
ACCUMULATED_COST = "ACCUMULATED_COST"


@dataclass(frozen=True)
class Overhead:
    """A department whose cost others bear. name: what people call it; bases: statistics in order of preference, the first
    that anybody whom it serves has any of is taken."""

    center: str
    name: str
    bases: tuple[str, ...]


@dataclass(frozen=True)
class Hospital:
    """One facility in one month. cost: whole cents of every department, as the ledger has them; overhead: in the order in
    which departments close; others: departments that are no overhead; statistics: by statistic and department, in whole
    units of any one size. A statistic that is not above zero is none."""

    name: str
    cost: Mapping[str, int]
    overhead: Sequence[Overhead]
    others: Sequence[str]
    statistics: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Share:
    """Of an overhead department's cost, what another bears. statistic and quantity: what it is served by (0: not served);
    step: of what stands at the giver when it closes; reach: of the giver's own cost, by whatever way it comes. Reach of
    departments that are no overhead sums to 1; reach of overhead departments is what passes through them."""

    giver: str
    receiver: str
    statistic: str
    quantity: int
    step: Fraction
    reach: Fraction


@dataclass(frozen=True)
class Allocation:
    """Shares of one method as whole numbers. quantity: by giver, what each receiver has of the giver's statistic; reach: by
    giver, numerators over the determinant, of every department."""

    method: str
    statistic: Mapping[str, str]
    quantity: Mapping[str, Mapping[str, int]]
    reach: Mapping[str, Mapping[str, int]]
    determinant: int

    def shares(self) -> Iterator[Share]:
        """Every pair of which either share is above zero, givers in closing order."""
        for giver, reached in self.reach.items():
            served = self.quantity[giver]
            total = sum(served.values())
            for receiver, numerator in reached.items():
                quantity = served.get(receiver, 0)
                if receiver != giver and (quantity or numerator):
                    step, reach = Fraction(quantity, total), Fraction(numerator, self.determinant)
                    yield Share(giver, receiver, self.statistic[giver], quantity, step, reach)


class AllocationError(ValueError):
    """A facility's overhead cannot be allocated; `faults` has one sentence per department that is why."""

    def __init__(self, faults: Sequence[str]):
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


def allocate(hospital: Hospital, method: str) -> Allocation:
    """Shares of every overhead department that has cost, or is served by one that has.

    Raises AllocationError where a department has cost and nothing to spread it by, and where departments serve only one
    another, so that their cost never reaches a department that is no overhead.
    """
    bases = _chosen_bases(hospital, method)
    _refuse_closed_circles(hospital, bases)
    givers = list(bases)
    # Each row of the equations in its smallest numbers: they grow with the size of the hospital as it is.
    served = [_in_lowest_terms(basis.quantity) for basis in bases.values()]
    totals = [sum(row.values()) for row in served]
    matrix = [
        [(totals[place] if giver == other else 0) - served[place].get(other, 0) for other in givers]
        for place, giver in enumerate(givers)
    ]
    right_side = [
        [
            *(totals[place] if giver == other else 0 for other in givers),
            *(served[place].get(other, 0) for other in hospital.others),
        ]
        for place, giver in enumerate(givers)
    ]
    numerators, determinant = solve(matrix, right_side)
    names = [*givers, *hospital.others]
    return Allocation(
        method,
        {giver: basis.statistic for giver, basis in bases.items()},
        {giver: basis.quantity for giver, basis in bases.items()},
        {giver: dict(zip(names, row, strict=True)) for giver, row in zip(givers, numerators, strict=True)},
        determinant,
    )


@dataclass(frozen=True)
class _Basis:
    """What a department is spread by: the statistic, and what those whom it serves have of it, above zero."""

    statistic: str
    quantity: Mapping[str, int]


def _chosen_bases(hospital: Hospital, method: str) -> dict[str, _Basis]:
    """By overhead department, in closing order. One without cost and without a basis is closed: it gives and takes nothing."""
    standing = {center: Fraction(cents) for center, cents in hospital.cost.items()}
    overhead = [
        row
        for place, row in enumerate(hospital.overhead)
        if hospital.cost.get(row.center) or _basis(hospital, method, hospital.overhead, place, standing)
    ]
    found: dict[str, _Basis] = {}
    faults = []
    for place, row in enumerate(overhead):
        basis = _basis(hospital, method, overhead, place, standing)
        if basis is None:
            faults.append(_nothing_to_spread_by(hospital, row))
            continue
        found[row.center] = basis
        if method == STEP_DOWN:
            _pass_on(standing, row.center, basis)
    if faults:
        raise AllocationError(faults)
    return found


def _basis(
    hospital: Hospital, method: str, overhead: Sequence[Overhead], place: int, standing: Mapping[str, Fraction]
) -> _Basis | None:
    """The first that anybody whom the department serves has any of. Cost as a basis counts whole cents, halves up, like any
    other figure on the sheet; only the step-down method has an order in which it accumulates, else it is the ledger's own."""
    before, after = overhead[:place], overhead[place + 1 :]
    others_served = {DIRECT: (), STEP_DOWN: after, RECIPROCAL: (*before, *after)}[method]
    served = [*(row.center for row in others_served), *hospital.others]
    for statistic in overhead[place].bases:
        if statistic == ACCUMULATED_COST:
            said = {center: (standing.get(center, Fraction()) + Fraction(1, 2)) // 1 for center in served}
        else:
            counted = hospital.statistics.get(statistic, {})
            said = {center: counted.get(center, 0) for center in served}
        quantity = {center: amount for center, amount in said.items() if amount > 0}
        if quantity:
            return _Basis(statistic, quantity)
    return None


def _pass_on(standing: dict[str, Fraction], center: str, basis: _Basis) -> None:
    cost, total = standing.pop(center, Fraction()), sum(basis.quantity.values())
    for receiver, quantity in basis.quantity.items():
        standing[receiver] = standing.get(receiver, Fraction()) + cost * quantity / total


def _nothing_to_spread_by(hospital: Hospital, row: Overhead) -> str:
    cost = Fraction(hospital.cost.get(row.center, 0), 100)
    return (
        f"{hospital.name}: overhead department {row.name} has {float(cost):,.2f} and nobody whom it serves has any of "
        f"{', '.join(row.bases) or 'a statistic (none is named)'}. Deliver the statistic of the month, or name another in "
        "seeds/cfg_allocation_basis.csv"
    )


def _refuse_closed_circles(hospital: Hospital, bases: Mapping[str, _Basis]) -> None:
    """Overhead departments whose cost reaches nobody else are told by going backwards from those that it reaches."""
    reached = set(hospital.others)
    before = -1
    while len(reached) > before:
        before = len(reached)
        reached |= {giver for giver, basis in bases.items() if reached & basis.quantity.keys()}
    circle = [row.name for row in hospital.overhead if row.center in bases and row.center not in reached]
    if circle:
        raise AllocationError([
            f"{hospital.name}: overhead departments {', '.join(circle)} serve only one another, so that their cost reaches no "
            "department that is no overhead. Correct the statistics, or name other ones in seeds/cfg_allocation_basis.csv"
        ])  # fmt: skip


def _in_lowest_terms(quantities: Mapping[str, int]) -> dict[str, int]:
    """The same proportions in the smallest whole numbers."""
    divisor = gcd(*quantities.values())
    return {center: quantity // divisor for center, quantity in quantities.items()}
