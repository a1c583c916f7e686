"""NDJSON as other exporters write it, made into the files that the store reads.

Belongs here: that one reading. Not here: what the resources mean.
"""

import re
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from simulator.fhir.store import VERSIONS, parse, parse_instant

# "12.Encounter.ndjson" and "Encounter.000.ndjson" are how two real exporters name their files: the line says its type.
RESOURCE_TYPE = re.compile(r"^[A-Z][A-Za-z]+$")


def store_ndjson(source: Path, folder: Path, loaded_at: datetime) -> None:
    """Write `<Type>.parquet` for every type in `*.ndjson`: one version a resource, shown from `loaded_at`.

    An export may carry no meta.lastUpdated: then that is `loaded_at` too. Of lines with the same id the last one
    stands; an exporter's own log beside the resources is skipped.
    """
    found: dict[str, dict[str, dict]] = {}
    for file in sorted(source.glob("*.ndjson")):
        for line in file.read_bytes().splitlines():
            if line.strip() and RESOURCE_TYPE.match((content := parse(line)).get("resourceType", "")):
                stamp = content.get("meta", {}).get("lastUpdated")
                found.setdefault(content["resourceType"], {})[content["id"]] = {
                    "id": content["id"],
                    "last_updated": parse_instant(stamp) if stamp else loaded_at,
                    "resource": line.strip().decode(),
                    "_from": loaded_at,
                    "_until": None,
                    "is_deleted": False,
                }
    folder.mkdir(parents=True, exist_ok=True)
    for type_, versions in found.items():
        pq.write_table(pa.Table.from_pylist(list(versions.values()), VERSIONS), folder / f"{type_}.parquet")
