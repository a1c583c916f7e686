"""FHIR ChargeItem as NDJSON, flattened by our contract and by typed SQL written by hand, into a DuckDB file.

Belongs here: both sides and their input. Not here: how often each runs (__main__.py).

`python -m bench.ingestion.charge_items SIDE ROWS` prints one line of JSON.
"""

import argparse
import itertools
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from bench import measure

# What one file of a bulk export holds.
ROWS_PER_FILE = 10_000
TYPED = """
    CREATE TABLE charge_item AS SELECT
        id, status, code.coding[1].system AS code_system, code.coding[1].code AS code,
        list_filter(code.coding, lambda c: c.system = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets')[1].code
            AS hcpcs_code,
        list_filter(code.coding, lambda c: c.system = 'https://www.nubc.org/CodeSystem/RevenueCodes')[1].code
            AS revenue_code,
        parse_filename(subject.reference) AS patient_key, parse_filename(context.reference) AS encounter_key,
        occurrenceDateTime::TIMESTAMPTZ::TIMESTAMP AS occurred_at,
        occurrencePeriod.start::TIMESTAMPTZ::TIMESTAMP AS occurred_started_at,
        enteredDate::TIMESTAMPTZ::TIMESTAMP AS entered_at,
        parse_filename(performer[1].actor.reference) AS primary_provider_key,
        parse_filename(performingOrganization.reference) AS organization_id,
        performingOrganization.identifier.value AS department_code,
        parse_filename(costCenter.reference) AS cost_center_id, costCenter.identifier.value AS cost_center_code,
        quantity.value AS quantity, quantity.unit AS quantity_unit, factorOverride AS factor_override,
        priceOverride.value AS price_override, priceOverride.currency AS currency_code,
        parse_filename(service[1].reference) AS service_id,
        productCodeableConcept.coding[1].system AS product_system, productCodeableConcept.coding[1].code AS product_code,
        parse_filename(productReference.reference) AS product_id, parse_filename(account[1].reference) AS account_key,
        parse_filename(partOf[1].reference) AS part_of_charge_id, meta.lastUpdated::TIMESTAMPTZ::TIMESTAMP AS last_updated
    FROM read_ndjson(?, columns = {
        id: 'VARCHAR', status: 'VARCHAR', meta: 'STRUCT(lastUpdated VARCHAR)',
        code: 'STRUCT(coding STRUCT("system" VARCHAR, code VARCHAR)[])',
        subject: 'STRUCT(reference VARCHAR)', context: 'STRUCT(reference VARCHAR)',
        occurrenceDateTime: 'VARCHAR', occurrencePeriod: 'STRUCT("start" VARCHAR)', enteredDate: 'VARCHAR',
        performer: 'STRUCT(actor STRUCT(reference VARCHAR))[]',
        performingOrganization: 'STRUCT(reference VARCHAR, identifier STRUCT("value" VARCHAR))',
        costCenter: 'STRUCT(reference VARCHAR, identifier STRUCT("value" VARCHAR))',
        quantity: 'STRUCT("value" DECIMAL(18,6), unit VARCHAR)', factorOverride: 'DECIMAL(18,6)',
        priceOverride: 'STRUCT("value" DECIMAL(18,6), currency VARCHAR)', service: 'STRUCT(reference VARCHAR)[]',
        productCodeableConcept: 'STRUCT(coding STRUCT("system" VARCHAR, code VARCHAR)[])',
        productReference: 'STRUCT(reference VARCHAR)', account: 'STRUCT(reference VARCHAR)[]',
        partOf: 'STRUCT(reference VARCHAR)[]'})"""


def charge_item(number: int) -> dict:
    day = f"2026-0{number % 9 + 1}-{number % 28 + 1:02d}T{number % 24:02d}:15:30"
    return {
        "resourceType": "ChargeItem",
        "id": f"charge-{number:08d}",
        "meta": {"versionId": "1", "lastUpdated": f"{day}.125Z"},
        "status": ("billable", "billed", "planned")[number % 3],
        "code": {
            "coding": [{"system": "urn:charge-master", "code": f"CDM{number % 4000:06d}", "display": "STENT DES 3.0"}]
        },
        "subject": {"reference": f"Patient/patient-{number % 5000:06d}"},
        "context": {"reference": f"Encounter/encounter-{number % 20000:07d}"},
        "occurrenceDateTime": f"{day}-05:00",
        "enteredDate": f"{day}Z",
        "quantity": {"value": number % 12 + 1, "unit": "each"},
        "priceOverride": {"value": f"{number % 99_991 / 100:.2f}", "currency": "USD"},
    }


def files(rows: int, folder: Path) -> Iterator[Path]:
    numbers = iter(range(rows))
    for part in itertools.count():
        lines = [json.dumps(charge_item(number)) for number in itertools.islice(numbers, ROWS_PER_FILE)]
        if not lines:
            return
        path = folder / f"{part:04d}.ndjson"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield path


def typed_sql(paths: list[Path], connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(TYPED, [[str(path) for path in paths]])


def by_contract(paths: list[Path], connection: duckdb.DuckDBPyConnection) -> None:
    """The decoder of the landing path on the contract of ChargeItem, all of its columns and child tables."""
    from ingestion.contracts import load_contract
    from ingestion.landing.decode import Decoder
    from ingestion.landing.page import Envelope, Page

    contract = load_contract("fhir_r4")
    decoder = Decoder(contract.by_name["charge_item"], contract.children("charge_item"), contract.not_taken)
    tables: dict[str, list[pa.Table]] = {}
    for position, path in enumerate(paths):
        for block in decoder.blocks([Page(path.read_bytes(), Envelope(lines=True), path.name)], position):
            for name, rows in block.rows.items():
                tables.setdefault(name, []).append(rows.table)
    for name, parts in tables.items():
        connection.register("flat", pa.concat_tables(parts))
        connection.execute(f"CREATE TABLE {name} AS FROM flat")


SIDES: dict[str, Callable[[list[Path], duckdb.DuckDBPyConnection], None]] = {
    "by_contract": by_contract,
    "typed_sql": typed_sql,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("rows", type=int)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        paths = list(files(arguments.rows, Path(folder)))
        with duckdb.connect(f"{folder}/charges.duckdb") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            SIDES[arguments.side](paths[:1], connection)  # what is imported and compiled once is no cost of a row
            for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                connection.execute(f"DROP TABLE {name}")
            started = measure.cpu_seconds()
            SIDES[arguments.side](paths, connection)
            found = connection.execute("SELECT count(*), count(DISTINCT id) FROM charge_item").fetchone()
            if found != (arguments.rows, arguments.rows):
                raise RuntimeError(f"{arguments.side}: {found} rows of {arguments.rows}")
            measure.report(started)


if __name__ == "__main__":
    main()
