"""What Prometheus reads: requests by route and status, their time, samples scored, the model."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from secretome_ml.core.version import __version__

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """Counters of one application.

    Examples
    --------
    >>> metrics = Metrics()
    >>> metrics.count("POST", "/api/v1/score", 200, 0.05)
    >>> b'secretome_requests_total{method="POST",route="/api/v1/score",status="200"} 1.0' in metrics.text()
    True
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("secretome_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "secretome_request_seconds",
            "Time from the head of a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._samples = Counter("secretome_samples", "Samples scored.", ("route",), registry=self._registry)
        self._held = Gauge("secretome_work_held", "Requests worked on or waiting.", registry=self._registry)
        self._ready = Gauge("secretome_model_ready", "1 when the model is loaded.", registry=self._registry)
        version = Info("secretome", "The software.", registry=self._registry)
        version.info({"version": __version__})

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request; a method that nobody knows must not become a label of its own."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_samples(self, route: str, samples: int) -> None:
        """Count scored samples."""
        self._samples.labels(route).inc(samples)

    def text(self, held: int = 0, ready: bool = False) -> bytes:
        """Return everything in the format that Prometheus reads."""
        self._held.set(held)
        self._ready.set(ready)
        return generate_latest(self._registry)
