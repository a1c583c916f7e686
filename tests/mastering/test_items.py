"""Items resolved: identifiers join, attributes veto, text alone rarely, stewards always; and the same answer in any order."""

import json
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from bench.mastering.items import IDENTIFIER, PACK, RECORD, own_families, retrain
from mastering.items import ItemResolution, batches, blocking, resolve
from mastering.items.arrivals import Steering, read_arrivals
from mastering.items.decide import judge
from mastering.items.pairs import sides
from mastering.items.records import NOTHING_READ
from mastering.items.scoring import ModelDriftError, pin, pinned, weights
from mastering.stewardship import DECISIONS
from mastering.vocabulary import Verdict

NOON = datetime(2026, 3, 2, 12)  # as stewards' tables hold it
GTIN, OTHER_GTIN = "00036000291452", "00012345678905"


def record(key: str, description: str, source: str = "erp", **columns: Any) -> dict[str, Any]:
    return {
        "source_system": source,
        "source_instance": "1",
        "source_item_key": key,
        "description": description,
        **columns,
    }


def resolved(
    records: list[dict[str, Any]], gtins: dict[str, str] | None = None, decisions: list[dict[str, Any]] | None = None
) -> ItemResolution:
    source_of = {row["source_item_key"]: row["source_system"] for row in records}
    identifiers = [
        {"source_system": source_of[key], "source_instance": "1", "source_item_key": key, "value": value}
        for key, value in (gtins or {}).items()
    ]
    tables = pa.Table.from_pylist(records, RECORD), pa.Table.from_pylist(identifiers, IDENTIFIER), PACK.empty_table()
    return resolve(*tables, pa.Table.from_pylist(decisions or [], DECISIONS), NOON)


def clusters(found: ItemResolution) -> set[frozenset[str]]:
    members: dict[str, set[str]] = {}
    for row in found.assignments.to_pylist():
        members.setdefault(row["cluster_key"], set()).add(row["source_key"])
    return {frozenset(keys) for keys in members.values()}


FOLEY = {"manufacturer_name": "C. R. BARD INC"}


def test_one_part_number_in_four_ways_of_writing_it_is_one_item() -> None:
    numbers = ["0165L16", "0165-l16", "165L16 ", "#0165L16"]
    found = resolved(
        [record(str(n), "FOLEY 16FR 5CC", manufacturer_part_number=number, **FOLEY) for n, number in enumerate(numbers)]
    )
    assert clusters(found) == {frozenset("0123")}
    assert {row["method"] for row in found.assignments.to_pylist()} == {"identifier"}
    assert (
        "part number 165L16 of BARD equal; 2 attributes equal; no conflict" in found.kept_pairs["evidence"][0].as_py()
    )


def test_the_same_gtin_on_another_size_is_an_incident_and_no_item() -> None:
    found = resolved(
        [record("a", "FOLEY 16FR 5CC", **FOLEY), record("b", "FOLEY 18FR 5CC", **FOLEY)], {"a": GTIN, "b": GTIN}
    )
    assert clusters(found) == {frozenset("a"), frozenset("b")}
    [row] = found.review_queue.to_pylist()
    assert row["kind"] == "refused"
    assert "french 16FR / 18FR" in row["evidence"]


def test_each_and_box_of_one_product_are_one_item_with_its_packagings() -> None:
    each, box = GTIN, "10036000291459"  # 3*(1+0+6+0+2+1+5) + (0+3+0+0+9+4) = 45 + 16 = 61: check digit 9
    found = resolved([record("a", "FOLEY 16FR 5CC"), record("b", "Foley 16 Fr 5 cc, 12/BX")], {"a": each, "b": box})
    assert clusters(found) == {frozenset("ab")}
    [packaging] = found.packagings.to_pylist()
    assert (packaging["unit_code"], packaging["qty_num"], packaging["origin"]) == ("BX", 12, "DESCRIPTION")


def test_one_part_number_of_two_makers_is_two_items() -> None:
    rows = [record("a", "FOLEY 16FR 5CC", manufacturer_part_number="12345", **FOLEY),
            record("b", "FOLEY 16FR 5CC", manufacturer_part_number="12345", manufacturer_name="TELEFLEX")]  # fmt: skip
    assert len(clusters(resolved(rows))) == 2


def test_a_distributor_for_a_maker_is_no_maker() -> None:
    rows = [record("a", "FOLEY 16FR 5CC", manufacturer_part_number="0165L16", **FOLEY),
            record("b", "FOLEY 16FR 5CC", manufacturer_part_number="0165L16", manufacturer_name="OWENS & MINOR")]  # fmt: skip
    assert clusters(resolved(rows)) == {frozenset("ab")}


def test_initials_with_and_without_blanks_are_one_maker() -> None:
    found = resolved([
        record("a", "SYR INSULIN 1CC 30GX1/2IN", manufacturer_name="B. BRAUN", manufacturer_part_number="EA430838"),
        record("b", "SYR INSULIN 1CC 30GX1/2IN", manufacturer_name="BBRAUN MEDICAL INC", manufacturer_part_number="EA430838"),
    ])  # fmt: skip
    assert clusters(found) == {frozenset("ab")}


def test_a_short_number_is_one_where_the_whole_text_is() -> None:
    number = {"manufacturer_part_number": "N071"}
    same = [
        record("a", "GLOVE EXAM NITRILE PF XS", **number),
        record("b", "Nitrile Exam Glove, Powder-Free, X-Sm", **number),
    ]
    other = record("c", "Nitrile Exam Glove, X-Sm, 12 in", **number)
    assert clusters(resolved([*same, other])) == {frozenset("ab"), frozenset("c")}


def test_an_equal_part_number_of_nobody_does_not_weaken_an_equal_gtin() -> None:
    found = resolved(
        [record("a", "IOLA CRYLIA 13MM", manufacturer_part_number="020675", **FOLEY),
         record("b", "Acrylia Intraocular Lens 13.0 mm", manufacturer_part_number="0020675")],
        {"a": GTIN, "b": GTIN},
    )  # fmt: skip
    assert clusters(found) == {frozenset("ab")}


def test_what_is_said_of_an_item_need_not_be_in_one_description() -> None:
    """The glove is once a BIOGEL, once an INDICATOR; a third record says the second in the words of its house."""
    number = {"manufacturer_name": "MOLNLYCKE", "manufacturer_part_number": "41055"}
    found = resolved([
        record("a", "GLOVE SURG BIOGEL PI UNDR SZ 5.5 ST", **number),
        record("b", "Biogel PI Indicator Underglove Size 5.5, Sterile", "sup", **number),
        record("c", "PI Indicator Underglove Size 5.5, Sterile", "ehr", manufacturer_name="MOLNLYCKE"),
    ])  # fmt: skip
    assert clusters(found) == {frozenset("abc")}


def test_two_base_gtins_are_two_items_whatever_else_is_equal() -> None:
    rows = [record(key, "FOLEY 16FR 5CC", manufacturer_part_number="0165L16", **FOLEY) for key in "ab"]
    assert len(clusters(resolved(rows, {"a": GTIN, "b": OTHER_GTIN}))) == 2


@pytest.mark.parametrize(
    ("description", "columns"),
    [
        ("CORTEX SCREW 3.5X38MM STERILE", {"manufacturer_name": "SYNTHES"}),
        ("WIDGET 3.5X38MM BLUE", {"manufacturer_name": "ACME", "is_implant": True}),
        ("KETAMINE 50MG/ML 10ML VIAL", {"manufacturer_name": "PFIZER"}),
        ("WRIST SPLINT LARGE 8IN", {"manufacturer_name": "OSSUR"}),
        ("AQUAVUE CONTACT LENS BC 8.4 DIA 14.2", {"manufacturer_name": "COOPERVISION"}),
    ],
)
def test_text_alone_never_joins_implants_drugs_and_sided_families(description: str, columns: dict[str, Any]) -> None:
    found = resolved([record("a", description, **columns), record("b", description, "saas", **columns)])
    assert len(clusters(found)) == 2


@pytest.mark.parametrize(
    ("one", "other", "maker"),
    [
        # A lens by its power; what always comes sterile need not say so.
        ("LENS CONTACT AQUAVUE BC 8.4 DIA 14.2 -1.25D", "Aquavue Contact Lens, BC 8.4, DIA 14.2, PWR -1.25", "ALCON"),
        ("SYR INSULIN 0.5CC 31GX5/16IN", "Insulin Syringe 0.5 mL, 31 G x 5/16 in", "BD"),
        ("AIRVIA TUBE TRACH 7.5MM CUF", "Airvia Tracheal Tube, Oral/Nasal, 7.5 mm, Cuffed", "AMBU"),
        # Neither leaves an attribute of the other unsaid: that speaks for itself, without a rare word in common.
        ("GUIDEWIRE .035X150CM J", "Hi-Torque Guidewire 0.035 in x 150 cm, J Tip", "ABBOTT"),
        ("GLOVE EXAM NITRILE PF LG ST", "SensiCare Nitrile Exam Glove, Powder-Free, Large, Sterile", "ANSELL"),
        ("VACUSAFE TUBE BLD COLLECTION 4ML GREEN", "Vacusafe Blood Collection Tube, 4 mL, Green Cap", "GREINER"),
    ],
)
def test_text_alone_joins_what_is_said_in_full(one: str, other: str, maker: str) -> None:
    found = resolved([record(key, text, manufacturer_name=maker) for key, text in (("a", one), ("b", other))])
    assert clusters(found) == {frozenset("ab")}


def test_the_same_lengths_in_another_order_are_left_to_a_steward() -> None:
    texts = {"a": "ALLEVIA FOAM DRESSING 5X10CM", "b": "Allevia Foam Dressing, 10 x 5 cm"}
    found = resolved([record(key, text, manufacturer_name="SMITH & NEPHEW") for key, text in texts.items()])
    assert len(clusters(found)) == 2


def test_a_distributor_counts_as_maker_where_its_name_stands_for_no_other() -> None:
    """In one ERP the field says who delivers, MEDLINE even for BARD's; elsewhere it says who makes."""
    rows = []
    for number in range(20):
        same = {"manufacturer_part_number": f"DYND{number:03}", "manufacturer_name": "MEDLINE"}
        others = {"manufacturer_part_number": f"0165L{number:02}"}
        rows += [
            record(f"{source}{number}", f"CATH FOLEY {number + 6}FR 5CC", source, **same) for source in ("saas", "ehr")
        ]
        rows.append(record(f"bard{number}", f"CATH FOLEY {number + 6}FR 30CC", "saas", **others, **FOLEY))
        rows.append(
            record(f"erp{number}", f"CATH FOLEY {number + 6}FR 30CC", "erp", **others, manufacturer_name="MEDLINE")
        )
    text = {"description": "SPONGE GAUZE 4X4 12PLY NS", "manufacturer_name": "MEDLINE"}
    told = [record("a", source="saas", **text), record("b", source="ehr", **text)]
    found = clusters(resolved([*rows, *told]))
    assert frozenset("ab") in found
    untold = [record("a", source="saas", **text), record("b", source="erp", **text)]
    assert frozenset("a") in clusters(resolved([*rows, *untold]))


def test_a_number_of_a_form_that_its_maker_never_uses_contradicts_nobody() -> None:
    rows = [
        record(f"{source}{number}", f"TROCAR BLUNT {number + 3}X100MM", source, manufacturer_name="COVIDIEN",
               manufacturer_part_number=f"ONB{number + 10}STL")
        for number in range(8) for source in ("saas", "ehr")
    ]  # fmt: skip
    catalogue = record("a", "VERSAONE BLUNT TROCAR 11X150MM", "saas", manufacturer_name="COVIDIEN")
    erp = record("b", "TROCAR VERSAONE BLUNT 11X150MM", manufacturer_name="COVIDIEN", manufacturer_part_number="987821")
    found = clusters(resolved([*rows, catalogue | {"manufacturer_part_number": "ONB77STL"}, erp]))
    assert frozenset("ab") in found
    found = clusters(resolved([*rows, catalogue | {"manufacturer_part_number": "ONB77STL"},
                               erp | {"manufacturer_part_number": "ONB78STL"}]))  # fmt: skip
    assert frozenset("a") in found


def test_what_cannot_be_read_is_an_event_with_its_raw_value() -> None:
    found = resolved([record("a", "FOLEY", manufacturer_part_number="a")], {"a": "036000291453"})
    events = {(row["kind"], row["raw_value"]) for row in found.quality_events.to_pylist()}
    assert events == {("PART_NUMBER_SHORT", "a"), ("GTIN_CHECK_DIGIT", "036000291453")}


def decision(kind: str, left: str, right: str, second_by: str | None = None) -> dict[str, Any]:
    return {
        "kind": kind,
        "left_key": left,
        "right_key": right,
        "by": "ann",
        "second_by": second_by,
        "at": NOON,
        "reason": "seen",
    }


def test_stewards_part_what_rules_join_and_join_with_two_what_rules_part() -> None:
    rows = [record("a", "FOLEY 16FR 5CC", manufacturer_part_number="0165L16", **FOLEY),
            record("b", "FOLEY 16FR 5CC", manufacturer_part_number="0165L16", **FOLEY),
            record("c", "FOLEY 18FR 5CC", **FOLEY)]  # fmt: skip
    assert len(clusters(resolved(rows, decisions=[decision("cannot", "erp|1|a", "erp|1|b")]))) == 3
    alone = resolved(rows, decisions=[decision("must", "erp|1|a", "erp|1|c")])
    assert clusters(alone) == {frozenset("ab"), frozenset("c")}
    assert alone.review_queue["kind"][0].as_py() == "pending"
    both = resolved(rows, decisions=[decision("must", "erp|1|a", "erp|1|c", "bob")])
    assert clusters(both) == {frozenset("abc")}


def test_where_too_much_is_shared_texts_are_compared_less_and_identifiers_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four gauzes: by text each has three others (twelve looks), of which a budget of six has room for none."""
    rows = [record(str(n), "GAUZE SPONGE 4X4IN 8PLY", f"erp{n}", manufacturer_name="MEDLINE") for n in range(4)]
    assert len(resolved(rows).state.judged) == 6
    monkeypatch.setattr(blocking, "PAIRS_PER_RECORD", 0)
    monkeypatch.setattr(blocking, "LEAST_BUDGET", 6)
    assert len(resolved(rows).state.judged) == 0
    with pytest.raises(blocking.PairBudgetError, match="12 pairs of 4 records, the budget is 6"):
        resolved(rows, {row["source_item_key"]: GTIN for row in rows})


def same(one: ItemResolution, other: ItemResolution) -> bool:
    return all(
        getattr(one, name).equals(getattr(other, name))
        for name in ("assignments", "kept_pairs", "review_queue", "quality_events")
    )


def whole(rows: list[dict[str, Any]], master: Any, decisions: pa.Table, state: Any = None) -> ItemResolution:
    return resolve(pa.Table.from_pylist(rows, RECORD), master.identifiers, master.packs, decisions, NOON, state)


def test_pairs_that_are_not_compared_are_none_that_could_be_one_item() -> None:
    master = own_families(300, seed=3)
    with duckdb.connect() as connection:
        read = read_arrivals(connection, master.records, master.identifiers, Steering({}, {}), NOTHING_READ)
        connection.register("feature", read.features)
        connection.register("identifier_key", read.keys)
        blocking.find_keys(connection)
        connection.execute("CREATE TABLE changed AS SELECT record_key FROM feature")
        blocking.find_candidates(connection)
        left_out = connection.execute(
            """
            SELECT DISTINCT one.record_key, other.record_key
            FROM block_key AS one JOIN block_key AS other USING (kind, value)
            ANTI JOIN candidate ON left_key = one.record_key AND right_key = other.record_key
            WHERE one.record_key < other.record_key"""
        ).fetchall()
        known = sides(connection.execute("SELECT * FROM scored").to_arrow_table())
    judgements = [judge(known[left], known[right]) for left, right in left_out]
    assert len(judgements) > 100
    assert {(judgement.verdict, judgement.identifiers) for judgement in judgements} == {(Verdict.APART, 0)}


def test_processes_give_what_batches_give_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "POOL_FROM", 1)
    table = pa.table({"number": range(45)})
    parts = ((table.slice(start, 2),) for start in range(0, len(table), 2))
    assert list(batches.by_batches(len, parts, len(table))) == [2] * 22 + [1]


def test_order_does_not_matter_and_what_changed_alone_gives_the_answer_of_a_full_run() -> None:
    """Day after day, shuffled each time: records come, go and change, two are joined by a steward and two kept apart."""
    master, random = own_families(60, seed=3), Random(1)
    rows, none = master.records.to_pylist(), DECISIONS.empty_table()
    full = whole(rows, master, none)
    said = [
        {"kind": kind, "left_key": row["left_key"], "right_key": row["right_key"], "by": "a", "second_by": "b", "at": NOON,
         "reason": "looked"}
        for kind, row in zip(("must", "must", "cannot"), full.review_queue.to_pylist(), strict=False)
    ]  # fmt: skip
    apart = full.kept_pairs.to_pylist()[0]
    said.append(said[-1] | {"left_key": apart["left_key"], "right_key": apart["right_key"]})
    decided = pa.Table.from_pylist(said, DECISIONS)
    state = None
    for day, decisions in enumerate([none, none, decided, decided, none]):
        random.shuffle(rows)
        today = [
            row | {"description": "OTHER"} if random.random() < 0.05 else row
            for row in rows[: len(rows) * (9 + day % 2) // 10]
        ]
        found = whole(today, master, decisions, state)
        assert same(found, whole(sorted(today, key=str), master, decisions))
        state = found.state
    assert same(whole(rows, master, none, state), full)


def test_a_model_that_moved_is_not_kept(tmp_path: Any) -> None:
    model, path = pinned(), tmp_path / "model.json"
    pin(model, path)
    pin(model, path)
    assert weights(model)["gtin_core", "equal"] > 5
    level = model["comparisons"][0]["comparison_levels"][1]
    level["u_probability"] = level["m_probability"] * 2
    with pytest.raises(ModelDriftError, match="part_number equal"):
        pin(model, path)


def test_a_model_made_anew_is_the_same_each_time_and_weighs_as_evidence_does(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    retrain(300, path)
    found = weights(json.loads(path.read_text(encoding="utf-8")))
    for identifier in ("part_number", "gtin_core"):
        assert found[identifier, "equal"] > 5
        assert found[identifier, "equal"] > found["maker", "equal"] > 0 > found["maker", "differs"]
    assert found["words", "equal"] > found["words", "one"]
    path.unlink()
    retrain(300, path)
    assert weights(json.loads(path.read_text(encoding="utf-8"))) == pytest.approx(found)
