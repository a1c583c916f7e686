"""Persons and those who treat them, all invented.

Belongs here: who a person is, who comes for which visit, who attends. Not here: the visits (visits.py). Persons stand by
home site and stratum (age and sex), so that a visit draws one who fits; newborns and the second records of persons who
were registered twice stand at the end.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.network.calendar import FIRST_DAY
from simulator.network.chart import PAYERS
from simulator.network.clinical import drgs
from simulator.network.clinical.hours import DAY, FAR, NONE, horizon, local_day, stamps
from simulator.network.clinical.identities import canaries, family_names, given_names, npis
from simulator.network.clinical.mix import BEDS, at
from simulator.network.clinical.procedures import SPECIALTIES
from simulator.network.clinical.theatres import Surgeons
from simulator.network.clinical.visits import FINISHED, Visits
from simulator.network.columns import maybe_numbered, numbered, pick
from simulator.network.ground import Ground
from simulator.network.places import CLINIC, HOSPITAL, SITES
from simulator.network.streams import Bools, Ints, Streams, quota

VISITS_A_PERSON, LEAST = 4.6, 3_000
# A stratum: share of visits, least and greatest age, sex (F, M, or either), and its payers in the order of PAYERS.
STRATA: list[tuple[float, int, int, str, tuple[float, ...]]] = [
    (0.14, 1, 17, "FM", (0.0, 0.0, 0.48, 0.47, 0.05, 0.0)), (0.14, 18, 44, "F", (0.0, 0.0, 0.30, 0.56, 0.12, 0.02)),
    (0.10, 18, 44, "M", (0.0, 0.0, 0.30, 0.56, 0.12, 0.02)), (0.10, 45, 64, "F", (0.06, 0.0, 0.22, 0.60, 0.10, 0.02)),
    (0.10, 45, 64, "M", (0.06, 0.0, 0.22, 0.60, 0.10, 0.02)), (0.23, 65, 94, "F", (0.55, 0.42, 0.01, 0.02, 0.0, 0.0)),
    (0.19, 65, 94, "M", (0.55, 0.42, 0.01, 0.02, 0.0, 0.0)),
]  # fmt: skip
CHILD, YOUNG_WOMAN, OLD_WOMAN, OLD_MAN = 0, 1, 5, 6
SHARES = np.array([row[0] for row in STRATA])
# A visit is by somebody from the site's own area so often; a stay follows another of the same person within a month.
OWN_AREA, READMITTED_SHARE, MERGED_SHARE = 0.88, 0.12, 0.003
CITIES = ["Alderport", "Brookmere", "Cedarholt", "Dunewick", "Emberfield", "Fernbridge", "Glenhaven", "Harrowgate"]
STREETS = ["Mill Street", "Canal Road", "Orchard Lane", "Foundry Street", "Lantern Way", "Quarry Road", "Ferry Street"]
PHYSICIANS = {
    HOSPITAL: ["Hospital medicine", "Emergency medicine", "Paediatrics", "Obstetrics"],
    CLINIC: ["Primary care"],
}


@dataclass(frozen=True)
class People:
    """Persons by number; of_visit and merged_from are persons of each visit (merged_from: a second record, or -1).
    Providers: the surgeons, by their number, then physicians; attending is the provider of each visit."""

    home: Ints
    sex: Ints
    born: Ints
    payer: Ints
    same_as: Ints
    merged_at: Ints
    of_visit: Ints
    merged_from: Ints
    provider_site: Ints
    provider_specialty: list[str]
    surgeons: int
    attending: Ints


def make_people(ground: Ground, visits: Visits, surgeons: Surgeons, surgeon_of_case: Ints) -> People:
    random = ground.streams.of("clinical people")
    count = max(LEAST, round(len(visits.site) / VISITS_A_PERSON))
    share = BEDS / BEDS.sum()
    blocks = np.maximum(np.round(count * share[:, None] * SHARES[None, :]), 2).astype(np.int64) * (share > 0)[:, None]
    first = (np.cumsum(blocks) - blocks.ravel()).reshape(blocks.shape)
    cell = np.repeat(np.arange(blocks.size), blocks.ravel())
    home, stratum = np.divmod(cell, len(STRATA))
    age = np.array([row[1] for row in STRATA])[stratum], np.array([row[2] + 1 for row in STRATA])[stratum]
    born = FIRST_DAY - (random.uniform(*age) * 365.25).astype(np.int64)
    sexes = np.array([{"F": 0, "M": 1}.get(row[3], -1) for row in STRATA])[stratum]
    sex = np.where(sexes < 0, random.integers(0, 2, len(home)), sexes)
    edges = np.cumsum([row[4] for row in STRATA], axis=1)
    payer = (random.random(len(home))[:, None] > edges[stratum]).sum(axis=1).clip(0, len(PAYERS) - 1)
    of_visit, is_birth = _persons(random, visits, blocks, first, share)
    births = np.flatnonzero(is_birth)
    of_visit[births] = len(home) + np.arange(len(births))
    born = np.r_[born, local_day(visits.admitted[births], visits.site[births])]
    home, sex = np.r_[home, visits.site[births]], np.r_[sex, random.integers(0, 2, len(births))]
    payer = np.r_[payer, random.choice([2, 3, 4], size=len(births), p=[0.45, 0.5, 0.05])]
    has_before = np.flatnonzero(visits.emergency >= 0)
    of_visit[visits.emergency[has_before]] = of_visit[has_before]
    # Registered anew at a visit, and found out some days later.
    merged = np.flatnonzero(quota(random, (visits.status == FINISHED) & ~is_birth, MERGED_SHARE, of=len(of_visit)))
    merged_from = np.full(len(of_visit), NONE)
    merged_from[merged] = len(home) + np.arange(len(merged))
    same_as = np.r_[np.full(len(home), NONE), of_visit[merged]]
    found_out = np.minimum(
        visits.discharged[merged] + random.integers(DAY, 12 * DAY, len(merged)), horizon(visits.site[merged]) - 1
    )
    merged_at = np.r_[np.full(len(home), NONE), found_out]
    home, sex, born, payer = (np.r_[column, column[of_visit[merged]]] for column in (home, sex, born, payer))
    provider_site, specialty, attending = _providers(random, ground.scale, visits, surgeons, surgeon_of_case)
    return People(home, sex, born, payer, same_as, merged_at, of_visit, merged_from, provider_site, specialty,
                  len(surgeons.site), attending)  # fmt: skip


def _persons(
    random: np.random.Generator, visits: Visits, blocks: Ints, first: Ints, share: NDArray[np.float64]
) -> tuple[Ints, Bools]:
    """A person for each visit. Inpatients take turns, so that nobody lies in two beds; some come back within a month."""
    number = len(visits.site)
    stratum = random.choice(len(STRATA), size=number, p=SHARES)
    is_stay = visits.drg >= 0
    drg = np.maximum(visits.drg, 0)
    birth_units = np.isin(drgs.UNITS, ["Labor and delivery", "Postpartum"])
    is_birth = is_stay & drgs.NEWBORN[drg]
    stratum = np.select(
        [is_stay & birth_units[drg], is_stay & drgs.WOMEN[drg], is_stay & drgs.MEN[drg],
         is_stay & np.isin(drgs.UNITS, ["Paediatrics"])[drg]],
        [YOUNG_WOMAN, OLD_WOMAN, OLD_MAN, CHILD], stratum,
    )  # fmt: skip
    stratum = np.where(is_stay & (stratum == CHILD) & ~np.isin(drgs.UNITS, ["Paediatrics"])[drg], OLD_WOMAN, stratum)
    elsewhere = (random.random(number) >= OWN_AREA) | (share[visits.site] == 0)
    area = np.where(elsewhere & ~is_stay, random.choice(len(share), size=number, p=share), visits.site)
    size = blocks[area, stratum]
    person = first[area, stratum] + (random.random(number) * size).astype(np.int64)
    # Those who are due on the day they were last seen, by turns.
    stays = np.flatnonzero(is_stay & ~is_birth)
    key = area[stays] * len(STRATA) + stratum[stays]
    ordered = stays[np.lexsort((visits.admitted[stays], key))]
    sorted_key = np.sort(key)
    turn = np.arange(len(ordered)) - np.searchsorted(sorted_key, sorted_key)
    person[ordered] = first[area[ordered], stratum[ordered]] + turn % size[ordered]
    fits = is_stay & ~birth_units[drg] & ~drgs.WOMEN[drg] & ~drgs.MEN[drg] & ~drgs.NEWBORN[drg]
    return _readmitted(random, visits, np.flatnonzero(fits & (stratum != CHILD)), person), is_birth


def _readmitted(random: np.random.Generator, visits: Visits, stays: Ints, person: Ints) -> Ints:
    """Gives some stays the person of one that ended at the same site within the month before."""
    site = visits.site[stays].astype(np.int64)
    span = np.int64(2 * FAR)
    by_end = stays[np.lexsort((visits.discharged[stays], site))]
    ends = visits.site[by_end].astype(np.int64) * span + visits.discharged[by_end]
    later = stays[random.random(len(stays)) < READMITTED_SHARE]
    wanted = (
        visits.site[later].astype(np.int64) * span + visits.admitted[later] - random.integers(DAY, 25 * DAY, len(later))
    )
    place = np.searchsorted(ends, wanted) - 1
    earlier = by_end[np.maximum(place, 0)]
    gap = visits.admitted[later] - visits.discharged[earlier]
    fits = (place >= 0) & (visits.site[earlier] == visits.site[later]) & (gap > 0) & (gap <= 30 * DAY)
    # Nobody comes back twice from one stay; who comes back from a stay that was itself a return is followed to the first.
    once, only = np.unique(earlier[fits], return_index=True)
    later = later[fits][only]
    root = np.arange(len(person))
    root[later] = once
    while (root[root] != root).any():
        root = root[root]
    return person[root]


def _providers(
    random: np.random.Generator, scale: float, visits: Visits, surgeons: Surgeons, surgeon_of_case: Ints
) -> tuple[Ints, list[str], Ints]:
    """Surgeons, then physicians of each site; one of the site attends where no surgeon does."""
    site: list[int] = surgeons.site.tolist()
    specialty = [SPECIALTIES[place].replace("_", " ").capitalize() for place in surgeons.specialty]
    attending = np.zeros(len(visits.site), dtype=np.int64)
    for place, row in enumerate(SITES):
        names = PHYSICIANS.get(row.kind)
        here = np.flatnonzero(visits.site == place)
        if names is None:
            continue
        number = max(4, round((row.beds or 400) * 0.4 * scale**0.5))
        attending[here] = len(site) + random.integers(0, number, len(here))
        site += [place] * number
        specialty += [names[turn % len(names)] for turn in range(number)]
    has_case = visits.case >= 0
    attending[has_case] = surgeon_of_case[visits.case[has_case]]
    return np.array(site, dtype=np.int64), specialty, attending


def person_table(streams: Streams, people: People, visits: Visits, first: int, last: int) -> pa.Table:
    """One row per record of a person, those merged into another too."""
    number = np.arange(first, last, dtype=np.int64)
    same = people.same_as[first:last]
    # A second record bears the name of the first; what it does not know anew it repeats.
    told = np.where(same < 0, number, same)
    mixed = told * 7_919 + streams.seed
    spread = (told + 1) * 7_654_321 % 99_999_989
    at_h7 = np.zeros(len(people.home), dtype=bool)
    at_h7[people.of_visit[visits.site == at("H7")]] = True
    return pa.table(
        {
            "person_id": numbered("P", number + 1, 7),
            # No part number begins so, and no such number is issued: what is found in a warehouse is a person's.
            "mrn": numbered("MR", number * 13 % 9_999_991 + 1, 8),
            "mrn_h7": maybe_numbered("HC", np.where(at_h7[first:last], number * 11 % 9_999_991, NONE), 7),
            "given_name": given_names(mixed, people.sex[first:last]),
            "family_name": family_names(mixed),
            "birth_date": pa.array(people.born[first:last].astype(np.int32)).cast(pa.date32()),
            "sex": pick(["female", "male"], people.sex[first:last]),
            "ssn": _joined("9", (spread // 1_000_000, 2), (spread // 10_000 % 100, 2), (spread % 10_000, 4)),
            "phone": _joined("", (200 + mixed % 700, 3), (mixed * 0 + 555, 3), (100 + mixed // 7 % 100, 4)),
            "street": _addresses(mixed),
            "city": pick(CITIES, mixed // 11 % len(CITIES)),
            "postal_code": numbered("000", mixed // 11 % len(CITIES) * 11 + mixed % 11 + 1, 2),
            "canary": canaries(streams, number),
            "merged_into_person_id": maybe_numbered("P", same, 7),
            "merged_at": stamps(people.merged_at[first:last]),
        }
    )


def _joined(prefix: str, *parts: tuple[Ints, int]) -> pa.Array:
    texts = [numbered("", number, width) for number, width in parts]
    return pc.binary_join_element_wise(prefix, pc.binary_join_element_wise(*texts, "-"), "")


def _addresses(mixed: Ints) -> pa.Array:
    return pc.binary_join_element_wise(
        numbered("", mixed // 5 % 900 + 1, 1), pick(STREETS, mixed // 3 % len(STREETS)), " "
    )


def provider_table(streams: Streams, people: People) -> pa.Table:
    """One row per surgeon or physician."""
    number = np.arange(len(people.provider_site), dtype=np.int64)
    mixed = number * 104_729 + streams.seed + 17
    return pa.table(
        {
            "provider_id": numbered("D", number + 1, 5),
            "npi": npis(number),
            "given_name": given_names(mixed, mixed // 3 % 2),
            "family_name": family_names(mixed),
            "specialty": pa.array(people.provider_specialty),
            "site": pick([site.code for site in SITES], people.provider_site),
            "is_surgeon": pa.array(number < people.surgeons),
            "canary": canaries(streams, number + (1 << 40)),
        }
    )
