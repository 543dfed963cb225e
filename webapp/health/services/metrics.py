"""What an operator measures by: what the engine counts in this process, and what it keeps in the database."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from webapp import config
from webapp.common import clock
from webapp.devices.models import Status
from webapp.health.models import EngineLease, rollup

REGISTRY = CollectorRegistry()  # our own: nothing of other packages comes along

CHECKS = Counter("sitehand_checks", "Checks of devices by their outcome.", ["outcome"], registry=REGISTRY)
SECONDS = Histogram(
    "sitehand_check_seconds",
    "How long checks took, from the first call to the outcome.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
    registry=REGISTRY,
)
IN_FLIGHT = Gauge("sitehand_checks_in_flight", "Checks that are under way.", registry=REGISTRY)
QUEUED = Gauge("sitehand_results_queued", "Results that wait for the writer.", registry=REGISTRY)


class Devices(Collector):
    """How many devices are shown with each status, asked when somebody looks."""

    def collect(self) -> Iterator[Metric]:
        counts = rollup.by_status(clock.now(), config.current().check_interval)
        shown = GaugeMetricFamily("sitehand_devices", "Devices by the status that is shown.", labels=["status"])
        for status in Status:
            shown.add_metric([status.value], counts.get(status, 0))
        yield shown


class Engine(Collector):
    """How the engine fares by its own word in the database: it may run in a process that nobody can ask."""

    def collect(self) -> Iterator[Metric]:
        lease = EngineLease.now()
        if lease is None or lease.beat_at is None:
            return
        yield GaugeMetricFamily("sitehand_lag_seconds", "How late the latest checks began.", lease.lag / 1000)
        told = "Checks that were left out since the engine began, because the machine was late."
        yield CounterMetricFamily("sitehand_checks_skipped", told, lease.skipped)
        beat = lease.beat_at.timestamp()
        yield GaugeMetricFamily("sitehand_engine_beat_timestamp_seconds", "When the engine last said it lives.", beat)


def text() -> bytes:
    """Everything as Prometheus text. The counters are this process's, devices and engine as the database has them."""
    present = CollectorRegistry()
    present.register(Devices())
    present.register(Engine())
    return generate_latest(present) + generate_latest(REGISTRY)
