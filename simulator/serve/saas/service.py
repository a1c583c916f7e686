"""One service over HTTP: its paths, who may ask, and its errors in its own shape.

Belongs here: what every service does with a request before and after it is answered. Not here: the answers (one module
a service).
"""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.serve.saas.auth import Guard, Pace, RefusalError
from simulator.serve.saas.conditions import LiteralError
from simulator.serve.saas.documents import WorldError

Answer = Callable[[Request], str]


class Service:
    """Collects the paths of one service; `refusal` makes the body of an error."""

    def __init__(self, guard: Guard, refusal: Callable[[RefusalError], Response], pace: Pace | None = None) -> None:
        self.guard, self.refusal, self.pace = guard, refusal, pace
        self.routes = guard.routes()

    def answer(self, path: str, answer: Answer, scope: str = "", methods: tuple[str, ...] = ("GET",)) -> None:
        """Answer a path with the text of a JSON document."""

        async def endpoint(request: Request) -> Response:
            request.state.body = await request.body()
            # In a thread: what is rendered for one client does not keep another waiting.
            return await run_in_threadpool(self._answered, request, answer, scope)

        self.routes.append(Route(path, endpoint, methods=list(methods)))

    def _answered(self, request: Request, answer: Answer, scope: str) -> Response:
        try:
            self.guard.check(request, scope)
            if self.pace:
                self.pace.check()
            return Response(answer(request), media_type="application/json")
        except RefusalError as refusal:
            return self.refusal(refusal)
        except LiteralError as error:
            return self.refusal(RefusalError(400, "invalid_parameter", str(error)))
        except WorldError as error:
            return self.refusal(RefusalError(500, "internal_error", str(error)))

    def application(self) -> Starlette:
        def nothing_here(request: Request, _: Exception) -> Response:
            return self.refusal(RefusalError(404, "not_found", f"There is no {request.url.path}."))

        return Starlette(routes=self.routes, exception_handlers={404: nothing_here})


def whole_number(request: Request, name: str, default: int, most: int | None = None) -> int:
    """A parameter that is a whole number from 0; more than `most` is `most`. Raises RefusalError."""
    given = request.query_params.get(name, str(default))
    if not given.isdigit():
        raise RefusalError(400, "invalid_parameter", f"{name} must be a whole number, not '{given}'.")
    return int(given) if most is None else min(int(given), most)
