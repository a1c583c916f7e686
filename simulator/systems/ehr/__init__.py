"""What the network's EHRs show: FHIR R4 resources, a row for each version, as the FHIR server's store reads them.

Belongs here: which EHR shows whom, and the writing. Not here: the shapes (`places.py`, `persons.py`, `visits.py`,
`procedures.py`, `supplies.py`), the server (simulator/fhir), what happened (simulator/network).

One EHR serves the sites on SAP that see patients, a second one the hospital that was acquired, with medical record numbers
and numbers of its own. Hospitals on Oracle and the legacy system send no FHIR.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from simulator.network.calendar import ACQUISITION_H7, month_start
from simulator.systems.ehr import persons, places, procedures, supplies, visits
from simulator.systems.ehr.datatypes import Resource, macros
from simulator.systems.ehr.template import compiled
from simulator.systems.truth import open_truth

RESOURCES: list[Resource] = [
    *places.RESOURCES, *persons.RESOURCES, *visits.RESOURCES, *procedures.RESOURCES, *supplies.RESOURCES,
]  # fmt: skip
# Small enough that a reader of a page decodes little, large enough to compress.
ROWS_PER_GROUP = 10_240


@dataclass(frozen=True)
class Server:
    """One EHR. `mrn` is the column of a person's record number; `own` makes the server's id of a truth's id, as SQL."""

    name: str
    sites: tuple[str, ...]
    mrn: str
    own: str
    opened: str


EHR = Server("ehr", ("H1", "H2", "H3", "H4", "A1", "A2", "CL"), "mrn", "id", "2019-01-07")
# Numbers in one sequence for all, as a server gives them that knows no better; cases stand between the others.
EHR_H7 = Server(
    "ehr_h7", ("H7",), "mrn_h7",
    "(regexp_replace(id, '[^0-9]', '', 'g')::BIGINT * 2 + (id LIKE 'C%')::INTEGER + 700000)::VARCHAR",
    month_start(ACQUISITION_H7).isoformat(),
)  # fmt: skip
SERVERS = (EHR, EHR_H7)


def write_ehr(truth: Path, folder: Path, server: Server) -> dict[str, int]:
    """Write `<Type>.parquet` of one server into its folder; returns the versions of each type."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = open_truth(truth)
    sites = ", ".join(f"'{site}'" for site in server.sites)
    connection.execute(f"""
        CREATE TEMP MACRO own(id) AS {server.own};
        -- Midnight of the day on which the server began.
        CREATE TEMP MACRO opened() AS TIMESTAMP '{server.opened} 04:00:00';
        CREATE TEMP VIEW site AS SELECT code AS site, name, kind FROM truth_site WHERE code IN ({sites});
        CREATE TEMP VIEW known_person AS SELECT *, {server.mrn} AS record_number FROM truth_person;
    """)
    connection.execute(macros())
    for statements in (supplies.MACROS, visits.VIEWS, procedures.VIEWS, supplies.VIEWS, persons.VIEWS):
        connection.execute(statements)
    return {made.type: _write(connection, made, folder) for made in RESOURCES}


def _write(connection: duckdb.DuckDBPyConnection, made: Resource, folder: Path) -> int:
    written = connection.execute(f"""
        COPY (
            WITH version AS (
                SELECT *, row_number() OVER history AS version, lead(seen_at) OVER history AS until
                FROM ({made.versions}) WHERE seen_at IS NOT NULL
                WINDOW history AS (PARTITION BY id ORDER BY seen_at))
            SELECT id, seen_at AS last_updated, CASE WHEN NOT gone THEN {compiled(made.shape)} END AS resource,
                seen_at AS _from, until AS _until, gone AS is_deleted
            FROM (SELECT * FROM version WHERE until IS NULL OR until > seen_at ORDER BY seen_at, id)
        ) TO '{folder / made.type}.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_PER_GROUP})
    """).fetchone()
    return int(written[0]) if written else 0
