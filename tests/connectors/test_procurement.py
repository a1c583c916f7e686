"""The procurement service lands as it is served, fifty records at a time, while it goes on working."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestion.instances import Instance
from ingestion.registry import open_source
from ingestion.sources.procurement import Procurement
from simulator.serve.loopback import serving
from simulator.serve.saas.auth import ClientGuard
from simulator.serve.saas.procurement import SCOPES, procurement_app
from tests.connectors.cloud_services import Clock, load, served
from tests.ingestion.landing_world import World

# Five weeks in: hundreds of documents of each kind, and both of New York's offsets.
EARLY = datetime(2024, 11, 6, 15)
FIRST_WEEKS = datetime(2024, 10, 20, 15)
LATER = EARLY + timedelta(days=7)
OBJECTS = {
    "supplier": "suppliers",
    "item": "items",
    "requisition": "requisitions",
    "purchase_order": "purchase_orders",
    "inventory_transaction": "inventory_transactions",
    "invoice": "invoices",
    "matching_allocation": "matching_allocations",
}
LINES = {
    "requisition_line": ("requisition", "requisitions", "requisition-lines"),
    "requisition_approval": ("requisition", "requisitions", "approvals"),
    "purchase_order_line": ("purchase_order", "purchase_orders", "order-lines"),
    "invoice_line": ("invoice", "invoices", "invoice-lines"),
}

SECRET = "TEST_PROCUREMENT_SECRET"


@dataclass
class Service:
    """The service as a test finds it: it may move its clock, and withdraw its tokens."""

    instance: Instance
    clock: Clock
    guard: ClientGuard


@pytest.fixture(scope="module")
def documents(made_world: Path) -> Path:
    return made_world / "systems" / "procurement"


@contextmanager
def serve(documents: Path, requests_a_second: int) -> Iterator[Service]:
    clock, guard = Clock(EARLY), ClientGuard("client", "secret", SCOPES)
    with serving(procurement_app(documents, clock, guard, requests_a_second)) as url:
        instance = Instance("procurement_main", "procurement", url, SECRET, options={"client_id": "client"})
        yield Service(instance, clock, guard)


@pytest.fixture(scope="module")
def running(documents: Path) -> Iterator[Service]:
    with serve(documents, 10_000) as service:
        yield service


@pytest.fixture
def service(running: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv(SECRET, "secret")
    running.clock.now, running.clock.asked, running.clock.at_request = EARLY, 0, lambda number: None
    return running


def assert_stands(world: World, documents: Path, name: str, now: datetime) -> None:
    """What is current here is what the service shows at this time, version by version."""
    expected = served(documents, OBJECTS[name], 'id, "updated-at"', now)
    assert world.current(name, "id, changed_at") == expected, name


def test_every_object_lands_to_the_keys_and_versions_that_are_served(
    world: World, service: Service, documents: Path
) -> None:
    service.clock.now = FIRST_WEEKS
    report = load(world, service.instance, "full")
    for name, listing in OBJECTS.items():
        assert_stands(world, documents, name, FIRST_WEEKS)
        found = report.objects[name]
        count = len(served(documents, listing, "id", FIRST_WEEKS))
        assert (found.source_count, found.warehouse_count, found.difference) == (count, count, 0), name
        assert count > 50, "more than a page"
    for name, (parent, listing, nested) in LINES.items():
        lines = served(documents, listing, f'coalesce(sum(len("{nested}")), 0)::INTEGER', FIRST_WEEKS)
        keys = [row[0] for row in world.current(parent, "_row_key")]
        landed = f"SELECT count(*) FROM raw_procurement.{name} WHERE _parent_row_key IN (SELECT unnest(?))"
        assert world.rows(landed, keys) == lines, name
    assert world.drift() == []
    assert world.quarantine() == []


def test_decimals_written_as_text_land_exactly_and_eastern_times_as_utc(
    world: World, service: Service, documents: Path
) -> None:
    load(world, service.instance, objects=["purchase_order"])
    landed = world.rows(
        "SELECT purchase_order_id, id, item_number, quantity, unit_price, amount, contract_number, need_by_date, status "
        "FROM raw_procurement.purchase_order_line ORDER BY ALL"
    )
    expected = served(
        documents,
        "purchase_orders",
        """id, unnest("order-lines").id, unnest("order-lines").item."item-number", unnest("order-lines").quantity,
        unnest("order-lines").price, unnest("order-lines").total, unnest("order-lines").contract.number,
        unnest("order-lines")."need-by-date", unnest("order-lines").status""",
        EARLY,
    )
    assert landed == expected
    assert any(row[4] != round(row[4], 2) for row in landed)
    # Summer time ended on 3 November: both offsets are served, and every time is what it truly was.
    made = world.current("purchase_order", "id, created_at, acknowledged_at")
    assert made == served(documents, "purchase_orders", 'id, "created-at", "acknowledged-at"', EARLY)
    assert min(row[1] for row in made) < datetime(2024, 11, 3) < max(row[1] for row in made)


def test_documents_that_moved_on_come_with_the_next_load_and_no_others(
    world: World, service: Service, documents: Path
) -> None:
    objects = ["requisition", "purchase_order", "invoice"]
    load(world, service.instance, objects=objects)
    service.clock.now = LATER
    report = load(world, service.instance, objects=objects)
    for name in objects:
        assert_stands(world, documents, name, LATER)
        moved = served(documents, OBJECTS[name], "id", LATER, f"\"updated-at\" > TIMESTAMP '{EARLY}'")
        assert 0 < len(moved) <= report.objects[name].landed, name
        assert report.objects[name].fetched < len(served(documents, OBJECTS[name], "id", LATER)), name
    assert world.current("invoice", "id, status") == served(documents, "invoices", "id, status", LATER)
    paid = world.rows(
        "SELECT id FROM raw_procurement.invoice GROUP BY id HAVING bool_or(is_paid) AND NOT bool_and(is_paid)"
    )
    assert paid, "an invoice that was paid since has both of its versions"


def test_an_order_of_which_every_line_is_cancelled_stays_and_says_so(
    world: World, service: Service, documents: Path
) -> None:
    cancelled = served(documents, "purchase_orders", "id", EARLY, "status = 'cancelled'")
    load(world, service.instance, objects=["purchase_order"])
    assert [row[:1] for row in world.current("purchase_order", "id, status") if row[1] == "cancelled"] == cancelled
    assert cancelled


def test_documents_that_change_between_two_pages_hide_no_others(
    world: World, service: Service, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service pages by offset over what is there now, and with every question a day goes by: what changes leaves the
    range that is read, and the rest moves up."""
    clock = service.clock

    def a_day_goes_by(number: int) -> None:
        clock.now = EARLY + timedelta(days=number)

    # Its Date header is that of this machine: the days go by without it.
    monkeypatch.setattr(Procurement, "now", lambda source: clock.now.replace(tzinfo=UTC))
    clock.at_request = a_day_goes_by
    load(world, service.instance, objects=["purchase_order"])
    began = served(documents, "purchase_orders", "id", EARLY)
    stayed = served(documents, "purchase_orders", "id", clock.now, f"\"updated-at\" <= TIMESTAMP '{EARLY}'")
    assert set(stayed) <= set(world.current("purchase_order", "id"))
    assert 10 < len(stayed) < len(began) - 10
    clock.at_request = lambda number: None
    load(world, service.instance, objects=["purchase_order"])
    assert_stands(world, documents, "purchase_order", clock.now)


def test_nobody_who_asks_or_approves_is_known_by_name(world: World, service: Service, documents: Path) -> None:
    load(world, service.instance, objects=["requisition"])
    logins = served(documents, "requisitions", '"requested-by".login', EARLY)
    keys = world.current("requisition", "requested_by_key")
    assert len(set(keys)) == len(set(logins)) > 1
    assert all(len(key) == 32 for (key,) in keys)
    approvers = world.rows("SELECT DISTINCT approver_key FROM raw_procurement.requisition_approval")
    assert approvers
    assert not any(key.startswith("approver") for (key,) in approvers)


def test_what_is_missing_here_is_found_by_its_key_and_fetched(world: World, service: Service, documents: Path) -> None:
    report = load(world, service.instance, "reconcile", ["supplier"])
    assert_stands(world, documents, "supplier", EARLY)
    assert report.objects["supplier"].difference == 0


def test_a_service_that_allows_few_requests_a_second_is_read_at_its_pace(
    world: World, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, "secret")
    with serve(documents, requests_a_second=2) as service:
        load(world, service.instance, objects=["supplier"])
    assert_stands(world, documents, "supplier", EARLY)


def test_a_token_withdrawn_in_mid_paging_is_bought_anew_and_opens_no_more_than_reading(
    world: World, service: Service, documents: Path
) -> None:
    guard = service.guard
    granted: list[frozenset[str]] = []

    def withdraw(number: int) -> None:
        if number in (2, 4):
            granted.extend(scopes for _, scopes in guard._tokens.values())
            guard._tokens.clear()

    guard._tokens.clear()
    service.clock.at_request = withdraw
    load(world, service.instance, objects=["supplier", "item"])
    assert_stands(world, documents, "item", EARLY)
    assert len(granted) == 2
    assert all(scope.endswith(".read") for scopes in granted for scope in scopes)


def test_the_check_tells_the_clock(service: Service) -> None:
    source, _ = open_source(service.instance)
    assert source.check().startswith("the procurement service answers, clock ")
    source.close()
