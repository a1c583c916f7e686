"""How far costs are from the truth, by kind of dirt: the service line of every visit, and what was traced to it.

A visit of the warehouse is known by facility, class and the minutes in which it began and ended; a case by its room and the
minute in which the patient entered it. Quantities are held against the truth at the price that parline took, so that what is
left is dirt in what was told; what a department's pool then lacks or has too much goes to its other visits.

Belongs here: bringing visits and uses together with the truth, and summing by label. Not here: the overhead, which is exact
against an independent reference (tests/costing).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from bench.procure_to_pay.scores import Score


@dataclass(frozen=True)
class Dirt:
    """Dollars that stand elsewhere than in truth for one reason; rows: visits, or uses of items."""

    what: str
    reason: str
    rows: int
    dollars: Decimal


class CostTruth:
    """A warehouse with the truth of its world beside it."""

    def __init__(self, warehouse: Path, world: Path):
        self.connection = duckdb.connect(str(warehouse), read_only=True)
        for file in (world / "truth").glob("*.parquet"):
            self.connection.execute(f"CREATE TEMP VIEW {file.stem} AS FROM '{file}'")
        self.connection.execute(VISITS)
        self.connection.execute(USES)

    def scores(self) -> Iterator[Score]:
        [(found, visits, right, ruled, with_rule, right_ruled)] = self.connection.execute("""
            SELECT count(*) FILTER (encounter_id IS NOT NULL), count(*), count(*) FILTER (is_right),
                count(*) FILTER (encounter_id IS NOT NULL AND rule_id NOT LIKE '%NO_RULE'),
                count(*) FILTER (encounter_id IS NOT NULL),
                count(*) FILTER (is_right AND rule_id NOT LIKE '%NO_RULE') FROM visit""").fetchall()
        yield Score("visits found in the truth", found, visits)
        yield Score("service line as the truth says", right, with_rule)
        yield Score("service line of visits with a rule", right_ruled, ruled, 0.999)

    def dirt(self) -> Iterator[Dirt]:
        """Dollars of visits in another service line than their own, and of uses told otherwise than they were."""
        for reason, rows, dollars in self.connection.execute("""
            SELECT reason, count(*), sum(cost_amount) FROM visit WHERE encounter_id IS NOT NULL AND NOT is_right
            GROUP BY reason ORDER BY sum(cost_amount) DESC""").fetchall():
            yield Dirt("in another service line", reason, rows, dollars)
        for reason, rows, dollars in self.connection.execute("""
            SELECT reason, count(*), sum(error_amount) FROM use WHERE error_amount <> 0
            GROUP BY reason ORDER BY sum(error_amount) DESC""").fetchall():
            yield Dirt("supplies at another visit, or none", reason, rows, dollars)


# Of two visits that share all four, neither is judged.
VISITS = """
    CREATE TEMP TABLE visit AS
    WITH truly AS (
        SELECT encounter_id, site, class, admitted_at, discharged_at, service_line, is_department_unmapped, ms_drg,
            first_ms_drg, grouper_version, merged_from_person_id,
            count(*) OVER (PARTITION BY site, class, admitted_at, discharged_at) AS alike
        FROM truth_encounter WHERE status NOT IN ('cancelled', 'entered-in-error')),
    cost AS (SELECT encounter_key, sum(cost_amount) AS cost_amount FROM restricted.mart_encounter_cost GROUP BY ALL),
    told AS (
        SELECT scope.encounter_key, line.service_line_key, line.rule_id, cost.cost_amount, fct.facility_key AS site,
            CASE fct.encounter_class WHEN 'INPATIENT' THEN 'IMP' WHEN 'EMERGENCY' THEN 'EMER' WHEN 'OBSERVATION' THEN 'OBSENC'
                ELSE 'AMB' END AS class, fct.started_at, fct.ended_at,
            count(*) OVER (PARTITION BY fct.facility_key, fct.encounter_class, fct.started_at, fct.ended_at) AS alike
        FROM restricted.int_cost__encounter_scope AS scope
        JOIN restricted.fct_encounter AS fct USING (encounter_key)
        JOIN restricted.int_service_line__encounter AS line USING (encounter_key) JOIN cost USING (encounter_key))
    SELECT told.encounter_key, truly.encounter_id, told.service_line_key, told.rule_id, told.cost_amount,
        truly.service_line, coalesce(truly.service_line = told.service_line_key, false) AS is_right,
        CASE WHEN truly.is_department_unmapped THEN 'department not mapped'
            WHEN truly.ms_drg IN ('998', '999') THEN 'ungroupable'
            WHEN truly.ms_drg <> truly.first_ms_drg THEN 'DRG changed after the first bill'
            WHEN truly.merged_from_person_id IS NOT NULL THEN 'patients merged'
            WHEN truly.class = 'IMP' AND truly.ms_drg IS NULL THEN 'not coded yet'
            WHEN told.rule_id LIKE '%NO_RULE' THEN 'no rule: not coded yet, or department without a line'
            ELSE 'none labelled' END AS reason
    FROM told LEFT JOIN truly
        ON truly.alike = 1 AND truly.site = CASE WHEN told.alike = 1 THEN told.site END AND truly.class = told.class
        AND truly.admitted_at = told.started_at AND truly.discharged_at IS NOT DISTINCT FROM told.ended_at"""
# Of every item and case: what was taken in truth, at parline's price, against what was traced.
USES = """
    CREATE TEMP TABLE use AS
    WITH truly AS (
        SELECT truth_case.room, truth_case.in_room_at, truth_use.item_id,
            sum(used + wasted) AS taken, max(label) FILTER (label <> 'CLEAN') AS label
        FROM truth_use JOIN truth_case USING (case_id)
        WHERE truth_case.in_room_at IS NOT NULL AND used + wasted > 0 GROUP BY ALL),
    source AS (
        SELECT xref.item_key, min(item.item_id) AS item_id
        FROM canonical.xref_item AS xref JOIN canonical.int_item_record AS record
            ON xref.source_instance = record.source_instance AND xref.source_item_key = record.source_item_key
        JOIN truth_source_item AS item ON item.source_pk = record.item_code GROUP BY xref.item_key),
    told AS (
        SELECT fct_case.room_code AS room, fct_case.in_room_at, source.item_id, sum(line.taken_base_qty) AS taken,
            sum(line.traced_amount) AS traced_amount, max(line.base_unit_price) AS price
        FROM restricted.int_cost__traced_line AS line JOIN restricted.fct_case USING (case_key)
        JOIN source USING (item_key) GROUP BY ALL),
    price AS (SELECT item_id, max(price) AS price FROM told GROUP BY item_id),
    named AS (
        SELECT DISTINCT fct_case.room_code AS room, fct_case.in_room_at, source.item_id
        FROM restricted.fct_consumption_line AS line JOIN restricted.fct_case USING (case_key) JOIN source USING (item_key))
    SELECT coalesce(truly.item_id, told.item_id) AS item_id,
        (abs(coalesce(truly.taken, 0) - coalesce(told.taken, 0)) * coalesce(told.price, price.price, 0))::DECIMAL(18, 2)
            AS error_amount,
        CASE WHEN here.room IS NULL THEN 'site without a case log: not told' ELSE coalesce(truly.label,
            CASE WHEN told.item_id IS NULL AND named.item_id IS NULL THEN 'item that no master knows by the log''s number'
                WHEN told.item_id IS NULL THEN 'item that nobody has a price for'
                WHEN truly.item_id IS NULL THEN 'told here and used elsewhere, or another item'
                ELSE 'none labelled' END) END AS reason
    FROM truly FULL JOIN told USING (room, in_room_at, item_id)
    LEFT JOIN price ON price.item_id = coalesce(truly.item_id, told.item_id)
    LEFT JOIN (SELECT DISTINCT room_code AS room FROM restricted.fct_case) AS here
        ON here.room = coalesce(truly.room, told.room)
    LEFT JOIN named ON named.room = truly.room AND named.in_room_at = truly.in_room_at AND named.item_id = truly.item_id"""
