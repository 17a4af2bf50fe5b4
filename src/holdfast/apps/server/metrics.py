"""What the server counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Metrics"]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """One server's counters, in a registry of their own."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._registry = registry = CollectorRegistry()
        self.requests = Counter(
            "holdfast_requests_total", "Requests answered", ("route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "holdfast_request_seconds", "Time to answer", ("route",), registry=registry, buckets=_SECONDS
        )
        self.in_flight = Gauge("holdfast_requests_in_flight", "Requests being answered", registry=registry)
        self.suggestions = Counter(
            "holdfast_suggestions_total", "Suggestions made", ("mark",), registry=registry
        )
        self.coalesced = Counter(
            "holdfast_coalesced_total", "Requests that shared the work of an equal one", registry=registry
        )
        self.superseded = Counter(
            "holdfast_superseded_total", "Requests ended for a newer one of their client", registry=registry
        )
        self.documents = Gauge("holdfast_documents", "Documents that are kept warm", registry=registry)
        self.lessons = Counter(
            "holdfast_feedback_total",
            "Suggestions that clients reported on",
            ("accepted",),
            registry=registry,
        )
        self.batches = Histogram(
            "holdfast_encode_batch_texts",
            "Texts a batch",
            registry=registry,
            buckets=(1, 2, 4, 8, 16, 32, 64),
        )
        self.encode_failures = Counter(
            "holdfast_encode_failures_total", "Texts that could not be encoded", registry=registry
        )

    def render(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)
