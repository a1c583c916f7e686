"""The perioperative log: cases sent whole at each change, who may not be known of them, and a service that falters."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.page import AuthenticationError, Window
from ingestion.sources.perioperative import open_source
from simulator.serve.faults import Faults
from simulator.serve.faulty import Faulty
from simulator.serve.loopback import serving
from simulator.serve.saas.perioperative import perioperative_app, perioperative_guard
from tests.connectors.conftest import Network
from tests.connectors.landed import Landed, pseudonym

CONTRACT = load_contract("perioperative")
LINES = {
    "case_procedure": "procedures",
    "case_staff": "staff",
    "case_supply": "supplies",
    "case_card_line": "preference_card.lines",
}
CHILDREN = tuple(f"raw_perioperative.{name}" for name in LINES)
ASSIGNER = "network"


def naming(domain: str, is_network_wide: bool) -> Callable[[str], str]:
    return lambda value: pseudonym(ASSIGNER, domain, value, is_network_wide)


class Served:
    """What the service shows at a time, as it was made: view `served`, and `supply`, its lines. Macros name a case, an
    encounter, a surgeon and a device as they land."""

    def __init__(self, cases: Path, now: datetime):
        self.connection = duckdb.connect()
        for name, domain, is_network_wide in (
            ("case", "case", False), ("encounter", "encounter", False), ("surgeon", "provider", False),
            ("device", "device_identifier", True),
        ):  # fmt: skip
            as_landed = naming(domain, is_network_wide)
            self.connection.create_function(f"{name}_key", as_landed, ["VARCHAR"], "VARCHAR")
        self.connection.execute(
            f"CREATE VIEW served AS FROM '{cases}' "
            f"WHERE _from <= TIMESTAMP '{now}' AND coalesce(_until > TIMESTAMP '{now}', true)"
        )
        self.connection.execute(
            "CREATE VIEW supply AS SELECT case_id, s.* FROM (SELECT case_id, unnest(supplies) AS s FROM served)"
        )

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.connection.execute(sql).fetchall()

    def value(self, sql: str) -> object:
        return self.rows(sql)[0][0]


@dataclass
class Service:
    """The service in this process: its time, its faults (as `faults.json` has them) and how long its tokens live."""

    cases: Path
    folder: Path
    now: datetime
    token_seconds: float = 900

    def fault(self, name: str, **more: object) -> None:
        (self.folder / "faults.json").write_text(json.dumps({"perioperative": [{"fault": name, **more}]}))

    def struck(self) -> int:
        labels = self.folder / "truth" / "transport_faults.jsonl"
        return len(labels.read_text().splitlines()) if labels.exists() else 0

    @contextmanager
    def instance(self, page_size: int = 100) -> Iterator[Instance]:
        app = perioperative_app(
            self.cases.parent, lambda: self.now, perioperative_guard("parline", "opens"), self.token_seconds
        )
        (self.folder / "clock.json").write_text(json.dumps({"now": f"{self.now:%Y-%m-%dT%H:%M:%SZ}"}))
        with serving(Faulty(app, "perioperative", Faults(self.folder))) as address:
            options = {"client_id": "parline", "page_size": page_size}
            yield Instance("periop", "perioperative", address, "PERIOP_SECRET", options=options, assigner=ASSIGNER)


@pytest.fixture(scope="module")
def first_cases(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cases of the first weeks, in all their versions: a service that is up at once."""
    cases = tmp_path_factory.mktemp("cases") / "cases.parquet"
    duckdb.sql(
        f"COPY (FROM '{made_world}/systems/perioperative/cases.parquet' "
        f"WHERE _from < TIMESTAMP '2025-01-01' ORDER BY _from) TO '{cases}'"
    )
    return cases


@pytest.fixture
def service(first_cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("PERIOP_SECRET", "opens")
    folder = tmp_path / "service"
    folder.mkdir()
    return Service(first_cases, folder, datetime(2024, 11, 15))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Landed]:
    with Landed(tmp_path / "home") as landed:
        yield landed


@pytest.fixture(scope="module")
def landed(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    """All cases of the network, read once."""
    known = network.credentials["perioperative"]
    instance = network.instance(
        "periop", "perioperative", known["client_secret"], client_id=known["client_id"], assigner=ASSIGNER
    )
    with Landed(tmp_path_factory.mktemp("periop")) as landed:
        report = landed.load(instance, "full")
        assert report.is_clean
        assert report.objects["surgical_case"].difference == 0
        landed.see_current("raw_perioperative.surgical_case", *CHILDREN)
        yield landed


@pytest.fixture(scope="module")
def served(network: Network) -> Served:
    clock = json.loads((network.world / "clock.json").read_text())["now"]
    return Served(
        network.world / "systems/perioperative/cases.parquet", datetime.fromisoformat(clock).replace(tzinfo=None)
    )


def current(landed: Landed) -> Landed:
    landed.see_current("raw_perioperative.surgical_case", *CHILDREN)
    return landed


def test_every_case_lands_once_with_all_its_lines(landed: Landed, served: Served) -> None:
    assert landed.rows("SELECT case_key FROM current_surgical_case ORDER BY ALL") == served.rows(
        "SELECT case_key(case_id) FROM served ORDER BY ALL"
    )
    for name, field in LINES.items():
        expected = served.value(f"SELECT sum(len({field})) FROM served")
        assert landed.value(f"SELECT count(*) FROM current_{name}") == expected, name


def test_times_of_day_become_one_time_everywhere(landed: Landed, served: Served) -> None:
    """They are written in the hospitals' own time, which in March and November is another one than in the week before."""
    assert landed.rows(
        "SELECT case_key, encounter_key, status, version_no, last_modified_at, scheduled_start_at, in_room_at, "
        "anesthesia_start_at, incision_at, close_at, out_room_at, preference_card_id, preference_card_version "
        "FROM current_surgical_case ORDER BY ALL"
    ) == served.rows(
        "SELECT case_key(case_id), encounter_key(encounter_csn), status, version, last_modified, times.scheduled_start, "
        "times.in_room, times.anesthesia_start, times.incision, times.close, times.out_room, preference_card.card_id, "
        "preference_card.version FROM served ORDER BY ALL"
    )


def test_supply_lines_say_what_was_documented(landed: Landed, served: Served) -> None:
    assert landed.rows(
        "SELECT case_key, line_id, supply_id, erp_item, lot_token, serial_token, udi_di, expires_on, qty_picked, qty_used, "
        "qty_wasted, qty_returned, is_implant, ownership, documented_at, is_voided, void_of_line_id "
        "FROM current_case_supply ORDER BY ALL"
    ) == served.rows(
        "SELECT case_key(case_id), line_id, supply_id, erp_item, device_key(lot), device_key(serial), udi_raw[5:18], expiry, "
        "picked, used, wasted, returned, is_implant, ownership, documented_at, voided, void_of FROM supply ORDER BY ALL"
    )
    assert landed.value("SELECT count(*) FROM current_case_supply WHERE serial_token IS NOT NULL") > 10
    assert landed.value("SELECT count(*) FROM current_case_supply WHERE length(udi_di) = 14") > 10
    assert landed.value("SELECT count(*) FROM current_case_supply WHERE is_voided") > 0


def test_procedures_name_their_surgeon_as_the_ehr_does(landed: Landed, served: Served) -> None:
    assert landed.rows(
        "SELECT case_key, sequence, code, surgeon_key, laterality FROM current_case_procedure ORDER BY ALL"
    ) == served.rows(
        "SELECT case_key(case_id), p.seq, p.code, surgeon_key(p.surgeon_id), p.laterality "
        "FROM (SELECT case_id, unnest(procedures) AS p FROM served) ORDER BY ALL"
    )


def test_nothing_that_names_anybody_or_a_single_device_is_kept(landed: Landed, served: Served) -> None:
    told: set[object] = set()
    for column, table in (
        ("case_id", "served"), ("encounter_csn", "served"), ("procedures[1].surgeon_id", "served"),
        ("udi_raw", "supply"), ("lot", "supply"), ("serial", "supply"),
    ):  # fmt: skip
        told |= {value for (value,) in served.rows(f"SELECT DISTINCT {column} FROM {table}") if value}
    assert len(told) > 1000
    columns = landed.rows(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns "
        "WHERE table_schema IN ('raw_perioperative', 'ops') AND data_type = 'VARCHAR'"
    )
    kept: set[object] = set()
    for schema, table, column in columns:
        kept |= {value for (value,) in landed.rows(f"SELECT DISTINCT {column} FROM {schema}.{table}")}
    assert told & kept == set()
    assert landed.rows("SELECT object, field, kind FROM ops.drift") == []
    assert landed.rows("SELECT object, field, error_class FROM ops.quarantine") == []


def test_a_line_that_a_newer_version_lacks_is_gone_and_remembered(service: Service, empty: Landed) -> None:
    """A double scan that somebody noticed."""
    ((case_id, line, changed_at),) = duckdb.sql(f"""
        SELECT before.case_id, line, after._from
        FROM (SELECT case_id, version, unnest(supplies).line_id AS line FROM '{service.cases}') AS before
        JOIN '{service.cases}' AS after ON after.case_id = before.case_id AND after.version = before.version + 1
        WHERE NOT list_contains([s.line_id FOR s IN after.supplies], line)
        ORDER BY after._from LIMIT 1
    """).fetchall()
    case, kept = pseudonym(ASSIGNER, "case", case_id), "SELECT count(*) FROM {} WHERE case_key = ? AND line_id = ?"
    service.now = changed_at - timedelta(seconds=1)
    with service.instance() as instance:
        empty.load(instance)
        assert current(empty).value(kept.format("current_case_supply"), case, line) == 1
        service.now = changed_at
        report = empty.load(instance)
    assert report.objects["surgical_case"].landed >= 1
    assert current(empty).value(kept.format("current_case_supply"), case, line) == 0
    assert empty.value(kept.format("raw_perioperative.case_supply"), case, line) >= 1
    expected = Served(service.cases, service.now)
    assert empty.value("SELECT count(*) FROM current_case_supply") == expected.value("SELECT count(*) FROM supply")


def test_a_week_later_only_what_changed_is_read(service: Service, empty: Landed) -> None:
    with service.instance() as instance:
        empty.load(instance)
        before, service.now = service.now, service.now + timedelta(days=7)
        report = empty.load(instance)
    expected = Served(service.cases, service.now)
    changed = expected.value(f"SELECT count(*) FROM served WHERE last_modified > TIMESTAMP '{before}'")
    assert report.objects["surgical_case"].landed == changed
    assert report.objects["surgical_case"].fetched < 2 * int(str(changed))
    assert current(empty).rows("SELECT case_key, version_no FROM current_surgical_case ORDER BY ALL") == expected.rows(
        "SELECT case_key(case_id), version FROM served ORDER BY ALL"
    )
    canceled = expected.rows("SELECT cancel_reason FROM served WHERE status = 'CANCELED' ORDER BY ALL")
    assert (
        empty.rows("SELECT cancel_reason FROM current_surgical_case WHERE status = 'CANCELED' ORDER BY ALL") == canceled
    )
    assert canceled


@pytest.mark.parametrize(
    "fault",
    ["429", "5xx", "dropped", "truncated", "token_expired", "error_body_200", "empty_page", "repeated_page"],
)
def test_a_service_that_falters_loses_nothing(service: Service, fault: str) -> None:
    service.fault(fault, rate=0.45, times=3, seconds=0)
    with service.instance(page_size=20) as instance:
        source = open_source(instance, CONTRACT)
        read = {
            (case["case_id"], case["version"])
            for page in source.pages(CONTRACT.by_name["surgical_case"], Window(None, datetime.now(UTC)))
            for case in json.loads(page.body)["cases"]
        }
        source.close()
    assert service.struck() > 0
    assert read == set(Served(service.cases, service.now).rows("SELECT case_id, version FROM served"))


def test_an_older_version_that_comes_after_the_newer_is_no_step_back(service: Service, empty: Landed) -> None:
    service.fault("two_versions", rate=0.2)
    with service.instance() as instance:
        report = empty.load(instance)
    assert report.objects["surgical_case"].superseded + report.objects["surgical_case"].quarantined > 0
    expected = Served(service.cases, service.now)
    assert current(empty).rows("SELECT case_key, last_modified_at FROM current_surgical_case ORDER BY ALL") == (
        expected.rows("SELECT case_key(case_id), last_modified FROM served ORDER BY ALL")
    )
    assert empty.value("SELECT count(*) FROM current_case_supply") == expected.value("SELECT count(*) FROM supply")


def test_a_clock_that_is_ahead_holds_its_own_cases_back_and_no_other(service: Service, empty: Landed) -> None:
    service.fault("future_clock", rate=0.05)
    with service.instance(page_size=20) as instance:
        report = empty.load(instance)
        ahead = report.objects["surgical_case"].quarantined
        assert ahead > 0
        assert empty.rows("SELECT DISTINCT error_class FROM ops.quarantine") == [("FUTURE_STAMP",)]
        service.fault("slow", rate=0)
        assert empty.load(instance, "full").objects["surgical_case"].landed == ahead
    count = Served(service.cases, service.now).value("SELECT count(*) FROM served")
    assert current(empty).value("SELECT count(*) FROM current_surgical_case") == count


def test_page_tokens_that_live_no_second_cost_nothing_but_time(service: Service, empty: Landed) -> None:
    service.token_seconds = 0
    with service.instance(page_size=20) as instance:
        report = empty.load(instance)
    assert report.is_clean
    assert report.objects["surgical_case"].landed == Served(service.cases, service.now).value(
        "SELECT count(*) FROM served"
    )


def test_a_status_that_nobody_knows_is_noticed_and_holds_its_case_back(service: Service, empty: Landed) -> None:
    service.fault("drift_enum", field="status", rate=0.05)
    with service.instance() as instance:
        report = empty.load(instance)
    held = report.objects["surgical_case"].quarantined
    assert held > 0
    assert empty.rows("SELECT field, error_class, count(*) FROM ops.quarantine GROUP BY ALL") == [
        ("status", "NOT_ALLOWED", held)
    ]


def test_a_wrong_secret_is_refused_and_never_shown(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERIOP_SECRET", "wrong-4711")
    with service.instance() as instance:
        source = open_source(instance, CONTRACT)
        with pytest.raises(AuthenticationError, match=r"token request: .* 401") as refused:
            source.check()
        source.close()
    assert "4711" not in str(refused.value)
