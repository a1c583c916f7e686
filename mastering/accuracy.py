"""How right mastering is, counted against records whose true identity is known, and kept so that a change is seen.

Belongs here: what is measured of a warehouse, kept over time. Not here: how a measure is counted (metrics.py), where labels
come from (a demo network's truth, a set that people labelled), how they are shown.
"""

import csv
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from mastering import tables
from mastering.metrics import shares_sql

# One row per labelled record. code: the number its system shows for it. true_key: any name of what it truly is. family: what
# kind of thing, to be counted apart; may be empty.
LABEL_COLUMNS = ("source_instance", "code", "true_key", "family")
_RECORDS = {"item": ("int_item_record", "source_item_key", "item_code"),
            "supplier": ("int_supplier_record", "source_supplier_key", "supplier_code")}  # fmt: skip


class LabelError(ValueError):
    """A file of labels cannot be used; the message says why."""


def read_labels(path: Path) -> pa.Table:
    """Labels of a CSV file with LABEL_COLUMNS (family may be missing). Raises LabelError with the column or line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = set(LABEL_COLUMNS[:3]) - set(reader.fieldnames or ())
        if missing:
            raise LabelError(
                f"{path.name}: no column {', '.join(sorted(missing))}; it needs {', '.join(LABEL_COLUMNS)}"
            )
        rows = []
        for line, row in enumerate(reader, start=2):
            if not all(row[name] for name in LABEL_COLUMNS[:3]):
                raise LabelError(f"{path.name} line {line}: source_instance, code and true_key are needed")
            rows.append({name: row.get(name) or "" for name in LABEL_COLUMNS})
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in LABEL_COLUMNS]))


def measure(
    connection: duckdb.DuckDBPyConnection, kind: str, labels: pa.Table, label_set: str, at: datetime
) -> pa.Table:
    """ACCURACY of the golden records as they stand, appended to what was measured before; returns the new ones.

    slice: `all`, a family, or two source instances as `a x b`. A measure's value is numerator over denominator.

    precision, recall, b_cubed_precision, b_cubed_recall: as metrics.py counts them. queue_hits: pairs that wait for a steward
    and are one, of those that wait and are labelled. queue_size: pairs that wait.
    labelled: labels whose record is known, of all.
    """
    tables.ensure(connection)
    record, key, code = _RECORDS[kind]
    connection.register("label", labels)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE known AS
        SELECT record.source_system || '|' || record.source_instance || '|' || replace({key}, '|', '%7C') AS record_key,
            record.source_instance AS instance, golden_key, true_key, family
        FROM label JOIN canonical.{record} AS record
            ON label.source_instance = record.source_instance AND label.code = record.{code}
        JOIN mastering.{kind}_xref AS xref
            ON xref.source_instance = record.source_instance AND xref.source_key = record.{key}
            AND xref.valid_to = TIMESTAMP '9999-12-31'"""
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE sliced AS
        SELECT 'all' AS slice_kind, 'all' AS slice, * FROM known
        UNION ALL SELECT 'family', family, * FROM known WHERE family <> ''"""
    )
    found = connection.execute(
        f"""
        WITH shares AS ({shares_sql('sliced')}),
        between_sources AS (
            SELECT 'sources' AS slice_kind, least(a.instance, b.instance) || ' x ' || greatest(a.instance, b.instance) AS slice,
                count(*) FILTER (a.golden_key = b.golden_key AND a.true_key = b.true_key) AS hit,
                count(*) FILTER (a.golden_key = b.golden_key) AS joined, count(*) FILTER (a.true_key = b.true_key) AS one
            FROM known AS a JOIN known AS b
                ON a.record_key < b.record_key AND (a.golden_key = b.golden_key OR a.true_key = b.true_key)
            GROUP BY ALL),
        waiting AS (
            SELECT count(*) FILTER (a.true_key = b.true_key) AS hits, count(*) AS labelled
            FROM mastering.{kind}_review
            JOIN known AS a ON left_key = a.record_key JOIN known AS b ON right_key = b.record_key),
        measures AS (
            SELECT slice_kind, slice, measure, numerator, denominator FROM shares
            UNION ALL SELECT slice_kind, slice, 'precision', hit, joined FROM between_sources
            UNION ALL SELECT slice_kind, slice, 'recall', hit, one FROM between_sources
            UNION ALL SELECT 'all', 'all', 'queue_hits', hits, labelled FROM waiting
            UNION ALL SELECT 'all', 'all', 'queue_size', count(*), 1 FROM mastering.{kind}_review
            UNION ALL SELECT 'all', 'all', 'labelled', (SELECT count(*) FROM known), count(*) FROM label)
        SELECT $at AS measured_at, $kind AS record_kind, $label_set AS label_set, slice_kind, slice, measure,
            numerator::DECIMAL(38, 6) AS numerator, denominator::DECIMAL(38, 6) AS denominator
        FROM measures ORDER BY slice_kind, slice, measure""",
        {"at": at, "kind": kind, "label_set": label_set},
    ).to_arrow_table().cast(tables.ACCURACY)  # fmt: skip
    connection.register("_measured", found)
    connection.execute("INSERT INTO mastering.accuracy BY NAME FROM _measured")
    connection.unregister("_measured")
    return found
