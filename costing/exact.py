"""Linear equations in whole numbers, without a rounding anywhere.

Belongs here: elimination. Not here: what the equations mean (allocation.py).
"""

from collections.abc import Sequence
from math import prod

Matrix = list[list[int]]


def solve(matrix: Matrix, right_side: Matrix) -> tuple[Matrix, int]:
    """X of `matrix` X = `right_side`, as whole numerators over one common denominator, the determinant.

    Raises ZeroDivisionError where the matrix is singular. The rows given are not changed.
    """
    size = len(matrix)
    rows = [[*left, *right] for left, right in zip(matrix, right_side, strict=True)]
    if any(rows[place][column] for place in range(size) for column in range(place)):
        determinant = _eliminate(rows)
    else:
        determinant = prod(rows[place][place] for place in range(size))
    if determinant == 0:
        raise ZeroDivisionError("the equations have no single solution")
    return _substitute_back(rows, determinant), determinant


def _eliminate(rows: Matrix) -> int:
    """Bareiss' elimination, in place: every division is exact, so numbers grow no longer than determinants. Returns the
    determinant, 0 where there is no pivot. Pivots need no search: the matrices here are dominated by their diagonal, and
    where one is zero, so is the determinant."""
    before = 1
    for place, pivot_row in enumerate(rows):
        pivot = pivot_row[place]
        if pivot == 0:
            return 0
        for row in rows[place + 1 :]:
            factor = row[place]
            row[place] = 0
            for column in range(place + 1, len(row)):
                row[column] = (pivot * row[column] - factor * pivot_row[column]) // before
        before = pivot
    return before


def _substitute_back(rows: Matrix, determinant: int) -> Matrix:
    """Numerators over the determinant (Cramer's rule says that they are whole)."""
    size = len(rows)
    found: Matrix = [[] for _ in rows]
    for place in reversed(range(size)):
        row = rows[place]
        later = [(row[column], found[column]) for column in range(place + 1, size) if row[column]]
        found[place] = [
            (determinant * value - sum(factor * solved[column] for factor, solved in later)) // row[place]
            for column, value in enumerate(row[size:])
        ]
    return found


def rounded_to_one(numerators: Sequence[int], total: int, digits: int) -> list[int]:
    """Shares `numerator / total` in units of the last of so many digits, by largest remainder, first come first where equal:
    they sum to one exactly where the numerators, none below zero, sum to the total."""
    one = 10**digits
    floors, remainders = zip(*(divmod(numerator * one, total) for numerator in numerators), strict=True)
    left = one * sum(numerators) // total - sum(floors)
    by_remainder = sorted(range(len(floors)), key=lambda place: (-remainders[place], place))
    raised = set(by_remainder[:left])
    return [floor + (place in raised) for place, floor in enumerate(floors)]
