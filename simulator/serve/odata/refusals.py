"""Answers that are no data, each in the shape its system gives it.

Belongs here: RefusalError and the bodies of errors. Not here: when something is refused.
"""

from starlette.responses import JSONResponse, Response

from simulator.serve.odata.model import Service


class RefusalError(Exception):
    """A request that gets no data: an HTTP status, the system's own code, and a message that says what is wrong."""

    def __init__(self, status: int, message: str, code: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers or {}


def not_found(segment: str) -> RefusalError:
    return RefusalError(404, f"Resource not found for the segment '{segment}'", "/IWBEP/CM_MGW_RT/020")


def malformed(message: str) -> RefusalError:
    return RefusalError(400, message, "/IWBEP/CM_MGW_RT/021")


def refusal_response(service: Service, refusal: RefusalError) -> Response:
    """SAP v2: message is an object with lang and value; v4: a string; Dynamics 365 hides its reason one level deeper."""
    if service.flavour == "d365":
        reason = {"message": refusal.message, "type": "Microsoft.OData.ODataException", "stacktrace": ""}
        error = {"code": "", "message": "An error has occurred.", "innererror": reason}
    elif service.version == 2:
        error = {"code": refusal.code, "message": {"lang": "en", "value": refusal.message}}
    else:
        error = {"code": refusal.code, "message": refusal.message}
    return JSONResponse({"error": error}, refusal.status, refusal.headers)
