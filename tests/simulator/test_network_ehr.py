"""What the network's EHRs show of its truth, as a client meets it, while the clock stands at different times.

Belongs here: resources against the facts that they are made of, versions, deletions, who sees whom. Not here: the server's
protocol (`test_fhir_server.py`). The truth is written by hand in `ehr_world.py`; at the end stands a generated one.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import httpx
import pytest

from simulator.fhir.exports import ExportSettings
from simulator.fhir.server import FhirServer
from simulator.fhir.store import Store
from simulator.serve.loopback import serving
from simulator.systems.ehr import SERVERS, write_ehr
from tests.simulator.ehr_world import write_truth

REPOSITORY = Path(__file__).parents[2]
R4_PYTHON = REPOSITORY / ".venv-r4" / "bin" / "python"
needs_r4 = pytest.mark.skipif(not R4_PYTHON.exists(), reason="no R4 model: scripts/install_r4_models.sh")
IN_THE_END = "2026-11-01T06:00:00"


@dataclass
class World:
    """A truth, the EHRs made of it, and the time at which they are seen."""

    folder: Path
    now: str = IN_THE_END
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def ehr(self, now: str, system: str = "ehr") -> httpx.Client:
        """A client of the EHR as it is at a time."""
        self.now = now
        return self.clients[system]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    write_truth(world.folder / "truth")
    with ExitStack() as open_until_the_end:
        for server in SERVERS:
            system, folder = server.name, world.folder / "systems" / server.name
            write_ehr(world.folder / "truth", folder, server)
            store = Store(folder, lambda: datetime.fromisoformat(world.now))
            shown = FhirServer(store, None, ExportSettings(polls=0, rows_per_file=3), largest_count=5)
            address = open_until_the_end.enter_context(serving(shown.application()))
            world.clients[system] = open_until_the_end.enter_context(
                httpx.Client(base_url=f"{address}/fhir", timeout=60)
            )
        yield world


def searched(client: httpx.Client, type_: str) -> tuple[dict[str, dict], int]:
    """Every resource of a type by id, page after page, and the total that the server declares."""
    found: dict[str, dict] = {}
    url = f"{type_}?_sort=_lastUpdated&_count=2"
    while url:
        bundle = client.get(url).raise_for_status().json()
        found |= {entry["resource"]["id"]: entry["resource"] for entry in bundle.get("entry", [])}
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    return found, bundle["total"]


def seen(world: World, now: str, type_: str, system: str = "ehr") -> dict[str, dict]:
    return searched(world.ehr(now, system), type_)[0]


def exported(client: httpx.Client, **parameters: str) -> tuple[dict[str, list[dict]], list[str]]:
    """Resources by type, and `Type/id` of what the export says is deleted."""
    kicked = client.get("$export", params=parameters, headers={"Prefer": "respond-async"})
    manifest = client.get(kicked.headers["content-location"]).raise_for_status().json()
    rows: dict[str, list[dict]] = {}
    for output in manifest["output"]:
        lines = client.get(output["url"]).text.splitlines()
        assert len(lines) == output["count"]
        rows.setdefault(output["type"], []).extend(json.loads(line) for line in lines)
    deleted = [
        entry["request"]["url"]
        for file in manifest["deleted"]
        for line in client.get(file["url"]).text.splitlines()
        for entry in json.loads(line)["entry"]
    ]
    return rows, deleted


def test_an_export_holds_what_the_truth_counts(world: World) -> None:
    client = world.ehr(IN_THE_END)
    rows, _ = exported(client)
    sites = "('H1', 'H2', 'H3', 'H4', 'A1', 'A2', 'CL')"
    visit = f"(SELECT * FROM '{world.folder}/truth/truth_encounter.parquet' WHERE site IN {sites})"

    def count(query: str) -> int:
        return int(duckdb.sql(f"WITH visit AS {visit} SELECT {query}").fetchall()[0][0])

    def of(table: str) -> str:
        return f"FROM '{world.folder}/truth/{table}.parquet' SEMI JOIN visit USING (encounter_id)"

    # A delivery for each use that took something, and one more for each double scan that nobody has noticed.
    delivered = f"count(*) + count(*) FILTER (label = 'DOUBLE_SCAN' AND hash(use_id) % 3 <> 0) {of('truth_use')}"
    assert {type_: len(found) for type_, found in rows.items()} == {
        "Account": count("count(DISTINCT account_number) FROM visit"),
        "ChargeItem": count(f"count(*) {of('truth_charge')}"),
        "Condition": count(f"count(*) {of('truth_diagnosis')}"),
        # P1 and her second record with Medicare, P2 with a commercial payer.
        "Coverage": 3,
        "Device": count(f"count(*) {of('truth_use')} WHERE is_implant AND used > 0"),
        "DeviceUseStatement": count(f"count(*) {of('truth_use')} WHERE is_implant AND used > 0"),
        "Encounter": count("count(*) FROM visit"),
        # 3 sites, their 6 departments, 3 places that nobody has mapped, 2 rooms.
        "Location": 14,
        "MedicationAdministration": count(f"count(*) {of('truth_med_admin')}"),
        # The network, 3 sites, 2 payers.
        "Organization": 6,
        "Patient": 3,
        "Practitioner": 1,
        # What was coded, and the case that was called off.
        "Procedure": count(f"count(*) {of('truth_procedure')}") + 1,
        "SupplyDelivery": count(f"{delivered} WHERE used + wasted > 0"),
    }


def test_a_search_follows_its_pages_to_the_declared_total(world: World) -> None:
    client = world.ehr(IN_THE_END)
    for type_ in ("Encounter", "SupplyDelivery", "Location", "ChargeItem"):
        found, total = searched(client, type_)
        assert len(found) == total > 0


@pytest.mark.parametrize(
    ("encounter", "now", "status"),
    [
        ("E00000002", "2026-03-02T00:00:00", "in-progress"),
        ("E00000002", "2026-03-07T00:00:00", "finished"),
        ("E00000003", "2026-04-08T12:00:00", "planned"),
        ("E00000003", "2026-04-09T00:00:00", "cancelled"),
        ("E00000004", "2026-05-01T21:00:00", "in-progress"),
        ("E00000004", "2026-05-06T00:00:00", "entered-in-error"),
        ("E00000009", "2026-06-01T00:00:00", "planned"),
        ("E00000009", "2026-06-03T00:00:00", "finished"),
    ],
)
def test_a_visit_has_the_status_of_its_time(world: World, encounter: str, now: str, status: str) -> None:
    assert seen(world, now, "Encounter")[encounter]["status"] == status


def test_a_visit_is_not_known_before_it_begins(world: World) -> None:
    assert "E00000002" not in seen(world, "2026-03-01T11:59:00", "Encounter")


def test_a_transfer_closes_one_stay_and_opens_the_next(world: World) -> None:
    def stays(now: str) -> list[tuple[str, str, bool]]:
        locations = seen(world, now, "Encounter")["E00000002"]["location"]
        return [(stay["location"]["reference"], stay["status"], "end" in stay["period"]) for stay in locations]

    assert stays("2026-03-02T12:00:00") == [("Location/loc-10040", "active", False)]
    assert stays("2026-03-03T12:00:00") == [
        ("Location/loc-10040", "completed", True),
        ("Location/loc-10043", "active", False),
    ]


def test_times_are_local_and_stamps_are_universal(world: World) -> None:
    # 12:00 and 16:00 UTC at H1 before the clocks change on 8 March; coded on the 12th after it.
    visit = seen(world, IN_THE_END, "Encounter")["E00000002"]
    assert visit["period"] == {"start": "2026-03-01T07:00:00-05:00", "end": "2026-03-06T11:00:00-05:00"}
    condition = seen(world, IN_THE_END, "Condition")["E00000002-1"]
    assert condition["recordedDate"] == "2026-03-12T11:00:00-04:00"
    assert condition["meta"]["lastUpdated"] > "2026-03-12T15:00:00.000Z"


def test_nothing_is_stamped_before_it_happened(world: World) -> None:
    deliveries = seen(world, IN_THE_END, "SupplyDelivery").values()
    for delivery in deliveries:
        stamp = datetime.fromisoformat(delivery["meta"]["lastUpdated"])
        assert stamp > datetime.fromisoformat(delivery["occurrenceDateTime"])


def test_an_icd_code_arrives_days_after_the_clinical_one(world: World) -> None:
    def systems(now: str) -> list[str]:
        codings = seen(world, now, "Procedure")["PR00000002-1"]["code"]["coding"]
        return [coding["system"] for coding in codings]

    clinical, icd = "https://meridian.example/procedure-code", "http://www.cms.gov/Medicare/Coding/ICD10"
    assert systems("2026-03-03T00:00:00") == [clinical]
    assert systems("2026-03-13T00:00:00") == [clinical, icd]


def test_a_planned_operation_begins_ends_or_is_called_off(world: World) -> None:
    def status(procedure: str, now: str) -> str:
        return str(seen(world, now, "Procedure")[procedure]["status"])

    assert status("PR00000002-1", "2026-03-02T13:30:00") == "preparation"
    assert status("PR00000002-1", "2026-03-02T14:00:00") == "in-progress"
    assert status("PR00000002-1", "2026-03-02T20:00:00") == "completed"
    assert status("C0000002", "2026-06-01T00:00:00") == "preparation"
    called_off = seen(world, IN_THE_END, "Procedure")["C0000002"]
    assert called_off["status"] == "not-done"
    assert called_off["statusReason"]["coding"][0]["code"] == "NOT_FASTING"


def test_no_drg_and_no_encounter_where_r4_has_none(world: World) -> None:
    client = world.ehr(IN_THE_END)
    rows, _ = exported(client)
    assert all("encounter" not in row and "context" not in row for row in rows["DeviceUseStatement"])
    assert all("encounter" not in row for row in rows["SupplyDelivery"])
    # Every second delivery carries it in the site's extension.
    assert {"extension" in row for row in rows["SupplyDelivery"]} == {True, False}
    assert "drg" not in json.dumps(rows["Encounter"]).lower()


def test_an_implant_without_a_serial_number_was_typed_in(world: World) -> None:
    devices = seen(world, IN_THE_END, "Device")
    scanned, typed = devices["U00000001"], devices["U00000002"]
    assert scanned["udiCarrier"][0]["carrierHRF"] == "(01)09520000000018(17)300131(10)LOT7(21)SN900017"
    assert (scanned["serialNumber"], typed.get("serialNumber"), typed["lotNumber"]) == ("SN900017", None, "LOT7")
    assert typed["udiCarrier"] == [{"deviceIdentifier": "09520000000018", "entryType": "manual"}]
    procedure = seen(world, IN_THE_END, "Procedure")["PR00000002-1"]
    used = [device["reference"] for device in procedure["usedReference"]]
    assert used == [acted["manipulated"]["reference"] for acted in procedure["focalDevice"]]
    assert used == ["Device/U00000001", "Device/U00000002"]


def test_a_delivery_says_what_was_used_or_opened_for_nothing(world: World) -> None:
    deliveries = seen(world, IN_THE_END, "SupplyDelivery")

    def told(id_: str) -> tuple[str, int, str]:
        item = deliveries[id_]["suppliedItem"]
        return deliveries[id_]["status"], item["quantity"]["value"], item["itemCodeableConcept"]["coding"][0]["code"]

    assert told("U00000003") == ("completed", 3, "SUP000002")
    assert told("U00000004") == ("abandoned", 2, "SUP000002")
    assert "U00000005" not in deliveries
    # An item that nobody has mapped: a number that is in no item master.
    assert told("U00000006")[2].startswith("NEW-")


def test_a_noticed_double_scan_is_deleted_and_the_export_says_so(world: World) -> None:
    uses = duckdb.sql(f"SELECT use_id, hash(use_id) % 3 = 0 FROM '{world.folder}/truth/truth_use.parquet'").fetchall()
    noticed = {use for use, is_noticed in uses if is_noticed} & {"U00000003", "U00000010"}
    # One of the two double scans of this world is noticed: otherwise it shows nothing.
    assert len(noticed) == 1
    twice = {"U00000003-2", "U00000010-2"}
    assert twice <= seen(world, "2026-03-02T20:00:00", "SupplyDelivery").keys()
    client = world.ehr("2026-03-06T00:00:00")
    rows, deleted = exported(client, _type="SupplyDelivery", _since="2026-03-03T00:00:00Z")
    assert deleted == [f"SupplyDelivery/{use}-2" for use in noticed]
    assert [row["id"] for row in rows["SupplyDelivery"]] == ["U00000006"]
    assert exported(client, _since="2026-03-05T23:00:00Z") == ({}, [])
    assert twice - seen(world, IN_THE_END, "SupplyDelivery").keys() == {f"{use}-2" for use in noticed}


def test_a_charge_is_billable_until_it_is_billed_and_a_credit_names_what_it_takes_back(world: World) -> None:
    assert seen(world, "2026-03-04T12:00:00", "ChargeItem")["G00000002"]["status"] == "billable"
    charges = seen(world, IN_THE_END, "ChargeItem")
    assert charges["G00000002"]["status"] == "billed"
    credit = charges["G00000003"]
    assert (credit["quantity"]["value"], credit["priceOverride"]["value"]) == (-1, 4810.4)
    assert credit["partOf"] == [{"reference": "ChargeItem/G00000002"}]
    assert credit["costCenter"] == {"identifier": {"system": "https://meridian.example/cost-center", "value": "10060"}}
    assert credit["context"] == {"reference": "Encounter/E00000002"}
    # Nobody has billed the stay that goes on.
    assert charges["G00000005"]["status"] == "billable"


def test_money_keeps_the_digits_in_which_it_is_written(world: World) -> None:
    client = world.ehr(IN_THE_END)
    assert '"priceOverride":{"value":4810.40,"currency":"USD"}' in client.get("ChargeItem?_id=G00000001").text


def test_a_second_record_of_a_person_is_replaced_and_the_visit_follows(world: World) -> None:
    def subject(now: str) -> str:
        return str(seen(world, now, "Encounter")["E00000007"]["subject"]["reference"])

    assert subject("2026-10-02T00:00:00") == "Patient/P0000004"
    assert subject(IN_THE_END) == "Patient/P0000001"
    replaced = seen(world, IN_THE_END, "Patient")["P0000004"]
    assert replaced["active"] is False
    assert replaced["link"] == [{"other": {"reference": "Patient/P0000001"}, "type": "replaced-by"}]


def test_a_department_that_nobody_has_mapped_is_none_of_the_networks_cost_centers(world: World) -> None:
    stay = seen(world, "2026-05-01T21:00:00", "Encounter")["E00000004"]["location"][0]
    unmapped = seen(world, IN_THE_END, "Location")[stay["location"]["reference"].removeprefix("Location/")]
    assert unmapped["identifier"][0]["value"] == "H1-NEW"


def test_the_acquired_hospital_has_a_server_of_its_own_with_its_own_numbers(world: World) -> None:
    client = world.ehr(IN_THE_END, "ehr_h7")
    rows, _ = exported(client)
    # E5 is the only visit of H7.
    [visit], [patient] = rows["Encounter"], rows["Patient"]
    assert visit["id"].isdigit()
    assert visit["serviceProvider"] == {"reference": "Organization/org-h7"}
    assert patient["identifier"][0]["value"] == "HC00031"
    assert visit["subject"]["reference"] == f"Patient/{patient['id']}"
    assert seen(world, "2025-06-30T12:00:00", "Organization", "ehr_h7") == {}


@pytest.mark.parametrize("system", ["ehr", "ehr_h7"])
def test_every_reference_leads_to_a_resource(world: World, system: str) -> None:
    client = world.ehr(IN_THE_END, system)
    rows, _ = exported(client)
    present = {f"{type_}/{row['id']}" for type_, found in rows.items() for row in found}

    def references(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("reference"), str):
                yield value["reference"]
            for child in value.values():
                yield from references(child)
        elif isinstance(value, list):
            for child in value:
                yield from references(child)

    found = {reference for all_ in rows.values() for row in all_ for reference in references(row)}
    assert found - present <= {"#given"}


def r4_faults(systems: Path, folder: Path, most: int) -> str:
    """What the R4 model says of up to so many versions of each type; empty when it accepts them all."""
    for file in systems.glob("*.parquet"):
        sample = f"SELECT resource FROM '{file}' WHERE NOT is_deleted ORDER BY hash(id || _from) LIMIT {most}"
        rows = "".join(f"{body}\n" for (body,) in duckdb.sql(sample).fetchall())
        (folder / f"{file.stem}.ndjson").write_text(rows, encoding="utf-8")
    checked = subprocess.run(
        [R4_PYTHON, "simulator/fhir/validate.py", folder], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert "Encounter.ndjson" in checked.stdout
    return checked.stdout if checked.returncode else ""


@needs_r4
@pytest.mark.parametrize("system", ["ehr", "ehr_h7"])
def test_every_version_of_every_type_is_valid_r4(world: World, tmp_path: Path, system: str) -> None:
    assert r4_faults(world.folder / "systems" / system, tmp_path, most=1_000) == ""


@pytest.fixture(scope="module")
def generated(own_truth: Path) -> Path:
    for server in SERVERS:
        write_ehr(own_truth, own_truth.parent / "systems" / server.name, server)
    return own_truth.parent


@pytest.mark.parametrize(("system", "sites"), [("ehr", "'H1', 'H2', 'H3', 'H4', 'A1', 'A2', 'CL'"), ("ehr_h7", "'H7'")])
def test_in_the_end_a_generated_world_shows_all_of_its_care(generated: Path, system: str, sites: str) -> None:
    connection = duckdb.connect()
    for file in (generated / "truth").glob("*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    connection.execute(f"CREATE VIEW visit AS SELECT * FROM truth_encounter WHERE site IN ({sites})")
    double_scans = "count(*) FILTER (label = 'DOUBLE_SCAN' AND hash(use_id) % 3 <> 0)"
    queries = {
        "Account": "SELECT count(DISTINCT account_number) FROM visit",
        "ChargeItem": "SELECT count(*) FROM truth_charge SEMI JOIN visit USING (encounter_id)",
        "Condition": """SELECT count(*) FROM truth_diagnosis JOIN visit USING (encounter_id)
                        WHERE coded_at IS NOT NULL AND status = 'finished'""",
        "Device": "SELECT count(*) FROM truth_use SEMI JOIN visit USING (encounter_id) WHERE is_implant AND used > 0",
        "Encounter": "SELECT count(*) FROM visit",
        "MedicationAdministration": "SELECT count(*) FROM truth_med_admin SEMI JOIN visit USING (encounter_id)",
        "Patient": """SELECT count(DISTINCT person)
                      FROM (SELECT unnest([person_id, merged_from_person_id]) AS person FROM visit)""",
        # What was coded, and the cases that nothing was coded of.
        "Procedure": """SELECT (SELECT count(*) FROM truth_procedure SEMI JOIN visit USING (encounter_id))
                            + (SELECT count(*) FROM truth_case SEMI JOIN visit USING (encounter_id)
                               ANTI JOIN truth_procedure USING (case_id))""",
        "SupplyDelivery": f"""SELECT count(*) + {double_scans} FROM truth_use SEMI JOIN visit USING (encounter_id)
                              WHERE used + wasted > 0""",
    }
    store = Store(generated / "systems" / system, lambda: datetime.fromisoformat("2027-06-01T00:00:00"))
    shown = store.counts()
    told = {type_: connection.execute(query).fetchall()[0][0] for type_, query in queries.items()}
    assert {type_: shown.get(type_, 0) for type_ in queries} == told
    assert shown.get("DeviceUseStatement") == shown.get("Device")


def test_what_a_generated_export_counts_is_what_its_files_hold(generated: Path) -> None:
    now = "2026-10-01T06:00:00"
    store = Store(generated / "systems" / "ehr", lambda: datetime.fromisoformat(now))
    server = FhirServer(store, None, ExportSettings(polls=0, rows_per_file=5_000))
    with serving(server.application()) as address, httpx.Client(base_url=f"{address}/fhir", timeout=60) as client:
        rows, _ = exported(client)
    assert {type_: len({row["id"] for row in found}) for type_, found in rows.items()} == store.counts()
    # Nothing of what is simulated ahead is seen.
    assert max(row["meta"]["lastUpdated"] for found in rows.values() for row in found) < now
    # Visits that are booked for the days ahead, that go on, and that are over.
    assert {"planned", "in-progress", "finished"} <= {row["status"] for row in rows["Encounter"]}


@needs_r4
@pytest.mark.parametrize("system", ["ehr", "ehr_h7"])
def test_a_sample_of_every_type_of_a_generated_world_is_valid_r4(generated: Path, tmp_path: Path, system: str) -> None:
    assert r4_faults(generated / "systems" / system, tmp_path, most=100) == ""
