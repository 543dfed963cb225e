"""The main job on recorded devices: added, recognised, edited, deleted; what is refused has its sentence."""

from __future__ import annotations

import re

import pytest

from tests import lab
from tests.devices.test_add_address import add, typed, url
from tests.lab import PASSWORD, replay
from webapp.devices.models import Device, DeviceState, Status
from webapp.protocols.isapi.kinds import Kind

pytestmark = pytest.mark.skipif(not lab.AT_HAND, reason="the laboratory is not beside the repository")


@pytest.fixture
def settings(request):
    """A faulty device is waited for as briefly as may be; a well one as long as a busy machine needs."""
    return {"check_timeout": 1.0 if "fault" in request.fixturenames else 8.0}


KINDS = {
    "ACR4-40.json": (Kind.NVR, Kind.DVR),  # it says DVR, and no more
    "DS-2CD2386G2-IU.json": (Kind.NETWORK_CAMERA,),
    "DS-2CD2532F-IWS.json": (Kind.NETWORK_CAMERA,),
    "DS-2DE3A20IW-D.json": (Kind.SPEED_DOME,),
    "DS-7608NXI-I2.json": (Kind.NVR,),
    "DS-7708N-I4.json": (Kind.NVR,),  # it says DVR
    "iDS-7204HUHI-M1.json": (Kind.DVR,),
}


@pytest.mark.parametrize("capture", KINDS)
def test_a_recorded_device_is_added_recognised_edited_and_deleted(admin, site, capture):
    with replay(capture) as device:
        admin.probe(admin.post(url(site, "/test"), htmx=True, **typed(device, password=PASSWORD)))
        where = add(admin, site, device, password=PASSWORD)
        added = Device.get()
        assert added.type in KINDS[capture] and added.model and added.serial
        assert device.logins().count(401) == 0 and len(device.logins()) <= 2  # capabilities where the type is unclear
        assert DeviceState.of(added.id).status == Status.ONLINE and added.model.split("/")[0] in admin.get(where).text

    form = {"name": "Renamed", "host": device.host, "port": device.port, "username": "admin", "version": added.version}
    assert admin.post(f"{where}/address", **form).status_code == 303
    assert admin.post(f"{where}/delete").status_code == 303 and not Device.select().count()


@pytest.mark.parametrize(
    ("capture", "options", "sentence"),
    [
        ("DS-KV8113-WME1.json", (), "This is an intercom"),
        ("DS-PWA64-L-WE.json", (), "This is an alarm panel"),
        ("DS-PWA64-L-WE.json", ("--panel-auth", "session"), "This is an alarm panel"),
    ],
)
def test_what_is_no_encoding_device_is_refused_with_its_own_sentence(admin, site, capture, options, sentence):
    with replay(capture, *options) as device:
        card = add(admin, site, device, password=PASSWORD)
        assert sentence in card and "Save anyway" not in card and len(device.logins()) == 1
    assert not Device.select().count()


def test_a_wrong_password_costs_exactly_one_login_however_often_add_is_pressed(admin, site):
    with replay("DS-2CD2386G2-IU.json") as device:
        for _ in range(4):
            reply = admin.post(url(site), htmx=True, **typed(device, password="Wrong-1234"))
            card = reply.text if reply.status_code == 422 else admin.probe(reply)
            assert "refused the sign-in" in card
        assert device.logins() == [401]


FAULTS = """slow drip hang hang_headers reset truncate huge endless wrong_type login_page redirect http xmlbomb xxe
gzipbomb badgzip gb2312 empty garbage json_for_xml bad_length close stale nochallenge"""


@pytest.mark.parametrize("fault", FAULTS.split())
def test_a_faulty_device_gets_a_sentence_and_one_password(admin, site, fault):
    with replay("DS-2CD2386G2-IU.json") as device:
        device.tell("POST", "fault", {"kind": fault, "match": "deviceInfo", "delay": 0.2, "status": 500})
        card = add(admin, site, device, password=PASSWORD)
        assert card.startswith("/devices/") or re.search(r"<h3>[^<]{5,}</h3>", card)
        assert "our side" not in card and len(device.logins()) <= 1 + card.startswith("/devices/")
