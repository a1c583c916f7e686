"""One run of mastering on a warehouse: records read, suppliers and then items resolved, ids kept, tables written at once.

Belongs here: which table is read as what, and which is written. Not here: any rule about records (suppliers, items), ids
(registry.py) or values (survivorship.py). Items come second: their makers are golden suppliers.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from mastering import items, suppliers, tables
from mastering.items.told_makers import with_makers
from mastering.readings import read_all, valid_gtins
from mastering.registry import Registry, Run, advance
from mastering.review_sheet import queue_rows
from mastering.rules import read_rules
from mastering.state import read_state, write_state
from mastering.stewardship import in_force
from mastering.suppliers import golden
from mastering.suppliers.aliases import ALIASES, Aliases, known_aliases
from mastering.survivorship import CANDIDATES, golden_records, read_survivorship, steward_candidates, survive
from mastering.vocabulary import record_key_sql

RULES = Path(__file__).parent / "rules"
# Changes with any rule that may place a record elsewhere; kept beside each placement.
MODEL_VERSION = "2"
# A source that nobody has ranked is believed after all that are.
UNRANKED = 99
_SUPPLIERS = f"""
    SELECT {record_key_sql("source_supplier_key")} AS record_key, source_system, source_instance, source_supplier_key,
        supplier_name AS name, tax_id_token AS tax_id_hash, duns_number AS duns, gln, NULL AS lei, street, city,
        region_code AS region, postal_code, country_code, NULL AS bank_token, remit_to_source_key AS remit_to_key,
        parent_source_key AS parent_key, NULL AS role, false AS is_one_time, created_at, source_version_at AS changed_at,
        is_active
    FROM canonical.int_supplier_record
    WHERE is_supplier
    ORDER BY record_key"""
# A supplier's or maker's number may be another instance's, whose numbers this one uses.
_ITEMS = f"""
    WITH number AS (
        SELECT source_instance, source_supplier_key, source_instance AS owner, source_supplier_key AS owner_key
        FROM canonical.int_supplier_record
        UNION ALL FROM canonical.int_shared_supplier_number),
    party AS (
        SELECT number.source_instance, number.source_supplier_key, golden_key, supplier_name
        FROM number
        JOIN canonical.int_supplier_record AS said ON said.source_instance = owner AND said.source_supplier_key = owner_key
        LEFT JOIN supplier_now AS now ON now.source_instance = owner AND now.source_key = owner_key)
    SELECT {record_key_sql("source_item_key", "record.")} AS record_key, record.source_system, record.source_instance,
        source_item_key, item_description AS description, manufacturer_name, maker.golden_key AS manufacturer_key,
        manufacturer_part_number, vendor.supplier_name AS vendor_name, vendor.golden_key AS vendor_key,
        supplier_item_number AS vendor_catalogue_number, base_uom_source_code AS unit_code,
        item_class AS item_class_hint, NULL AS ndc, item_class = 'IMPLANT' AS is_implant, unspsc_code, record.created_at,
        record.source_version_at AS changed_at, record.is_active
    FROM canonical.int_item_record AS record
    LEFT JOIN party AS maker ON record.source_instance = maker.source_instance
        AND record.manufacturer_source_key = maker.source_supplier_key
    LEFT JOIN party AS vendor ON record.source_instance = vendor.source_instance
        AND record.supplier_source_key = vendor.source_supplier_key
    ORDER BY record_key"""
_IDENTIFIERS = """
    SELECT source_system, source_instance, source_item_key, identifier_type AS id_type, identifier_value AS value,
        source_uom_code AS unit_code
    FROM canonical.int_item_identifier
    ORDER BY ALL"""
_PACKS = """
    SELECT source_system, source_instance, source_item_key, source_uom_code AS unit_code, qty_num, qty_den
    FROM canonical.int_item_unit ORDER BY ALL"""
_SPEND = f"""
    SELECT {record_key_sql("source_key")} AS record_key, billed_amount::DECIMAL(38, 2) AS amount, currency_code
    FROM canonical.int_record_spend WHERE record_kind = upper($1)"""
_SUPPLIER_NAMES = """
    SELECT supplier_name AS name, golden_key
    FROM canonical.int_supplier_record AS record
    JOIN supplier_now ON supplier_now.source_instance = record.source_instance
        AND supplier_now.source_key = record.source_supplier_key
    WHERE supplier_name IS NOT NULL ORDER BY ALL"""
_ALIASES = (
    "SELECT alias, supplier_name AS name, alias_reason AS reason, valid_from, valid_to FROM seeds.map_supplier_alias"
)
_REGISTRY = ("id", "xref", "merge_log")


@dataclass(frozen=True)
class Mastered:
    """What a run did: records and golden records of each kind, rows for stewards, ids minted and retired."""

    records: int
    golden: int
    queued: int
    minted: int
    retired: int


def master(connection: duckdb.DuckDBPyConnection, run: Run) -> dict[str, Mastered]:
    """Masters suppliers and items of a warehouse; {"supplier": ..., "item": ...}. All tables change together or none.

    Of items only what has changed since the run before is read, compared and joined again; the answer is that of a full run,
    which state.forget() brings about.
    Raises what resolutions raise: a record twice, records that share too little to be told apart.
    """
    tables.ensure(connection)
    with _transaction(connection):
        return {"supplier": _master_suppliers(connection, run), "item": _master_items(connection, run)}


def _master_suppliers(connection: duckdb.DuckDBPyConnection, run: Run) -> Mastered:
    records = _read(connection, _SUPPLIERS)
    decisions = _read(connection, "SELECT * FROM mastering.decision")
    found = suppliers.resolve(records.drop_columns(["record_key"]), decisions, _aliases(connection), run.at)
    before, after = _advance(connection, "supplier", found.assignments, records, "SUP", run)
    golden_of = _golden_keys(connection, "supplier")
    provenance = survive(
        pa.concat_tables([
            golden.candidates(records, golden_of, _instance_precedence(records)),
            steward_candidates(in_force(decisions, run.at, lambda left, right: None).attributes, golden_of),
        ]),
        golden.rules(),
    )  # fmt: skip
    connection.register("golden", golden_records(provenance, golden.ATTRIBUTES))
    connection.register("hierarchy", found.hierarchy)
    connection.register("assigned", found.assignments)
    parents = _read(
        connection,
        """
        WITH golden_of AS (
            SELECT cluster_key, min(golden_key) AS golden_key
            FROM assigned JOIN supplier_now USING (source_system, source_instance, source_key) GROUP BY cluster_key)
        SELECT golden.golden_key, supplier_name, coalesce(parent.golden_key, golden.golden_key) AS parent_supplier_key,
            tax_id_hash AS tax_id_token, duns AS duns_number, gln, address, supplier_class, status
        FROM golden LEFT JOIN golden_of AS own ON own.golden_key = golden.golden_key
        LEFT JOIN hierarchy ON hierarchy.cluster_key = own.cluster_key
        LEFT JOIN golden_of AS parent ON parent.cluster_key = hierarchy.parent_cluster_key
        ORDER BY golden.golden_key""",
    )
    _write(connection, {
        "golden_supplier": parents, "supplier_provenance": provenance, "supplier_pair": found.kept_pairs,
        "supplier_review": _queue(connection, "supplier", found.review_queue, records, run),
        "supplier_quality_event": found.quality_events,
    })  # fmt: skip
    return _summary(records, found.review_queue, before, after)


def _master_items(connection: duckdb.DuckDBPyConnection, run: Run) -> Mastered:
    records = _read(connection, _ITEMS)
    identifiers = _read(connection, _IDENTIFIERS)
    packs = _read(connection, _PACKS)
    decisions = _read(connection, "SELECT * FROM mastering.decision")
    names = _read(connection, _SUPPLIER_NAMES)
    steering = in_force(decisions, run.at, lambda left, right: None)
    records = with_makers(records, names, Aliases(_aliases(connection), steering.aliases, run.at))
    found = items.resolve(
        records.drop_columns(["record_key", "unspsc_code", "vendor_key"]), identifiers, packs, decisions, run.at,
        read_state(connection),
    )  # fmt: skip
    write_state(connection, found.state)
    before, after = _advance(connection, "item", found.assignments, records, "ITM", run)
    named = {
        "item_description": "description", "manufacturer_name": "manufacturer_name",
        "manufacturer_part_number": "manufacturer_part_number", "unspsc_code": "unspsc_code", "gtin": "gtin",
    }  # fmt: skip
    readings = read_all(identifiers)
    connection.register("valid_gtin", valid_gtins(readings))
    connection.register("item_said", records)
    with_gtin = _read(connection, "SELECT * FROM item_said LEFT JOIN valid_gtin USING (record_key)")
    provenance = _survivors(connection, "item", with_gtin, named, decisions, run)
    _write(connection, {
        "golden_item": golden_records(provenance, [name for name in tables.GOLDEN_ITEM.names if name != "golden_key"]),
        "item_provenance": provenance, "item_pair": found.kept_pairs,
        "item_review": _queue(connection, "item", found.review_queue, records, run),
        "item_quality_event": found.quality_events, "item_identifier": readings,
    })  # fmt: skip
    return _summary(records, found.review_queue, before, after)


def _aliases(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The names that come with parline and, after them, the site's own."""
    return pa.concat_tables([known_aliases(), _read(connection, _ALIASES).cast(ALIASES)])


def _advance(
    connection: duckdb.DuckDBPyConnection, kind: str, assigned: pa.Table, records: pa.Table, prefix: str, run: Run
) -> tuple[Registry, Registry]:
    """The registry before and after, the latter written; makes the view `<kind>_now`, a record's golden key today."""
    before = Registry(*(_read(connection, f"SELECT * FROM mastering.{kind}_{part}") for part in _REGISTRY))
    connection.register("assigned", assigned)
    connection.register("record", records)
    connection.register("source_kind", _source_kinds())
    clustered = _read(
        connection,
        f"""
        SELECT assigned.source_system, assigned.source_instance, assigned.source_key, cluster_key, created_at,
            coalesce(source_kind.precedence, {UNRANKED}) AS precedence, method, weight, evidence
        FROM assigned JOIN record USING (record_key)
        LEFT JOIN source_kind ON source_kind.source_system = assigned.source_system
        ORDER BY assigned.record_key""",
    )
    after = advance(before, clustered, prefix, run)
    parts = zip(_REGISTRY, (after.ids, after.xref, after.merge_log), strict=True)
    _write(connection, {f"{kind}_{part}": table for part, table in parts})
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW {kind}_now AS
        SELECT * FROM mastering.{kind}_xref WHERE valid_to = TIMESTAMP '9999-12-31'"""
    )
    return before, after


def _survivors(
    connection: duckdb.DuckDBPyConnection, kind: str, records: pa.Table, named: Mapping[str, str], decisions: pa.Table,
    run: Run,
) -> pa.Table:  # fmt: skip
    """PROVENANCE of the golden records of a kind. named: attribute -> column of `records`."""
    connection.register("record", records)
    connection.register("source_kind", _source_kinds())
    golden_of = _golden_keys(connection, kind)
    connection.register("golden_of", pa.table({
        "record_key": pa.array(golden_of, pa.string()), "golden_key": pa.array(golden_of.values(), pa.string()),
    }))  # fmt: skip
    said = " UNION ALL ".join(
        f"""
        SELECT golden_key, '{attribute}' AS attribute, {column} AS value, coalesce(source, '*') AS source, record_key,
            changed_at, coalesce(precedence, {UNRANKED}) AS precedence
        FROM record JOIN golden_of USING (record_key) LEFT JOIN source_kind USING (source_system)
        WHERE {column} IS NOT NULL"""
        for attribute, column in named.items()
    )
    fixes = in_force(decisions, run.at, lambda left, right: None).attributes
    candidates = [_read(connection, said).cast(CANDIDATES), steward_candidates(fixes, golden_of)]
    return survive(pa.concat_tables(candidates), read_survivorship(f"golden_{kind}", RULES))


def _golden_keys(connection: duckdb.DuckDBPyConnection, kind: str) -> dict[str, str]:
    """Golden key by record key, as it is now."""
    return dict(connection.execute(f"SELECT {record_key_sql('source_key')}, golden_key FROM {kind}_now").fetchall())


def _instance_precedence(records: pa.Table) -> dict[str, int]:
    """By source instance the precedence of its system."""
    of_system = {row["source_system"]: row["precedence"] for row in _source_kinds().to_pylist()}
    pairs = zip(records["source_instance"].to_pylist(), records["source_system"].to_pylist(), strict=True)
    return {instance: of_system.get(system, UNRANKED) for instance, system in sorted(set(pairs))}


def _queue(connection: duckdb.DuckDBPyConnection, kind: str, found: pa.Table, records: pa.Table, run: Run) -> pa.Table:
    """The queue as stewards see it; a row that was there before keeps the day it was first seen."""
    before = _read(connection, f"SELECT * FROM mastering.{kind}_review")
    money = connection.execute(_SPEND, [kind]).to_arrow_table()
    return queue_rows(found, records, tables.SHOWN[kind], before, money, run.at)


def _source_kinds() -> pa.Table:
    return pa.Table.from_pylist(
        [{**row, "precedence": int(row["precedence"])} for row in read_rules("source_kinds", RULES)],
        pa.schema([("source_system", pa.string()), ("source", pa.string()), ("precedence", pa.int64())]),
    )


def _summary(records: pa.Table, queue: pa.Table, before: Registry, after: Registry) -> Mastered:
    living = sum(1 for redirect in after.ids["retired_run"].to_pylist() if redirect is None)
    retired = after.ids["retired_run"].null_count, before.ids["retired_run"].null_count
    minted = after.ids.num_rows - before.ids.num_rows
    return Mastered(records.num_rows, living, queue.num_rows, minted, minted + retired[1] - retired[0])


def _read(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    return connection.execute(sql).to_arrow_table()


def _write(connection: duckdb.DuckDBPyConnection, written: Mapping[str, pa.Table]) -> None:
    """Each table whole, in place of what was there."""
    for name, table in written.items():
        connection.register("_written", table)
        connection.execute(f"CREATE OR REPLACE TABLE mastering.{name} AS FROM _written")
        connection.unregister("_written")


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
