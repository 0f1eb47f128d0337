"""One id, one log line and one measurement per request; and the last net under a mistake of ours."""

from __future__ import annotations

import re
import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.ids import new_id
from app.web.problem import unexpected

HEADER = b"x-request-id"
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = structlog.get_logger()


class Metrics:
    """What /metrics tells; one registry per application, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "weighback_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "weighback_http_request_seconds",
            "Time to the end of the answer.",
            ["method", "route"],
            registry=self.registry,
        )
        self.float_minor = Gauge(
            "weighback_float_minor",
            "What can still be promised of our float with a provider, in minor units; none where it is unknown.",
            ["provider"],
            registry=self.registry,
        )
        self.float_days_left = Gauge(
            "weighback_float_days_left",
            "How long a float lasts by the forecast.",
            ["provider"],
            registry=self.registry,
        )


class Observe:
    """Outermost: what nothing else has caught becomes a 500 that shows nothing of the inside."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = dict(scope["headers"]).get(HEADER, b"").decode("latin-1")
        request_id = asked if _ACCEPTABLE.fullmatch(asked) else str(new_id())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0
        began = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (HEADER, request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            log.exception("unhandled_error")
            if status:
                raise  # the answer had begun: let the server cut the connection
            await unexpected()(scope, receive, send_with_id)
        finally:
            self._record(scope, status, time.perf_counter() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        # The route's template, never the path itself: paths hold ids and webhooks' secrets.
        route = _template(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(method, route).observe(seconds)
        log.info("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _template(scope: Scope) -> str:
    """`/households/{household_id}`; `unknown` where no route took the request."""
    if scope.get("route") is None:
        return "unknown"
    path: str = scope["path"]
    names = {str(value): name for name, value in scope.get("path_params", {}).items()}
    for value in [one for one in names if "/" in one and path.endswith(one)]:
        path = path.removesuffix(value) + f"{{{names[value]}}}"
    return "/".join(f"{{{names[part]}}}" if part in names else part for part in path.split("/"))
