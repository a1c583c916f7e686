"""A small world of documents for the cloud services, made by hand: versions, nested children, empty values, ties.

Belongs here: files. Not here: assertions. Every time is UTC; clocks of the tests stand at one of NOON's days.
"""

from datetime import datetime
from pathlib import Path

import duckdb

# The clock of most tests, and the day on which purchase order 3 changes.
NOW = datetime(2025, 3, 10, 12)
CHANGE = datetime(2025, 3, 11, 12)

# 51 orders, an hour apart from 1 March on; number 3 is received on the day of CHANGE; number 60 is not there before 1 May.
ORDERS = """
    WITH versions AS (
        SELECT n, 'issued' AS status, TIMESTAMP '2025-03-01' + INTERVAL (n) HOUR AS changed, false AS is_received
        FROM range(1, 52) AS numbers(n)
        UNION ALL SELECT 3, 'closed', TIMESTAMP '2025-03-11 12:00:00', true
        UNION ALL SELECT 60, 'issued', TIMESTAMP '2025-05-01', false
    )
    SELECT n::INTEGER AS id, printf('45%08d', n) AS "po-number", status, changed AS "updated-at",
        TIMESTAMP '2025-03-01' + INTERVAL (n) HOUR AS "created-at", if(n % 2 = 0, NULL, 'note ' || n) AS comment,
        {'number': 'V' || n % 3, 'name': 'O''Brien "Sons" & Co' } AS supplier,
        [{'id': n * 10 + line, 'line-num': line, 'price': (n + 0.1 * line)::DECIMAL(18, 4),
          'received': if(is_received, 5, 0)::DECIMAL(18, 2),
          'account': {'code': 'H1-' || (n + line) % 5}} FOR line IN range(1, 1 + n % 3)] AS "order-lines",
        false AS exported, changed AS _from, lead(changed) OVER (PARTITION BY n ORDER BY changed) AS _until
    FROM versions ORDER BY n, changed"""

# Location L1 has 2,500 movements, one an hour; the last was recorded on 20 March of something that was on 2 March.
MOVEMENTS = """
    WITH numbered AS (
        SELECT location_id, seq, TIMESTAMP '2025-01-01' + INTERVAL (seq) HOUR AS recorded_at
        FROM (VALUES ('L1', 2500), ('L2', 3)) AS locations(location_id, many), range(1, many + 1) AS numbers(seq)
    )
    SELECT location_id || '-' || seq AS movement_id, seq, if(seq = 1, 'COUNT', 'ISSUE') AS type,
        if(seq = 2500, TIMESTAMP '2025-03-02', recorded_at) AS occurred_at,
        if(seq = 2500, TIMESTAMP '2025-03-20', recorded_at) AS recorded_at, location_id, 'I-' || seq % 7 AS item_no,
        if(seq = 1, 5000, -1)::BIGINT AS qty, 'EA' AS uom, NULL::VARCHAR AS lot,
        if(seq = 2500, TIMESTAMP '2025-03-20', recorded_at) AS _from, NULL::TIMESTAMP AS _until
    FROM numbered ORDER BY location_id, seq"""

# 12 cases; case 5 is completed on the day of CHANGE, with a supply that its first version did not have.
CASES = """
    WITH versions AS (
        SELECT n, 1 AS version, TIMESTAMP '2025-03-01' + INTERVAL (n // 2) DAY AS changed FROM range(1, 13) AS numbers(n)
        UNION ALL SELECT 5, 2, TIMESTAMP '2025-03-11 12:00:00'
    )
    SELECT printf('C%07d', n) AS case_id, if(version = 1, 'SCHEDULED', 'COMPLETED') AS status, version,
        changed AS last_modified, {'scheduled_start': changed + INTERVAL 1 DAY, 'in_room': NULL::TIMESTAMP} AS times,
        [{'line_id': n * 10 + line, 'used': line} FOR line IN range(1, 1 + version)] AS supplies,
        changed AS _from, lead(changed) OVER (PARTITION BY n ORDER BY changed) AS _until
    FROM versions ORDER BY last_modified, case_id"""

CONTRACTS = """
    SELECT printf('CN%04d', n) AS contract_number, if(version = 1, 'DRAFT', 'ACTIVE') AS status, version,
        TIMESTAMP '2025-02-01' + INTERVAL (n + 20 * (version - 1)) DAY AS updated_at,
        [{'line_id': 1, 'price': 817.5000::DECIMAL(18, 4)}] AS price_lines,
        updated_at AS _from, if(version = 1 AND n <= 2, updated_at + INTERVAL 20 DAY, NULL) AS _until
    FROM range(1, 61) AS numbers(n), range(1, 3) AS versions(version)
    WHERE version = 1 OR n <= 2 ORDER BY updated_at"""

# Two runs; the second takes 12.34 of the first back.
PAYROLL = """
    SELECT run AS Run_ID, start AS Pay_Period_Start, start + 13 AS Pay_Period_End, 'W00000' || worker AS Worker_Key,
        '1000' AS Company, 'EARNING' AS Pay_Component_Type, hours::DECIMAL(18, 2) AS Hours,
        amount::DECIMAL(18, 2) AS Amount, is_retro AS Is_Retro, original AS Original_Period_End,
        start::TIMESTAMP + INTERVAL 20 DAY AS _from, NULL::TIMESTAMP AS _until
    FROM (VALUES ('R1', DATE '2025-01-06', 1, 80, 3200.50, false, NULL),
        ('R1', DATE '2025-01-06', 2, 7.25, 99.00, false, NULL),
        ('R2', DATE '2025-01-20', 1, 80, 3200.50, false, NULL),
        ('R2', DATE '2025-01-20', 1, -0.5, -12.34, true, DATE '2025-01-19')
    ) AS lines(run, start, worker, hours, amount, is_retro, original)"""

FILES = {
    "procurement/purchase_orders": ORDERS,
    "inventory/movements": MOVEMENTS,
    "inventory/locations": """
        SELECT unnest(['L1', 'L2']) AS location_id, 'H1' AS facility, TIMESTAMP '2020-01-01' AS _from,
            NULL::TIMESTAMP AS _until""",
    "perioperative/cases": CASES,
    "contracts/contracts": CONTRACTS,
    "hcm/Payroll_Results_By_Cost_Center": PAYROLL,
}


def write(folder: Path) -> None:
    with duckdb.connect() as connection:
        for name, query in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
