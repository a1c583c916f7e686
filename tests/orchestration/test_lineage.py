"""Columns and what they are made of, as somebody who reads the SQL would say it."""

import dagster as dg

from orchestration.instance import dagster_instance
from orchestration.lineage import column_origins


def origins(sql: str) -> dict[str, set[str]]:
    return {column: {".".join(origin[1:]) for origin in found} for column, found in column_origins(sql).items()}


def test_a_column_is_followed_through_ctes_renamings_and_stars():
    assert origins(
        """
        with lines as (select invoice_id, quantity * unit_price as amount from raw.line),
        kept as (select lines.* from lines where lines.amount > 0),
        summed as (select invoice_id, sum(amount) as total from kept group by invoice_id)
        select doc.number as invoice_number, summed.total, coalesce(summed.total, doc.stated) as told, 'x' as kind
        from summed inner join raw.document as doc on summed.invoice_id = doc.id
        """
    ) == {
        "invoice_number": {"document.number"},
        "total": {"line.quantity", "line.unit_price"},
        "told": {"line.quantity", "line.unit_price", "document.stated"},
        "kind": set(),
    }


def test_the_parts_of_a_union_follow_by_place():
    assert origins("with u as (select a as x, b as y from s.one union all select c, d from s.two) select y from u") == {
        "y": {"one.b", "two.d"}
    }


def test_a_window_and_a_scalar_subquery_are_part_of_a_value_and_a_condition_is_not():
    assert origins(
        "select row_number() over (partition by t.k order by t.at) as n from s.t as t inner join s.o as o on t.k = o.k "
        "where o.flag"
    ) == {"n": {"t.k", "t.at"}}


def test_a_query_that_reads_itself_ends():
    assert origins(
        "with recursive r as (select id, parent from s.t union all select t.id, r.parent from s.t as t "
        "join r on t.parent = r.id) select parent from r"
    ) == {"parent": {"t.parent"}}


def test_a_run_tells_a_marts_columns(hospital):
    hospital.run()
    with dagster_instance(hospital.settings) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["mart_procurement", "mart_supplier"]))
    lineage = event.asset_materialization.metadata["dagster/column_lineage"].value.deps_by_column
    assert [(dep.asset_key.to_user_string(), dep.column_name) for dep in lineage["supplier_name"]] == [
        ("canonical/dim_supplier", "supplier_name")
    ]


def test_what_cannot_be_read_tells_nothing():
    assert column_origins("select from where (") == {}
    assert column_origins("select v.x from unnest([1, 2]) as v(x)") == {"x": set()}
