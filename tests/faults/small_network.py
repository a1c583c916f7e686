"""A few dozen records of one object for each protocol, cut out of the demo network and served in small pages.

Belongs here: what is cut, what comes late and what goes, how each is served and asked for. Not here: faults, and what is
judged (matrix.py). One story for all: the world stands at START; an hour later records have come with older stamps, and
one with the latest stamp that was there; two hours later one is gone.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import certifi
import duckdb
import pytest
from dlt.common.destination import Destination

from ingestion import registry
from ingestion.contracts import Contract, load_contract
from ingestion.instances import Instance
from ingestion.protocols import fhir_bulk, http, odata
from simulator.fhir.exports import ExportSettings
from simulator.serve import systems
from simulator.serve.clock import START, set_clock
from simulator.serve.faults import Faults, switch
from simulator.serve.loopback import serving
from simulator.serve.network import network_app
from simulator.serve.odata import d365, sap
from simulator.serve.oracle import parameters
from simulator.serve.saas import inventory
from simulator.settings import Block, network_blocks

LATER, GONE = START + timedelta(hours=1), START + timedelta(hours=2)
LATEST, LATE, VERY_LATE = START - timedelta(minutes=4), START - timedelta(minutes=6), START - timedelta(days=5)
# Places in the order of the key: on different pages, wherever those are cut.
IS_LATEST, IS_LATE, IS_VERY_LATE, IS_TIED, IS_GONE = 11, 23, 31, 37, 29
ROWS, PAGE = 60, 15
# Of a service whose pages are as large as its clients know them to be.
LARGEST_PAGE = 50
LAST = "-----END CERTIFICATE-----"


@dataclass(frozen=True)
class Protocol:
    """One protocol with the object it is tried on.

    served: the system's name in the simulator; block: in sources.toml. drift: by fault the field that drifts, as the
    source writes it. never: by fault the reason why it cannot befall the protocol.
    """

    name: str
    served: str
    block: str
    system: str
    object: str
    drift: Mapping[str, str]
    never: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


ONE_ANSWER = "a report is one answer, without pages"
BY_STAMP = "it is read on from the last change that was seen, and not by the number of a page"
NO_STAMP = "its records have no change stamp"
MARKED = "nothing is deleted: what ends is marked, and comes as a change"
FAULTS = (
    "429", "5xx", "dropped", "slow", "truncated", "empty_page", "error_body_200", "html_200", "token_expired",
    "repeated_page", "shifting_page", "late", "ties", "future_clock", "hard_delete", "drift_added", "drift_removed",
    "drift_renamed", "drift_retyped", "drift_enum", "poison", "duplicate_rows", "two_versions", "truncated_file",
)  # fmt: skip
NO_FILE = {"truncated_file": "no files"}
NO_LIST = {"drift_enum": "no column has a list of values"}
NO_DELETE = {"hard_delete": MARKED}

PROTOCOLS = (
    Protocol(
        "OData v2", "sap_s4", "sap_s4", "sap_s4", "business_partner",
        {"": "SearchTerm1", "drift_enum": "BusinessPartnerCategory", "poison": "BusinessPartnerFullName"},
        NO_FILE | NO_DELETE,
    ),
    Protocol(
        "OData v4", "d365", "d365", "d365", "released_product", {"": "ProductName", "poison": "PurchasePrice"},
        NO_FILE | NO_LIST,
    ),
    Protocol(
        "offset, Oracle", "oracle_fusion", "oracle_fusion", "oracle_fusion", "item",
        {"": "ItemDescription", "drift_enum": "ItemStatusValue"}, NO_FILE,
    ),
    Protocol(
        "offset, Coupa", "procurement", "procurement", "procurement", "supplier",
        {"": "po-method", "drift_enum": "status"}, NO_FILE | NO_DELETE,
    ),
    Protocol(
        "updated_after", "contracts", "clm", "clm", "contract", {"": "starts_on", "drift_enum": "status"},
        NO_FILE | NO_DELETE | {"repeated_page": BY_STAMP, "shifting_page": BY_STAMP}, {"page_size": 10},
    ),
    Protocol(
        "page token", "perioperative", "perioperative", "perioperative", "surgical_case",
        {"": "room", "drift_enum": "status"},
        NO_FILE | NO_DELETE | {"shifting_page": "a token stands for a place, and not for a number of rows"},
        {"page_size": PAGE},
    ),
    Protocol(
        "sequence", "inventory", "inventory", "inventory", "stock_movement", {"": "bin_id", "drift_enum": "type"},
        NO_FILE | {
            "hard_delete": "a number that is gone is refused as a sequence that goes backwards (tests/connectors)",
            "ties": "no two records of a location have one number", "future_clock": NO_STAMP, "two_versions": NO_STAMP,
            "shifting_page": "a page begins after a number, and numbers do not move",
        },
    ),
    Protocol(
        "report", "hcm", "hcm", "hcm", "cost_center", {"": "Level_2"},
        NO_FILE | NO_LIST | {
            "repeated_page": ONE_ANSWER, "shifting_page": ONE_ANSWER, "late": "it is read whole each time",
            "ties": "it is read whole each time", "future_clock": NO_STAMP, "two_versions": NO_STAMP,
        },
    ),
    Protocol(
        "FHIR search", "ehr", "ehr", "fhir_r4", "location", {"": "name", "drift_enum": "status"},
        NO_FILE | {"shifting_page": "its next link is opaque: the server has that fault of its own (test_fhir_faults.py)"},
        {"access": "search", "page_size": PAGE},
    ),
    Protocol(
        "FHIR bulk", "ehr", "ehr", "fhir_r4", "location", {"": "name", "drift_enum": "status"},
        NO_FILE | {
            "repeated_page": "files are no pages: each has an address of its own",
            "shifting_page": "an export holds what there was when it began",
        },
        {"access": "bulk"},
    ),
)  # fmt: skip

NO_SERVER = "a folder is read, and no server asked"
FILES = Protocol(
    "files", "statistics", "finance_files", "finance_files", "activity_statistic", {},
    dict.fromkeys(("429", "5xx", "dropped", "slow", "error_body_200", "token_expired"), NO_SERVER) | {
        "repeated_page": "a file is one, and has no pages of a server's", "drift_enum": "no column has a list of values",
        "shifting_page": "a file is one, and has no pages of a server's",
        "hard_delete": "what was delivered is not taken back: a correction is delivered",
    },
)  # fmt: skip


def _story(key: str, stamps: Mapping[str, str], where: str = "true", rows: int = ROWS, **columns: str) -> str:
    """Records as they stand at START, the first by their key, with the story. stamps: by column how a moment is written
    there, as SQL in which `{}` is the moment; columns: others that are to be something else."""
    moments = {IS_LATEST: LATEST, IS_TIED: LATEST, IS_LATE: LATE, IS_VERY_LATE: VERY_LATE}
    replaced = [f'{sql} AS "{name}"' for name, sql in columns.items()]
    for name, written in stamps.items():
        cases = " ".join(f"WHEN {place} THEN {written.format(_sql(moment))}" for place, moment in moments.items())
        replaced.append(f'CASE _place {cases} ELSE "{name}" END AS "{name}"')
    replaced += [
        f"if(_place IN ({IS_LATE}, {IS_VERY_LATE}, {IS_TIED}), {_sql(LATER)}, _from) AS _from",
        f"if(_place = {IS_GONE}, {_sql(GONE)}, NULL) AS _until",
    ]
    return (
        f"SELECT * EXCLUDE (_place) REPLACE ({', '.join(replaced)}) FROM (SELECT *, row_number() OVER (ORDER BY {key}) "
        f"AS _place FROM (FROM whole WHERE {where} AND _from < {_sql(START)} - INTERVAL 8 DAY "
        f"AND coalesce(_until > {_sql(START)}, true) ORDER BY {key} LIMIT {rows})) ORDER BY {key}"
    )


def _sql(moment: datetime) -> str:
    return f"TIMESTAMP '{moment}'"


HERE = "location_id IN ('A1-19001', 'A1-19002', 'A1-19003')"
# Each table with rows costs as much as a load: one of lines is enough for each protocol.
NO_LINES = (
    "A_BusinessPartnerTaxNumber", "A_BuPaIdentification", "A_SupplierCompany", "A_SupplierPurchasingOrg",
)  # fmt: skip
# An EHR writes the stamp into the resource, and a deletion is a version without one.
RESOURCE = (
    'regexp_replace(resource, \'"lastUpdated":"[^"]*"\', '
    "'\"lastUpdated\":\"' || strftime({}, '%Y-%m-%dT%H:%M:%S.000Z') || '\"')"
)
TABLES: dict[str, dict[str, str]] = {
    "sap_s4": {
        "A_BusinessPartner": _story(
            "BusinessPartner", {"LastChangeDate": "({})::DATE", "LastChangeTime": "({})::TIME"},
        ),
        "A_Supplier": "FROM whole",
        "A_BusinessPartnerAddress": "FROM whole",
        **dict.fromkeys(NO_LINES, "FROM whole LIMIT 0"),
    },
    "d365": {
        "ReleasedProductsV2": _story("dataAreaId, ItemNumber", {"ModifiedDateTime": "{}"}),
        # Its service is asked for the time by its receipts.
        "ProductReceiptHeaders": "FROM whole LIMIT 1",
    },
    "oracle_fusion": {"itemsV2": _story("ItemId", {"LastUpdateDateTime": "{}"})},
    "procurement": {"suppliers": _story("id", {"updated-at": "{}"}, rows=120)},
    "contracts": {
        "contracts": _story("contract_number", {"updated_at": "{}"}, rows=40, price_lines="price_lines[1:2]",
        tiers="tiers[1:0]", eligibility="eligibility[1:0]", versions="versions[1:0]")
    },
    "perioperative": {"cases": _story("case_id", {"last_modified": "{}"}, "status = 'COMPLETED'", staff="staff[1:0]",
            supplies="supplies[1:0]", preference_card="NULL")},
    "inventory": {
        "locations": f"FROM whole WHERE {HERE}",
        "pars": f"FROM whole WHERE {HERE}",
        "counts": f"FROM whole WHERE {HERE} LIMIT 3",
        "movements": f"SELECT * REPLACE (if(seq > 30, TIMESTAMP '{LATER}', _from) AS _from) "
        f"FROM whole WHERE {HERE} AND seq <= 40 ORDER BY location_id, seq",
    },
    "hcm": {"Cost_Center_Hierarchy": _story("Cost_Center_ID", {})},
    "ehr": {
        "Location": f"WITH told AS MATERIALIZED ({_story('id', {'last_updated': '{}', 'resource': RESOURCE})}) "
        "FROM told UNION ALL "
        f"SELECT * REPLACE (TIMESTAMP '{GONE}' AS last_updated, NULL AS resource, TIMESTAMP '{GONE}' AS _from, "
        "NULL AS _until, true AS is_deleted) FROM told WHERE _until IS NOT NULL"
    },
}  # fmt: skip


@dataclass
class SmallNetwork:
    """The served cut: what time it has, what fails, and what has struck."""

    world: Path
    blocks: dict[str, Block]

    def instance(self, protocol: Protocol) -> Instance:
        block = self.blocks[protocol.block]
        return Instance(
            block.name, block.system, block.base_url, block.variable if block.secret else None, (protocol.object,),
            {**block.options, **protocol.options},
        )  # fmt: skip

    def at(self, now: datetime) -> None:
        set_clock(self.world, now)

    def fail(self, protocol: Protocol, *faults: dict[str, Any]) -> None:
        """These faults from now on, and no others; what has struck is counted anew."""
        self._labels.unlink(missing_ok=True)
        switch(self.world, {protocol.served: list(faults)})

    def chance(self, protocol: Protocol, fault: str, number: int) -> float:
        """The share from which on a fault strikes the request, or page, of this number."""
        return Faults(self.world).chance(fault, protocol.served, number)

    def calm(self) -> None:
        switch(self.world, {})

    def struck(self) -> Counter[str]:
        """How often each fault has struck: the truth's labels."""
        lines = self._labels.read_text(encoding="utf-8").splitlines() if self._labels.exists() else []
        return Counter(json.loads(line)["fault"] for line in lines)

    @property
    def _labels(self) -> Path:
        return self.world / "truth" / "transport_faults.jsonl"


@contextmanager
def files_only(world: Path) -> Iterator[SmallNetwork]:
    """No server: blocks that read folders, which each home has of its own."""
    world.mkdir()
    with pytest.MonkeyPatch.context() as patched:
        _read_one_object(patched)
        _resolve_once(patched)
        yield SmallNetwork(world, {FILES.block: Block(FILES.block, FILES.system, str(world))})


@contextmanager
def small_network(made_world: Path, world: Path) -> Iterator[SmallNetwork]:
    """Every protocol's object, cut out of a made world and served by this process in small pages."""
    for system, tables in TABLES.items():
        folder = world / "systems" / system
        folder.mkdir(parents=True)
        for name, query in tables.items():
            with duckdb.connect() as connection:
                connection.execute(f"CREATE VIEW whole AS FROM '{made_world}/systems/{system}/{name}.parquet'")
                connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    # The network has a second EHR: here it holds nothing.
    (world / "systems" / "ehr_h7").mkdir()
    (world / "truth").mkdir()
    set_clock(world, START)
    with pytest.MonkeyPatch.context() as patched:
        _page_small(patched, world)
        _read_one_object(patched)
        _resolve_once(patched)
        with serving(network_app(world)) as address:
            blocks = network_blocks(world, {system: f"{address}/{system}" for system in systems.SYSTEMS})
            for block in blocks:
                if block.secret is not None:
                    patched.setenv(block.variable, block.secret)
            yield SmallNetwork(world, {block.name: block for block in blocks})


def _read_one_object(patched: pytest.MonkeyPatch) -> None:
    """Of each contract the object that is tried: looking after the tables of all others takes half of a small load."""
    tried = {protocol.system: protocol.object for protocol in (*PROTOCOLS, FILES)}

    @cache
    def narrowed(system: str) -> Contract:
        contract = load_contract(system)
        kept = tuple(obj for obj in contract.objects if tried[system] in (obj.name, obj.parent))
        return replace(contract, objects=kept)

    patched.setattr(registry, "load_contract", narrowed)


def _resolve_once(patched: pytest.MonkeyPatch) -> None:
    """dlt asks the environment some fifty times a load what its destination can do: a third of what a small load costs."""
    resolve = Destination.configuration

    def once(self: Any, initial: Any, accept_partial: bool = False) -> Any:
        if not accept_partial:
            return resolve(self, initial)
        known = vars(self)
        if "known_partially" not in known:
            known["known_partially"] = resolve(self, initial, accept_partial=True)
        return known["known_partially"]

    patched.setattr(Destination, "configuration", once)


@dataclass(frozen=True)
class Hasty(http.Patience):
    first_wait: float = 0.01


def _page_small(patched: pytest.MonkeyPatch, world: Path) -> None:
    """Pages of a few rows where the server cuts them, and short waits: how long is not what is tried here."""
    for service in (sap, d365):
        small = tuple(replace(each, page=PAGE, largest_page=PAGE) for each in service.SERVICES)
        patched.setattr(service, "SERVICES", small)
    patched.setattr(parameters, "LARGEST_LIMIT", PAGE)
    patched.setattr(inventory, "LARGEST_PAGE", PAGE)
    patched.setattr(systems, "EXPORTS", ExportSettings(polls=0, retry_after=0, rows_per_file=PAGE))
    patched.setattr(http, "Patience", Hasty)
    patched.setattr(odata, "FIRST_WAIT_SECONDS", 0.01)
    # Of the thousands of certificates that each client would read, one.
    authorities = Path(certifi.where()).read_text(encoding="utf-8")
    (world / "authority.pem").write_text(authorities[: authorities.index(LAST) + len(LAST)] + "\n", encoding="utf-8")
    patched.setenv("SSL_CERT_FILE", str(world / "authority.pem"))
    for name in ("SHORTEST_POLL_SECONDS", "FIRST_POLL_SECONDS"):
        patched.setattr(fhir_bulk, name, 0.01)
