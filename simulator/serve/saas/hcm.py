"""Pay and departments as Workday's reports as a service: a report is one answer without pages, its values are text.

Belongs here: paths, prompts and errors of this service. Not here: what the reports hold (simulator/systems/hcm.py).

What is empty is left out of an entry, true and false are 1 and 0, and a decimal has no zeros at its end. A parameter that
is no prompt of the report is ignored.
"""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.serve.saas.auth import Guard, RefusalError, UserGuard
from simulator.serve.saas.conditions import read_literal
from simulator.serve.saas.documents import Condition, Documents
from simulator.serve.saas.service import Service
from simulator.serve.saas.wire import Style, as_text, without_zeros

PATH = "/ccx/service/customreport2/{tenant}/{owner}/{report}"
PAYROLL, HIERARCHY = "Payroll_Results_By_Cost_Center", "Cost_Center_Hierarchy"
# The prompts of each report: what they are compared with, and how.
PROMPTS: dict[str, dict[str, str]] = {
    PAYROLL: {
        "Run_ID": "Run_ID = ?",
        "Pay_Period_Start": "Pay_Period_Start >= ?",
        "Pay_Period_End": "Pay_Period_End <= ?",
        "Company": "Company = ?",
    },
    HIERARCHY: {"Company": "Company = ?"},
}
# One of these sets must be given, so that nobody asks for all pay of all years at once.
REQUIRED = {PAYROLL: ({"Run_ID"}, {"Pay_Period_Start", "Pay_Period_End"})}


def hcm_guard(user: str, password: str) -> UserGuard:
    """Workday knows an integration user as `name@tenant`."""
    return UserGuard(user, password)


def hcm_app(folder: Path, now: Callable[[], datetime], guard: Guard, tenant: str, owner: str) -> Starlette:
    """The service over a folder of `<report>.parquet`, as it is at `now` (UTC without a zone)."""
    style = Style(decimal=without_zeros, number=as_text, boolean=_one_or_zero, omits_null=True)
    documents = Documents(folder, now, style)
    service = Service(guard, _refusal)
    service.answer(PATH, lambda request: _report(documents, request, tenant, owner))
    return service.application()


def _one_or_zero(column: str) -> str:
    return f"if({column}, '1', '0')"


def _refusal(refusal: RefusalError) -> Response:
    return JSONResponse({"error": refusal.message}, refusal.status, refusal.headers)


def _report(documents: Documents, request: Request, tenant: str, owner: str) -> str:
    asked = request.path_params
    report = asked["report"]
    if (asked["tenant"], asked["owner"]) != (tenant, owner) or report not in PROMPTS:
        raise RefusalError(404, "not_found", f"Report {report} is not available as a web service to {asked['owner']}.")
    if request.query_params.get("format", "").lower() != "json":
        # Workday answers XML to whoever does not ask for JSON; here that is refused with the reason.
        raise RefusalError(400, "format", "Only JSON is served: ask for it by format=json.")
    given = {name: value for name, value in request.query_params.items() if name in PROMPTS[report] and value}
    if report in REQUIRED and not any(names <= set(given) for names in REQUIRED[report]):
        missing = " or ".join(" with ".join(sorted(names)) for names in REQUIRED[report])
        raise RefusalError(400, "prompt", f"Validation error occurred. Enter the required prompt {missing}.")
    schema = documents.table(report).schema
    conditions = [
        Condition(PROMPTS[report][name], (_prompt(value, schema.field(name).type),)) for name, value in given.items()
    ]
    rows = documents.select(report, conditions, "_row")
    return f'{{"Report_Entry":[{documents.render(report, rows)}]}}'


def _prompt(value: str, type_: pa.DataType) -> object:
    """A day may come with an offset, as Workday writes it (2025-01-06-08:00): it is the day that counts."""
    if pa.types.is_date(type_):
        value = re.sub(r"(?:[+-]\d\d:\d\d|Z)$", "", value)
    return read_literal(value, type_)
