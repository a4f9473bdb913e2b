"""What a party measures of itself, for Prometheus: counts and durations by route, nothing by person or case."""

from typing import TYPE_CHECKING, Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, make_asgi_app

if TYPE_CHECKING:
    from symbolon.runtime.serving import Listener

# From a cached page to a long poll, in seconds.
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class RequestMetrics:
    """Counts the requests of one process; a process has one registry, so one of these for each registry."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._requests = Counter(
            "symbolon_http_requests",
            "Requests answered, by method, route template and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "symbolon_http_request_seconds",
            "Time to answer a request, by route template.",
            ("route",),
            buckets=_BUCKETS,
            registry=registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class SignInMetrics:
    """Counts tries at signing in; a process has one registry, so one of these for each registry."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._tries = Counter(
            "symbolon_sign_ins",
            "Tries at signing in, by what came of them and whether the person's own browser made them.",
            ("outcome", "known_browser"),
            registry=registry,
        )

    def count(self, outcome: str, *, known_browser: bool) -> None:
        """Count one try."""
        self._tries.labels(outcome, str(known_browser).lower()).inc()


REQUESTS: Final = RequestMetrics()
"""The requests of this process, over all its applications."""

SIGN_INS: Final = SignInMetrics()
"""The tries at signing in to this process's desk."""


def metrics_listeners(port: int | None) -> "list[Listener]":
    """Where a collector on this machine reads the process's metrics: loopback only, in clear; none without a port."""
    if port is None:
        return []
    # Imported here: who counts need not serve, as no command does.
    from symbolon.runtime.serving import Listener

    return [Listener(make_asgi_app(REGISTRY), "127.0.0.1", port, None)]
