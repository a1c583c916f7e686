"""What the feeds hold that come as files: time cards, ledger, budget, statistics, coded abstracts, charges, remittances,
and the releases of the DRG grouper.

Belongs here: one SELECT a feed, over the truth. Times are local without an offset, as the systems that write such files
have them. Not here: periods, names and trailers of the files (files.py).
"""

from dataclasses import dataclass

import duckdb

from simulator.systems.truth import has_table

VIEWS = """
    CREATE TEMP VIEW place AS
        SELECT center.code AS cost_center, site.code AS site, site.company, site.timezone
        FROM truth_cost_center AS center JOIN truth_site AS site ON center.site = site.code;
    CREATE TEMP MACRO local(moment, zone) AS (moment AT TIME ZONE 'UTC') AT TIME ZONE zone;
    CREATE TEMP MACRO fiscal_year(month) AS 2025 + (month - 1) // 12;
"""
# The general ledger of H5 stood on premises until the cut-over, under account numbers of its own.
CUT_OVER_MONTH = 6


@dataclass(frozen=True)
class Feed:
    """`select` has the columns of the file, `_unit` (whose file it is), `_delivered` (the day that it belongs to) and
    `_control` (what the trailer adds up). `table`: without it the world has no such feed."""

    name: str
    table: str
    select: str
    order: str
    is_daily: bool = True


FEEDS = [
    Feed(
        "timecards", "truth_shift",
        """SELECT worker_id AS worker_key, home_cost_center AS home_cc, worked_cost_center AS worked_cc, shift_date,
            started AS "in", started + to_minutes((hours * 60)::INTEGER) AS "out", hours, pay_code,
            job_family AS job_code, company AS _unit, shift_date AS _delivered, hours AS _control
        FROM (SELECT *, shift_date + to_hours(CASE hash(worker_id) % 3 WHEN 0 THEN 19 ELSE 7 END) AS started
              FROM truth_shift)
        JOIN truth_worker USING (worker_id) JOIN place ON place.cost_center = worked_cost_center""",
        order="shift_date, worker_key, worked_cc, pay_code",
    ),
    Feed(
        "ledger", "truth_gl_line",
        f"""SELECT CASE WHEN is_old THEN 'H5-ONPREM' ELSE 'PRIMARY' END AS ledger, entity,
            source || '-' || document || '-' || strftime(posting_date, '%Y%m%d') AS journal_id,
            line AS line_number,
            CASE WHEN is_old THEN '9' || account ELSE account END AS account, cost_center, fiscal_month AS period,
            posting_date, amount, source AS source_module, document AS source_document, false AS is_adjustment,
            CASE WHEN is_old THEN 'H5-ONPREM' ELSE entity END AS _unit, posting_date AS _delivered,
            amount AS _control
        FROM (SELECT gl.*, gl.company AS entity, fiscal_month < {CUT_OVER_MONTH} AND place.site = 'H5' AS is_old
              FROM truth_gl_line AS gl LEFT JOIN place USING (cost_center))""",
        order="posting_date, source_module, source_document, entity, line_number",
    ),
    Feed(
        "budget", "truth_budget",
        """SELECT 'FY' || fiscal_year(fiscal_month) || '-' || version AS version_id, version AS scenario,
            budget.company AS entity, cost_center, account, fiscal_month AS period, amount, NULL AS statistic,
            budget.company || '_FY' || fiscal_year(fiscal_month) || '_' || version AS _unit,
            (DATE '2024-10-01' + to_months(((fiscal_month - 1) // 12 * 12
                                            + CASE version WHEN 'ORIGINAL' THEN 0 ELSE 5 END)::INTEGER))::DATE AS _delivered,
            amount AS _control
        FROM truth_budget AS budget""",
        order="cost_center, account, period", is_daily=False,
    ),
    Feed(
        "statistics", "truth_activity_statistic",
        """SELECT site AS facility, cost_center, statistic, fiscal_month AS period, quantity, site AS _unit,
            (DATE '2024-09-01' + to_months(fiscal_month::INTEGER))::DATE AS _delivered,
            quantity AS _control
        FROM truth_activity_statistic JOIN place USING (cost_center)""",
        order="cost_center, statistic", is_daily=False,
    ),
    Feed(
        "coded_abstract", "truth_encounter",
        """SELECT encounter_id, account_number, site AS facility, mrn, birth_date, sex, postal_code, class,
            local(admitted_at, timezone) AS admit_ts, local(discharged_at, timezone) AS discharge_ts, drg AS ms_drg,
            weight AS drg_weight, grouper_version, principal_diagnosis AS principal_dx, other AS secondary_dx,
            coalesce(pcs, '') AS pcs_codes, coalesce(outpatient, '') AS cpt_hcpcs, attending.npi AS attending_npi,
            operating_npi, payer AS payer_class, disposition AS discharge_disposition,
            local(completed_at, timezone) AS coding_complete_ts, version, site AS _unit, completed_at::DATE AS _delivered,
            weight AS _control
        FROM abstract JOIN place_of_site USING (site) JOIN truth_person USING (person_id)
        JOIN (SELECT provider_id AS attending_provider_id, npi FROM truth_provider) AS attending
            USING (attending_provider_id)
        LEFT JOIN diagnoses USING (encounter_id) LEFT JOIN procedures USING (encounter_id)""",
        order="encounter_id, version",
    ),
    Feed(
        "charges", "truth_charge",
        """SELECT charge_id AS transaction_id, encounter_id, charge_code, revenue_code, quantity,
            -- What the interface garbled on its way: a comma for a point, and a letter.
            CASE fault WHEN 'MALFORMED' THEN replace(amount::VARCHAR, '.', ',') || 'O' ELSE amount::VARCHAR END AS amount,
            local(service_at, timezone)::DATE AS service_date, local(posted_at, timezone)::DATE AS post_date,
            cost_center AS department, supply.source_pk AS item_number,
            CASE kind WHEN 'CREDIT' THEN 'CD' ELSE 'CG' END AS transaction_type, links_to, site AS _unit,
            (posted_at + to_hours(delay))::DATE AS _delivered, amount AS _control
        FROM (
            SELECT charge.*, fault, if(fault LIKE 'LATE%', delay_hours, 0) AS delay
            FROM truth_charge AS charge LEFT JOIN delivery ON event_id = charge_id
            UNION ALL SELECT charge.*, fault, delay_hours
            FROM truth_charge AS charge JOIN delivery ON event_id = charge_id AND fault = 'DUPLICATE')
        JOIN place USING (cost_center) LEFT JOIN supply USING (item_id)""",
        order="transaction_id",
    ),
    Feed(
        "remittances", "truth_remittance",
        """SELECT claim_id, encounter_id, payer AS payer_class, billed, allowed, paid, contractual, denial_code, paid_date,
            frequency AS claim_frequency, site AS _unit, paid_date AS _delivered, paid AS _control
        FROM truth_remittance AS claim JOIN (SELECT encounter_id, site FROM truth_encounter) USING (encounter_id)""",
        order="claim_id, paid_date, claim_frequency, paid",
    ),
    Feed(
        "code_systems", "truth_encounter",
        # Of the published table what the network knows itself: codes and weights, no titles.
        """SELECT grouper_version, effective_date, ms_drg, NULL AS mdc, NULL AS type, NULL AS title, relative_weight,
            NULL AS gmlos, 'MS_DRG_V' || grouper_version AS _unit, released AS _delivered, relative_weight AS _control
        FROM grouper""",
        order="ms_drg", is_daily=False,
    ),
]  # fmt: skip

# Needed where a world has its clinical side.
CARE = """
    CREATE TEMP VIEW place_of_site AS SELECT code AS site, timezone FROM truth_site;
    CREATE TEMP VIEW delivery AS SELECT event_id, fault, delay_hours FROM truth_event WHERE feed = 'charges';
    CREATE TEMP VIEW supply AS
        SELECT item_id, min(source_pk) AS source_pk FROM truth_source_item WHERE source = 'ehr' GROUP BY ALL;
    CREATE TEMP TABLE diagnoses AS
        SELECT encounter_id, string_agg(code, ';' ORDER BY rank) AS other FROM truth_diagnosis WHERE rank > 1 GROUP BY ALL;
    CREATE TEMP TABLE procedures AS
        SELECT encounter_id, string_agg(code, ';' ORDER BY sequence) FILTER (code_system = 'ICD-10-PCS') AS pcs,
            string_agg(code, ';' ORDER BY sequence) FILTER (code_system <> 'ICD-10-PCS') AS outpatient,
            arg_min(npi, sequence) FILTER (case_id IS NOT NULL) AS operating_npi
        FROM truth_procedure JOIN truth_provider USING (provider_id) GROUP BY ALL;
    -- A release is there before the fiscal year that it groups. What nobody was discharged with under one keeps the weight
    -- that it has in another.
    CREATE TEMP TABLE grouper AS
        WITH release AS (
            SELECT * FROM (VALUES ('42', DATE '2024-10-01', DATE '2024-10-01'), ('43', DATE '2025-10-01', DATE '2025-09-01'),
                ('44', DATE '2026-10-01', DATE '2026-09-01')) AS known(grouper_version, effective_date, released)),
        weight AS (SELECT DISTINCT grouper_version, ms_drg, drg_weight FROM truth_encounter WHERE drg_weight IS NOT NULL)
        SELECT release.*, ms_drg, coalesce(own.drg_weight, other.drg_weight) AS relative_weight
        FROM release
        CROSS JOIN (SELECT ms_drg, arg_max(drg_weight, grouper_version) AS drg_weight FROM weight GROUP BY ALL) AS other
        LEFT JOIN weight AS own USING (grouper_version, ms_drg);
    -- What was billed under another DRG first is coded a second time, some weeks after the bill.
    CREATE TEMP TABLE abstract AS
        WITH weights AS (SELECT DISTINCT ms_drg, grouper_version, drg_weight FROM truth_encounter WHERE ms_drg IS NOT NULL)
        SELECT e.*, coalesce(first_ms_drg, e.ms_drg) AS drg, weights.drg_weight AS weight, coded_at AS completed_at,
            1 AS version
        FROM truth_encounter AS e
        LEFT JOIN weights ON weights.ms_drg = coalesce(first_ms_drg, e.ms_drg)
            AND weights.grouper_version = e.grouper_version
        WHERE coded_at IS NOT NULL
        UNION ALL
        SELECT *, ms_drg, drg_weight, billed_at + to_days((10 + hash(encounter_id) % 50)::INTEGER), 2
        FROM truth_encounter WHERE first_ms_drg IS NOT NULL AND billed_at IS NOT NULL;
"""


def open_feeds(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the views that the feeds need."""
    connection.execute(VIEWS)
    if has_table(connection, "truth_encounter"):
        connection.execute(CARE)
