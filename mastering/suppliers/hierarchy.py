"""Whom a supplier belongs to: legal entity, parent, ultimate parent; one parent each, and no way that leads back.

Belongs here: parents between clusters, out of what records and stewards say. Not here: which records are one supplier.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa

from mastering.stewardship import InForce
from mastering.suppliers.records import QualityEvent, SupplierRecord

# One row per cluster. parent_cluster_key: null at the top. ultimate_cluster_key: the top, itself there. level: 0 at the top.
HIERARCHY = pa.schema(
    [("cluster_key", pa.string()), ("parent_cluster_key", pa.string()), ("ultimate_cluster_key", pa.string()),
     ("level", pa.int64())]
)  # fmt: skip
# The attribute by which a steward names a parent: its value is a record key of the parent.
PARENT = "parent_key"


def hierarchy(
    records: Sequence[SupplierRecord], cluster_of: Mapping[str, str], force: InForce
) -> tuple[pa.Table, list[QualityEvent]]:
    """The hierarchy (HIERARCHY), and an event for each parent that is left out as it would close a circle.

    A steward's word goes before records; of what records say, what most say, then the least key. Circles are opened in the
    order of keys, stewards' words and what more records say being kept first.
    """
    said: dict[str, Counter[tuple[bool, str]]] = {}
    sayers: dict[tuple[str, str], SupplierRecord] = {}
    for record in records:
        decision = force.attributes.get((record.key, PARENT))
        parent = str(decision["value"] if decision else record.parent)
        if parent not in cluster_of or cluster_of[parent] == cluster_of[record.key]:
            continue
        child = cluster_of[record.key]
        said.setdefault(child, Counter())[decision is not None, cluster_of[parent]] += 1
        sayers.setdefault((child, cluster_of[parent]), record)
    chosen = []
    for child, counts in said.items():
        (by_steward, parent), votes = min(counts.items(), key=lambda item: (not item[0][0], -item[1], item[0][1]))
        chosen.append((not by_steward, -votes, child, parent))
    parent_of: dict[str, str] = {}
    events = []
    for _, _, child, parent in sorted(chosen):
        if _way_up(parent, parent_of)[-1] == child:
            detail = f"{parent} belongs to {child} already"
            events.append(QualityEvent(sayers[child, parent], "PARENT_CIRCLE", parent, detail))
        else:
            parent_of[child] = parent
    rows = []
    for key in sorted(set(cluster_of.values())):
        way = _way_up(key, parent_of)
        rows.append(dict(zip(HIERARCHY.names, (key, parent_of.get(key), way[-1], len(way) - 1), strict=True)))
    return pa.Table.from_pylist(rows, HIERARCHY), events


def _way_up(key: str, parent_of: Mapping[str, str]) -> list[str]:
    way = [key]
    while way[-1] in parent_of:
        way.append(parent_of[way[-1]])
    return way
