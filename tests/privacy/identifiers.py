"""What may identify a person in FHIR files, and which of it can be searched for.

Belongs here: taking identifiers from files or from the synthetic hospital's truth, and leaving out what means nothing
by itself. Not here: how a string is looked for (needles.py), or where (scan.py).
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

# Shorter names are syllables of other words, and codes; the full name they belong to is searched for instead.
SHORTEST_NAME = 4
SHORTEST = 6
NAME_PARTS = {"name_part", "city"}
SYSTEM_KINDS = {
    "http://hl7.org/fhir/sid/us-ssn": "ssn",
    "urn:oid:2.16.840.1.113883.4.3.25": "drivers_licence",
    "http://hl7.org/fhir/sid/us-npi": "npi",
}
PASSPORT = "http://standardhealthrecord.org/fhir/StructureDefinition/passportNumber"


@dataclass(frozen=True)
class Identifier:
    """Something that identifies a person. Shown masked: a failing test must not print what it guards."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.value[:2]}... ({len(self.value)} characters)"


def from_truth(folder: Path) -> set[Identifier]:
    """Everything that the synthetic hospital planted, and the parts of its names."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    planted = {Identifier(item["kind"], item["value"]) for item in truth["direct_identifiers"]}
    return planted | {Identifier("canary", value) for value in truth["canaries"]} | from_resources(folder)


def from_network(world: Path) -> set[Identifier]:
    """Everything that identifies the persons of a demo network, and its providers: numbers, whole names, addresses,
    telephones, and the word that each of them bears so that nothing else can be taken for it. Parts of names are words of
    suppliers too."""
    person = f"'{world / 'truth' / 'truth_person.parquet'}'"
    provider = f"'{world / 'truth' / 'truth_provider.parquet'}'"
    rows = duckdb.sql(f"""
        SELECT kind, value FROM (
            SELECT canary, mrn, mrn_h7, ssn, phone, street || ', ' || city AS address,
                given_name || ' ' || family_name AS name
            FROM {person})
        UNPIVOT (value FOR kind IN (canary, mrn, mrn_h7, ssn, phone, address, name))
        UNION SELECT 'canary', canary FROM {provider}
        UNION SELECT 'practitioner_name', given_name || ' ' || family_name FROM {provider}""").fetchall()
    return {Identifier(kind, value) for kind, value in rows}


def from_resources(folder: Path) -> set[Identifier]:
    """Everything that identifies the patients, and names the practitioners, of a folder of NDJSON files."""
    found: set[Identifier] = set()
    for patient in resources(folder, "Patient"):
        found.add(Identifier("patient_id", patient["id"]))
        found |= set(_names(patient)) | set(_identifiers(patient)) | set(_contacts(patient))
        for extension in patient.get("extension", []):
            if extension["url"].endswith("mothersMaidenName"):
                found |= {Identifier("maiden_name", extension["valueString"]), *_words(extension["valueString"])}
            if extension["url"].endswith("birthPlace"):
                found.add(Identifier("city", extension["valueAddress"].get("city", "")))
    for practitioner in resources(folder, "Practitioner"):
        found |= set(_names(practitioner)) | set(_contacts(practitioner))
        found |= {item for item in _identifiers(practitioner) if not item.value.startswith("99999")}
    return {item for item in found if item.value}


def searchable(found: Iterable[Identifier], folder: Path) -> tuple[set[Identifier], dict[str, int]]:
    """What can be searched for, and how much is left out by reason.

    Left out: name parts below four letters and anything else below six characters (they are syllables and codes); a
    name part or a city that is also a word of an organization's or a place's own record (the house is named so, and a
    house may be named).
    """
    house = {
        word
        for type_ in ("Organization", "Location")
        for record in resources(folder, type_)
        for word in re.findall(r"\w+", json.dumps(record, ensure_ascii=False).casefold())
    }
    kept, skipped = set(), {"too short": 0, "a word of the house": 0}
    for item in found:
        if len(item.value) < (SHORTEST_NAME if item.kind in NAME_PARTS else SHORTEST):
            skipped["too short"] += 1
        elif item.kind in NAME_PARTS and set(re.findall(r"\w+", item.value.casefold())) <= house:
            skipped["a word of the house"] += 1
        else:
            kept.add(item)
    return kept, skipped


def resources(folder: Path, type_: str) -> Iterator[dict[str, Any]]:
    """Resources of a type in `<Type>.ndjson`, `<Type>.000.ndjson` or `12.<Type>.ndjson`."""
    for file in sorted(folder.glob("*.ndjson")):
        if type_ in file.name.split("."):
            with file.open(encoding="utf-8") as lines:
                yield from (json.loads(line) for line in lines if line.strip())


def _names(person: dict[str, Any]) -> Iterator[Identifier]:
    for name in person.get("name", []):
        given, family = name.get("given", []), name.get("family", "")
        for full in (" ".join([*given, family]), f"{given[0]} {family}" if given else ""):
            yield Identifier("name", full)
        yield from _words(" ".join([*given, family]))


def _words(name: str) -> list[Identifier]:
    return [Identifier("name_part", word) for word in name.split()]


def _identifiers(person: dict[str, Any]) -> Iterator[Identifier]:
    for identifier in person.get("identifier", []):
        codes = [coding.get("code") for coding in identifier.get("type", {}).get("coding", [])]
        kind = "mrn" if "MR" in codes else SYSTEM_KINDS.get(identifier.get("system", ""), "identifier")
        yield Identifier("passport" if identifier.get("system") == PASSPORT else kind, identifier["value"])


def _contacts(person: dict[str, Any]) -> Iterator[Identifier]:
    for telecom in person.get("telecom", []):
        yield Identifier(telecom.get("system", "phone"), telecom["value"])
    for address in person.get("address", []):
        for line in address.get("line", []):
            yield Identifier("address", line)
        yield Identifier("city", address.get("city", ""))
