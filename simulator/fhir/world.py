"""A small synthetic hospital: the same seed and arguments give the same files, byte for byte.

Belongs here: how many of what, in which order, and writing the NDJSON files and `truth.json`.
Not here: what a resource looks like (`places.py`, `persons.py`, `visits.py`, `procedures.py`, `supplies.py`).

`python -m simulator.fhir.world --out FOLDER` writes `<Resource>.ndjson` for twelve types, and the truth beside them.
"""

import argparse
import json
from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from simulator.fhir.persons import PlantedIdentifiers, make_patient, make_practitioner
from simulator.fhir.places import make_places
from simulator.fhir.procedures import Item, Use, make_device, make_device_use, make_procedure, read_items, tie_device
from simulator.fhir.store import format_instant, render
from simulator.fhir.supplies import make_administration, make_charge, make_delivery, make_request, make_restock
from simulator.fhir.visits import Visit, admit_from_emergency, make_visit

ZONE = ZoneInfo("America/New_York")
# Every type has a file, also one that is empty.
TYPES = [
    "Organization",
    "Location",
    "Practitioner",
    "Patient",
    "Encounter",
    "Procedure",
    "Device",
    "DeviceUseStatement",
    "SupplyRequest",
    "SupplyDelivery",
    "ChargeItem",
    "MedicationAdministration",
]


class World:
    """All resources of one hospital network, in memory, as of the end of the reference date."""

    def __init__(self, seed: int, patients: int, encounters: int, reference_date: date, items: list[Item]) -> None:
        self.rng = Random(seed)
        self.now = datetime.combine(reference_date, datetime.min.time(), ZONE) + timedelta(hours=23)
        self.items = items
        self.planted = PlantedIdentifiers()
        self.resources: dict[str, list[dict]] = {type_: [] for type_ in TYPES}
        self.uses: list[Use] = []

        places, self.hospitals = make_places()
        for resource in places:
            self._add(resource, self.now - timedelta(days=400))
        self._make_people(patients, encounters)
        self.visits = self._make_visits(encounters)
        self._make_procedures()
        self._make_supplies()
        self._make_administrations()

    def _new_id(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def _add(self, resource: dict, changed_at: datetime) -> dict:
        """Keep a resource with its version stamp; no stamp lies after the reference date."""
        milliseconds = timedelta(milliseconds=self.rng.randrange(1000))
        changed = min(changed_at, self.now - timedelta(seconds=1)) + milliseconds
        stamp = format_instant(changed.astimezone(UTC).replace(tzinfo=None))
        head = {"resourceType": resource["resourceType"], "id": resource["id"]}
        resource.update(head | {"meta": {"versionId": "1", "lastUpdated": stamp}})
        self.resources[resource["resourceType"]].append(resource)
        return resource

    def _make_people(self, patients: int, encounters: int) -> None:
        before = self.now - timedelta(days=200)
        for number in range(patients):
            self._add(make_patient(self.rng, self._new_id(), number, before.date(), self.planted), before)
        for _ in range(max(6, encounters // 12)):
            self._add(make_practitioner(self.rng, self._new_id(), self.planted), before)

    def _make_visits(self, total: int) -> list[Visit]:
        visits = []
        for number in range(total):
            patient = self.rng.choice(self.resources["Patient"])
            hospital, practitioner = self.rng.choice(self.hospitals), self.rng.choice(self.resources["Practitioner"])
            visit = make_visit(
                self.rng, self._new_id(), number, total, patient, hospital, practitioner, self.now, self.planted
            )
            visits.append(visit)
        admit_from_emergency(visits)
        for visit in visits:
            self._add(visit.encounter, (visit.end or visit.start) + timedelta(minutes=15))
        return visits

    def _make_procedures(self) -> None:
        """Two of three admissions and one of three outpatient visits have a procedure."""
        wanted = {"IMP": 0.67, "AMB": 0.33}
        operated = [
            visit
            for visit in self.visits
            if visit.finished and self.rng.random() < wanted.get(visit.encounter["class"]["code"], 0)
        ]
        for number, visit in enumerate(operated):
            procedure, room = make_procedure(self.rng, self._new_id(), number, len(operated), visit)
            if procedure["status"] == "completed":
                self._use_items(visit, procedure, room)
            self._add(procedure, visit.start + timedelta(hours=3))

    def _use_items(self, visit: Visit, procedure: dict, room: str) -> None:
        at = visit.start + timedelta(minutes=55)
        for item in self.rng.sample(self.items, k=min(len(self.items), self.rng.randint(2, 5))):
            device = None
            count = 1 if item.implant else self.rng.randint(1, 6)
            if item.implant:
                number = len(self.resources["Device"])
                device = self._add(make_device(self.rng, self._new_id(), number, item, visit.patient, at), at)
                tie_device(procedure, device)
            use = Use(visit, procedure, item, count, at, room, device)
            self.uses.append(use)
            if device:
                statement = make_device_use(self._new_id(), use, len(self.resources["DeviceUseStatement"]))
                self._add(statement, at + timedelta(hours=2))

    def _make_supplies(self) -> None:
        for number in range(max(6, len(self.visits) // 6)):
            hospital, item = self.hospitals[number % len(self.hospitals)], self.items[number % len(self.items)]
            request = make_request(self.rng, self._new_id(), number, hospital, item, self.now)
            authored = datetime.fromisoformat(request["authoredOn"])
            self._add(request, authored + timedelta(hours=4))
            if request["status"] == "completed":
                self._add(make_restock(self._new_id(), request, short=number % 5 == 3), authored + timedelta(hours=8))
        for number, use in enumerate(self.uses):
            # Each thirteenth use was never recorded as delivered, each seventh was never charged.
            if number % 13 != 12:
                self._add(make_delivery(self._new_id(), number, use), use.at + timedelta(minutes=5))
            if number % 7 != 6:
                self._add(make_charge(self._new_id(), number, use), use.at + timedelta(hours=3 + number % 40))

    def _make_administrations(self) -> None:
        given = [visit for visit in self.visits if visit.finished and visit.encounter["class"]["code"] != "AMB"]
        for number in range(2 * len(given)):
            visit = given[number % len(given)]
            made = make_administration(self.rng, self._new_id(), number, visit)
            self._add(made, visit.start + timedelta(hours=2))

    def truth(self) -> dict:
        """What the files hold, counted while they were made: never read by anything that loads them."""
        delivered: dict[str, int] = defaultdict(int)
        for delivery in self.resources["SupplyDelivery"]:
            if delivery["status"] == "completed":
                supplied = delivery["suppliedItem"]
                delivered[supplied["itemCodeableConcept"]["coding"][0]["code"]] += supplied["quantity"]["value"]
        charges = [charge for charge in self.resources["ChargeItem"] if charge["status"] in {"billable", "billed"}]
        charged = sum(
            (
                c["priceOverride"]["value"] if c["quantity"]["value"] > 0 else -c["priceOverride"]["value"]
                for c in charges
            ),
            Decimal(0),
        )
        devices = self.resources["Device"]
        return {
            "counts": {type_: len(rows) for type_, rows in self.resources.items()},
            "direct_identifiers": self.planted.direct,
            "canaries": self.planted.canaries,
            # Serial numbers may live where implants are traced, and nowhere else.
            "device_serials": [device["serialNumber"] for device in devices if "serialNumber" in device],
            "items": [asdict(item) | {"gtin": item.gtin} for item in self.items],
            "delivered_quantity_by_item": dict(sorted(delivered.items())),
            "charged_amount": str(charged),
        }

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for type_, rows in self.resources.items():
            (folder / f"{type_}.ndjson").write_bytes(b"".join(render(row) + b"\n" for row in rows))
        (folder / "truth.json").write_text(json.dumps(self.truth(), indent=1, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a small synthetic hospital as FHIR R4 NDJSON files.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--encounters", type=int, default=150, help="at least 20, so that every class occurs")
    parser.add_argument("--reference-date", type=date.fromisoformat, default=date(2026, 6, 30), help="the last day")
    parser.add_argument("--items", type=Path, help="JSON list of {code, name, unit}: the products of the ERP")
    arguments = parser.parse_args()
    items = read_items(arguments.items)
    world = World(arguments.seed, arguments.patients, arguments.encounters, arguments.reference_date, items)
    world.write(arguments.out)
    print(json.dumps(world.truth()["counts"]))


if __name__ == "__main__":
    main()
