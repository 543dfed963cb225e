"""Adding a device by IP address or domain name: what is refused, with which words, and who may not (D1–D14)."""

from __future__ import annotations

import pytest

from tests.devices.test_add_address import add, typed, url
from tests.factories import assign, make_company, make_device, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.devices.models import Device, DeviceState, Probe, Status
from webapp.protocols.isapi.kinds import Kind
from webapp.simulator import profiles
from webapp.simulator.pretend import Behaviour, Pretend
from webapp.sites.models import SiteStatus


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", "", "Give the device a name."),
        ("name", "x" * 129, "Field cannot be longer than 128 characters."),
        ("name", "a\x00b", "characters that cannot be shown"),
        ("host", "", "Where is the device?"),
        ("host", "127.1", "write all four numbers"),
        ("host", "0x7f.1", "write all four numbers"),
        ("host", "cam_1", "Not an IP address or domain name."),
        ("host", "a" * 5000, "cannot be longer"),
        ("port", "0", "from 1 to 65535"),
        ("port", "65536", "from 1 to 65535"),
        ("port", "٨٠", "from 1 to 65535"),
        ("port", "", "from 1 to 65535"),
        ("username", "", "Which user name"),
        ("password", "", "device&#39;s password"),
    ],
)
def test_a_bad_field_comes_back_with_its_complaint(admin, site, camera, field, value, complaint):
    for htmx in (False, True):
        reply = admin.post(url(site), htmx=htmx, **typed(camera, **{field: value}))
        assert reply.status_code == 422
        assert complaint in reply.text and "Kamera-123" not in reply.text
    assert not Device.select().count() and not camera.requests


@pytest.mark.parametrize(
    "host", ["10.0.0.5", "192.168.1.64", "169.254.169.254", "[::1]", "fe80::1", "224.0.0.1", "0.0.0.0"]
)
def test_an_address_that_is_not_public_is_refused_before_anything_is_sent(admin, site, camera, host):
    reply = admin.post(url(site, "/test"), htmx=True, **typed(camera, host=host))
    assert reply.status_code == 422 and "This address works only inside its own network" in reply.text
    assert not Probe.select().count()


def test_other_services_ports_are_refused(admin, site, camera):
    reply = admin.post(url(site, "/test"), htmx=True, **typed(camera, port="22"))
    assert reply.status_code == 422 and "belongs to another service" in reply.text


@pytest.mark.parametrize(
    ("profile", "behaviour", "sentence"),
    [
        (profiles.INTERCOM, Behaviour.NORMAL, "This is an intercom"),
        (profiles.PANEL, Behaviour.NORMAL, "This is an alarm panel"),
        (profiles.CAMERA, Behaviour.ROUTER, "not a camera or recorder"),
        (profiles.CAMERA, Behaviour.REDIRECT, "redirects to another address"),
        (profiles.CAMERA, Behaviour.INACTIVE, "not activated yet"),
        (profiles.CAMERA, Behaviour.LOCKED, "locked for"),
    ],
)
def test_what_is_in_the_way_is_named(admin, site, profile, behaviour, sentence):
    with Pretend(profile, host="127.0.0.1", behaviour=behaviour) as device:
        card = add(admin, site, device)
    assert sentence in card and not Device.select().count()


@pytest.mark.parametrize(
    ("profile", "behaviour"), [(profiles.INTERCOM, Behaviour.NORMAL), (profiles.CAMERA, Behaviour.LOCKED)]
)
def test_save_anyway_is_refused_for_other_kinds_and_locked_logins(admin, site, profile, behaviour):
    with Pretend(profile, host="127.0.0.1", behaviour=behaviour) as device:
        card = admin.probe(admin.post(url(site, "/test"), htmx=True, **typed(device)))
        assert "Save anyway" not in card
        forced = admin.post(url(site), htmx=True, anyway="1", **typed(device))
    assert forced.status_code == 422 and not Device.select().count()


def test_save_anyway_without_a_test_is_tested_first(admin, site):
    with Pretend(profiles.INTERCOM, host="127.0.0.1") as device:
        card = admin.probe(admin.post(url(site), htmx=True, anyway="1", **typed(device)))
    assert "intercom" in card and not Device.select().count()


def test_an_unreachable_device_is_saved_as_offline_when_asked(admin, site, camera):
    camera.stop()
    form = admin.post(url(site, "/test"), htmx=True, **typed(camera))
    card = admin.probe(form)
    assert "is closed" in card and "Save anyway" in card
    token = Probe.get().token

    saved = admin.post(url(site), htmx=True, anyway="1", **typed(camera, probe=token))

    assert saved.status_code == 204
    state = DeviceState.of(Device.get().id)
    assert (state.status, state.reason) == (Status.OFFLINE, "refused")


def test_an_unknown_make_is_added_as_unknown(admin, site):
    with Pretend(profiles.OTHER_MAKE, host="127.0.0.1") as device:
        where = add(admin, site, device)
    assert Device.get().type == Kind.UNKNOWN and "Set its type yourself" in admin.get(where).text


def test_a_pasted_link_is_split_into_the_fields(admin, site, camera):
    pasted = f"http://root:Kamera-123@127.0.0.1:{camera.port}/doc/page/login.asp"
    camera.username = "root"
    add(admin, site, camera, host=pasted, port="80", password="")
    device = Device.get()
    assert (device.host, device.port, device.username, device.password) == (
        "127.0.0.1",
        camera.port,
        "root",
        "Kamera-123",
    )


def test_a_weak_password_is_advised_against_and_kept(admin, site, camera):
    camera.password = "12345678"
    where = add(admin, site, camera, password="12345678")
    assert Device.get().password_strength == "weak" and "password is weak" in admin.get(where).text


def test_https_is_found_and_its_key_is_kept(admin, site):
    with Pretend(host="127.0.0.1", https=True) as device:
        add(admin, site, device)
        kept = Device.get()
        assert kept.https and kept.pin.startswith("sha256//")


def test_nobody_is_moved_from_https_to_http_unasked(admin, site, camera):
    card = add(admin, site, camera, https="y")
    assert "speaks HTTP, not HTTPS" in card and "Use HTTP" in card and not camera.logins


def test_a_duplicate_is_named_at_the_same_site_and_at_another_that_one_sees(admin, site, company, camera):
    here = make_device(site, host=camera.host, port=camera.port, name="Old one")
    reply = admin.post(url(site), htmx=True, **typed(camera))
    assert reply.status_code == 409 and "Already here as Old one." in reply.text and f"/devices/{here.id}" in reply.text

    other = make_site(company, name="Depot")
    reply = admin.post(url(other), htmx=True, **typed(camera))
    assert reply.status_code == 409 and "Already added as Old one at Bakery." in reply.text


def test_a_duplicate_of_another_company_is_refused_without_naming_it(admin, site, camera):
    foreign = make_site(make_company(), name="Foreign place")
    make_device(foreign, host=camera.host, port=camera.port, name="Secret camera")
    reply = admin.post(url(site), htmx=True, **typed(camera))
    assert reply.status_code == 409 and "where you cannot see it" in reply.text
    assert "Secret" not in reply.text and "Foreign" not in reply.text


def test_a_site_whose_owner_has_not_authorized_is_refused(admin, company, camera):
    site = make_site(company, status=SiteStatus.OWNED_UNAUTHORIZED)
    for reply in (
        admin.get(url(site)),
        admin.post(url(site), **typed(camera)),
        admin.post(url(site, "/test"), **typed(camera)),
    ):
        assert reply.status_code == 409 and "Ask the owner for authorization" in reply.text
    assert not Device.select().count() and not camera.requests


def test_roles_without_the_right_and_people_of_other_sites_are_refused(sign_in, company, site, camera):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    assert "Add device" not in person.get(f"/sites/{site.id}").text
    assert person.get(url(site)).status_code == 403
    assert person.post(url(site), **typed(camera)).status_code == 403

    installer = make_employee(company, Role.INSTALLER)
    person = sign_in(installer.email)
    assert person.get(url(site)).status_code == 404
    assert person.post(url(site), **typed(camera)).status_code == 404
    assert not Device.select().count() and not camera.requests


def test_another_persons_probe_does_not_exist(admin, sign_in, company, site, camera):
    admin.probe(admin.post(url(site, "/test"), htmx=True, **typed(camera)))
    installer = make_employee(company, Role.INSTALLER)
    assign(site, installer)
    assert sign_in(installer.email).get(f"/probes/{Probe.get().token}", htmx=True).status_code == 404


def test_a_company_that_tests_too_often_is_told_when_to_go_on(admin, site, camera, app):
    for n in range(30):
        assert admin.post(url(site, "/test"), htmx=True, **typed(camera, password=f"Kamera-{n:03}")).status_code == 200
        camera.tries_left = 99
    reply = admin.post(url(site, "/test"), htmx=True, **typed(camera, password="Kamera-999"))
    assert reply.status_code == 429 and int(reply.headers["Retry-After"]) <= 60 and "Too many tests" in reply.text
