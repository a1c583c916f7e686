"""What the cloud services of the demo network show, read as files and over HTTP, is what truly happened."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from simulator.serve.loopback import serving
from simulator.serve.saas.hcm import hcm_app, hcm_guard
from simulator.serve.saas.inventory import inventory_app, inventory_guard
from simulator.serve.saas.procurement import procurement_app, procurement_guard
from simulator.systems.contracts import write_contracts
from simulator.systems.hcm import write_hcm
from simulator.systems.inventory import write_inventory
from simulator.systems.perioperative import write_perioperative
from simulator.systems.procurement import write_procurement

NOW = datetime(2026, 10, 1, 6)
WRITERS = {
    "procurement": write_procurement, "inventory": write_inventory, "hcm": write_hcm, "perioperative": write_perioperative,
    "contracts": write_contracts,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(own_truth: Path) -> Path:
    folder = own_truth.parent
    for name, write in WRITERS.items():
        write(folder / "truth", folder / name)
    return folder


@pytest.fixture(scope="module")
def ask(folder: Path):
    connection = duckdb.connect()
    for file in folder.glob("*/*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    connection.execute("CREATE VIEW sap AS SELECT code AS site FROM truth_site WHERE erp = 'sap'")
    connection.execute(
        "CREATE VIEW golden AS SELECT source_pk AS item_no, item_id FROM truth_source_item WHERE source = 'sap_s4'"
    )
    return lambda query: connection.execute(query).fetchall()


OBJECTS = {
    "purchase_orders": "id",
    "inventory_transactions": "id",
    "invoices": "id",
    "matching_allocations": "id",
    "suppliers": "id",
    "items": "id",
    "movements": "movement_id",
    "pars": "location_id || item_no",
    "locations": "location_id",
    "counts": "count_id",
    "cases": "case_id",
    "requisitions": "id",
    "contracts": "contract_number",
}


@pytest.mark.parametrize(("name", "key"), OBJECTS.items())
def test_each_version_of_a_document_ends_where_the_next_begins_and_the_last_does_not_end(ask, name, key):
    following = f"lead(_from) OVER (PARTITION BY {key} ORDER BY _from)"
    assert ask(f"SELECT count(*) > 0 FROM {name}") == [(True,)]
    assert ask(f"SELECT count(*) FROM {name} WHERE _from IS NULL OR _until <= _from") == [(0,)]
    assert ask(f"FROM (SELECT _until, {following} AS next FROM {name}) WHERE _until IS DISTINCT FROM next") == []


# Procurement


def test_orders_are_those_of_the_sap_sites_at_their_own_price(ask):
    latest = 'SELECT unnest("order-lines") AS line FROM purchase_orders WHERE _until IS NULL'
    assert ask(f"SELECT count(*), sum(line.total) FROM ({latest})") == ask(
        "SELECT count(*), sum(round(packs * price, 2)::DECIMAL(18, 2)) FROM truth_order_line SEMI JOIN sap USING (site)"
    )


@pytest.mark.parametrize("now", ["2025-06-30 06:00:00", "2026-10-01 06:00:00"])
def test_an_order_shows_what_had_come_and_been_invoiced_by_then(ask, now):
    shown = f"""
        SELECT unnest("order-lines", recursive := true) FROM purchase_orders
        WHERE _from <= TIMESTAMP '{now}' AND (_until IS NULL OR _until > TIMESTAMP '{now}')"""
    day = now[:10]
    received = f"""
        SELECT sum(r.packs) FROM truth_receipt_line AS r JOIN truth_order_line USING (po_number, line)
        SEMI JOIN sap USING (site) WHERE posted_date < DATE '{day}'"""
    invoiced = f"""
        SELECT sum(e.packs) FROM truth_exception AS e JOIN truth_invoice AS i USING (invoice_id) SEMI JOIN sap USING (site)
        WHERE posted_date < DATE '{day}' AND po_number IS NOT NULL"""
    assert ask(f"SELECT sum(received)::BIGINT, sum(invoiced)::BIGINT FROM ({shown})") == [
        (ask(received)[0][0], ask(invoiced)[0][0])
    ]


def test_an_order_closes_when_all_of_it_has_come_and_is_billed(ask):
    open_lines = """
        SELECT "po-number", status, bool_and(
            line.status = 'cancelled' OR line.received >= line.quantity AND line.invoiced >= line.quantity) AS is_done
        FROM (SELECT *, unnest("order-lines") AS line FROM purchase_orders) GROUP BY ALL"""
    assert ask(f"SELECT count(*) FROM ({open_lines}) WHERE (status IN ('cancelled', 'closed')) <> is_done") == [(0,)]
    assert ask("SELECT DISTINCT status FROM purchase_orders ORDER BY 1") == [("cancelled",), ("closed",), ("issued",)]


def test_invoices_come_before_they_are_approved_and_are_paid_after(ask):
    assert ask("SELECT sum(\"gross-total\") FROM invoices WHERE _until IS NULL AND status = 'approved'") == ask(
        "SELECT sum(gross) FROM truth_invoice SEMI JOIN sap USING (site)"
    )
    paid = "SELECT count(*), sum(gross) FROM truth_invoice SEMI JOIN sap USING (site) WHERE payment_id IS NOT NULL"
    assert ask('SELECT count(*), sum("gross-total") FROM invoices WHERE paid') == ask(paid)
    assert ask("SELECT count(*) FROM invoices WHERE \"created-at\" >= _from AND status = 'approved'") == [(0,)]


def test_an_allocation_joins_a_billed_line_to_the_receipt_it_is_for(ask):
    joined = """
        SELECT count(*) FROM matching_allocations AS a JOIN inventory_transactions AS t ON t.id = "inventory-transaction-id"
        WHERE a."order-line-id" = t."order-line-id\""""
    received = "SELECT count(*) FROM truth_exception JOIN truth_invoice USING (invoice_id) SEMI JOIN sap USING (site)"
    assert ask(joined) == ask(f"{received} WHERE receipt_number IS NOT NULL")


def test_paging_by_offset_reads_every_invoice_of_a_quarter_once(ask, folder):
    def pages() -> Iterator[list[dict[str, Any]]]:
        app = procurement_app(folder / "procurement", lambda: NOW, procurement_guard("client", "secret"), 10_000)
        form = {"grant_type": "client_credentials", "client_id": "client", "client_secret": "secret"}
        with serving(app) as url, httpx.Client(base_url=url) as client:
            token = client.post("/oauth2/token", data=form).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            offset = 0
            question: dict[str, Any] = {"updated-at[gt_or_eq]": "2026-07-01T00:00:00-04:00", "order_by": "updated_at"}
            while page := client.get("/api/invoices", params=question | {"offset": offset}).json():
                yield page
                offset += len(page)

    read = [invoice for page in pages() for invoice in page]
    there = f"""
        SELECT count(*), sum("gross-total") FROM invoices
        WHERE "updated-at" >= TIMESTAMP '2026-07-01 04:00:00' AND _from <= TIMESTAMP '{NOW}'
            AND (_until IS NULL OR _until > TIMESTAMP '{NOW}')"""
    assert [(len({row["id"] for row in read}), sum(Decimal(row["gross-total"]) for row in read))] == ask(there)
    assert len(read) > 50


def test_a_requisition_is_approved_and_ordered_or_refused(ask):
    steps = "SELECT DISTINCT list(status ORDER BY _from) FROM requisitions GROUP BY id ORDER BY 1"
    assert ask(steps) == [
        (["pending_approval", "approved", "ordered"],), (["pending_approval", "cancelled"],),
        (["pending_approval", "rejected"],),
    ]  # fmt: skip
    asked = 'SELECT unnest("requisition-lines") AS line FROM requisitions WHERE _until IS NULL'
    network = "FROM truth_requisition_line SEMI JOIN sap USING (site)"
    assert ask(f'SELECT count(*), count(line."po-number"), sum(line.quantity)::BIGINT FROM ({asked})') == ask(
        f"SELECT count(*), count(po_number), sum(packs) {network}"
    )
    ordered = 'SELECT unnest("order-lines") AS line FROM purchase_orders WHERE _until IS NULL'
    pairs = f'FROM ({asked}) AS a JOIN ({ordered}) AS o ON a.line."order-line-id" = o.line.id'
    assert ask(f"SELECT count(*) FILTER (a.line.item <> o.line.item), count(*) {pairs}") == [
        (0, *ask(f"SELECT count(po_number) {network}")[0])
    ]


def test_a_cancelled_line_is_cancelled_from_when_it_was(ask):
    latest = 'SELECT unnest("order-lines") AS line FROM purchase_orders WHERE _until IS NULL'
    cancelled = "SELECT count(*) FROM truth_order_change JOIN truth_order_line USING (po_number, line) SEMI JOIN sap"
    assert ask(f"SELECT count(*) FROM ({latest}) WHERE line.status = 'cancelled'") == ask(
        f"{cancelled} USING (site) WHERE kind = 'CANCELLED'"
    )


# Inventory


def test_a_location_numbers_what_it_recorded_without_a_gap(ask):
    assert ask(
        "SELECT count(*) FROM (SELECT max(seq) = count(*) AND min(seq) = 1 AND count(DISTINCT seq) = count(*) AS is_whole "
        "FROM movements GROUP BY location_id) WHERE NOT is_whole"
    ) == [(0,)]
    backwards = "lag(recorded_at) OVER (PARTITION BY location_id ORDER BY seq) > recorded_at"
    assert ask(f"SELECT count(*) FROM (SELECT {backwards} AS is_wrong FROM movements) WHERE is_wrong") == [(0,)]
    overtaken = "occurred_at < lag(occurred_at) OVER (PARTITION BY location_id ORDER BY seq) - INTERVAL 7 DAY"
    assert ask(f"SELECT count(*) > 0 FROM (SELECT {overtaken} AS is_late FROM movements) WHERE is_late") == [(True,)]


def test_movements_add_up_to_what_is_on_the_shelf(ask):
    shelf = """
        SELECT location, item_id, opening + coalesce(sum(m.book_quantity), 0)::BIGINT FROM truth_inventory
        JOIN truth_location ON code = location SEMI JOIN sap USING (site)
        LEFT JOIN truth_stock_movement AS m USING (location, item_id) GROUP BY location, item_id, opening"""
    book = "SELECT location_id, item_id, sum(qty)::BIGINT FROM movements JOIN golden USING (item_no) GROUP BY ALL"
    assert ask(f"({shelf}) EXCEPT ({book})") == ask(f"({book}) EXCEPT ({shelf})") == []


def test_every_receipt_names_its_order_and_a_late_one_is_recorded_late(ask):
    late = """
        SELECT count(*) FROM truth_receipt_line AS r JOIN truth_order_line AS l USING (po_number, line)
        SEMI JOIN sap USING (site) WHERE location IS NOT NULL AND posted_date > arrived_date"""
    assert ask("SELECT count(*) FROM movements WHERE type = 'RECEIPT' AND ref_id IS NULL") == [(0,)]
    assert ask(
        "SELECT count(*) FROM movements WHERE type = 'RECEIPT' AND recorded_at::DATE > occurred_at::DATE"
    ) == ask(late)


def test_balances_over_http_are_what_was_recorded_by_then(ask, folder):
    with (
        serving(inventory_app(folder / "inventory", lambda: NOW, inventory_guard("key"))) as url,
        httpx.Client(base_url=url, headers={"X-API-Key": "key"}) as client,
    ):
        after, found = "", {}
        while after is not None:
            question = {"as_of": "2026-01-01T00:00:00Z", "limit": 100, "after": after}
            page = client.get("/v1/balances", params=question).json()
            found |= {(row["location_id"], row["item_no"]): row["on_hand"] for row in page["data"]}
            after = page["next_after"]
    book = """SELECT location_id, item_no, sum(qty)::BIGINT FROM movements
        WHERE recorded_at <= TIMESTAMP '2026-01-01' GROUP BY ALL"""
    assert found == {(location, item): total for location, item, total in ask(book)}


def test_what_a_case_takes_of_stock_moves_with_its_number_when_it_is_documented(ask):
    taken = """
        SELECT coalesce(recorded_case_id, case_id), location, item_id, greatest(documented_at, used_at), -sum(used + wasted)
        FROM truth_use JOIN truth_location ON code = location SEMI JOIN sap USING (site)
        WHERE ownership = 'OWNED' AND used + wasted > 0 GROUP BY ALL"""
    moved = """
        SELECT case_id, location_id, item_id, recorded_at, sum(qty) FROM movements JOIN golden USING (item_no)
        WHERE case_id IS NOT NULL GROUP BY ALL"""
    assert ask(f"({taken}) EXCEPT ({moved})") == ask(f"({moved}) EXCEPT ({taken})") == []


def test_counts_tell_what_was_found_against_the_books(ask):
    counted = (
        "SELECT count(*), sum(counted), sum(counted - book) FROM truth_count JOIN truth_location ON code = location"
    )
    assert ask("SELECT count(*), sum(counted_qty), sum(variance_qty) FROM counts") == ask(
        f"{counted} SEMI JOIN sap USING (site)"
    )
    assert ask("SELECT count(*) > 0 FROM counts WHERE variance_qty <> 0") == [(True,)]


# Perioperative


LINES = """
    SELECT case_id, facility, 'U' || lpad((line_id // 10)::VARCHAR, 9, '0') AS use_id, line_id % 10 AS again,
        * EXCLUDE (case_id, facility, line_id)
    FROM (SELECT case_id, facility, unnest(supplies, recursive := true) FROM cases WHERE _until IS NULL)"""


def test_the_last_version_of_a_case_tells_every_use_and_hides_what_nobody_scanned(ask):
    told = """
        SELECT count(*), sum(used), sum(wasted), count(*) FILTER (label = 'MISSING_LOT' AND lot IS NOT NULL),
            count(*) FILTER (label = 'MISSING_SERIAL' AND serial IS NOT NULL)
        FROM truth_use AS u JOIN truth_case AS c ON c.case_id = coalesce(recorded_case_id, u.case_id)
        WHERE site IN ('H1', 'H2', 'H3', 'H4', 'A1', 'A2', 'H7')"""
    shown = f"""
        SELECT count(*), sum(line.used), sum(line.wasted), count(*) FILTER (u.lot IS NOT NULL AND line.lot IS NULL),
            count(*) FILTER (u.serial IS NOT NULL AND line.serial IS NULL)
        FROM ({LINES}) AS line JOIN truth_use AS u USING (use_id) WHERE again = 0"""
    assert ask(shown) == ask(told)
    assert all(number > 0 for number in ask(told)[0])


def test_a_line_names_the_item_of_its_hospitals_catalogue_unless_nobody_mapped_it(ask):
    catalogue = "SELECT source, source_pk AS erp_item, item_id FROM truth_source_item"
    named = f"""
        SELECT count(*), count(*) FILTER (label = 'ITEM_UNMAPPED') FROM ({LINES}) JOIN truth_use AS u USING (use_id)
        WHERE erp_item IS NOT NULL AND (if(facility = 'H7', 'd365', 'sap_s4'), erp_item, u.item_id) NOT IN ({catalogue})"""
    assert ask(named) == [(0, 0)]
    unmapped = f"SELECT count(*) FROM ({LINES}) JOIN truth_use USING (use_id) WHERE label = 'ITEM_UNMAPPED'"
    assert ask(f"{unmapped} AND erp_item IS NULL AND supply_id LIKE 'NEW-%'") == ask(unmapped) != [(0,)]


# Contracts and cases: a small truth by hand

CONTRACT_TRUTH = {
    "truth_site": "SELECT 'H1' AS code, 'One' AS name, '1000' AS company, 'sap' AS erp",
    "truth_supplier": "SELECT 'S-0007' AS supplier_id, 'Seven' AS supplier_name",
    "truth_item": """
        SELECT 'I-00000' || n AS item_id, 'Screw ' || n AS description, 'M000' || n AS manufacturer_part_number,
            '0952' || n AS gtin, '1952' || n AS pack_gtin, 'S-0007' AS manufacturer_id,
            'Spine implant' AS item_class FROM range(1, 4) AS numbers(n)""",
    "truth_supplier_in_use": """
        SELECT 'sap_s4' AS source, 'S-0007' AS supplier_id, '0000101007' AS source_pk, 0 AS from_thousandth""",
    "truth_contract": """
        SELECT 'K0001' AS contract_number, 'S-0007' AS supplier_id, 'LOCAL' AS type, DATE '2025-01-01' AS starts_on,
            DATE '2025-12-31' AS ends_on, 'ACTIVE' AS status, NULL::VARCHAR AS gpo""",
    "truth_contract_tier": "SELECT 'K0001' AS contract_number, 1 AS tier, 'SHARE' AS requirement, 0.00 AS threshold",
    "truth_contract_basket": "SELECT 'K0001' AS contract_number, 'I-00000' || n AS item_id FROM range(1, 3) AS numbers(n)",
    "truth_contract_eligibility": """
        SELECT 'K0001' AS contract_number, 'H1' AS site, 1 AS tier, DATE '2025-01-01' AS from_date,
            DATE '2025-12-31' AS to_date""",
    "truth_contract_line": """
        SELECT 'K0001' AS contract_number, line, 'I-000001' AS item_id, 1 AS tier, 'BX' AS uom, 10 AS pack, price,
            from_date, to_date, NULL::DATE AS loaded_on, NULL::DATE AS announced_on
        FROM (VALUES (1, 10.2500::DECIMAL(18, 4), DATE '2025-01-01', DATE '2025-06-30'),
                     (2, 11.0000, DATE '2025-07-01', DATE '2025-12-31')) AS prices(line, price, from_date, to_date)""",
}

# One case with five uses: clean, documented late, scanned twice (noticed or not, by its number), and one of another case.
CASE_TRUTH = {
    name: CONTRACT_TRUTH[name] for name in ("truth_site", "truth_item")
} | {
    "truth_case": """
        SELECT 'C0000001' AS case_id, 'E00000001' AS encounter_id, 'H1' AS site, '10001' AS cost_center, 'OR-1' AS room,
            'OR' AS kind, 'P1' AS procedure_code, 'D00001' AS provider_id, 'PC1' AS card_id, 1 AS card_version,
            'COMPLETED' AS status, NULL::VARCHAR AS cancel_reason, TIMESTAMP '2025-03-01 12:00:00' AS booked_at,
            TIMESTAMP '2025-03-10 12:30:00' AS scheduled_at, TIMESTAMP '2025-03-10 12:35:00' AS in_room_at,
            TIMESTAMP '2025-03-10 12:45:00' AS anesthesia_at, TIMESTAMP '2025-03-10 13:00:00' AS incision_at,
            TIMESTAMP '2025-03-10 14:00:00' AS close_at, TIMESTAMP '2025-03-10 14:15:00' AS out_room_at,
            TIMESTAMP '2025-03-10 14:15:00' AS last_modified_at
        UNION ALL
        SELECT 'C0000002', 'E00000002', 'H7', '70001', 'OR-1', 'OR', 'P1', 'D00001', 'PC1', 1, 'CANCELED', 'NO_SHOW',
            TIMESTAMP '2025-03-02 12:00:00', TIMESTAMP '2025-03-11 12:30:00', NULL, NULL, NULL, NULL, NULL,
            TIMESTAMP '2025-03-11 13:00:00'""",
    "truth_use": """
        SELECT 'U00000' || n AS use_id, 'C0000001' AS case_id, if(n = 5, 'C0000003', NULL) AS recorded_case_id,
            'I-00000' || (1 + n % 3) AS item_id, 1 AS picked, 1 AS used, 0 AS wasted, 0 AS returned, n = 1 AS is_implant,
            'OWNED' AS ownership, 'LOT' || n AS lot, NULL::VARCHAR AS serial, DATE '2027-01-31' AS expiry_date,
            TIMESTAMP '2025-03-10 14:00:00' + INTERVAL (if(n = 2, 50, 0)) HOUR AS documented_at,
            CASE n WHEN 1 THEN 'MISSING_LOT' WHEN 2 THEN 'DOCUMENTED_LATE' WHEN 3 THEN 'ITEM_UNMAPPED'
                WHEN 5 THEN 'WRONG_CASE' WHEN 4 THEN 'CLEAN' ELSE 'DOUBLE_SCAN' END AS label
        FROM range(1, 40) AS numbers(n)""",
    "truth_source_item": """
        SELECT 'sap_s4' AS source, '1000000' || n AS source_pk, 'I-00000' || n AS item_id, 'SCREW' AS description
        FROM range(1, 4) AS numbers(n)""",
    "truth_card_line": """
        SELECT 'PC1' AS card_id, 1 AS version, 'I-00000' || n AS item_id, n AS open_quantity, 0 AS hold_quantity
        FROM range(1, 4) AS numbers(n)""",
}  # fmt: skip


def by_hand(folder: Path, tables: dict[str, str]) -> Path:
    folder.mkdir()
    for name, query in tables.items():
        duckdb.sql(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    return folder


def shown(file: Path, columns: str, condition: str = "true") -> list[Any]:
    return duckdb.sql(f"SELECT {columns} FROM '{file}' WHERE {condition} ORDER BY _from").fetchall()


def test_a_contract_has_a_version_when_it_is_signed_when_its_prices_change_and_when_it_ends(tmp_path):
    write_contracts(by_hand(tmp_path / "truth", CONTRACT_TRUTH), tmp_path / "clm")
    file = tmp_path / "clm" / "contracts.parquet"
    assert shown(file, "version, status, _from::DATE, len(price_lines), len(versions)") == [
        (1, "ACTIVE", date(2024, 12, 2), 1, 1),
        (2, "ACTIVE", date(2025, 6, 21), 2, 2),
        (3, "EXPIRED", date(2026, 1, 1), 2, 3),
    ]
    ((line, gtin, eligible),) = shown(file, "price_lines[1].price, price_lines[1].gtin, eligibility", "version = 1")
    assert (line, gtin) == (Decimal("10.2500"), "19521")
    assert eligible[0]["facility_gln"].startswith("952")
    assert shown(file, "supplier.number", "version = 1") == [("0000101007",)]
    assert shown(file, "list_transform(market_basket, lambda l: l.mpn)", "version = 1") == [(["M0001", "M0002"],)]


def test_a_cap_on_a_case_stands_in_the_contracts_of_those_who_sell_its_implants_there(tmp_path):
    caps = """
        SELECT site, '0SG1' AS procedure_code_prefix, item_class, 14000.00::DECIMAL(18, 2) AS cap,
            DATE '2025-10-01' AS from_date
        FROM (VALUES ('H1', 'Spine implant'), ('H1', 'Other implant'), ('H2', 'Spine implant')) AS caps(site, item_class)"""
    write_contracts(by_hand(tmp_path / "truth", CONTRACT_TRUTH | {"truth_price_cap": caps}), tmp_path / "clm")
    file = tmp_path / "clm" / "contracts.parquet"
    # Known ten days before it holds; the contract prices no other implants, and H2 is not on it.
    shown_caps = (
        'list_transform(case_caps, lambda c: [c.item_category, c.cap::VARCHAR, c."from"::VARCHAR, c."to"::VARCHAR])'
    )
    assert shown(file, f"version, _from::DATE, {shown_caps}") == [
        (1, date(2024, 12, 2), []),
        (2, date(2025, 6, 21), []),
        (3, date(2025, 9, 21), [["Spine implant", "14000.00", "2025-10-01", "2025-12-31"]]),
        (4, date(2026, 1, 1), [["Spine implant", "14000.00", "2025-10-01", "2025-12-31"]]),
    ]


def test_a_price_that_is_announced_after_it_counts_is_not_known_before(tmp_path):
    late = CONTRACT_TRUTH["truth_contract_line"].replace(
        "NULL::DATE AS announced_on", "if(line = 2, DATE '2025-09-01', NULL) AS announced_on"
    )
    write_contracts(by_hand(tmp_path / "truth", CONTRACT_TRUTH | {"truth_contract_line": late}), tmp_path / "clm")
    file = tmp_path / "clm" / "contracts.parquet"
    # Until then the old price has no end but the contract's.
    assert shown(file, """version, _from::DATE, list_transform(price_lines, lambda l: {'price': l.price, 'to': l."to"})""") == [
        (1, date(2024, 12, 2), [{"price": Decimal("10.2500"), "to": date(2025, 12, 31)}]),
        (2, date(2025, 9, 1), [
            {"price": Decimal("10.2500"), "to": date(2025, 6, 30)}, {"price": Decimal("11.0000"), "to": date(2025, 12, 31)},
        ]),
        (3, date(2026, 1, 1), [
            {"price": Decimal("10.2500"), "to": date(2025, 6, 30)}, {"price": Decimal("11.0000"), "to": date(2025, 12, 31)},
        ]),
    ]  # fmt: skip


def test_the_last_version_of_every_contract_has_all_its_prices(ask):
    latest = "SELECT contract_number, unnest(price_lines) AS line FROM contracts WHERE _until IS NULL"
    assert ask(f"SELECT count(*), sum(line.price) FROM ({latest})") == ask(
        "SELECT count(*), sum(price) FROM truth_contract_line"
    )
    assert ask("SELECT count(*) FROM contracts WHERE _until IS NULL AND supplier.number IS NOT NULL") == ask(
        "SELECT count(*) FROM truth_contract"
    )


def test_a_case_grows_from_booked_to_charted_and_tells_late_what_was_documented_late(tmp_path):
    write_perioperative(by_hand(tmp_path / "truth", CASE_TRUTH), tmp_path / "periop")
    file = tmp_path / "periop" / "cases.parquet"
    clean = "len(list_filter(supplies, lambda s: s.line_id IN (10, 20, 30, 40)))"
    versions = shown(file, f"status, _from, {clean}", "case_id = 'C0000001'")
    assert versions[:3] == [
        ("SCHEDULED", datetime(2025, 3, 1, 12), 0),
        ("IN_PROGRESS", datetime(2025, 3, 10, 12, 35), 0),
        ("COMPLETED", datetime(2025, 3, 10, 14, 30), 3),
    ]
    # Documented at 16:00 on the 12th: with the quarter of the day that ends at 18:00.
    assert ("COMPLETED", datetime(2025, 3, 12, 18), 4) == versions[-1]
    assert shown(file, "status, cancel_reason, encounter_csn, len(supplies)", "case_id = 'C0000002'") == [
        ("SCHEDULED", None, "700004", 0),
        ("CANCELED", "NO_SHOW", "700004", 0),
    ]


def test_faults_of_documentation_show_where_they_were_made(tmp_path):
    write_perioperative(by_hand(tmp_path / "truth", CASE_TRUTH), tmp_path / "periop")
    file = tmp_path / "periop" / "cases.parquet"
    (first, last) = (
        {line["line_id"]: line for line in lines}
        for ((lines,),) in (
            shown(file, "supplies", f"case_id = 'C0000001' AND {when}")
            for when in ("_from = TIMESTAMP '2025-03-10 14:30:00'", "_until IS NULL")
        )
    )
    assert first[10]["lot"] is None
    assert first[10]["udi_raw"] == "(01)09522(17)270131"
    assert (first[30]["erp_item"], first[30]["supply_id"][:4], first[40]["erp_item"]) == (None, "NEW-", "10000002")
    assert 50 not in last
    twice = {line for line in first if line % 10 == 1}
    assert len(twice) == 34
    vanished = twice - set(last)
    voided = {line for line in twice - vanished if last[line]["voided"]}
    assert vanished
    assert voided
    assert len(vanished) + len(voided) < len(twice)
    assert all(last[line]["void_of"] == line - 1 for line in voided)


# HCM


def test_a_report_of_a_period_holds_all_its_pay_to_the_cent(ask, folder):
    report = "/ccx/service/customreport2/meridian/parline/Payroll_Results_By_Cost_Center"
    app = hcm_app(folder / "hcm", lambda: NOW, hcm_guard("reader", "word"), "meridian", "parline")
    ((end,),) = ask("SELECT max(period_end) FROM truth_pay_line WHERE period_end < DATE '2026-07-01'")
    prompts = {"format": "json", "Pay_Period_Start": "2026-01-01", "Pay_Period_End": f"{end}-07:00"}
    with serving(app) as url:
        entries = httpx.get(f"{url}{report}", params=prompts, auth=("reader", "word")).json()["Report_Entry"]
    earned = sum(Decimal(entry["Amount"]) for entry in entries if entry["Pay_Component_Type"] == "EARNING")
    assert [(earned,)] == ask(
        f"SELECT sum(amount) FROM truth_pay_line WHERE period_end - 13 >= DATE '2026-01-01' AND period_end <= DATE '{end}'"
    )
    assert any(Decimal(entry["Amount"]) < 0 for entry in entries if entry["Is_Retro"] == "1")


def test_what_the_employer_adds_is_what_the_ledger_holds_in_every_department(ask):
    added = """
        SELECT Cost_Center_ID, sum(Amount) FROM Payroll_Results_By_Cost_Center
        WHERE Pay_Component_Type <> 'EARNING' GROUP BY ALL"""
    ledger = """
        SELECT cost_center, sum(amount) FROM truth_gl_line JOIN truth_account ON code = account
        WHERE expense_class = 'BENEFIT' AND source = 'PAYROLL' GROUP BY ALL HAVING sum(amount) <> 0"""
    assert ask(f"({added}) EXCEPT ({ledger})") == ask(f"({ledger}) EXCEPT ({added})") == []


def test_what_a_run_corrects_is_marked_with_the_period_it_was_of(ask):
    shown = """
        SELECT Run_ID, Worker_Key, Cost_Center_ID, Pay_Component_Code, Amount, Original_Period_End
        FROM Payroll_Results_By_Cost_Center WHERE Is_Retro"""
    corrected = """
        SELECT 'PR' || lpad(p.run::VARCHAR, 6, '0'), worker_id, worked_cost_center, pay_code, amount, earlier.period_end
        FROM truth_pay_line AS p JOIN (SELECT DISTINCT run, period_end FROM truth_pay_line) AS earlier
            ON earlier.run = corrects_run"""
    assert ask(f"({shown}) EXCEPT ({corrected})") == ask(f"({corrected}) EXCEPT ({shown})") == []
    assert ask(f"SELECT count(*) > 0 FROM ({shown}) WHERE Amount < 0") == [(True,)]


def test_every_department_is_in_the_hierarchy(ask):
    assert (
        ask(
            "SELECT Cost_Center_ID FROM Payroll_Results_By_Cost_Center EXCEPT SELECT Cost_Center_ID FROM Cost_Center_Hierarchy"
        )
        == []
    )
    assert ask("SELECT count(*) FROM Cost_Center_Hierarchy") == ask("SELECT count(*) FROM truth_cost_center")
