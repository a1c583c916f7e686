"""Which supplier records are one supplier: what joins, what keeps apart, what a steward must see. All firms are invented."""

import json
from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastering.stewardship import DECISIONS
from mastering.suppliers import SupplierResolution, resolve
from mastering.suppliers.aliases import ALIASES, alias_table
from mastering.suppliers.records import SUPPLIER_RECORDS, street_key
from tests.mastering.decided import MONDAY, kept, said

HOME = {"street": "12 Canal Street", "city": "Corwen", "postal_code": "00221"}
AWAY = {"street": "7 Mill Road", "city": "Ashford", "postal_code": "00390"}
BOX = {"street": "PO Box 88", "city": "Ashford", "postal_code": "00391"}
NOTHING = DECISIONS.empty_table()


def record(key: str, name: str | None, system: str = "erp", **more: Any) -> dict[str, Any]:
    return {"source_system": system, "source_instance": "1", "source_supplier_key": key, "name": name, **more}


def resolved(
    *rows: dict[str, Any], decisions: pa.Table = NOTHING, aliases: pa.Table | None = None
) -> SupplierResolution:
    table = pa.Table.from_pylist(list(rows), SUPPLIER_RECORDS)
    return resolve(table, decisions, ALIASES.empty_table() if aliases is None else aliases, MONDAY)


def clusters(resolution: SupplierResolution) -> set[str]:
    """The clusters of more than one record, as the keys of their records in order, one letter each."""
    members: dict[str, str] = {}
    for row in resolution.assignments.to_pylist():
        members[row["cluster_key"]] = members.get(row["cluster_key"], "") + row["source_key"]
    return {"".join(sorted(keys)) for keys in members.values() if len(keys) > 1}


def queued(resolution: SupplierResolution) -> list[tuple[str, str]]:
    return [
        (row["kind"], "".join(key.rpartition("|")[2] for key in sorted((row["left_key"], row["right_key"]))))
        for row in resolution.review_queue.to_pylist()
    ]


def aliases(alias: str, name: str, reason: str) -> pa.Table:
    return alias_table([{"alias": alias, "name": name, "reason": reason, "valid_from": "", "valid_to": ""}])


def test_the_same_tax_id_and_a_name_alike_is_one_supplier():
    found = resolved(
        record("a", "Alderbay Medical Inc.", tax_id_hash="t1", **HOME),
        record("b", "ALDRBAY MEDICAL", tax_id_hash="t1", **AWAY),
        record("c", "Birchgate Surgical LLC", tax_id_hash="t2", **HOME),
    )
    assert clusters(found) == {"ab"}
    row = found.assignments.to_pylist()[0]
    assert (row["method"], row["weight"]) == ("identifier", 12 + 4 - 1)
    assert row["evidence"] == "tax id equal +12; address differs -1; name alike +4"


def test_the_same_tax_id_under_another_name_elsewhere_is_for_a_steward():
    found = resolved(
        record("a", "Alderbay Medical", tax_id_hash="t1", **HOME),
        record("b", "Wilotis Devices", tax_id_hash="t1", **AWAY),
    )
    assert (clusters(found), queued(found)) == (set(), [("candidate", "ab")])


@pytest.mark.parametrize("where", [HOME, {}])
def test_the_same_name_with_another_tax_id_stays_apart(where: dict[str, str]):
    found = resolved(
        record("a", "Alderbay Medical Inc.", tax_id_hash="t1", **where),
        record("b", "Alderbay Medical Inc.", tax_id_hash="t2", **where),
    )
    assert clusters(found) == set()
    # At one address a number may have been mistyped: somebody should look.
    assert queued(found) == ([("candidate", "ab")] if where else [])


def test_a_record_without_a_tax_id_between_two_namesakes_joins_neither():
    found = resolved(
        record("a", "Alderbay Medical", tax_id_hash="t1", **HOME),
        record("b", "Alderbay Medical", tax_id_hash="t2", **HOME),
        record("c", "Alderbay Medical", **HOME),
    )
    assert clusters(found) == set()
    assert ("candidate", "ac") in queued(found)


def test_name_and_address_join_what_nothing_contradicts():
    found = resolved(
        record("a", "Alderbay Medical Inc.", tax_id_hash="t1", **HOME),
        record("b", "Alderbay Medical", street="12 CANAL ST", postal_code="00221-4411"),
    )
    assert clusters(found) == {"ab"}
    assert found.assignments["method"].to_pylist() == ["text", "text"]


def test_name_alone_is_for_a_steward():
    found = resolved(record("a", "Alderbay Medical"), record("b", "ALDERBAY MEDICAL", system="saas"))
    assert (clusters(found), queued(found)) == (set(), [("candidate", "ab")])


def test_name_and_address_of_firms_of_another_form_are_for_a_steward():
    found = resolved(record("a", "Alderbay Medical Inc.", **HOME), record("b", "Alderbay Medical LLC", **HOME))
    assert (clusters(found), queued(found)) == (set(), [("candidate", "ab")])


@pytest.mark.parametrize(
    "number", [{"duns": "15-048-3782"}, {"lei": "529900T8BM49AURSDO55"}, {"gln": "4012345000009"}], ids=str
)
def test_a_number_of_the_world_and_a_name_alike_is_one_supplier(number: dict[str, str]):
    found = resolved(
        record("a", "Alderbay Medical Inc.", **HOME, **number), record("b", "Aldrbay Medical", **AWAY, **number)
    )
    assert (clusters(found), found.quality_events.num_rows) == ({"ab"}, 0)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ({"duns": "000000000"}, "BAD_DUNS"),
        ({"lei": "529900T8BM49AURSDO56"}, "BAD_LEI"),
        ({"gln": "4012345000008"}, "BAD_GLN"),
    ],
)
def test_a_number_that_cannot_be_right_joins_nobody_and_is_told(number: dict[str, str], kind: str):
    found = resolved(record("a", "Alderbay Medical", **number), record("b", "Aldrbay Medical", **number))
    assert clusters(found) == set()
    assert found.quality_events["kind"].to_pylist() == [kind, kind]


def test_the_same_account_at_the_same_place_and_a_name_alike_is_one_supplier():
    where = {**BOX, "bank_token": "k1"}
    found = resolved(record("a", "Alderbay Medical Inc.", **where), record("b", "Aldrbay Medical LLC", **where))
    assert clusters(found) == {"ab"}


FACTORED = ["Alderbay Medical", "Birchgate Surgical", "Cedarford Pharma", "Dunemark Devices", "Elmstone Labs"]


@given(st.lists(st.sampled_from(FACTORED), min_size=2, max_size=5, unique=True), st.booleans())
def test_a_factoring_company_merges_nobody(names: list[str], are_linked: bool):
    where = {**BOX, "bank_token": "factor"}
    rows = [record("abcde"[place], name, **where) for place, name in enumerate(names)]
    if are_linked:
        rows = [{**row, "remit_to_key": "z"} for row in rows] + [record("z", "Mill Factoring", **where)]
    assert clusters(resolved(*rows)) == set()


def test_clients_who_write_the_factor_before_their_own_name_stay_apart():
    where = {**BOX, "bank_token": "factor"}
    names = [f"Mill Factoring FBO {name}" for name in FACTORED]
    assert clusters(resolved(*(record("abcde"[place], name, **where) for place, name in enumerate(names)))) == set()


def test_a_placeholder_tax_id_joins_nobody_and_is_told():
    found = resolved(*(record("abcde"[place], name, tax_id_hash="000", **HOME) for place, name in enumerate(FACTORED)))
    assert clusters(found) == set()
    assert {"SHARED_TAX_ID", "SHARED_ADDRESS", "SHARED_TOWN_ADDRESS"} == set(found.quality_events["kind"].to_pylist())


def test_in_an_office_tower_the_same_name_is_still_one_supplier():
    rows = [record("abcde"[place], name, **HOME) for place, name in enumerate(FACTORED)]
    assert clusters(
        resolved(*rows, record("f", "ALDERBAY MEDICAL", **HOME), record("g", "Alderbay Medicals Sales", **HOME))
    ) == {"af"}


def test_where_a_supplier_is_paid_is_that_supplier():
    found = resolved(
        record("a", "Alderbay Medical Inc.", tax_id_hash="t1", remit_to_key="b", **HOME),
        record("b", "ALDERBAY MED INC REMIT TO", **BOX),
    )
    assert clusters(found) == {"ab"}


def test_a_record_that_says_it_is_a_remittance_address_joins_the_only_supplier_of_its_name_in_its_ledger():
    one, box = record("a", "Alderbay Medical", **HOME), record("b", "ALDERBAY MED REMIT TO", **BOX)
    assert clusters(resolved(one, box)) == {"ab"}
    assert clusters(resolved(one, record("c", "Alderbay Medical", **AWAY), box)) == set(), (
        "whose it is, nobody can tell"
    )
    assert clusters(resolved(one, {**box, "source_system": "other"})) == set()


def test_a_remittance_address_that_has_found_its_supplier_draws_in_no_other():
    rows = (
        record("a", "Alderbay Medical", tax_id_hash="t1", **HOME),
        record("b", "Alderbay Medical REMIT TO", tax_id_hash="t1", **BOX),
        record("c", "Alderbay Medical", **AWAY),
    )
    assert clusters(resolved(*rows)) == {"ab"}


def test_a_remittance_address_at_a_door_of_its_own_is_for_a_steward():
    rows = (record("a", "Alderbay Medical", **HOME), record("b", "Alderbay Medical REMIT TO", **AWAY))
    assert (clusters(resolved(*rows)), queued(resolved(*rows))) == (set(), [("candidate", "ab")])


def test_a_box_in_the_same_postal_code_is_near_and_another_door_there_is_not():
    one = record("a", "Alderbay Medical", **HOME)
    box = record("b", "ALDERBAY MEDICAL", street="PO Box 12", postal_code=HOME["postal_code"])
    door = record("b", "ALDERBAY MEDICAL", street="99 Mill Road", postal_code=HOME["postal_code"])
    assert clusters(resolved(one, box)) == {"ab"}
    assert (clusters(resolved(one, door)), queued(resolved(one, door))) == (set(), [("candidate", "ab")])


def test_two_numbers_say_more_than_two_names():
    both = {"tax_id_hash": "t1", "duns": "150483782"}
    assert clusters(resolved(record("a", "Alderbay Medical", **both), record("b", "Wilotis Devices", **both))) == {"ab"}


def test_a_trading_name_is_reached_by_the_alias_table_only():
    rows = (record("a", "Alderbay Medical Inc.", **HOME), record("b", "Wilotis Devices", **AWAY))
    assert clusters(resolved(*rows)) == set()
    found = resolved(*rows, aliases=aliases("Wilotis Devices", "Alderbay Medical", "trading"))
    assert clusters(found) == {"ab"}
    assert found.assignments["method"].to_pylist() == ["alias", "alias"]


def test_companies_that_became_one_may_have_two_tax_ids_and_trading_names_may_not():
    rows = (
        record("a", "Alderbay Medical Inc.", tax_id_hash="t1", **HOME),
        record("b", "Wilotis Devices", tax_id_hash="t2", **AWAY),
        record("c", "ALDRBAY MEDICAL", tax_id_hash="t1", **AWAY),
    )
    assert clusters(resolved(*rows, aliases=aliases("Wilotis Devices", "Alderbay Medical", "acquired"))) == {"abc"}
    found = resolved(*rows, aliases=aliases("Wilotis Devices", "Alderbay Medical", "trading"))
    assert (clusters(found), queued(found)) == ({"ac"}, [("candidate", "ab")])


def test_who_was_acquired_by_one_of_two_namesakes_nobody_can_tell():
    found = resolved(
        record("a", "Alderbay Medical", tax_id_hash="t1", **HOME),
        record("b", "Alderbay Medical", tax_id_hash="t2", **AWAY),
        record("c", "Wilotis Devices", tax_id_hash="t3", **BOX),
        aliases=aliases("Wilotis Devices", "Alderbay Medical", "acquired"),
    )
    assert clusters(found) == set()


def test_a_steward_tells_an_alias():
    rows = (record("a", "Alderbay Medical Inc.", **HOME), record("b", "Wilotis Devices", **AWAY))
    told = kept(
        said("alias", "WILOTIS DEVICES", attribute="supplier", value="Alderbay Medical", reason="renamed in May")
    )
    assert clusters(resolved(*rows, decisions=told)) == {"ab"}


def test_one_time_vendors_stay_apart_from_everybody():
    found = resolved(
        record("a", "Alderbay Medical", tax_id_hash="t1", **HOME),
        record("b", "Alderbay Medical", tax_id_hash="t1", is_one_time=True, **HOME),
    )
    assert clusters(found) == set()


SAME = (record("a", "Alderbay Medical", tax_id_hash="t1"), record("b", "Alderbay Medical", tax_id_hash="t1"))
OTHER = (record("a", "Alderbay Medical", tax_id_hash="t1"), record("b", "Birchgate Surgical", tax_id_hash="t2"))


def test_what_a_steward_keeps_apart_stays_apart_and_leaves_the_queue():
    found = resolved(*SAME, decisions=kept(said("cannot", "erp|1|b", "erp|1|a")))
    assert (clusters(found), queued(found)) == (set(), [])


def test_what_a_steward_joins_is_one_although_nothing_says_so():
    rows = (record("a", "Alderbay Medical"), record("b", "Birchgate Surgical"))
    found = resolved(*rows, decisions=kept(said("must", "erp|1|a", "erp|1|b", reason="one firm since May")))
    assert clusters(found) == {"ab"}
    assert found.assignments["evidence"].to_pylist() == ["ana: one firm since May"] * 2


def test_what_a_steward_joins_against_a_rule_waits_for_a_second_person():
    alone = resolved(*OTHER, decisions=kept(said("must", "erp|1|a", "erp|1|b")))
    assert (clusters(alone), queued(alone)) == (set(), [("pending", "ab")])
    assert "tax ids differ" in alone.review_queue["evidence"][0].as_py()
    assert clusters(resolved(*OTHER, decisions=kept(said("must", "erp|1|a", "erp|1|b", second_by="ben")))) == {"ab"}


def test_words_of_stewards_that_contradict_each_other_are_told():
    rows = [record(key, name) for key, name in zip("abc", FACTORED, strict=False)]
    words = kept(
        said("must", "erp|1|a", "erp|1|b"), said("must", "erp|1|b", "erp|1|c"), said("cannot", "erp|1|a", "erp|1|c")
    )
    assert resolved(*rows, decisions=words).quality_events["kind"].to_pylist() == ["DECISIONS_CONTRADICT"]


def test_a_decision_about_a_record_that_is_gone_does_no_harm():
    gone = kept(said("must", "erp|1|a", "erp|1|z", second_by="ben"), said("cannot", "erp|1|y", "erp|1|b"))
    assert clusters(resolved(*SAME, decisions=gone)) == {"ab"}


def ways_up(resolution: SupplierResolution) -> dict[str, tuple[str | None, str, int]]:
    letter = {None: None} | {key: key.rpartition("|")[2] for key in resolution.assignments["record_key"].to_pylist()}
    return {
        letter[row["cluster_key"]]: (
            letter[row["parent_cluster_key"]],
            letter[row["ultimate_cluster_key"]],
            row["level"],
        )
        for row in resolution.hierarchy.to_pylist()
    }


def test_a_supplier_belongs_to_its_parent_and_that_ones_parent():
    found = resolved(
        record("a", "Alderbay Group"), record("b", "Birchgate Holding", parent_key="a"),
        record("c", "Cedarford Pharma", tax_id_hash="t", parent_key="b"), record("d", "Cedarford Pharma", tax_id_hash="t"),
    )  # fmt: skip
    assert ways_up(found) == {"a": (None, "a", 0), "b": ("a", "a", 1), "c": ("b", "a", 2)}


def test_a_circle_of_parents_is_opened_and_told():
    found = resolved(
        record("a", "Alderbay Group", parent_key="c"), record("b", "Birchgate", parent_key="a"),
        record("c", "Cedarford Pharma", parent_key="b"),
    )  # fmt: skip
    assert ways_up(found) == {"c": (None, "c", 0), "a": ("c", "c", 1), "b": ("a", "c", 2)}
    assert found.quality_events["kind"].to_pylist() == ["PARENT_CIRCLE"]


def test_a_stewards_parent_goes_before_a_records():
    told = kept(said("attribute", "erp|1|c", attribute="parent_key", value="erp|1|b"))
    found = resolved(record("a", "Alder"), record("b", "Birch"), record("c", "Cedar", parent_key="a"), decisions=told)
    assert ways_up(found)["c"] == ("b", "b", 1)


def test_a_record_that_comes_twice_is_refused():
    with pytest.raises(ValueError, match=r"erp\|1\|a comes twice"):
        resolved(record("a", "Alder"), record("a", "Alder"))


def test_no_record_and_records_that_say_nothing():
    assert resolved().assignments.num_rows == 0
    found = resolved(record("a", None), record("b", None), record("c", "N/A", **HOME), record("d", "", **HOME))
    assert (clusters(found), found.assignments.num_rows) == (set(), 4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Canal Street", "12 CANAL ST."),
        ("P.O. Box 88", "POST OFFICE BOX 88"),
        ("1 N Main Ave Ste 4", "1 North Main Avenue, Fl. 2"),
    ],
)
def test_one_street_written_twice(one: str, other: str):
    assert street_key(one) == street_key(other)


def test_streets_that_differ_by_a_number_differ():
    assert street_key("12 Canal Street") != street_key("122 Canal Street")


some = st.fixed_dictionaries(
    {
        "name": st.sampled_from(
            ["Alderbay Medical", "ALDRBAY MED", "Alderbay Medical REMIT TO", "Birchgate Labs", None]
        ),
        "tax_id_hash": st.sampled_from([None, "t1", "t2"]),
        "street": st.sampled_from([None, "1 Canal St", "2 Mill Rd"]),
        "postal_code": st.just("00221"),
        "bank_token": st.sampled_from([None, "k1"]),
        "is_one_time": st.sampled_from([False, False, False, True]),
    }
)


@settings(deadline=None, max_examples=60)
@given(st.lists(some, min_size=1, max_size=8), st.randoms())
def test_any_records_in_any_order(values: list[dict[str, Any]], chance: Any):
    """Every record once; no cluster with two tax ids or a one-time vendor; the order of the rows does not matter."""
    rows = [record("abcdefgh"[place], **row) for place, row in enumerate(values)]
    found = resolved(*rows)
    assert sorted(found.assignments["source_key"].to_pylist()) == [row["source_supplier_key"] for row in rows]
    by_key = {row["source_supplier_key"]: row for row in rows}
    for cluster in clusters(found):
        members = [by_key[key] for key in cluster]
        assert not any(member["is_one_time"] for member in members)
        assert len({member["tax_id_hash"] for member in members} - {None}) <= 1
    together = {frozenset(pair) for cluster in clusters(found) for pair in combinations(cluster, 2)}
    assert not together & {frozenset(pair) for _, pair in queued(found)}, "what is joined is not asked"
    for pair in found.kept_pairs.to_pylist():
        assert json.loads(pair["levels"])
    shuffled = resolved(*chance.sample(rows, len(rows)))
    assert all(one.equals(other) for one, other in zip(found, shuffled, strict=True))
