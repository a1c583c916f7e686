"""A hand-written truth of a few visits, as small as it shows every path of an EHR, and the EHRs made of it.

P1 comes to H1 through the emergency department (E1), is admitted (E2), operated on (C1, with implants), coded and billed.
P2 calls a clinic visit off (E3), stands in H1's emergency department by mistake (E4), and is sent home from an operation
that does not take place (E9, C2). P3 is seen at H7 (E5), P2 at H5, which sends no FHIR (E6). P1 lies at H2 on the last day
(E7), first under a second record, P4. C3 is on the schedule only.
"""

from pathlib import Path

import duckdb

TABLES = {
    "truth_site": "code VARCHAR, name VARCHAR, kind VARCHAR",
    "truth_cost_center": "code VARCHAR, name VARCHAR, site VARCHAR, kind VARCHAR",
    "truth_item": "item_id VARCHAR, description VARCHAR, gtin VARCHAR, base_uom VARCHAR",
    "truth_source_item": "source VARCHAR, source_pk VARCHAR, item_id VARCHAR, description VARCHAR",
    "truth_person": "person_id VARCHAR, mrn VARCHAR, mrn_h7 VARCHAR, given_name VARCHAR, family_name VARCHAR, "
    "birth_date DATE, sex VARCHAR, ssn VARCHAR, phone VARCHAR, street VARCHAR, city VARCHAR, postal_code VARCHAR, "
    "canary VARCHAR, merged_at TIMESTAMP",
    "truth_provider": "provider_id VARCHAR, npi VARCHAR, given_name VARCHAR, family_name VARCHAR, specialty VARCHAR, "
    "site VARCHAR, is_surgeon BOOLEAN, canary VARCHAR",
    "truth_encounter": "encounter_id VARCHAR, account_number VARCHAR, person_id VARCHAR, site VARCHAR, class VARCHAR, "
    "cost_center VARCHAR, admitted_at TIMESTAMP, discharged_at TIMESTAMP, status VARCHAR, part_of VARCHAR, "
    "payer VARCHAR, disposition VARCHAR, attending_provider_id VARCHAR, coded_at TIMESTAMP, billed_at TIMESTAMP, "
    "is_department_unmapped BOOLEAN, merged_from_person_id VARCHAR",
    "truth_unit_stay": "encounter_id VARCHAR, sequence INTEGER, cost_center VARCHAR, from_at TIMESTAMP, until_at TIMESTAMP",
    "truth_diagnosis": "encounter_id VARCHAR, rank INTEGER, code VARCHAR",
    "truth_procedure": "procedure_id VARCHAR, encounter_id VARCHAR, case_id VARCHAR, sequence INTEGER, code VARCHAR, "
    "code_system VARCHAR, performed_at TIMESTAMP, provider_id VARCHAR",
    "truth_case": "case_id VARCHAR, encounter_id VARCHAR, site VARCHAR, cost_center VARCHAR, room VARCHAR, "
    "procedure_code VARCHAR, provider_id VARCHAR, status VARCHAR, cancel_reason VARCHAR, booked_at TIMESTAMP, "
    "scheduled_at TIMESTAMP, in_room_at TIMESTAMP, incision_at TIMESTAMP, close_at TIMESTAMP, out_room_at TIMESTAMP, "
    "last_modified_at TIMESTAMP",
    "truth_use": "use_id VARCHAR, case_id VARCHAR, recorded_case_id VARCHAR, encounter_id VARCHAR, item_id VARCHAR, "
    "used_at TIMESTAMP, documented_at TIMESTAMP, used INTEGER, wasted INTEGER, returned INTEGER, is_implant BOOLEAN, "
    "lot VARCHAR, serial VARCHAR, expiry_date DATE, label VARCHAR",
    "truth_med_admin": "admin_id VARCHAR, encounter_id VARCHAR, item_id VARCHAR, administered_at TIMESTAMP, "
    "dose DECIMAL(18, 2), unit VARCHAR, quantity INTEGER",
    "truth_charge": "charge_id VARCHAR, encounter_id VARCHAR, cost_center VARCHAR, charge_code VARCHAR, "
    "revenue_code VARCHAR, item_id VARCHAR, use_id VARCHAR, service_at TIMESTAMP, posted_at TIMESTAMP, quantity INTEGER, "
    "amount DECIMAL(18, 2), kind VARCHAR, links_to VARCHAR, label VARCHAR",
}
ROWS = {
    "truth_site": """
        ('H1', 'Meridian University Hospital', 'HOSPITAL'), ('H2', 'Meridian Heart Hospital', 'HOSPITAL'),
        ('H5', 'Lakeside Community Hospital', 'HOSPITAL'), ('H7', 'Hillcrest Hospital', 'HOSPITAL'),
        ('CL', 'Meridian Clinics', 'CLINIC')""",
    "truth_cost_center": """
        ('10040', 'Medical 1', 'H1', 'PATIENT_CARE'), ('10043', 'Intensive care 4', 'H1', 'PATIENT_CARE'),
        ('10060', 'Operating room', 'H1', 'ANCILLARY'), ('10068', 'Emergency', 'H1', 'ANCILLARY'),
        ('11040', 'Medical 1', 'H2', 'PATIENT_CARE'), ('14050', 'Emergency', 'H5', 'ANCILLARY'),
        ('16050', 'Emergency', 'H7', 'ANCILLARY'), ('22001', 'Primary care', 'CL', 'ANCILLARY')""",
    "truth_item": """
        ('I-000001', 'Knee femoral, "left" 4 mm', '09520000000018', 'EA'), ('I-000002', 'Drape sterile', NULL, 'EA'),
        ('I-000003', 'Vial 10 mg', NULL, 'EA')""",
    "truth_source_item": """
        ('ehr', 'SUP000001', 'I-000001', 'Femoral knee L'), ('sap_s4', '100000002', 'I-000002', 'DRAPE'),
        ('ehr', 'SUP000002', 'I-000002', 'Drape'), ('ehr', 'SUP000003', 'I-000003', 'Vial')""",
    "truth_person": """
        ('P0000001', 'M0000017', NULL, 'Ada', 'Núñez', DATE '1950-02-03', 'female', '000-12-0001', '513-555-0101',
         '1 Quarry Road', 'Brackenford', '45001', 'CanaryP1', NULL),
        ('P0000002', 'M0000024', NULL, 'Bram', 'O''Hart', DATE '1980-05-06', 'male', '000-12-0002', NULL,
         '2 Wren Street', 'Millhaven', '45117', 'CanaryP2', NULL),
        ('P0000003', 'M0000031', 'HC00031', 'Célia', 'Ashdown', DATE '2001-07-08', 'female', '000-12-0003', '513-555-0103',
         '3 Old Mill Lane', 'Stonebridge', '41002', 'CanaryP3', NULL),
        ('P0000004', 'M0000048', NULL, 'Ada', 'Nunez', DATE '1950-02-03', 'female', '000-12-0001', NULL,
         '1 Quarry Rd', 'Brackenford', '45001', 'CanaryP4',
         TIMESTAMP '2026-10-12 10:00:00')""",
    "truth_provider": """
        ('D00001', '1234567890', 'Dov', 'Corbridge', 'JOINT', 'H1', true, 'CanaryD1'),
        ('D00002', '1234567891', 'Esme', 'Delmonte', 'EMERGENCY', 'H7', false, 'CanaryD2')""",
    "truth_encounter": """
        ('E00000001', 'A0000001', 'P0000001', 'H1', 'EMER', '10068', TIMESTAMP '2026-03-01 08:00:00',
         TIMESTAMP '2026-03-01 12:00:00', 'finished', NULL, 'Medicare', '01', 'D00001', TIMESTAMP '2026-03-12 15:00:00',
         TIMESTAMP '2026-03-14 15:00:00', false, NULL),
        ('E00000002', 'A0000001', 'P0000001', 'H1', 'IMP', '10040', TIMESTAMP '2026-03-01 12:00:00',
         TIMESTAMP '2026-03-06 16:00:00', 'finished', 'E00000001', 'Medicare', '03', 'D00001',
         TIMESTAMP '2026-03-12 15:00:00', TIMESTAMP '2026-03-14 15:00:00', false, NULL),
        ('E00000003', 'A0000003', 'P0000002', 'CL', 'AMB', '22001', TIMESTAMP '2026-04-08 14:10:00',
         TIMESTAMP '2026-04-08 15:00:00', 'cancelled', NULL, 'Commercial', NULL, 'D00001', NULL, NULL, false, NULL),
        ('E00000004', 'A0000004', 'P0000002', 'H1', 'EMER', '10068', TIMESTAMP '2026-05-01 20:00:00',
         NULL, 'entered-in-error', NULL, 'Commercial', NULL, 'D00001', NULL, NULL, true, NULL),
        ('E00000005', 'A0000005', 'P0000003', 'H7', 'EMER', '16050', TIMESTAMP '2025-08-05 20:00:00',
         TIMESTAMP '2025-08-05 23:00:00', 'finished', NULL, 'Workers'' compensation', '01', 'D00002',
         TIMESTAMP '2025-08-08 15:00:00',
         TIMESTAMP '2025-08-10 15:00:00', false, NULL),
        ('E00000006', 'A0000006', 'P0000002', 'H5', 'EMER', '14050', TIMESTAMP '2026-01-05 20:00:00',
         TIMESTAMP '2026-01-05 23:00:00', 'finished', NULL, 'Commercial', '01', 'D00001', TIMESTAMP '2026-01-08 15:00:00',
         TIMESTAMP '2026-01-10 15:00:00', false, NULL),
        ('E00000007', 'A0000007', 'P0000001', 'H2', 'IMP', '11040', TIMESTAMP '2026-10-01 02:00:00',
         NULL, 'in-progress', NULL, 'Medicare', NULL, 'D00001', NULL, NULL, false, 'P0000004'),
        ('E00000009', 'A0000009', 'P0000002', 'H1', 'AMB', '10060', TIMESTAMP '2026-06-02 11:00:00',
         TIMESTAMP '2026-06-02 14:00:00', 'finished', NULL, 'Commercial', '01', 'D00001', TIMESTAMP '2026-06-06 15:00:00',
         TIMESTAMP '2026-06-09 15:00:00', false, NULL)""",
    "truth_unit_stay": """
        ('E00000002', 1, '10040', TIMESTAMP '2026-03-01 12:00:00', TIMESTAMP '2026-03-02 18:00:00'),
        ('E00000002', 2, '10043', TIMESTAMP '2026-03-02 18:00:00', TIMESTAMP '2026-03-06 16:00:00')""",
    "truth_diagnosis": """('E00000002', 1, 'M1711'), ('E00000002', 2, 'I10'), ('E00000005', 1, 'R079')""",
    "truth_procedure": """
        ('PR00000002-1', 'E00000002', 'C0000001', 1, '0SRC0J9', 'ICD-10-PCS', TIMESTAMP '2026-03-02 14:00:00', 'D00001'),
        ('PR00000002-2', 'E00000002', NULL, 2, '5A1935Z', 'ICD-10-PCS', TIMESTAMP '2026-03-03 10:00:00', 'D00001'),
        ('PR00000005-1', 'E00000005', NULL, 1, 'MX0417', 'OUTPATIENT', TIMESTAMP '2025-08-05 21:00:00', 'D00002')""",
    "truth_case": """
        ('C0000001', 'E00000002', 'H1', '10060', 'H1-OR-01', '0SRC0J9', 'D00001', 'COMPLETED', NULL,
         TIMESTAMP '2026-03-02 10:00:00', TIMESTAMP '2026-03-02 13:30:00',
         TIMESTAMP '2026-03-02 13:40:00', TIMESTAMP '2026-03-02 14:05:00',
         TIMESTAMP '2026-03-02 15:40:00', TIMESTAMP '2026-03-02 15:55:00', TIMESTAMP '2026-03-02 16:10:00'),
        ('C0000002', 'E00000009', 'H1', '10060', 'H1-OR-01', '0FT44ZZ', 'D00001', 'CANCELED', 'NOT_FASTING',
         TIMESTAMP '2026-05-02 12:30:00',
         TIMESTAMP '2026-06-02 12:30:00', NULL, NULL, NULL, NULL, TIMESTAMP '2026-06-02 12:45:00'),
        ('C0000003', NULL, 'H1', '10060', 'H1-OR-02', '0FT44ZZ', 'D00001', 'SCHEDULED', NULL,
         TIMESTAMP '2026-10-04 12:45:00',
         TIMESTAMP '2026-11-04 12:30:00', NULL, NULL, NULL, NULL, TIMESTAMP '2026-10-04 12:45:00')""",
    "truth_use": """
        ('U00000001', 'C0000001', NULL, 'E00000002', 'I-000001', TIMESTAMP '2026-03-02 14:30:00',
         TIMESTAMP '2026-03-02 15:30:00', 1, 0, 0, true, 'LOT7', 'SN900017', DATE '2030-01-31', 'CLEAN'),
        ('U00000002', 'C0000001', NULL, 'E00000002', 'I-000001', TIMESTAMP '2026-03-02 14:40:00',
         TIMESTAMP '2026-03-02 15:31:00', 1, 0, 0, true, 'LOT7', 'SN900018', DATE '2030-01-31', 'MISSING_SERIAL'),
        ('U00000003', 'C0000001', NULL, 'E00000002', 'I-000002', TIMESTAMP '2026-03-02 14:35:00',
         TIMESTAMP '2026-03-02 15:32:00', 3, 0, 1, false, NULL, NULL, NULL, 'DOUBLE_SCAN'),
        ('U00000004', 'C0000001', NULL, 'E00000002', 'I-000002', TIMESTAMP '2026-03-02 14:36:00',
         TIMESTAMP '2026-03-02 15:33:00', 0, 2, 0, false, NULL, NULL, NULL, 'CLEAN'),
        ('U00000005', 'C0000001', NULL, 'E00000002', 'I-000002', TIMESTAMP '2026-03-02 14:37:00',
         TIMESTAMP '2026-03-02 15:34:00', 0, 0, 2, false, NULL, NULL, NULL, 'CLEAN'),
        ('U00000006', NULL, NULL, 'E00000002', 'I-000002', TIMESTAMP '2026-03-03 14:37:00',
         TIMESTAMP '2026-03-05 15:34:00', 1, 0, 0, false, NULL, NULL, NULL, 'ITEM_UNMAPPED'),
        ('U00000007', NULL, NULL, 'E00000006', 'I-000002', TIMESTAMP '2026-01-05 21:00:00',
         TIMESTAMP '2026-01-05 21:10:00', 1, 0, 0, false, NULL, NULL, NULL, 'CLEAN'),
        ('U00000010', 'C0000001', NULL, 'E00000002', 'I-000002', TIMESTAMP '2026-03-02 14:35:00',
         TIMESTAMP '2026-03-02 15:32:00', 1, 0, 0, false, NULL, NULL, NULL, 'DOUBLE_SCAN')""",
    "truth_med_admin": """
        ('B00000001', 'E00000002', 'I-000003', TIMESTAMP '2026-03-03 09:00:00', 2.50, 'mg', 1),
        ('B00000002', 'E00000005', 'I-000003', TIMESTAMP '2025-08-05 21:00:00', 10.00, 'mg', 1)""",
    "truth_charge": """
        ('G00000001', 'E00000002', '10060', 'CHG-17', '0278', 'I-000001', 'U00000001', TIMESTAMP '2026-03-02 14:30:00',
         TIMESTAMP '2026-03-03 02:00:00', 1, 4810.40, 'CHARGE', NULL, 'CLEAN'),
        ('G00000002', 'E00000002', '10060', 'CHG-17', '0278', 'I-000001', NULL, TIMESTAMP '2026-03-02 14:30:00',
         TIMESTAMP '2026-03-04 02:00:00', 1, 4810.40, 'CHARGE', NULL, 'CLEAN'),
        ('G00000003', 'E00000002', '10060', 'CHG-17', '0278', 'I-000001', NULL, TIMESTAMP '2026-03-02 14:30:00',
         TIMESTAMP '2026-03-08 02:00:00', -1, -4810.40, 'CREDIT', 'G00000002', 'CLEAN'),
        ('G00000004', 'E00000005', '16050', 'CHG-99', '0450', NULL, NULL, TIMESTAMP '2025-08-05 20:00:00',
         TIMESTAMP '2025-08-06 02:00:00', 1, 900.00, 'CHARGE', NULL, 'CLEAN'),
        ('G00000005', 'E00000007', '11040', 'CHG-20', '0120', NULL, NULL, TIMESTAMP '2026-10-01 03:59:00',
         TIMESTAMP '2026-10-01 05:00:00', 1, 2000.00, 'CHARGE', NULL, 'CLEAN')""",
}


def write_truth(folder: Path) -> None:
    folder.mkdir(parents=True)
    connection = duckdb.connect()
    for table, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.execute(f"INSERT INTO {table} VALUES {ROWS[table]}")
        connection.execute(f"COPY {table} TO '{folder / table}.parquet'")
