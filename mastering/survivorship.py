"""Of what many records say of one golden one, what it is said to be, and on whose word.

Belongs here: choosing among values by ordered rules, and the provenance of each choice. Not here: which records are one
(items, suppliers), what a value means, who reads which system into which kind of source.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from mastering.rules import read_rules
from mastering.stewardship import Decision

# What one record says of one attribute: one row each, values as text. source: the kind of source as the rules name it.
# precedence: of the source's instance among its like, the least first.
CANDIDATES = pa.schema(
    [("golden_key", pa.string()), ("attribute", pa.string()), ("value", pa.string()), ("source", pa.string()),
     ("record_key", pa.string()), ("changed_at", pa.timestamp("us")), ("precedence", pa.int64())]
)  # fmt: skip
# One row per golden record and attribute that has a value: which record it is of, and the rule that chose it.
PROVENANCE = pa.schema(
    [("golden_key", pa.string()), ("attribute", pa.string()), ("value", pa.string()), ("record_key", pa.string()),
     ("source", pa.string()), ("rule", pa.string())]
)  # fmt: skip
# An ordered list per attribute. source: a kind of source, * for any. value: only this one, "" for any. pick: among the
# candidates of the rule the latest, or the longest and of those the latest.
RULES = pa.schema(
    [
        ("attribute", pa.string()),
        ("place", pa.int64()),
        ("source", pa.string()),
        ("value", pa.string()),
        ("pick", pa.string()),
    ]
)
PICKS = ("latest", "longest")
STEWARD = "STEWARD"


def read_survivorship(name: str, folder: Path) -> pa.Table:
    """The rules (RULES) of `<folder>/<name>.csv`. Raises ValueError for a line that is none, with its number."""
    rows = []
    for line, row in enumerate(read_rules(name, folder), start=2):
        if not row["place"].isdigit() or row["pick"] not in PICKS:
            raise ValueError(f"{name}.csv line {line}: place is a number and pick one of {', '.join(PICKS)}")
        rows.append({**row, "place": int(row["place"])})
    return pa.Table.from_pylist(rows, RULES)


def steward_candidates(fixes: Mapping[tuple[str, str], Decision], golden_of: Mapping[str, str]) -> pa.Table:
    """Stewards' attribute decisions in force as CANDIDATES of the source STEWARD. golden_of: golden key by record key."""
    rows = [
        {
            "golden_key": golden_of[record], "attribute": attribute, "value": decision["value"], "source": STEWARD,
            "record_key": record, "changed_at": decision["at"], "precedence": 0,
        }
        for (record, attribute), decision in fixes.items()
        if record in golden_of
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, CANDIDATES)


def survive(candidates: pa.Table, rules: pa.Table) -> pa.Table:
    """The provenance (PROVENANCE) of every attribute that a rule speaks of, by golden key and attribute.

    Of the rules of an attribute the first that has a value: whoever calls leaves out what is not valid. Ties: the latest
    change, then the least precedence, then the least record key. The order of rows does not matter.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        connection.register("candidate", candidates)
        connection.register("rule", rules)
        return connection.execute(
            """
            SELECT golden_key, attribute, c.value, record_key, c.source,
                concat_ws(' ', place || ':', if(rule.source = '*', 'any source', rule.source), nullif(rule.value, ''), pick)
                    AS rule
            FROM candidate AS c JOIN rule USING (attribute)
            WHERE trim(c.value) <> '' AND rule.source IN ('*', c.source) AND coalesce(rule.value, '') IN ('', c.value)
            QUALIFY row_number() OVER (
                PARTITION BY golden_key, attribute
                ORDER BY place, if(pick = 'longest', -length(c.value), 0), changed_at DESC NULLS LAST, precedence NULLS LAST,
                    record_key, c.value) = 1
            ORDER BY golden_key, attribute"""
        ).to_arrow_table().cast(PROVENANCE)  # fmt: skip


def golden_records(provenance: pa.Table, attributes: list[str]) -> pa.Table:
    """One row per golden key with a column per attribute, null where nobody knows; attributes in the order given."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        connection.register("provenance", provenance)
        columns = ", ".join(f"max(value) FILTER (attribute = '{name}') AS {name}" for name in attributes)
        return connection.execute(
            f"SELECT golden_key, {columns} FROM provenance GROUP BY golden_key ORDER BY golden_key"
        ).to_arrow_table()
