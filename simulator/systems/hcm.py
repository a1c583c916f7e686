"""What the HCM's reports show: pay by run, worker, department and component, and the departments, of the whole network.

Belongs here: how the truth's pay looks to the author of the reports. Not here: the service (simulator/serve/saas/hcm.py).

What a run corrects of an earlier one comes as retro lines: the old line back, negative, and the new one. What the employer
adds comes as one line of taxes and one of benefits for
each worker and department, in cents that add up to what the ledger holds.
"""

from pathlib import Path

from simulator.network.calendar import ACQUISITION_H7, month_start
from simulator.network.chart import BENEFITS
from simulator.network.labor import BENEFIT_RATES, PAID_AFTER_DAYS, PERIOD_DAYS
from simulator.systems.documents import ROWS_IN_PART, open_documents, parts_of, write_documents

TAXES = {"FICA", "Unemployment", "Workers' compensation"}


def _added(is_tax: bool) -> str:
    """SQL: what the employer adds to a line, in cents. The ledger rounds it by department, family and pay code: so each
    worker bears the difference that he makes to the rounded total."""
    rates = [int(rate) for name, rate in zip(BENEFITS, BENEFIT_RATES, strict=True) if (name in TAXES) == is_tax]
    return " + ".join(f"(total * {rate} + 5000) // 10000 - (before * {rate} + 5000) // 10000" for rate in rates)


VIEWS = f"""
    CREATE TEMP VIEW line AS
        SELECT p.*, company, center.site AS location, job_family, is_agency, (amount * 100)::BIGINT AS cents
        FROM truth_pay_line AS p JOIN truth_worker USING (worker_id)
        JOIN truth_cost_center AS center ON center.code = worked_cost_center
        JOIN truth_site AS place ON place.code = center.site;
    CREATE TEMP VIEW added AS
        SELECT *, {_added(is_tax=True)} AS tax, {_added(is_tax=False)} AS benefit
        FROM (
            SELECT *, sum(cents) OVER so_far::BIGINT AS total, total - cents AS before FROM line WHERE NOT is_agency
            WINDOW so_far AS (PARTITION BY run, worked_cost_center, job_family, pay_code ORDER BY worker_id, amount
                              ROWS UNBOUNDED PRECEDING));
    CREATE TEMP VIEW component AS
        SELECT run, period_end, worker_id, company, location, worked_cost_center, job_family, is_agency,
            pay_code AS code, 'EARNING' AS type, hours, amount, corrects_run IS NOT NULL AS is_retro,
            period_end - (run - corrects_run)::INTEGER * {PERIOD_DAYS} AS original
        FROM line
        UNION ALL
        SELECT run, period_end, worker_id, company, location, worked_cost_center, job_family, false, code, type, NULL,
            (cents * 0.01)::DECIMAL(18, 2), false, NULL
        FROM (
            SELECT run, period_end, worker_id, company, location, worked_cost_center, job_family,
                sum(tax)::BIGINT AS TAX, sum(benefit)::BIGINT AS BENEFIT
            FROM added GROUP BY ALL)
        UNPIVOT (cents FOR code IN (TAX, BENEFIT))
        JOIN (VALUES ('TAX', 'EMPLOYER_TAX'), ('BENEFIT', 'BENEFIT')) AS kinds(code, type) USING (code)
        WHERE cents <> 0;
"""

REPORTS = {
    "Payroll_Results_By_Cost_Center": f"""
        SELECT 'PR' || lpad(run::VARCHAR, 6, '0') AS Run_ID, 'BIWEEKLY' AS Pay_Group,
            period_end - {PERIOD_DAYS - 1} AS Pay_Period_Start, period_end AS Pay_Period_End,
            period_end + {PAID_AFTER_DAYS} AS Payment_Date, worker_id AS Worker_Key,
            if(is_agency, 'Contingent', 'Employee') AS Worker_Type, company AS Company,
            worked_cost_center AS Cost_Center_ID, location AS Location, job_family AS Job_Profile,
            job_family AS Job_Family, code AS Pay_Component_Code, type AS Pay_Component_Type, hours AS Hours,
            amount AS Amount, 'USD' AS Currency, is_retro AS Is_Retro, original AS Original_Period_End,
            -- A run is complete four days after its period, at noon.
            period_end + INTERVAL 4 DAY + INTERVAL 17 HOUR AS _from, NULL::TIMESTAMP AS _until
        FROM component WHERE in_part(run) ORDER BY run, worker_id, worked_cost_center, type, code, is_retro, amount""",
    "Cost_Center_Hierarchy": f"""
        SELECT center.code AS Cost_Center_ID, center.name AS Cost_Center_Name, company AS Company,
            site.code AS Location, 'Meridian Regional Health' AS Level_1, site.name AS Level_2, center.kind AS Level_3,
            center.function AS Function, false AS Is_Inactive,
            if(erp = 'd365', TIMESTAMP '{month_start(ACQUISITION_H7)} 04:00:00', TIMESTAMP '2019-01-01') AS _from,
            NULL::TIMESTAMP AS _until
        FROM truth_cost_center AS center JOIN truth_site AS site ON site.code = center.site ORDER BY center.code""",
}


def write_hcm(truth: Path, folder: Path) -> dict[str, int]:
    """Write the two reports from the truth's files; returns the rows of each."""
    with open_documents(truth) as connection:
        connection.execute(VIEWS)
        parts = parts_of(connection, "truth_pay_line", ROWS_IN_PART)
        return write_documents(connection, REPORTS, folder, parts)
