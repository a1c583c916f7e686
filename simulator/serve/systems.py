"""The source systems of the network: how each is made of its folder, and what its clients log on with.

Belongs here: one line of the table and one function for each system. Not here: what a system answers (a package each),
the process that serves them (`network.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.types import ASGIApp

from simulator.fhir.auth import Authorization
from simulator.fhir.exports import ExportSettings
from simulator.fhir.server import FhirServer
from simulator.fhir.store import Store
from simulator.serve.credentials import Credentials, Logon, client, key, key_pair, user
from simulator.serve.odata import d365, sap
from simulator.serve.odata.auth import BasicGuard, TokenGuard
from simulator.serve.odata.server import odata_app
from simulator.serve.oracle.resources import RESOURCES
from simulator.serve.oracle.server import oracle_app
from simulator.serve.saas.contracts import contracts_app, contracts_guard
from simulator.serve.saas.hcm import hcm_app, hcm_guard
from simulator.serve.saas.inventory import inventory_app, inventory_guard
from simulator.serve.saas.perioperative import perioperative_app, perioperative_guard
from simulator.serve.saas.procurement import procurement_app, procurement_guard

Now = Callable[[], datetime]

TOKEN_SECONDS = 300
# As large as real servers make the files of an export.
EXPORTS = ExportSettings(rows_per_file=10_000)


@dataclass(frozen=True)
class System:
    """One source system. `app` takes its folder, the time at which it is seen, and its clients' credentials."""

    logon: Logon
    app: Callable[[Path, Now, Credentials], ASGIApp]


def _sap_s4(folder: Path, now: Now, known: Credentials) -> ASGIApp:
    return odata_app(folder, sap.SERVICES, BasicGuard(known["user"], known["password"]), now=now)


def _d365(folder: Path, now: Now, known: Credentials) -> ASGIApp:
    return odata_app(folder, d365.SERVICES, TokenGuard(known["client_id"], known["client_secret"]), now=now)


def _oracle_fusion(folder: Path, now: Now, known: Credentials) -> ASGIApp:
    return oracle_app(folder, RESOURCES, BasicGuard(known["user"], known["password"]), now)


def _procurement(folder: Path, now: Now, known: Credentials) -> ASGIApp:
    return procurement_app(folder, now, procurement_guard(known["client_id"], known["client_secret"]))


def _contracts(folder: Path, now: Now, known: Credentials) -> ASGIApp:
    return contracts_app(folder, now, contracts_guard(known["key"]))


def _perioperative(folder: Path, now: Now, known: Credentials) -> ASGIApp:
    return perioperative_app(folder, now, perioperative_guard(known["client_id"], known["client_secret"]))


def _inventory(folder: Path, now: Now, known: Credentials) -> ASGIApp:
    return inventory_app(folder, now, inventory_guard(known["key"]))


def _hcm(folder: Path, now: Now, known: Credentials) -> ASGIApp:
    guard = hcm_guard(f"{known['user']}@{known['tenant']}", known["password"])
    return hcm_app(folder, now, guard, known["tenant"], known["owner"])


def _ehr(folder: Path, now: Now, known: Credentials) -> ASGIApp:
    clients = Authorization.from_jwks_file(known["client_id"], Path(known["public_keys"]), TOKEN_SECONDS)
    return FhirServer(Store(folder, now), clients, EXPORTS).application()


SYSTEMS: dict[str, System] = {
    "sap_s4": System(user(), _sap_s4),
    "oracle_fusion": System(user(), _oracle_fusion),
    "d365": System(client, _d365),
    "procurement": System(client, _procurement),
    "contracts": System(key, _contracts),
    "perioperative": System(client, _perioperative),
    "inventory": System(key, _inventory),
    "hcm": System(user("ISU_PARLINE", tenant="network", owner="ISU_PARLINE"), _hcm),
    "ehr": System(key_pair, _ehr),
    "ehr_h7": System(key_pair, _ehr),
}
