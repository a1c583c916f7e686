"""The contract service: contracts with all that is in them, their later versions, and who is let in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.page import AuthenticationError
from ingestion.settings import SettingsError
from ingestion.sources.clm import open_source
from simulator.serve.loopback import serving
from simulator.serve.saas.contracts import contracts_app, contracts_guard
from tests.connectors.conftest import Network
from tests.connectors.landed import Landed

CONTRACT = load_contract("clm")
LINES = {
    "contract_version": "versions",
    "contract_tier": "tiers",
    "contract_eligibility": "eligibility",
    "contract_price_line": "price_lines",
    "contract_case_cap": "case_caps",
}
CHILDREN = tuple(f"raw_clm.{name}" for name in LINES)


def served_at(world: Path, now: datetime) -> duckdb.DuckDBPyConnection:
    """What the service shows at a time, as it was made, in the view `served`."""
    connection = duckdb.connect()
    connection.execute(
        f"CREATE VIEW served AS FROM '{world}/systems/contracts/contracts.parquet' "
        f"WHERE _from <= TIMESTAMP '{now}' AND coalesce(_until > TIMESTAMP '{now}', true)"
    )
    return connection


@dataclass
class Clock:
    now: datetime


@contextmanager
def own_service(world: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """The service at a time that a test may move."""
    monkeypatch.setenv("CLM_KEY", "opens")
    app = contracts_app(world / "systems" / "contracts", lambda: clock.now, contracts_guard("opens"))
    with serving(app) as address:
        yield Instance("clm", "clm", address, "CLM_KEY", options={"page_size": 7})


@pytest.fixture(scope="module")
def landed(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    """All contracts of the network, read once."""
    instance = network.instance("clm", "clm", network.credentials["contracts"]["key"], network.address("contracts"))
    with Landed(tmp_path_factory.mktemp("clm")) as landed:
        report = landed.load(instance, "full")
        assert report.is_clean
        assert report.objects["contract"].difference == 0
        landed.see_current("raw_clm.contract", *CHILDREN)
        yield landed


@pytest.fixture(scope="module")
def served(network: Network) -> duckdb.DuckDBPyConnection:
    return served_at(network.world, network_clock(network))


def network_clock(network: Network) -> datetime:
    found = duckdb.sql(f"SELECT now::TIMESTAMPTZ AT TIME ZONE 'UTC' FROM '{network.world}/clock.json'").fetchall()
    return found[0][0]


def test_every_contract_lands_once_with_all_its_lines(landed: Landed, served: duckdb.DuckDBPyConnection) -> None:
    numbers = served.sql("SELECT contract_number FROM served ORDER BY ALL").fetchall()
    assert len(numbers) > 30
    assert landed.rows("SELECT contract_number FROM current_contract ORDER BY ALL") == numbers
    for name, field in LINES.items():
        expected = served.sql(f"SELECT sum(len({field})) FROM served").fetchall()[0][0]
        assert landed.value(f"SELECT count(*) FROM current_{name}") == expected > 0, name


def test_prices_are_exact_to_the_last_digit(landed: Landed, served: duckdb.DuckDBPyConnection) -> None:
    priced = served.sql(
        "SELECT contract_number, line.line_id, line.price, line.pack, line.gtin, line.\"from\", line.\"to\" "
        "FROM (SELECT contract_number, unnest(price_lines) AS line FROM served) ORDER BY ALL"
    ).fetchall()  # fmt: skip
    assert len({price for _, _, price, *_ in priced}) > 1000
    assert priced == landed.rows(
        "SELECT contract_number, line_number, unit_price, pack_quantity, gtin, valid_from, valid_to "
        "FROM current_contract_price_line ORDER BY ALL"
    )


def test_headers_tiers_eligibility_and_caps_say_what_the_service_says(
    landed: Landed, served: duckdb.DuckDBPyConnection
) -> None:
    assert landed.rows(
        "SELECT contract_number, contract_type, status, supplier, supplier_name, group_purchasing_organization, "
        "starts_on, ends_on, terminated_on, version_no, updated_at FROM current_contract ORDER BY ALL"
    ) == served.sql(
        "SELECT contract_number, type, status, supplier.number, supplier.name, gpo, starts_on, ends_on, terminated_on, "
        "version, updated_at FROM served ORDER BY ALL"
    ).fetchall()  # fmt: skip
    assert landed.rows(
        "SELECT contract_number, tier, requirement_type, threshold, measure_period FROM current_contract_tier ORDER BY ALL"
    ) == served.sql(
        "SELECT contract_number, unnest(tiers, recursive := true) FROM served ORDER BY ALL"
    ).fetchall()  # fmt: skip
    assert landed.rows(
        "SELECT contract_number, facility_gln, tier, eligible_from, eligible_to, facility_name "
        "FROM current_contract_eligibility ORDER BY ALL"
    ) == served.sql(
        "SELECT contract_number, unnest(eligibility, recursive := true) FROM served ORDER BY ALL"
    ).fetchall()  # fmt: skip
    assert landed.rows(
        "SELECT contract_number, cap_number, facility_gln, facility_name, procedure_code_system, procedure_code_prefix, "
        "item_category, cap_amount, currency, valid_from, valid_to FROM current_contract_case_cap ORDER BY ALL"
    ) == served.sql(
        "SELECT contract_number, unnest(case_caps, recursive := true) FROM served ORDER BY ALL"
    ).fetchall()  # fmt: skip


def test_nothing_that_the_service_shows_is_unknown(landed: Landed) -> None:
    assert landed.rows("SELECT object, field, kind FROM ops.drift") == []
    assert landed.rows("SELECT object, field, error_class FROM ops.quarantine") == []


def test_a_contract_that_changes_keeps_its_old_version(
    made_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = datetime(2026, 6, 1), datetime(2026, 8, 1)
    clock = Clock(before)
    old, new = served_at(made_world, before), served_at(made_world, after)
    changed = new.sql("SELECT contract_number FROM served WHERE updated_at > TIMESTAMP '2026-06-01'").fetchall()
    with own_service(made_world, clock, monkeypatch) as instance, Landed(tmp_path) as landed:
        landed.load(instance)
        clock.now = after
        report = landed.load(instance)
        assert report.objects["contract"].landed == len(changed) > 0
        # Beside what changed, the closed range brings again what was last seen, and little else.
        assert report.objects["contract"].duplicate <= 3 + len(changed)
        landed.see_current("raw_clm.contract", *CHILDREN)
        versions = "SELECT contract_number, version FROM served ORDER BY ALL"
        assert (
            landed.rows("SELECT contract_number, version_no FROM current_contract ORDER BY ALL")
            == new.sql(versions).fetchall()
        )
        first_load = landed.value("SELECT min(load_id) FROM ops.load")
        assert (
            landed.rows(
                "SELECT contract_number, version_no FROM raw_clm.contract WHERE _load_id = ? ORDER BY ALL", first_load
            )
            == old.sql(versions).fetchall()
        )
        expected = new.sql("SELECT sum(len(price_lines)) FROM served").fetchall()[0][0]
        assert landed.value("SELECT count(*) FROM current_contract_price_line") == expected
        # Nothing new: nothing lands.
        again = landed.load(instance)
        assert (again.objects["contract"].landed, again.objects["contract_price_line"].landed) == (0, 0)


def test_reconciliation_fetches_by_key_what_was_never_seen(
    made_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(datetime(2026, 6, 1))
    with own_service(made_world, clock, monkeypatch) as instance, Landed(tmp_path) as landed:
        landed.load(instance)
        lost = landed.value("SELECT min(contract_number) FROM raw_clm.contract")
        landed.rows("DELETE FROM raw_clm.contract_price_line WHERE contract_number = ?", lost)
        landed.rows("DELETE FROM raw_clm.contract WHERE contract_number = ?", lost)
        report = landed.load(instance, "reconcile")
        assert report.objects["contract"].landed == 1
        assert landed.rows("SELECT missing, stale, deleted, healed FROM ops.reconciliation") == [(1, 0, 0, 1)]
        prices = served_at(made_world, clock.now).sql(
            f"SELECT len(price_lines) FROM served WHERE contract_number = '{lost}'"
        )
        assert landed.rows("SELECT count(*) FROM raw_clm.contract_price_line WHERE contract_number = ?", lost) == (
            prices.fetchall()
        )


def test_a_wrong_key_is_refused_and_never_shown(network: Network) -> None:
    instance = network.instance("clm_stranger", "clm", "wrong-key-4711", network.address("contracts"))
    source = open_source(instance, CONTRACT)
    with pytest.raises(AuthenticationError, match="401") as refused:
        source.check()
    source.close()
    assert "4711" not in str(refused.value)


def test_the_service_says_that_it_answers(network: Network) -> None:
    instance = network.instance("clm", "clm", network.credentials["contracts"]["key"], network.address("contracts"))
    source = open_source(instance, CONTRACT)
    assert source.check().startswith(f"Contract lifecycle service answers at {network.address('contracts')}, clock 20")
    source.close()


def test_an_option_that_nobody_knows_is_named(network: Network) -> None:
    instance = network.instance("clm", "clm", "any", network.address("contracts"), tenant="x")
    with pytest.raises(SettingsError, match=r"clm: options\.tenant"):
        open_source(instance, CONTRACT)
