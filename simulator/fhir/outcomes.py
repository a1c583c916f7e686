"""Answers that carry a problem: OperationOutcome, and the OAuth error object.

Belongs here: the shape and content type of those answers, as the SMART bulk data server gives them.
Not here: when they are given.
"""

from html import escape

from starlette.responses import JSONResponse, Response

from simulator.fhir.store import render


class FhirResponse(Response):
    """A resource as application/fhir+json; takes a dict or bytes that are already JSON."""

    media_type = "application/fhir+json; charset=utf-8"

    def render(self, content: dict | bytes) -> bytes:
        return content if isinstance(content, bytes) else render(content)


class RefusalError(Exception):
    """A request that is answered with an OperationOutcome; the server turns it into that answer."""

    def __init__(self, status: int, diagnostics: str, code: str = "processing", headers: dict | None = None) -> None:
        super().__init__(diagnostics)
        self.status, self.diagnostics, self.code, self.headers = status, diagnostics, code, headers


def operation_outcome(diagnostics: str, code: str = "processing", severity: str = "error") -> dict:
    narrative = (
        '<div xmlns="http://www.w3.org/1999/xhtml"><h1>Operation Outcome</h1><table border="0"><tr>'
        f'<td style="font-weight:bold;">{severity}</td><td>[]</td><td><pre>{escape(diagnostics)}</pre></td>'
        "</tr></table></div>"
    )
    return {
        "resourceType": "OperationOutcome",
        "text": {"status": "generated", "div": narrative},
        "issue": [{"severity": severity, "code": code, "diagnostics": diagnostics}],
    }


def outcome_response(
    status: int, diagnostics: str, code: str = "processing", severity: str = "error", headers: dict | None = None
) -> JSONResponse:
    # application/json, not fhir+json: so the recorded server answers, and a client must not insist on the latter.
    return JSONResponse(
        operation_outcome(diagnostics, code, severity),
        status,
        headers=headers,
        media_type="application/json; charset=utf-8",
    )


def oauth_error(error: str, description: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description}, status)
