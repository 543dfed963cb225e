"""What an operator measures by: counters and gauges that the engine feeds and /metrics shows, of this process alone."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from webapp import config
from webapp.common import clock
from webapp.devices.models import Status
from webapp.health.models import rollup

REGISTRY = CollectorRegistry()  # our own: nothing of other packages comes along

CHECKS = Counter("sitehand_checks", "Checks of devices by their outcome.", ["outcome"], registry=REGISTRY)
SECONDS = Histogram(
    "sitehand_check_seconds",
    "How long checks took, from the first call to the outcome.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
    registry=REGISTRY,
)
LAG = Gauge("sitehand_lag_seconds", "How late the latest checks began.", registry=REGISTRY)
IN_FLIGHT = Gauge("sitehand_checks_in_flight", "Checks that are under way.", registry=REGISTRY)
QUEUED = Gauge("sitehand_results_queued", "Results that wait for the writer.", registry=REGISTRY)
SKIPPED = Counter(
    "sitehand_checks_skipped", "Checks that were left out because the machine was late.", registry=REGISTRY
)


class Devices(Collector):
    """How many devices are shown with each status, asked when somebody looks."""

    def collect(self) -> Iterator[Metric]:
        counts = rollup.by_status(clock.now(), config.current().check_interval)
        shown = GaugeMetricFamily("sitehand_devices", "Devices by the status that is shown.", labels=["status"])
        for status in Status:
            shown.add_metric([status.value], counts.get(status, 0))
        yield shown


def text() -> bytes:
    """Everything as Prometheus text. The counters are those of this process, the devices those of the database."""
    present = CollectorRegistry()
    present.register(Devices())
    return generate_latest(present) + generate_latest(REGISTRY)
