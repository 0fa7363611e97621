"""No client takes more than its share: a bucket of requests each, refilled evenly."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

from secretome_ml.web.refusals import Refused
from secretome_ml.web.settings import Settings

# Guessing a token has to be slow.
_COSTS = {("POST", "/login"): 10.0}
_MOST_CLIENTS = 10_000


class RateLimit:
    """Refuses a client's requests beyond so many a minute, and says when to come again."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.app, self.clock = app, clock
        self.burst = float(settings.burst)
        self.per_second = settings.requests_per_minute / 60.0
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass that its client's bucket can pay for."""
        if scope["type"] == "http":
            wait = self.take(
                client_of(scope), min(_COSTS.get((scope["method"], scope["path"]), 1.0), self.burst)
            )
            if wait > 0.0:
                raise Refused(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "Too many requests in a short time.",
                    {"Retry-After": str(math.ceil(wait))},
                )
        await self.app(scope, receive, send)

    def take(self, client: str, cost: float) -> float:
        """Take from a client's bucket; return 0, or the seconds until there is enough in it."""
        now = self.clock()
        left, seen = self.buckets.pop(client, (self.burst, now))
        left = min(self.burst, left + (now - seen) * self.per_second)
        wait = max(0.0, (cost - left) / self.per_second)
        self.buckets[client] = (left if wait else left - cost, now)
        if len(self.buckets) > _MOST_CLIENTS:
            self.buckets.popitem(last=False)
        return wait


def client_of(scope: Scope) -> str:
    """Return whose bucket pays: the address, or its network where one client has a whole one (IPv6)."""
    host = scope["client"][0] if scope.get("client") else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    return str(ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)
