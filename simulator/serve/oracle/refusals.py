"""Answers that are no data, in the shape of Oracle's REST framework.

Belongs here: RefusalError and the body of an error. Not here: when something is refused.
"""

from starlette.responses import JSONResponse, Response

TITLES = {400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}


class RefusalError(Exception):
    """A request that gets no data: an HTTP status, and a message that says what is wrong and how it is right."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def malformed(message: str) -> RefusalError:
    return RefusalError(400, message)


def not_found(what: str) -> RefusalError:
    return RefusalError(404, f"{what} was not found.")


def refusal_response(refusal: RefusalError) -> Response:
    body = {
        "title": TITLES[refusal.status],
        "status": str(refusal.status),
        "o:errorDetails": [{"detail": refusal.message}],
    }
    return JSONResponse(body, refusal.status, media_type="application/vnd.oracle.adf.error+json")
