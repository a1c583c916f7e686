"""How far ledger, labor and overhead are from the truth: what was posted, where and when pay was earned, who bears overhead.

What the truth knows of a department and month is its own ledger, shifts, pay lines and statistics. Overhead is allocated from
them by the hospital's own rules (seeds: order, bases, reclassification) in another way than parline's, in exact fractions.

Belongs here: bringing departments and months together with the truth. Not here: visits and what was traced to them (truth.py).
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from bench.costs.truth import Dirt
from bench.procure_to_pay.scores import Score
from costing.allocation import ACCUMULATED_COST, RECIPROCAL, Hospital, Overhead
from tests.costing.hospitals import reference

# Departments are taken out one by one where they serve each other both ways, which takes long: of one month a hospital.
RECIPROCAL_PERIOD = "2026-05"
# Statistics have two decimals.
STATISTIC_UNITS = 100


class Books:
    """A warehouse with the truth of its world beside it."""

    def __init__(self, warehouse: Path, world: Path):
        self.connection = duckdb.connect(str(warehouse), read_only=True)
        for file in (world / "truth").glob("*.parquet"):
            self.connection.execute(f"CREATE TEMP VIEW {file.stem} AS FROM '{file}'")
        for statement in (LEDGER, PAID, EARNED):
            self.connection.execute(statement)
        self._overhead = [*self._allocated()]

    def scores(self) -> Iterator[Score]:
        for name, table in (
            ("ledger: departments, months and kinds of cost", "ledger"),
            ("pay: lines of runs", "paid"),
        ):
            [(right, of)] = self.connection.execute(
                f"SELECT sum(rows) FILTER (error_amount = 0)::BIGINT, sum(rows)::BIGINT FROM {table} "
                f"WHERE NOT contains(reason, '{NOT_YET.removeprefix('{} that {} ')}')"
            ).fetchall()
            yield Score(name, right or 0, of, 1.0)
        for method, (right, of, _) in self._by_method().items():
            yield Score(f"overhead by {method}: departments and months", right, of, 1.0)

    def dirt(self) -> Iterator[Dirt]:
        for what, table in (("cost of a department and month", "ledger"), ("pay of a department and run", "paid"),
                            ("pay of a department and month", "earned")):  # fmt: skip
            for reason, rows, dollars in self.connection.execute(
                f"SELECT reason, sum(rows)::BIGINT, sum(error_amount) FROM {table} GROUP BY ALL ORDER BY 3 DESC, 1"
            ).fetchall():
                yield Dirt(what, reason, rows, dollars)
        for method, (right, of, dollars) in self._by_method().items():
            yield Dirt(f"overhead by {method}", "none labelled", of - right, dollars)
        for rows, dollars in self.connection.execute(NOT_ALLOCATED).fetchall():
            yield Dirt("overhead", "hospital without statistics: not allocated", rows, dollars or Decimal(0))

    def _by_method(self) -> dict[str, tuple[int, int, Decimal]]:
        """Department months that are right, all, and dollars of those that are not."""
        found: dict[str, tuple[int, int, Decimal]] = {}
        for method, is_right, error in self._overhead:
            right, of, dollars = found.get(method, (0, 0, Decimal(0)))
            found[method] = right + is_right, of + 1, dollars + (0 if is_right else error)
        return found

    def _allocated(self) -> Iterator[tuple[str, bool, Decimal]]:
        """Method, whether a department bears in a month what the truth's sheet gives it but for rounding, and by how much
        not. Every overhead department's cost is rounded to cents once."""
        told: dict[tuple[str, str, str], dict[str, Fraction]] = defaultdict(dict)
        for method, facility, period, center, amount in self.connection.execute(TOLD_OVERHEAD).fetchall():
            told[method, facility, period][center] = Fraction(amount)
        hospitals = self._hospitals({(facility, period) for _, facility, period in told})
        for (method, facility, period), found in told.items():
            if method == RECIPROCAL and period != RECIPROCAL_PERIOD:
                continue
            hospital = hospitals[facility, period]
            for center, cents in reference(hospital, method).items():
                error = abs(found.get(center, Fraction()) - cents / 100)
                yield method, error * 100 < len(hospital.overhead), round(Decimal(float(error)), 2)

    def _hospitals(self, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], Hospital]:
        bases = defaultdict(list)
        for function, statistic in self.connection.execute(BASES).fetchall():
            bases[function].append(statistic)
        statistics: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        for site, period, statistic, center, quantity in self.connection.execute(STATISTICS).fetchall():
            statistics[site, period][statistic][center] = int(quantity * STATISTIC_UNITS)
        departments = defaultdict(list)
        for site, period, *department in self.connection.execute(DEPARTMENTS).fetchall():
            departments[site, period].append(department)
        return {
            place: _hospital(place, rows, bases, statistics[place])
            for place, rows in departments.items()
            if place in wanted
        }


def _hospital(
    place: tuple[str, str],
    departments: list[list[Any]],
    bases: dict[str, list[str]],
    statistics: dict[str, dict[str, int]],
) -> Hospital:
    """departments: code, function, whether it is overhead, cost; overhead in closing order."""
    others = [center for center, _, is_overhead, _ in departments if not is_overhead]
    return Hospital(
        name=" ".join(place),
        cost={center: int(amount * 100) for center, _, _, amount in departments},
        overhead=[
            Overhead(center, center, (_first_counted(bases[function], statistics, others),))
            for center, function, is_overhead, _ in departments
            if is_overhead
        ],
        others=others,
        statistics=statistics,
    )


def _first_counted(wanted: list[str], statistics: dict[str, dict[str, int]], served: list[str]) -> str:
    return next(
        name
        for name in wanted
        if name == ACCUMULATED_COST or any(statistics.get(name, {}).get(center, 0) > 0 for center in served)
    )


PERIOD = "strftime(DATE '2024-09-01' + to_months({}), '%Y-%m')"
# What the truth knows and nobody tells before its day comes: it is right or wrong of nobody.
NOT_YET = "{} that {} not told of yet"
# By department, month and kind of cost: what was posted, and what the warehouse has of it.
LEDGER = f"""
    CREATE TEMP TABLE ledger AS
    WITH class AS (
        SELECT account_code, max(coalesce(cost_component, 'OTHER_DIRECT')) AS cost_component
        FROM canonical.dim_gl_account LEFT JOIN seeds.map_expense_component USING (expense_class) GROUP BY ALL),
    truly AS (
        SELECT cost_center, {PERIOD.format("fiscal_month::INTEGER")} AS period, cost_component, sum(amount) AS amount
        FROM truth_gl_total JOIN truth_account ON truth_account.code = account JOIN class ON account_code = account
        WHERE truth_account.kind = 'EXPENSE' GROUP BY ALL HAVING sum(amount) <> 0),
    told AS (
        SELECT cost_center_code AS cost_center, period, cost_component, sum(ledger_amount) AS amount
        FROM canonical.int_cost__ledger JOIN canonical.dim_cost_center USING (cost_center_key)
        GROUP BY ALL HAVING sum(ledger_amount) <> 0)
    SELECT *, 1 AS rows, abs(coalesce(truly.amount, 0) - coalesce(told.amount, 0)) AS error_amount, truly.amount AS true_amount,
        CASE WHEN truly.amount IS NOT DISTINCT FROM told.amount THEN 'none: as posted'
            WHEN period NOT IN (SELECT period FROM told) THEN '{NOT_YET.format("month", "the books have")}'
            ELSE 'none labelled' END AS reason
    FROM truly FULL JOIN told USING (cost_center, period, cost_component)"""
# By run, department, pay code and whether it corrects an earlier run: what was earned, and what payroll is read to say. What
# could go wrong with a line is its reason.
PAID = f"""
    CREATE TEMP TABLE paid AS
    WITH line AS (
        SELECT pay.*, corrects_run IS NOT NULL AS is_retro,
            CASE WHEN corrects_run IS NOT NULL THEN 'RETRO' WHEN is_agency THEN 'AGENCY'
                WHEN reported_cost_center <> home_cost_center THEN 'HOME_DEPARTMENT_WRONG'
                WHEN worked_cost_center <> home_cost_center THEN 'FLOAT' ELSE 'none: paid as worked' END AS kind
        FROM truth_pay_line AS pay JOIN truth_worker USING (worker_id)),
    truly AS (
        SELECT period_end, worked_cost_center AS cost_center, pay_code, is_retro, sum(amount) AS amount FROM line GROUP BY ALL),
    told AS (
        SELECT period_end_date AS period_end, cost_center_code AS cost_center, pay_code, is_retro, sum(labor_amount) AS amount
        FROM canonical.fct_labor JOIN canonical.dim_cost_center USING (cost_center_key)
        WHERE labor_record = 'PAY_LINE' AND pay_class NOT IN ('EMPLOYER_TAX', 'BENEFIT') GROUP BY ALL),
    held AS (
        SELECT * EXCLUDE (amount), abs(coalesce(truly.amount, 0) - coalesce(told.amount, 0)) AS error_amount,
            told.amount IS NULL AND period_end NOT IN (SELECT period_end FROM told) AS is_unserved
        FROM truly FULL JOIN told USING (period_end, cost_center, pay_code, is_retro)),
    kinds AS (
        SELECT *, row_number() OVER (PARTITION BY period_end, cost_center, pay_code, is_retro ORDER BY kind) AS kind_rank
        FROM (SELECT period_end, worked_cost_center AS cost_center, pay_code, is_retro, kind, count(*) AS rows FROM line
            GROUP BY ALL))
    SELECT CASE WHEN is_unserved THEN '{NOT_YET.format("run", "payroll has")}' ELSE coalesce(kind, 'told and not earned') END
            AS reason,
        coalesce(rows, 1) AS rows, CASE WHEN coalesce(kind_rank, 1) = 1 THEN error_amount ELSE 0 END AS error_amount
    FROM held LEFT JOIN kinds USING (period_end, cost_center, pay_code, is_retro)"""
# By department and month in which it was earned. In truth by the shifts of the pay code; what is in a wrong month is in two.
EARNED = """
    CREATE TEMP TABLE earned AS
    WITH shift AS (
        SELECT worker_id, worked_cost_center, pay_code, (shift_date - DATE '2024-10-01')::INTEGER // 14 + 1 AS run,
            strftime(shift_date, '%Y-%m') AS period, sum(hours) AS hours
        FROM truth_shift GROUP BY ALL),
    part AS (
        SELECT *, hours::DOUBLE / sum(hours) OVER (PARTITION BY worker_id, worked_cost_center, pay_code, run) AS share
        FROM shift),
    truly AS (
        SELECT worked_cost_center AS cost_center, period, corrects_run IS NOT NULL AS is_retro, sum(amount * share) AS amount
        FROM truth_pay_line AS pay JOIN part USING (worker_id, worked_cost_center, pay_code)
        WHERE part.run = coalesce(corrects_run, pay.run)
            AND period_end IN (SELECT period_end_date FROM canonical.fct_labor WHERE labor_record = 'PAY_LINE') GROUP BY ALL),
    told AS (
        SELECT cost_center_code AS cost_center, period, is_retro, sum(labor_amount) AS amount
        FROM canonical.int_labor__pay_month JOIN canonical.dim_cost_center USING (cost_center_key)
        WHERE pay_class NOT IN ('EMPLOYER_TAX', 'BENEFIT') GROUP BY ALL)
    SELECT CASE WHEN is_retro THEN 'RETRO: in the month in which the run ended that it corrects'
            ELSE 'split by all hours of a worker in the department, not by those of the pay code' END AS reason,
        1 AS rows, round(abs(coalesce(truly.amount, 0) - coalesce(told.amount, 0)) / 2, 2)::DECIMAL(18, 2) AS error_amount
    FROM truly FULL JOIN told USING (cost_center, period, is_retro)"""
BASES = "SELECT department_function, statistic_code FROM seeds.cfg_allocation_basis ORDER BY department_function, basis_rank"
STATISTICS = f"""
    SELECT site, {PERIOD.format("fiscal_month::INTEGER")}, truth_activity_statistic.statistic, cost_center, quantity
    FROM truth_activity_statistic JOIN truth_cost_center ON code = cost_center"""
# Cost of departments after the hospital's own reclassification.
DEPARTMENTS = """
    WITH taker AS (
        SELECT rule_id, site, min(code) AS code FROM seeds.cfg_cost_reclassification
        JOIN truth_cost_center ON function = to_department_function GROUP BY ALL),
    posted AS (
        SELECT site, period, coalesce(taker.code, center.code) AS cost_center, sum(true_amount) AS amount
        FROM ledger JOIN truth_cost_center AS center ON center.code = cost_center
        LEFT JOIN seeds.cfg_cost_reclassification AS rule
            ON rule.department_function = center.function AND rule.cost_component = ledger.cost_component
        LEFT JOIN taker USING (rule_id, site)
        WHERE true_amount IS NOT NULL GROUP BY ALL),
    month AS (SELECT DISTINCT site, period FROM posted)
    SELECT site, month.period, code, function, kind = 'OVERHEAD', coalesce(amount, 0)
    FROM month JOIN truth_cost_center AS center USING (site)
    LEFT JOIN (SELECT * EXCLUDE (site) FROM posted) AS posted ON posted.cost_center = code AND posted.period = month.period
    LEFT JOIN seeds.cfg_allocation_order ON department_function = function
    ORDER BY site, month.period, closing_order, code"""
TOLD_OVERHEAD = """
    SELECT allocation_method, facility_key, period, cost_center_code, sum(allocated_amount)
    FROM canonical.int_cost__overhead JOIN canonical.dim_cost_center ON cost_center_key = receiving_cost_center_key
    GROUP BY ALL ORDER BY ALL"""
NOT_ALLOCATED = """
    SELECT count(*), sum(cost_amount) FROM canonical.int_cost__department AS department
    JOIN canonical.dim_cost_center AS center USING (cost_center_key)
    WHERE cost_role = 'UNASSIGNED' AND cost_center_class = 'OVERHEAD'"""
