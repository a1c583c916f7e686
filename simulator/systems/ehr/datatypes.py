"""FHIR datatypes as shapes, and the SQL macros that they need.

Belongs here: references, concepts, periods, quantities, the head of a resource; times of events and of servers.
Not here: resources (`places.py`, `persons.py`, `visits.py`, `supplies.py`). Systems of codes: simulator/fhir/identifiers.py.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from simulator.systems.ehr.template import Shape, Sql, code, number, text

ZONE = ZoneInfo("America/New_York")
FIRST_YEAR, LAST_YEAR = 2024, 2026


@dataclass(frozen=True)
class Resource:
    """One type: `versions` is a SELECT of id, `seen_at` (since when the server shows this version), `gone` (it is deleted)
    and what the shape needs."""

    type: str
    versions: str
    shape: Shape


def resource(type_: str, versions: str, shape: Shape) -> Resource:
    head = {
        "resourceType": type_,
        "id": code("id"),
        "meta": {"versionId": code("version"), "lastUpdated": code("stamp(seen_at)")},
    }
    return Resource(type_, versions, head | shape)


def macros() -> str:
    """`local_time`: as the hospital writes it, with the offset of that day. `stamp`: as the server does. `later`: an
    event some seconds afterwards, the same for the same document."""
    summers = " OR ".join(
        f"seen_at >= TIMESTAMP '{_change(year, 3, 8, 2)}' AND seen_at < TIMESTAMP '{_change(year, 11, 1, 2)}'"
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
    )
    return f"""
        CREATE TEMP MACRO local_time(seen_at) AS CASE WHEN {summers}
            THEN replace((seen_at - INTERVAL 4 HOUR)::VARCHAR, ' ', 'T') || '-04:00'
            ELSE replace((seen_at - INTERVAL 5 HOUR)::VARCHAR, ' ', 'T') || '-05:00' END;
        CREATE TEMP MACRO stamp(seen_at) AS strftime(seen_at, '%Y-%m-%dT%H:%M:%S.%gZ');
        CREATE TEMP MACRO later(seen_at, document, least, most) AS
            -- Cast before it is added: DuckDB would reckon in 128 bits, ten times as slow.
            seen_at + to_milliseconds(least * 1000 + (hash(document || most) % ((most - least) * 1000)::UBIGINT)::BIGINT);
    """


def _change(year: int, month: int, not_before: int, hour: int) -> str:
    """The UTC time at which clocks change: a Sunday night at two o'clock of the time until then."""
    day = datetime(year, month, not_before, hour, tzinfo=ZONE)
    while day.weekday() != 6:
        day += timedelta(days=1)
    before = day - timedelta(hours=12)
    return f"{(day.replace(tzinfo=None) - (before.utcoffset() or timedelta())).replace(tzinfo=UTC):%Y-%m-%d %H:%M}"


def reference(type_: str, id_: str, display: str | None = None) -> Sql:
    """Null where the id is."""
    shown = f""" || ',"display":' || to_json({display})::VARCHAR""" if display else ""
    return Sql(f"""'{{"reference":"{type_}/' || {id_} || '"'{shown} || '}}'""")


def concept(system: str, code_: Sql | str, display: Sql | str) -> Shape:
    return {"coding": [{"system": system, "code": code_, "display": display}], "text": display}


def coded(system: str, code_: Sql | str) -> Shape:
    """A code without words: those of many systems are licensed."""
    return {"coding": [{"system": system, "code": code_}]}


def period(start: str, end: str) -> Shape:
    return {"start": code(f"local_time({start})"), "end": code(f"local_time({end})")}


def quantity(value: str, unit: str) -> Shape:
    return {"value": number(value), "unit": text(unit)}


def identifier(system: str, value: str) -> Shape:
    return {"system": system, "value": code(value)}


def note(words: str) -> list[Shape]:
    return [{"text": text(words)}]
