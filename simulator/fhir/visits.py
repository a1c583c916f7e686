"""Encounters: who came when, where they lay, how they left.

Belongs here: Encounter with all its statuses and classes, and one emergency visit that became an admission.
Not here: what was done and used during a visit (`supplies.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulator.fhir.identifiers import TERMINOLOGY, VISIT_NUMBER, coding, concept, narrative, period, reference
from simulator.fhir.persons import PlantedIdentifiers, display_name
from simulator.fhir.places import Hospital

ACT_CODE = f"{TERMINOLOGY}/v3-ActCode"
CLASSES = {"AMB": "ambulatory", "IMP": "inpatient encounter", "EMER": "emergency", "OBSENC": "observation encounter"}
# One cycle of 20 visits, so that the mix holds at any size.
CYCLE = ["AMB"] * 9 + ["IMP"] * 5 + ["EMER"] * 4 + ["OBSENC"] * 2
HOURS = {"AMB": (1, 4), "IMP": (36, 240), "EMER": (2, 12), "OBSENC": (14, 46)}
PATHS = {
    "AMB": [["OPD"]],
    "IMP": [["MED"], ["SURG", "ICU", "SURG"]],
    "EMER": [["ED"]],
    "OBSENC": [["OBS"]],
}
DISPOSITIONS = [
    ("01", "Home or self care"),
    ("03", "Skilled nursing facility"),
    ("06", "Home health"),
    ("20", "Expired"),
]
ADMIT_SOURCES = {
    "IMP": ("emd", "From accident/emergency department"),
    "OBSENC": ("outp", "From outpatient department"),
}


@dataclass(frozen=True)
class Visit:
    """An encounter with what the generator has to know about it. `end` is None while it goes on."""

    encounter: dict
    patient: dict
    hospital: Hospital
    practitioner: dict
    start: datetime
    end: datetime | None

    @property
    def finished(self) -> bool:
        return bool(self.encounter["status"] == "finished")


def _status(number: int, total: int, end: datetime, now: datetime) -> str:
    """By quota: 2 % cancelled, 1 % entered in error, at least one of each; the rest as time has it."""
    cancelled, mistaken = max(1, round(total * 0.02)), max(1, round(total * 0.01))
    if number < cancelled:
        return "cancelled"
    if number < cancelled + mistaken:
        return "entered-in-error"
    return "finished" if end <= now else "in-progress"


def _stays(hospital: Hospital, path: list[str], start: datetime, end: datetime | None) -> list[dict]:
    """One entry for each stay of the path, equally long; the last one is open while the visit is."""
    length = ((end - start) if end else timedelta(hours=12)) / len(path)
    stays = []
    for place, department in enumerate(path):
        last = place == len(path) - 1
        left = end if last else start + length * (place + 1)
        where = reference(hospital.locations[department])
        status = "active" if left is None else "completed"
        stays.append({"location": where, "status": status, "period": period(start + length * place, left)})
    return stays


def _hospitalization(rng: Random, class_: str, finished: bool) -> dict:
    stay = {"admitSource": concept(f"{TERMINOLOGY}/admit-source", *ADMIT_SOURCES[class_])}
    if finished:
        code, text = rng.choices(DISPOSITIONS, weights=[80, 10, 8, 2])[0]
        stay["dischargeDisposition"] = concept("http://www.nubc.org/patient-discharge", code, text)
    return stay


def make_visit(
    rng: Random,
    id_: str,
    number: int,
    total: int,
    patient: dict,
    hospital: Hospital,
    practitioner: dict,
    now: datetime,
    planted: PlantedIdentifiers,
) -> Visit:
    """Visit `number` of `total`. The last visits of a world begin hours before `now`, so some are still open."""
    class_ = CYCLE[number % len(CYCLE)]
    hours = rng.randint(*HOURS[class_])
    if number >= total - max(3, total // 40):
        start = now - timedelta(minutes=rng.randrange(30, 300))
    else:
        start = now - timedelta(days=rng.randrange(3, 120), minutes=rng.randrange(24 * 60))
    start = start.replace(second=0, microsecond=0)
    status = _status(number, total, start + timedelta(hours=hours), now)
    end = start + timedelta(hours=hours) if status in {"finished", "entered-in-error"} else None
    encounter: dict = {
        "resourceType": "Encounter",
        "id": id_,
        "text": narrative(f"{display_name(patient)} was seen at {hospital.organization['name']}"),
        "identifier": [{"use": "official", "system": VISIT_NUMBER, "value": f"V{26_000_000 + 91 * number}"}],
        "status": status,
        "class": coding(ACT_CODE, class_, CLASSES[class_]),
        # As real servers do: the display is the patient's name.
        "subject": reference(patient, display_name(patient)),
        "participant": [{"individual": reference(practitioner, f"Dr. {display_name(practitioner)}")}],
        "serviceProvider": reference(hospital.organization),
    }
    planted.plant("encounter_id", id_, f"Encounter/{id_}")
    planted.plant("visit_number", encounter["identifier"][0]["value"], f"Encounter/{id_}")
    if status == "cancelled":
        encounter["period"] = {"start": period(start, None)["start"]}
    else:
        encounter["period"] = period(start, end)
        encounter["location"] = _stays(hospital, rng.choice(PATHS[class_]), start, end)
    if class_ in ADMIT_SOURCES and status in {"finished", "in-progress"}:
        encounter["hospitalization"] = _hospitalization(rng, class_, status == "finished")
    return Visit(encounter, patient, hospital, practitioner, start, end)


def admit_from_emergency(visits: list[Visit]) -> None:
    """Turn one finished emergency visit and one admission into a chain: same patient, the latter part of the former."""
    finished = [(place, visit.encounter["class"]["code"]) for place, visit in enumerate(visits) if visit.finished]
    place = next(place for place, class_ in finished if class_ == "EMER")
    admission = visits[next(place for place, class_ in finished if class_ == "IMP")]
    emergency = visits[place]
    start = admission.start - timedelta(hours=5)
    encounter = emergency.encounter | {
        "text": narrative(f"{display_name(admission.patient)} was seen at {admission.hospital.organization['name']}"),
        "subject": admission.encounter["subject"],
        "serviceProvider": admission.encounter["serviceProvider"],
        "period": period(start, admission.start),
        "location": _stays(admission.hospital, ["ED"], start, admission.start),
    }
    visits[place] = Visit(
        encounter, admission.patient, admission.hospital, emergency.practitioner, start, admission.start
    )
    admission.encounter["partOf"] = reference(encounter)
