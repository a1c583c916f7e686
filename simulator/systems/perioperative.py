"""What the perioperative service shows: every case of an operating room, cath laboratory or endoscopy, sent whole again at
each change, with what was picked, used, wasted and returned in it as it was told there.

Belongs here: how the truth's cases and uses look to who documented them. Not here: the service
(simulator/serve/saas/perioperative.py).

A case is booked, begun, completed with what was scanned by then, and completed again when its chart is closed some hours
later; what is documented after that comes with the next quarter of a day. A double scan is a second line; of three one is
noticed a day later: then the second line is marked void, or is missing from the next version.
"""

from pathlib import Path

from simulator.systems.documents import open_documents, parts_of, write_documents
from simulator.systems.ehr import supplies

COLUMNS = {
    "truth_source_item": "source VARCHAR, source_pk VARCHAR, item_id VARCHAR, description VARCHAR",
    "truth_item_in_use": "source VARCHAR, source_pk VARCHAR, from_thousandth BIGINT",
}
# The sites whose cases it keeps: those on SAP that operate, and the hospital that was acquired, under its own numbers.
SITES = ("H1", "H2", "H3", "H4", "A1", "A2", "H7")

VIEWS = f"""
    CREATE TEMP TABLE operation AS
        SELECT c.* EXCLUDE (booked_at), out_room_at + INTERVAL 15 MINUTE AS done_at,
            out_room_at + INTERVAL 5 HOUR AS charted_at,
            least(booked_at, scheduled_at - INTERVAL 1 MINUTE) AS booked_at,
            if(status = 'CANCELED', greatest(last_modified_at, booked_at + INTERVAL 2 MINUTE), NULL) AS canceled_at
        FROM truth_case AS c WHERE site IN {SITES};
    -- The record of an item that a catalogue had first.
    CREATE TEMP VIEW listed AS
        SELECT source, r.item_id, first(source_pk ORDER BY from_thousandth NULLS LAST, source_pk) AS source_pk,
            first(r.description ORDER BY from_thousandth NULLS LAST, source_pk) AS description
        FROM truth_source_item AS r LEFT JOIN truth_item_in_use USING (source, source_pk) GROUP BY source, r.item_id;
    CREATE TEMP TABLE supply AS
        SELECT item_id, coalesce(source_pk, unlisted(item_id)) AS supply_id, coalesce(ehr.description, item.description)
            AS description, gtin
        FROM truth_item AS item LEFT JOIN (FROM listed WHERE source = 'ehr') AS ehr USING (item_id);
    CREATE TEMP TABLE erp_item AS SELECT source, item_id, source_pk AS erp_item FROM listed WHERE source <> 'ehr';
    -- Each line as it was told, in the case that it was told of, from when to when: a double scan is a second one.
    CREATE TEMP TABLE told AS
        SELECT case_id, source, use_id, item_id, picked, used, wasted, returned, is_implant, ownership, label,
            if(label = 'MISSING_LOT', NULL, lot) AS lot, if(label = 'MISSING_SERIAL', NULL, serial) AS serial,
            expiry_date, u.documented_at, again,
            CASE WHEN u.documented_at <= done_at THEN done_at WHEN u.documented_at <= charted_at THEN charted_at
                ELSE time_bucket(INTERVAL 6 HOUR, u.documented_at) + INTERVAL 6 HOUR END AS shown_at,
            if(again = 1 AND spread(use_id, 3) = 0, shown_at + INTERVAL 1 DAY, NULL) AS noticed_at
        FROM (
            SELECT * REPLACE (coalesce(recorded_case_id, case_id) AS case_id),
                unnest(if(label = 'DOUBLE_SCAN', [0, 1], [0])) AS again
            FROM truth_use) AS u
        JOIN (SELECT case_id, if(site = 'H7', 'd365', 'sap_s4') AS source, coalesce(done_at, canceled_at) AS done_at,
                coalesce(charted_at, canceled_at) AS charted_at FROM operation) USING (case_id);
    CREATE TEMP TABLE moment AS
        SELECT *, (row_number() OVER versions)::INTEGER AS version, lead(at_time) OVER versions AS until
        FROM (
            SELECT case_id, booked_at AS at_time FROM operation
            UNION SELECT case_id, unnest([in_room_at, done_at, canceled_at]) FROM operation
            UNION SELECT case_id, unnest([shown_at, noticed_at]) FROM told)
        WHERE at_time IS NOT NULL WINDOW versions AS (PARTITION BY case_id ORDER BY at_time);
    -- What is noticed by an even number is marked, by an odd one it vanishes.
    CREATE TEMP VIEW line_version AS
        SELECT moment.case_id, moment.version, told.* EXCLUDE (case_id), coalesce(noticed_at <= at_time, false) AS is_void
        FROM moment JOIN told ON told.case_id = moment.case_id AND shown_at <= at_time
        WHERE NOT (coalesce(noticed_at <= at_time, false) AND spread(use_id, 2) = 1);
    CREATE TEMP TABLE card AS
        SELECT card_id, version AS card_version, {{'card_id': card_id, 'version': version,
            'lines': list_sort(list({{'supply_id': supply_id, 'open_qty': open_quantity, 'hold_qty': hold_quantity}}))}}
            AS preference_card
        FROM truth_card_line JOIN supply USING (item_id) GROUP BY card_id, version;
"""
MACROS = """
    -- As the EHRs number visits (simulator/systems/ehr): the acquired hospital's counts everything in one sequence.
    CREATE TEMP MACRO visit_number(site, encounter) AS
        if(site = 'H7', (number_of(encounter) * 2 + 700000)::VARCHAR, encounter);
    CREATE TEMP MACRO minutes_between(start, finish) AS greatest(0, date_diff('minute', start, finish))::INTEGER;
"""

DOCUMENTS = {
    "cases": """
        WITH supplies AS (
            SELECT case_id, version, list_sort(list({'line_id': number_of(use_id) * 10 + again,
                'supply_id': if(label = 'ITEM_UNMAPPED', unlisted(item_id), supply_id),
                'erp_item': if(label = 'ITEM_UNMAPPED', NULL, erp_item), 'description': description,
                'udi_raw': if(is_implant, concat('(01)', gtin, '(17)' || strftime(expiry_date, '%y%m%d'), '(10)' || lot,
                    '(21)' || serial), NULL),
                'lot': lot, 'serial': serial, 'expiry': expiry_date, 'picked': picked, 'used': used, 'wasted': wasted,
                'returned': returned, 'is_implant': is_implant, 'ownership': ownership, 'documented_at': documented_at,
                'documented_by_role': if(is_implant, 'CIRCULATOR', 'SCRUB'), 'voided': is_void,
                'void_of': if(is_void, number_of(use_id) * 10, NULL)})) AS supplies
            FROM line_version JOIN supply USING (item_id) LEFT JOIN erp_item USING (source, item_id)
            WHERE in_part(case_id) GROUP BY ALL)
        SELECT case_id, visit_number(site, encounter_id) AS encounter_csn, site AS facility, room, kind AS suite,
            CASE WHEN at_time >= done_at THEN 'COMPLETED' WHEN at_time >= canceled_at THEN 'CANCELED'
                WHEN at_time >= in_room_at THEN 'IN_PROGRESS' ELSE 'SCHEDULED' END AS status,
            if(at_time >= canceled_at, cancel_reason, NULL) AS cancel_reason, moment.version, at_time AS last_modified,
            {'scheduled_start': scheduled_at, 'in_room': if(at_time >= in_room_at, in_room_at, NULL),
             'anesthesia_start': if(at_time >= done_at, anesthesia_at, NULL),
             'incision': if(at_time >= done_at, incision_at, NULL), 'close': if(at_time >= done_at, close_at, NULL),
             'out_room': if(at_time >= done_at, out_room_at, NULL)} AS times,
            [{'seq': 1, 'code': procedure_code, 'code_system': 'ICD-10-PCS', 'is_primary': true, 'surgeon_id': provider_id,
              'laterality': CASE spread(case_id, 3) WHEN 0 THEN 'LEFT' WHEN 1 THEN 'RIGHT' END}] AS procedures,
            if(at_time >= done_at, [
                {'role': 'SURGEON', 'minutes': minutes_between(incision_at, close_at)},
                {'role': 'ANESTHESIA', 'minutes': minutes_between(anesthesia_at, out_room_at)},
                {'role': 'CIRCULATOR', 'minutes': minutes_between(in_room_at, out_room_at)},
                {'role': 'SCRUB', 'minutes': minutes_between(in_room_at, out_room_at)}], []) AS staff,
            coalesce(supplies, []) AS supplies, preference_card, at_time AS _from, until AS _until
        FROM moment JOIN operation USING (case_id)
        LEFT JOIN card ON card.card_id = operation.card_id AND card.card_version = operation.card_version
        LEFT JOIN supplies ON supplies.case_id = moment.case_id AND supplies.version = moment.version
        WHERE in_part(moment.case_id) ORDER BY at_time, case_id""",
}


def write_perioperative(truth: Path, folder: Path) -> dict[str, int]:
    """Write the cases from the truth's files; returns their rows (versions)."""
    with open_documents(truth, COLUMNS) as connection:
        connection.execute(supplies.MACROS)
        connection.execute(MACROS)
        connection.execute(VIEWS)
        return write_documents(connection, DOCUMENTS, folder, parts_of(connection, "line_version"))
