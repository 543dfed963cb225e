"""Taking a device over by a link: by those invited, as often as the link allows, and never by looking (Q4, Z14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.client import Person, at_once
from tests.conftest import PASSWORD
from tests.factories import make_company, make_device, make_employee, make_site
from tests.qr.test_import import settled
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.accounts.services.acting import acting
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.common.errors import Refused
from webapp.devices.models import Device, Probe
from webapp.devices.services import adding, devices
from webapp.devices.services.steps import NAMES
from webapp.qr.models import QrLink
from webapp.qr.models.scan import ScannedCode
from webapp.qr.seal import open_sealed
from webapp.qr.services import codes, links, taking
from webapp.simulator.pretend import Behaviour, Pretend
from webapp.sites.models import Site, SiteStatus

FACTS = {"https": False, "pin": "", "ms": 3, "type": "network_camera"}
FACTS |= {"info": {"model": "X", "serial": "S", "firmware": "V"}}


@pytest.fixture
def source(company: Any, camera: Pretend) -> Device:
    """A device of the company that makes the link."""
    return make_device(make_site(company, name="Bakery"), name="Gate", host=camera.host, port=camera.port)


@pytest.fixture
def token(source: Device) -> Callable[..., str]:
    """token(days=7, uses=1) of a new link."""

    def make(days: int = 7, uses: int = 1) -> str:
        account = Account.get(Account.email == "ada@example.com")
        by = acting(account.id, "", "")
        return links.make(by, devices.find(by, source.id), days, uses)[1]

    return make


@pytest.fixture
def guest(app: Any, source: Device) -> Person:
    """The Installer Admin of another company, with a site."""
    return newcomer(app)


def newcomer(app: Any) -> Person:
    other = make_company()
    account = make_employee(other, Role.INSTALLER_ADMIN)
    person = Person(app)
    assert person.post("/sign-in", email=account.email, password=PASSWORD).status_code == 303
    person.site = make_site(other, name="Museum")
    person.by = acting(account.id, "", "")
    return person


def take(person: Any, token: str) -> Any:
    return person.post(f"/q/{token}", site=str(person.site.id))


def test_the_page_tells_what_is_given_and_nothing_secret(guest, token, source, camera):
    name = token()
    page = guest.get(f"/q/{name}").text
    for shown in ("Gate", "Network camera", "Ada Admin", "Museum", "Add to this site"):
        assert shown in page
    for secret in (camera.host, str(camera.port), "Kamera-123", "Bakery", "Northlight"):
        assert secret not in page
    assert QrLink.get().uses == 0 and not ScannedCode.select().count() and not camera.requests


def test_it_is_taken_over_and_stays_with_the_giver(guest, admin, token, source, camera):
    name = token()
    reply = take(guest, name)
    assert reply.status_code == 303
    where = settled(guest, reply.location, 0).headers["HX-Redirect"]

    taken = Device.get(Device.site == guest.site.id)
    assert where == f"/devices/{taken.id}" and guest.get(where).status_code == 200
    assert (taken.host, taken.port, taken.password) == (camera.host, camera.port, "Kamera-123")
    assert taken.password_sealed != source.password_sealed and taken.received == guest.site.company_id
    assert admin.get(f"/devices/{source.id}").status_code == 200 and admin.get(where).status_code == 404
    assert QrLink.get().uses == 1 and len(camera.logins) == 1
    actions = [(row.action, row.company_id) for row in AuditEntry.select().order_by(AuditEntry.id)]
    assert ("qr.link_used", source.site.company_id) in actions and ("device.added", taken.site.company_id) in actions


def test_the_giver_still_edits_theirs(guest, admin, token, source, camera):
    settled(guest, take(guest, token()).location, 0)
    form = {"name": "Back gate", "host": camera.host, "port": str(camera.port), "username": "admin", "password": ""}
    reply = admin.post(f"/devices/{source.id}/address", version=str(source.version), **form)
    assert reply.status_code == 303 and Device.get_by_id(source.id).name == "Back gate"
    form |= {"password": "x", "key": "k"}
    again = admin.post(f"/sites/{source.site_id}/devices/new/address", htmx=True, **form)
    assert again.status_code == 409 and "Already here as Back gate." in again.text


def move(guest: Any, taken: Device, password: str) -> Any:
    form = {"name": "Gate", "host": "127.0.0.9", "port": "81", "username": "admin", "password": password}
    return guest.post(f"/devices/{taken.id}/address", version=str(taken.version), **form)


def test_one_that_is_moved_elsewhere_takes_no_password_along_and_is_received_no_more(guest, token, source, camera):
    settled(guest, take(guest, token()).location, 0)
    taken = Device.get(Device.site == guest.site.id)
    refused = move(guest, taken, "")
    assert refused.status_code == 409 and "for the present address alone" in refused.text
    assert Device.get_by_id(taken.id).host == camera.host
    assert move(guest, taken, "Own-12345").status_code == 303
    moved = Device.get_by_id(taken.id)
    assert moved.received == 0 and moved.password == "Own-12345"


def test_what_was_given_is_in_no_code_and_is_not_handed_on(guest, token, source):
    settled(guest, take(guest, token()).location, 0)
    taken = Device.get(Device.site == guest.site.id)
    kept = codes.make(guest.by, devices.find(guest.by, taken.id), "Own-QR-password-1", 0)
    (record,) = open_sealed(kept.text, "Own-QR-password-1", now=clock.now()).devices
    assert record.password is None and record.username == "admin"
    reply = guest.post(f"/devices/{taken.id}/qr/links", days="7", uses="1")
    assert reply.status_code == 409 and "only whoever gave it to you" in reply.text and QrLink.select().count() == 1


def test_a_link_ends_with_the_right_of_whoever_made_it(guest, token, source, camera):
    name = token()
    Site.update(decided=SiteStatus.OWNED_UNAUTHORIZED).where(Site.id == source.site_id).execute()
    assert "has been revoked" in guest.get(f"/q/{name}").text and take(guest, name).status_code == 409
    Site.update(decided=SiteStatus.NOT_INVITED).where(Site.id == source.site_id).execute()
    Account.update(disabled_at=clock.now()).where(Account.email == "ada@example.com").execute()
    assert take(guest, name).status_code == 409 and links.use_link(name, guest.by) is None
    assert QrLink.get().uses == 0 and not camera.requests


def test_a_device_whose_link_was_revoked_is_asked_nothing_more(guest, token, source, camera):
    camera.behaviour = Behaviour.ROUTER
    name = token()
    where = take(guest, name).location
    settled(guest, where, 0)
    camera.behaviour = Behaviour.NORMAL
    links.revoke(acting(Account.get(Account.email == "ada@example.com").id, "", ""), source, QrLink.get().id)
    before = len(camera.requests)
    reply = guest.post(where, site=str(guest.site.id), again="0", tick="0", **{"d0-name": "Gate"})
    assert reply.status_code == 409 and "cannot be used any more" in reply.text and len(camera.requests) == before


def test_used_up_revoked_and_expired_links_say_so_and_give_nothing(guest, token, source):
    used, revoked, expired = token(), token(), token(days=1)
    settled(guest, take(guest, used).location, 0)
    links.revoke(acting(Account.get().id, "", ""), source, QrLink.by_token(links.hash_token(revoked)).id)
    guest.get("/")  # where it is said that the device is added
    before = Device.select().count()
    for name, sentence in ((used, "has been used already"), (revoked, "has been revoked")):
        for reply in (guest.get(f"/q/{name}"), take(guest, name)):
            assert reply.status_code == 409 and sentence in reply.text and "Gate" not in reply.text
    with time_machine.travel(clock.now() + timedelta(days=2)):
        late = Person(guest.app)
        late.post("/sign-in", email=guest.by.email, password=PASSWORD)
        reply = late.get(f"/q/{expired}")
        assert reply.status_code == 409 and "was good until" in reply.text and "Gate" not in reply.text
    assert Device.select().count() == before


def test_a_link_that_is_none_is_a_page_that_is_none(guest, source):
    assert guest.get("/q/nonsense").status_code == 404 == take(guest, "nonsense").status_code


def test_signing_in_leads_back_to_it(app, anyone, token, source):
    reply = anyone.get(f"/q/{token()}")
    assert reply.status_code == 303 and reply.location.startswith("/sign-in?next=/q/")


def test_an_observer_takes_nothing_over(app, guest, token):
    observer = make_employee(guest.site.company, Role.OBSERVER)
    person = Person(app)
    person.post("/sign-in", email=observer.email, password=PASSWORD)
    name = token()
    assert person.get(f"/q/{name}").status_code == 403
    assert person.post(f"/q/{name}", site=str(guest.site.id)).status_code == 403
    assert not ScannedCode.select().count()


def test_a_second_tap_takes_over_once_and_sees_the_same_device(guest, token, camera):
    camera.behaviour, camera.delay = Behaviour.SLOW, 0.5
    name = token(uses=5)
    first, second = take(guest, name).location, take(guest, name).location
    seen = [settled(guest, where, 0) for where in (first, second)]
    taken = Device.get(Device.site == guest.site.id)
    assert all(f"/devices/{taken.id}" in (reply.headers.get("HX-Redirect") or reply.text) for reply in seen)
    assert QrLink.get().uses == 1 and len(camera.logins) == 1


def test_only_into_a_site_of_ones_own(guest, token, source):
    name = token()
    for site_id in ("0", str(source.site_id), "x", "999999"):
        reply = guest.post(f"/q/{name}", site=site_id)
        assert reply.status_code == 422 and "Bakery" not in reply.text
    assert QrLink.get().uses == 0 and not Probe.select().count()


def test_the_giver_has_it_already(admin, token, source):
    reply = admin.post(f"/q/{token()}", site=str(source.site_id))
    assert reply.status_code == 409 and "Already here as Gate." in reply.text
    assert QrLink.get().uses == 0


def test_a_device_that_does_not_answer_uses_nothing_up(guest, token, camera):
    name = token()
    camera.stop()
    where = take(guest, name).location
    card = settled(guest, where, 0).text
    assert "Try again" in card and "devices/new/address" not in card
    assert QrLink.get().uses == 0 and not Device.select().where(Device.site == guest.site.id).count()

    camera.start()
    guest.post(where, again="0", site=str(guest.site.id))
    settled(guest, where, 0)

    assert QrLink.get().uses == 1 and Device.get(Device.site == guest.site.id)


def test_the_password_of_a_link_is_sent_to_no_other_place(guest, token, camera):
    camera.stop()
    settled(guest, take(guest, token()).location, 0)
    probe = Probe.get()
    with Pretend(host="127.0.0.1") as trap:
        form = {"name": "X", "host": trap.host, "port": str(trap.port), "username": "admin", "password": ""}
        reply = guest.post(f"/sites/{guest.site.id}/devices/new/address/test", probe=probe.token, key="k", **form)
        assert reply.status_code == 422 and "password" in reply.text and not trap.requests


def test_a_link_revoked_while_the_device_is_asked_gives_nothing(guest, token, source):
    name = token()
    found = taking.receive(guest.by, links.find_link(name), name, guest.site.id)
    links.revoke(acting(Account.get().id, "", ""), source, QrLink.get().id)
    with pytest.raises(Refused, match="cannot be used any more"):
        store(guest, found)
    assert not Device.select().where(Device.site == guest.site.id).count()


def store(person: Any, found: Any) -> Device:
    """What the job does once the device has answered."""
    record = found.devices[0]
    typed = {name: getattr(record, name) for name in ("name", "host", "port", "https", "username", "password")}
    typed |= {"key": found.key(0), "received": True}
    return adding.store(person.by, person.site.id, typed, "ok", FACTS)


def test_nothing_is_received_without_a_link(guest, source):
    typed = {"name": "X", "host": source.host, "port": source.port, "https": False, "username": "admin"}
    with pytest.raises(Refused, match="cannot be used any more"):
        adding.store(guest.by, guest.site.id, typed | {"password": "p", "key": "k", "received": True}, "ok", FACTS)
    assert len(NAMES) == 5 and Device.select().count() == 1


def test_of_many_at_once_as_many_win_as_the_link_allows(app, source, token):
    name = token(uses=5)
    people = [newcomer(app) for _ in range(12)]
    found = [taking.receive(one.by, links.find_link(name), name, one.site.id) for one in people]

    told = at_once(*[lambda one=one, it=it: store(one, it) for one, it in zip(people, found, strict=True)])

    assert sum(isinstance(one, Device) for one in told) == 5
    assert {type(one) for one in told} == {Device, Refused}
    assert QrLink.get().uses == 5 and Device.select().where(Device.received != 0).count() == 5
