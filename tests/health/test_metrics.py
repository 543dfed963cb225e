"""What an operator's monitoring reads, with its token alone."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_company, make_device, make_site
from webapp.common import clock
from webapp.devices.models import Status
from webapp.health.models import EngineLease
from webapp.health.services import metrics

TOKEN = "s3cret-Träger"


@pytest.fixture
def settings():
    return {"metrics_token": TOKEN}


def read(anyone, authorization=f"Bearer {TOKEN}", **more):
    return anyone.get("/metrics", headers={"Authorization": authorization.encode().decode("latin-1")} | more)


def figure(text, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)[1])


def test_devices_are_counted_by_what_is_shown_of_them(anyone, company):
    site, foreign = make_site(company), make_site(make_company())
    for status in (Status.ONLINE, Status.ONLINE, Status.OFFLINE):
        make_device(site, status=status)
    make_device(foreign, status=Status.OFFLINE)
    make_device(foreign, status=Status.OFFLINE, health_monitoring=False)
    reply = read(anyone)
    assert reply.status_code == 200 and reply.content_type.startswith("text/plain; version=")
    shown = {status: figure(reply.text, f'sitehand_devices{{status="{status}"}}') for status in Status}
    assert shown == dict.fromkeys(Status, 0) | {Status.ONLINE: 2, Status.OFFLINE: 2, Status.PAUSED: 1}


def test_what_the_engine_counts_is_there(anyone):
    metrics.IN_FLIGHT.set(12)
    metrics.QUEUED.set(3)
    before = read(anyone).text
    metrics.CHECKS.labels(outcome="ok").inc(2)
    metrics.SECONDS.observe(0.2)
    after = read(anyone).text
    grown = {
        name: figure(after, name) - (figure(before, name) if f"\n{name} " in before else 0)
        for name in (
            'sitehand_checks_total{outcome="ok"}',
            "sitehand_check_seconds_count",
            'sitehand_check_seconds_bucket{le="0.25"}',
            'sitehand_check_seconds_bucket{le="0.1"}',
        )
    }
    assert list(grown.values()) == [2, 1, 1, 0]
    assert figure(after, "sitehand_checks_in_flight") == 12 and figure(after, "sitehand_results_queued") == 3


def test_the_schemes_name_is_taken_in_any_case(anyone):
    assert read(anyone, f"bearer {TOKEN}").status_code == 200


def test_how_the_engine_fares_is_told_whichever_process_it_runs_in(anyone):
    assert "sitehand_lag_seconds" not in read(anyone).text
    at = clock.now().replace(microsecond=0)
    EngineLease.tell(beat_at=at, lag=41_500, skipped=36)
    shown = read(anyone).text
    assert figure(shown, "sitehand_lag_seconds") == 41.5 and figure(shown, "sitehand_checks_skipped_total") == 36
    assert figure(shown, "sitehand_engine_beat_timestamp_seconds") == at.timestamp()


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer x", TOKEN, f"Bearer  {TOKEN}", f"Basic {TOKEN}"])
def test_without_the_token_it_says_nothing(anyone, given):
    reply = read(anyone, given)
    assert reply.status_code == 401 and reply.headers["WWW-Authenticate"] == "Bearer"
    assert "sitehand" not in reply.text


def test_neither_a_session_nor_a_query_is_a_token(admin):
    assert admin.get("/metrics").status_code == 401
    assert admin.get("/metrics", query_string={"token": TOKEN}).status_code == 401


def test_nothing_in_it_names_anybody(anyone, company):
    make_device(make_site(company, name="Bakery"), name="Back door", username="root-user")
    text = read(anyone).text
    assert not re.search("Bakery|Back door|root-user|127\\.[0-9]+\\.|Northlight|ada@", text)


class TestWithoutTheSetting:
    @pytest.fixture
    def settings(self):
        return {}

    @pytest.mark.parametrize("given", ["", "Bearer ", f"Bearer {TOKEN}"])
    def test_there_is_no_such_page(self, anyone, given):
        assert read(anyone, given).status_code == 404
