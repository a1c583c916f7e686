"""Care in the demo network, asked in SQL of its truth. The stock of these tests gives what cases want, but on every tenth
day and place, where it has half."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from simulator.network.books import CHART, Entry
from simulator.network.clinical import drgs, planted, procedures
from simulator.network.clinical.care import make_care
from simulator.network.clinical.cases import Cases, plan_cases
from simulator.network.clinical.hours import local_day, utc
from simulator.network.clinical.identities import npis
from simulator.network.clinical.theatres import plan_theatres
from simulator.network.clinical.use import BillOnly, Use
from simulator.network.columns import dates, numbered
from simulator.network.ground import make_ground
from simulator.network.procurement import kept_stock
from simulator.network.truth import logical_hash

SCALE = 0.01


@dataclass
class World:
    cases: Cases
    use: Use
    given: tuple[np.ndarray, np.ndarray, np.ndarray]
    bill_only: BillOnly
    entries: list[Entry]
    truth: dict[str, pa.Table]


def make(seed: int) -> World:
    ground = make_ground(seed, SCALE)
    cases = plan_cases(ground, kept_stock(ground))
    day, place, wanted = cases.demand()
    given = np.where(np.arange(len(day)) % 10 == 0, wanted // 2, wanted)
    # Stock reports only what moved.
    day, place, given = day[given > 0], place[given > 0], given[given > 0]
    use = cases.settle(day, place, given)
    pieces: dict[str, list[pa.Table]] = defaultdict(list)
    entries = make_care(cases, use, lambda day: cases.kept.par, lambda name, table: pieces[name].append(table))
    truth = {name: pa.concat_tables(tables).combine_chunks() for name, tables in pieces.items()}
    return World(cases, use, (day, place, given), use.bill_only(ground, cases.theatre), entries, truth)


@pytest.fixture(scope="module")
def world() -> World:
    return make(seed=1)


@pytest.fixture(scope="module")
def ask(world):
    connection = duckdb.connect()
    ground = world.cases.ground
    for name, table in world.truth.items():
        connection.register(name, table)
    connection.register("truth_item", ground.items.table)
    day, place, given = world.given
    kept = world.cases.kept
    stock = {
        "location": pa.array([row.code for row in ground.locations]).take(pa.array(kept.location[place])),
        "item_id": ground.items.table["item_id"].take(pa.array(kept.item[place])),
        "date": dates(day),
        "quantity": pa.array(given),
    }
    connection.register("given", pa.table(stock))
    ledger = {
        "source": pa.array([entry.source for entry in world.entries for _ in entry.amount]),
        "account": pa.array(CHART).take(pa.array(np.concatenate([entry.account for entry in world.entries]))),
        "company": pa.array(np.concatenate([entry.company for entry in world.entries])),
        "day": pa.array(np.concatenate([entry.day for entry in world.entries])),
        "center": pa.array(np.concatenate([entry.cost_center for entry in world.entries])),
        "cents": pa.array(np.concatenate([entry.amount for entry in world.entries])),
    }
    connection.register("ledger", pa.table(ledger))

    def ask(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    return ask


def test_a_seed_makes_the_same_care_twice_and_another_seed_other_care(world):
    hashes = {name: logical_hash(table) for name, table in world.truth.items()}
    assert {name: logical_hash(table) for name, table in make(seed=1).truth.items()} == hashes
    other = {name for name, table in make(seed=2).truth.items() if logical_hash(table) == hashes[name]}
    assert other == {"truth_price_cap"}


def test_what_was_picked_was_used_wasted_or_returned(ask):
    assert (
        ask("SELECT * FROM truth_use WHERE picked <> used + wasted + returned OR least(used, wasted, returned) < 0")
        == []
    )


def test_what_cases_used_and_wasted_of_stock_is_what_stock_gave_by_day_and_place(ask):
    used = "SELECT location, item_id, use_date AS date, sum(used + wasted) AS eaches FROM truth_use"
    used += " WHERE ownership = 'OWNED' GROUP BY ALL HAVING eaches > 0"
    given = "SELECT location, item_id, date, sum(quantity) FROM given GROUP BY ALL"
    assert ask(f"({used}) EXCEPT ({given})") == ask(f"({given}) EXCEPT ({used})") == []
    assert ask("SELECT count(*) > 10_000 FROM given") == [(True,)]
    # Cheap implants are on the shelf and leave it; dear ones come with the case.
    shelf = "truth_use WHERE is_implant AND ownership = 'OWNED' AND used > 0"
    assert ask(f"SELECT count(*) > 100, bool_and(lot IS NOT NULL) FROM {shelf}") == [(True, True)]


def test_places_that_cases_draw_on_have_no_other_use(world):
    _, place, _ = world.cases.demand()
    kept = world.cases.kept
    assert kept.daily_use[np.unique(place)].sum() == 0
    assert (kept.par >= kept.reorder_point).all()
    assert (kept.par % kept.pack == 0).all()


def test_what_comes_with_a_case_is_ordered_in_its_month_but_for_what_is_labelled(world, ask):
    bill = world.bill_only
    assert [(len(bill.item), int(bill.quantity.sum()))] == ask(
        "SELECT count(*), sum(used + wasted)::BIGINT FROM truth_use WHERE ownership <> 'OWNED' AND used + wasted > 0"
    )
    assert (bill.order_day >= bill.day).all()
    months = [
        np.array([date.fromordinal(719_163 + int(day)).month for day in days]) for days in (bill.day, bill.order_day)
    ]
    assert ((months[0] != months[1]) == bill.is_late).all()
    assert ask("SELECT count(*) FROM truth_use WHERE label = 'BILL_ONLY_NO_PO'") == [(int(bill.is_late.sum()),)]


def test_a_serial_number_is_in_one_patient(ask):
    assert (
        ask("SELECT serial FROM truth_use WHERE serial IS NOT NULL GROUP BY 1 HAVING count(DISTINCT encounter_id) > 1")
        == []
    )
    assert ask("SELECT count(*) FROM truth_use WHERE serial IS NOT NULL AND (used <> 1 OR lot IS NULL)") == [(0,)]
    assert ask("SELECT count(*) > 500 FROM truth_use WHERE serial IS NOT NULL") == [(True,)]


def test_a_label_of_use_tells_the_truth(ask):
    wrong = {
        "DOCUMENTED_LATE": "documented_at <= used_at + INTERVAL 24 HOUR",
        "WRONG_CASE": "recorded_case_id IS NULL OR recorded_case_id = case_id",
        "MISSING_SERIAL": "serial IS NULL",
        "NOT_CHARGED": "is_charged OR NOT is_chargeable OR used = 0",
        "CHARGED_NOT_USED": "NOT is_charged OR used > 0",
        "CLEAN": "documented_at > used_at + INTERVAL 24 HOUR OR is_charged <> (is_chargeable AND used > 0)",
    }
    for label, never in wrong.items():
        assert ask(f"SELECT count(*) FROM truth_use WHERE label = '{label}' AND ({never})") == [(0,)], label
    same_site = (
        "truth_use AS u JOIN truth_case AS a USING (case_id) JOIN truth_case AS b ON b.case_id = u.recorded_case_id"
    )
    assert ask(f"SELECT count(*) FROM {same_site} WHERE a.site <> b.site") == [(0,)]


def test_faults_of_encounters_are_met_to_the_row(ask):
    [(visits, stays)] = ask(
        "SELECT count(*), count(*) FILTER (class = 'IMP' AND status = 'finished') FROM truth_encounter"
    )
    [found] = ask("""
        SELECT count(merged_from_person_id), count(*) FILTER (status = 'cancelled'), count(*) FILTER (is_department_unmapped),
            count(first_ms_drg), count(*) FILTER (status = 'entered-in-error') FROM truth_encounter""")
    # Ungroupable and changed DRGs are known when coded; those of the last days are not coded yet.
    assert found == (
        round(visits * 0.003), round(visits * 0.011), round(visits * 0.004), round(stays * 0.025), round(visits * 0.0005),
    )  # fmt: skip
    [(ungroupable,)] = ask("SELECT count(*) FROM truth_encounter WHERE ms_drg = '999' AND drg_weight = 0")
    assert round(stays * 0.001) - 1 <= ungroupable <= round(stays * 0.001)
    [(claims, rebilled)] = ask("""
        SELECT count(DISTINCT claim_id) FILTER (frequency = 1), count(DISTINCT claim_id) FILTER (frequency = 7)
        FROM truth_remittance WHERE NOT (payer = 'Self-pay' AND encounter_id IN (
            SELECT encounter_id FROM truth_encounter WHERE payer <> 'Self-pay'))""")
    assert rebilled == round(claims * 0.005)


def test_a_case_lies_within_its_encounter_and_its_rooms_hold_one_at_a_time(ask):
    joined = "truth_case AS c JOIN truth_encounter AS e USING (encounter_id)"
    assert ask(f"""SELECT count(*) FROM {joined} WHERE c.site <> e.site OR scheduled_at < admitted_at
        OR in_room_at < admitted_at OR out_room_at > discharged_at""") == [(0,)]  # fmt: skip
    assert ask("SELECT DISTINCT status FROM truth_case WHERE encounter_id IS NULL") == [("SCHEDULED",)]
    ordered = "in_room_at <= anesthesia_at AND anesthesia_at <= incision_at AND incision_at <= close_at"
    assert ask(
        f"SELECT count(*) FROM truth_case WHERE status = 'COMPLETED' AND NOT ({ordered} AND close_at <= out_room_at)"
    ) == [(0,)]
    following = (
        "SELECT out_room_at, lead(in_room_at) OVER (PARTITION BY room ORDER BY in_room_at) AS next FROM truth_case"
    )
    assert ask(f"SELECT count(*) FROM ({following}) WHERE next < out_room_at") == [(0,)]


def test_unit_stays_cover_the_stay_without_gap_or_overlap(ask):
    assert ask("""
        WITH stays AS (
            SELECT encounter_id, min(from_at) AS first, last(until_at ORDER BY sequence) AS last, count(*) AS segments,
                max(sequence) AS numbered
            FROM truth_unit_stay GROUP BY ALL),
        following AS (
            SELECT until_at, lead(from_at) OVER (PARTITION BY encounter_id ORDER BY sequence) AS next FROM truth_unit_stay)
        SELECT
            (SELECT count(*) FROM stays JOIN truth_encounter USING (encounter_id)
             WHERE first <> admitted_at OR last IS DISTINCT FROM discharged_at OR segments <> numbered),
            (SELECT count(*) FROM following WHERE next IS NOT NULL AND next IS DISTINCT FROM until_at),
            (SELECT count(*) FROM truth_encounter WHERE status IN ('finished', 'in-progress')
             AND encounter_id NOT IN (SELECT encounter_id FROM stays))""") == [(0, 0, 0)]


def test_h7_has_no_visit_before_it_is_acquired(ask):
    # 1 July 2025 begins in New York at four in the morning UTC.
    assert ask("SELECT count(*) FROM truth_encounter WHERE site = 'H7' AND admitted_at < '2025-07-01 04:00'") == [(0,)]
    assert ask("SELECT count(*) > 100 FROM truth_encounter WHERE site = 'H7'") == [(True,)]
    assert ask("""SELECT count(*) FROM truth_encounter JOIN truth_person USING (person_id)
        WHERE site = 'H7' AND mrn_h7 IS NULL""") == [(0,)]  # fmt: skip


def test_a_stay_begins_when_the_emergency_visit_before_it_ends(ask):
    before = "truth_encounter AS stay JOIN truth_encounter AS visit ON visit.encounter_id = stay.part_of"
    assert ask(f"""SELECT count(*) FROM {before} WHERE visit.class <> 'EMER' OR visit.discharged_at <> stay.admitted_at
        OR visit.person_id <> stay.person_id OR visit.account_number <> stay.account_number
        OR visit.billed_at IS DISTINCT FROM stay.billed_at
        OR visit.service_line <> stay.service_line""") == [(0,)]  # fmt: skip
    assert ask(f"SELECT count(*) > 1_000 FROM {before}") == [(True,)]


def test_nobody_lies_in_two_beds_and_births_fit_the_person(ask):
    assert ask("""SELECT count(*) FROM truth_encounter AS a JOIN truth_encounter AS b USING (person_id)
        WHERE a.class = 'IMP' AND b.class = 'IMP' AND a.encounter_id < b.encounter_id
        AND a.admitted_at < coalesce(b.discharged_at, '2027-01-01') AND b.admitted_at < coalesce(a.discharged_at, '2027-01-01')
        AND a.status IN ('finished', 'in-progress') AND b.status IN ('finished', 'in-progress')""") == [(0,)]  # fmt: skip
    births = "truth_encounter JOIN truth_person USING (person_id) WHERE ms_drg IN ('787', '788', '806', '807')"
    assert ask(f"SELECT DISTINCT sex FROM {births}") == [("female",)]
    babies = "truth_encounter JOIN truth_person USING (person_id) WHERE ms_drg = '795'"
    assert ask(f"SELECT count(*) FROM {babies} AND abs(date_diff('day', birth_date, admitted_at)) > 1") == [(0,)]


def test_what_was_charged_less_what_was_credited_is_never_negative(ask):
    net = """
        SELECT c.charge_id, c.amount - coalesce(sum(k.amount), 0) AS net,
            c.quantity - coalesce(sum(k.quantity), 0) AS left_over,
            bool_or(k.encounter_id <> c.encounter_id OR k.posted_at < c.posted_at) AS is_odd
        FROM truth_charge AS c LEFT JOIN truth_charge AS k ON k.links_to = c.charge_id
        WHERE c.kind = 'CHARGE' GROUP BY c.charge_id, c.amount, c.quantity"""
    assert ask(f"SELECT count(*) FROM ({net}) WHERE net < 0 OR left_over < 0 OR is_odd") == [(0,)]
    assert ask("SELECT count(*) FROM truth_charge WHERE amount <= 0 OR quantity <= 0") == [(0,)]
    assert ask("SELECT count(*) FROM truth_charge WHERE (kind = 'CREDIT') <> (links_to IS NOT NULL)") == [(0,)]


def test_a_line_of_use_is_charged_once_where_the_truth_says_so(ask):
    charged = "SELECT use_id FROM truth_charge WHERE use_id IS NOT NULL"
    said = "SELECT use_id FROM truth_use WHERE is_charged"
    assert ask(f"{charged} EXCEPT {said}") == ask(f"{said} EXCEPT {charged}") == []
    assert ask(f"SELECT use_id FROM ({charged}) GROUP BY 1 HAVING count(*) > 1") == []
    assert ask("""SELECT count(*) FROM truth_charge JOIN truth_use USING (use_id)
        WHERE truth_charge.encounter_id <> truth_use.encounter_id""") == [(0,)]  # fmt: skip


def test_receivable_is_charged_less_credited_less_deducted_less_paid(ask):
    [(charged, credited)] = ask("""SELECT (sum(amount) FILTER (kind = 'CHARGE') * 100)::BIGINT,
        (sum(amount) FILTER (kind = 'CREDIT') * 100)::BIGINT FROM truth_charge""")  # fmt: skip
    [(contractual, paid)] = ask(
        "SELECT (sum(contractual) * 100)::BIGINT, (sum(paid) * 100)::BIGINT FROM truth_remittance"
    )
    assert ask("SELECT sum(cents)::BIGINT FROM ledger WHERE account = '110100'") == [
        (charged - credited - contractual - paid,)
    ]
    assert ask("SELECT sum(cents)::BIGINT FROM ledger WHERE account LIKE '40%'") == [(credited - charged,)]
    assert ask("SELECT sum(cents)::BIGINT FROM ledger WHERE account LIKE '45%'") == [(contractual,)]
    assert ask("SELECT sum(cents)::BIGINT FROM ledger WHERE account = '100100'") == [(paid,)]
    assert ask("SELECT company, day FROM ledger GROUP BY ALL HAVING sum(cents) <> 0") == []
    # Revenue is credited to a department, what balances it to none.
    assert ask("SELECT count(*) FROM ledger WHERE (account LIKE '40%') <> (center >= 0)") == [(0,)]


def test_a_bill_is_what_was_allowed_and_what_was_not_and_sums_over_frequencies_are_right(ask):
    assert ask(
        "SELECT count(*) FROM truth_remittance WHERE billed <> allowed + contractual OR abs(paid) > abs(allowed)"
    ) == [(0,)]
    lines = "SELECT claim_id, list(frequency ORDER BY frequency) AS found, sum(billed) AS net, max(billed) AS billed"
    odd = f"{lines} FROM truth_remittance GROUP BY ALL HAVING net <> max(billed) OR found NOT IN ([1], [1, 7, 8])"
    assert ask(odd) == []
    account = """
        SELECT coalesce(stay.encounter_id, e.encounter_id) AS encounter_id,
            sum(CASE kind WHEN 'CHARGE' THEN amount ELSE -amount END) AS net
        FROM truth_charge JOIN truth_encounter AS e USING (encounter_id)
        LEFT JOIN truth_encounter AS stay ON stay.part_of = e.encounter_id GROUP BY ALL"""
    bills = """SELECT encounter_id, sum(billed) AS billed FROM truth_remittance JOIN truth_encounter USING (encounter_id)
        WHERE truth_remittance.payer = truth_encounter.payer GROUP BY ALL"""  # fmt: skip
    assert ask(f"SELECT count(*) FROM ({account}) JOIN ({bills}) USING (encounter_id) WHERE net <> billed") == [(0,)]


def test_a_visit_is_coded_after_discharge_by_the_version_in_force_and_billed_after_that(ask):
    assert ask("SELECT count(*) FROM truth_encounter WHERE coded_at <= discharged_at OR billed_at <= coded_at") == [
        (0,)
    ]
    local = "timezone('America/New_York', timezone('UTC', discharged_at))"
    in_force = f"CASE WHEN {local} < '2025-10-01' THEN '42' WHEN {local} < '2026-10-01' THEN '43' ELSE '44' END"
    ours = "site IN ('H1', 'H2', 'H3', 'H4') AND ms_drg IS NOT NULL"
    assert ask(f"SELECT count(*) FROM truth_encounter WHERE {ours} AND grouper_version <> {in_force}") == [(0,)]
    assert ask("SELECT count(DISTINCT grouper_version) FROM truth_encounter") == [(3,)]


def test_every_stay_has_one_principal_diagnosis_and_no_diagnosis_twice(ask):
    assert ask("SELECT encounter_id FROM truth_diagnosis GROUP BY ALL HAVING count(*) <> count(DISTINCT code)") == []
    unlike = (
        "truth_encounter LEFT JOIN truth_diagnosis AS d ON d.encounter_id = truth_encounter.encounter_id AND rank = 1"
    )
    assert ask(
        f"SELECT count(*) FROM {unlike} WHERE status = 'finished' AND code IS DISTINCT FROM principal_diagnosis"
    ) == [(0,)]


def test_npis_are_nobodys():
    """Luhn over 80840 and the ten digits, by hand: 1234567893 is the standard's own example of one that passes."""

    def passes(npi: str) -> bool:
        total = 0
        for place, digit in enumerate(reversed("80840" + npi)):
            value = int(digit) * (2 if place % 2 else 1)
            total += value - 9 if value > 9 else value
        return total % 10 == 0

    assert passes("1234567893")
    numbers = npis(np.arange(5_000, dtype=np.int64)).to_pylist()
    assert len(set(numbers)) == 5_000
    assert not any(passes(npi) for npi in numbers)
    assert all(len(npi) == 10 for npi in numbers)


def test_persons_cannot_be_anybody_and_bear_canaries_of_their_own(ask):
    tokens = "SELECT canary FROM truth_person UNION ALL SELECT canary FROM truth_provider"
    [(records, distinct)] = ask(f"SELECT count(*), count(DISTINCT canary) FROM ({tokens})")
    assert records == distinct > 5_000
    assert ask("""SELECT count(*) FROM truth_person WHERE ssn NOT LIKE '9__-__-____' OR phone NOT LIKE '___-555-01__'
        OR postal_code NOT LIKE '000__'""") == [(0,)]  # fmt: skip
    assert ask("SELECT count(*) - count(DISTINCT mrn) FROM truth_person") == [(0,)]
    merged = "truth_encounter AS e JOIN truth_person AS p ON p.person_id = e.merged_from_person_id"
    assert ask(f"SELECT count(*) FROM {merged} WHERE p.merged_into_person_id <> e.person_id") == [(0,)]


def test_the_knees_of_one_surgeon_cost_nineteen_tenths_of_the_peers_most_of_it_implants_and_cement(ask):
    cost = """
        SELECT c.provider_id = 'D00001' AS own, c.case_id,
            sum((used + wasted) * list_price) AS total,
            sum((used + wasted) * list_price) FILTER (u.ownership <> 'OWNED' AND item_class <> 'Instrument') AS mix
        FROM truth_case AS c JOIN truth_encounter AS e USING (encounter_id)
        JOIN truth_use AS u USING (case_id) JOIN truth_item USING (item_id)
        WHERE c.site = 'H1' AND procedure_group = 'KNEE' AND ms_drg = '470' AND c.status = 'COMPLETED' GROUP BY ALL"""
    [(others, their_mix, peers), (own, own_mix, cases)] = ask(
        f"SELECT avg(total)::DOUBLE, avg(mix)::DOUBLE, count(*) FROM ({cost}) GROUP BY own ORDER BY own"
    )
    assert cases == 30 >= 24
    assert peers >= 60
    assert 1.75 < own / others < 2.05
    assert 0.6 < (own_mix - their_mix) / (own - others) < 0.8
    assert ask("SELECT count(*) FROM truth_story_case WHERE story = 'TKA_SURGEON'") == [(30,)]


def test_spine_constructs_of_h3_break_the_capped_price_and_no_others_do(ask):
    breaching = """
        SELECT case_id FROM truth_case JOIN truth_use USING (case_id) JOIN truth_item USING (item_id)
        JOIN truth_price_cap USING (site, procedure_group, item_class) WHERE used > 0
        GROUP BY case_id, cap HAVING sum(used * list_price) > cap"""
    story = "SELECT case_id FROM truth_story_case WHERE story = 'SPINE_CAP'"
    assert ask(f"{breaching} EXCEPT {story}") == ask(f"{story} EXCEPT {breaching}") == []
    assert len(ask(breaching)) == planted.SPINE_CASES >= 12


def test_the_recalled_lot_is_in_eleven_cases_and_at_three_locations_and_not_used_after_the_announcement(ask):
    traced = "truth_use JOIN truth_recall USING (item_id, lot)"
    assert ask(f"SELECT count(DISTINCT case_id), count(*), max(use_date) < max(announced_on) FROM {traced}") == [
        (11, 11, True)
    ]
    assert ask(f"SELECT case_id FROM {traced} EXCEPT SELECT case_id FROM truth_story_case WHERE story = 'RECALL'") == []
    assert ask(
        "SELECT count(DISTINCT location), min(quantity) > 0 FROM truth_recall_stock JOIN truth_recall USING (recall_id)"
    ) == [(3, True)]
    # Month 20 begins in May 2026.
    assert ask("SELECT month(announced_on), year(announced_on) FROM truth_recall") == [(5, 2026)]


def test_operations_of_the_days_ahead_want_intravenous_fluid(ask):
    ahead = """
        SELECT DISTINCT c.case_id FROM truth_case AS c JOIN truth_card_line AS l
            ON l.card_id = c.card_id AND l.version = c.card_version JOIN truth_item USING (item_id)
        WHERE item_class = 'Intravenous fluid' AND scheduled_at >= '2026-10-01' AND status <> 'CANCELED'"""
    story = "SELECT case_id FROM truth_story_case WHERE story = 'IV_FLUID_SCHEDULE'"
    assert ask(f"{ahead} EXCEPT {story}") == ask(f"{story} EXCEPT {ahead}") == []
    known = f"truth_case WHERE case_id IN ({story}) AND booked_at < '2026-10-01 06:00' AND scheduled_at < '2026-10-15'"
    assert ask(f"SELECT count(*) >= {planted.IV_CASES} FROM {known}") == [(True,)]
    assert ask("SELECT count(*) > 0 FROM truth_case WHERE status = 'SCHEDULED' AND scheduled_at >= '2026-11-01'") == [
        (True,)
    ]


def test_volumes_are_those_of_the_network(ask):
    """A year at scale 1, from 25 months at this scale; H7 is missing for nine of them, and what is planted comes on top."""
    share = SCALE * 761 / 365
    counts = dict(ask("SELECT class, count(*) FROM truth_encounter GROUP BY ALL"))
    counts["IMP"] -= planted.TKA_CASES + planted.TKA_PEERS * planted.TKA_PEER_CASES + planted.SPINE_CASES
    for name, annual in {"IMP": 108_000, "OBSENC": 25_000, "EMER": 480_000, "AMB": 1_600_000}.items():
        assert 0.96 < counts[name] / share / annual < 1.01, name
    drugs = """SELECT (SELECT count(*) FROM truth_med_admin)
        / sum(date_diff('minute', admitted_at, coalesce(discharged_at, '2026-11-01')) / 1440.0)
        FROM truth_encounter WHERE class IN ('IMP', 'OBSENC') AND status IN ('finished', 'in-progress')"""
    assert ask(drugs)[0][0] == pytest.approx(11, abs=0.05)
    lines = "SELECT count(*) / count(DISTINCT case_id) FROM truth_use JOIN truth_case USING (case_id) WHERE kind = 'OR'"
    assert ask(lines)[0][0] == pytest.approx(29, abs=5)
    shares = dict(ask("SELECT payer, count(*) / sum(count(*)) OVER () FROM truth_encounter GROUP BY ALL"))
    assert shares["Medicare"] + shares["Medicare Advantage"] == pytest.approx(0.42, abs=0.02)
    assert (shares["Medicaid"], shares["Commercial"]) == (pytest.approx(0.19, abs=0.02), pytest.approx(0.33, abs=0.02))


def test_service_lines_follow_the_first_rule_that_holds():
    # By the ranges: 470 is a joint, 448 spine, 481 the rest of orthopaedics; 981 goes by its principal diagnosis.
    assert [drgs.line_of_drg(code, "A419") for code in ("652", "003", "448", "470", "481", "871", "999")] == [
        "TRANSPLANT", "CRITICAL_CARE", "SPINE", "JOINT", "ORTHOPAEDICS", "INFECTIOUS", "UNASSIGNED",
    ]  # fmt: skip
    assert drgs.line_of_drg("981", "I5023") == "CARDIOVASCULAR"
    assert drgs.line_of_diagnosis("R079") == "CARDIOVASCULAR"


def test_catalogs_have_their_sizes_and_shapes():
    assert len(drgs.CODES) == len(set(drgs.CODES)) == 120
    codes = set(procedures.CODES)
    assert len(codes) == len(procedures.CODES) == 180
    # ICD-10-PCS has seven characters, digits and letters without I and O.
    assert all(len(code) == 7 and set(code) <= set("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ") for code in codes)


def test_local_time_is_utc_less_four_hours_in_a_new_york_summer_and_five_in_winter():
    summer, winter = (date(2025, 7, 1) - date(1970, 1, 1)).days, (date(2025, 1, 15) - date(1970, 1, 1)).days
    local = np.array([summer * 1440 + 450, winter * 1440 + 450])
    h1 = np.zeros(2, dtype=np.int64)
    assert (utc(local, h1) - local).tolist() == [240, 300]
    assert local_day(utc(np.array([summer * 1440 + 1439]), h1[:1]), h1[:1]).tolist() == [summer]


def test_stories_are_there_at_any_scale():
    theatre = plan_theatres(make_ground(3, 0.002))
    counts = np.bincount(theatre.story, minlength=len(planted.STORIES))
    assert counts[1:].tolist() == [30, 72, 16, 24]
    assert numbered("D", theatre.surgeon[theatre.story == planted.TKA_SURGEON][:1] + 1, 5).to_pylist() == ["D00001"]
