"""What a person of the company began before the owner's answer is not written after it (U6, T9, T13, Z7)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from tests.client import at_once
from tests.factories import make_device, make_owner, make_site
from tests.handover.made import acts, fresh, principal
from webapp.accounts.principal import Principal
from webapp.audit.models import AuditEntry
from webapp.common.errors import NotFound, Refused
from webapp.devices.models import Device
from webapp.devices.services import adding, devices, monitoring, types
from webapp.handover.models import HandoverPack, Wanted
from webapp.handover.services import authorization, invitations, packs
from webapp.handover.services.invitations import Invited
from webapp.health.services import silences
from webapp.qr.services import codes, links
from webapp.sites import services as sites
from webapp.sites.models import Site

NEW = {"name": "New", "host": "127.9.8.7", "port": 80, "https": False, "username": "admin", "password": "Kamera-123"}
NEW |= {"key": "k" * 32}
DETAILS = {"name": "Stolen", "address": "", "city": "", "region": "", "password_days": 0}


@dataclass
class Seen:
    """What a request had read before the owner answered."""

    by: Principal
    site: Site
    device: Device
    pack: HandoverPack

    def typed(self, **changed: Any) -> dict[str, Any]:
        names = ("name", "host", "port", "https", "username")
        return {name: getattr(self.device, name) for name in names} | {"password": ""} | changed


DEEDS = {
    "site.edited": lambda seen: sites.edit(seen.by, seen.site, DETAILS, seen.site.version),
    "device.edited": lambda seen: devices.edit_address(
        seen.by, seen.device, seen.typed(password="Another-456"), seen.device.version
    ),
    "device.type_set": lambda seen: types.write_type(seen.by, seen.device, type="nvr"),
    "device.deleted": lambda seen: devices.delete(seen.by, seen.device),
    "device.added": lambda seen: adding.store(seen.by, seen.site.id, dict(NEW), "ok", {}),
    "device.monitoring_on": lambda seen: monitoring.switch(seen.by, seen.device, True),
    "device.maintenance_begun": lambda seen: silences.begin(seen.by, seen.device, 1, ""),
    "qr.made": lambda seen: codes.make(seen.by, seen.device, None, 0),
    "qr.link_made": lambda seen: links.make(seen.by, seen.device, 1, 1),
    "pack.made": lambda seen: packs.make(seen.by, seen.site, addresses=False),
    "pack.edited": lambda seen: packs.write_notes(seen.by, seen.pack, "late", [], seen.pack.version),
    "pack.deleted": lambda seen: packs.discard(seen.by, seen.pack),
}


@pytest.fixture
def seen(ada, site, cameras, olga):
    Device.update(health_monitoring=False).execute()
    Site.hand_to(site.id, olga.id, site.created_at)
    authorization.authorize(principal(olga), fresh(site), None)
    found = sites.find(ada, site.id)
    pack = packs.find(ada, packs.make(ada, found, addresses=False).id)
    return Seen(ada, found, devices.find(ada, cameras[0].id), pack)


@pytest.mark.parametrize("answer", [authorization.revoke, authorization.release_company])
@pytest.mark.parametrize("deed", DEEDS)
def test_it_is_refused_once_the_owner_has_answered(seen, olga, answer, deed):
    answer(principal(olga), fresh(seen.site))
    before = AuditEntry.select().count(), Device.select().count(), fresh(seen.site).name
    with pytest.raises((Refused, NotFound)):
        DEEDS[deed](seen)
    assert (AuditEntry.select().count(), Device.select().count(), fresh(seen.site).name) == before
    kept = bytes(Device.get_by_id(seen.device.id).password_sealed)
    assert (kept == b"") == (answer is authorization.release_company)


@pytest.mark.parametrize("deed", [name for name in DEEDS if name not in {"device.added", "device.type_set"}])
def test_the_same_is_done_while_the_owner_lets_them(seen, deed):
    DEEDS[deed](seen)
    assert deed in acts(deed.partition(".")[0])


def test_a_site_that_has_just_got_its_owner_is_not_deleted(ada, site, olga, cameras):
    _made, token = invitations.invite(ada, site, Invited("Olga", "", "", ""), Wanted(False))
    read = sites.find(ada, site.id)
    invitations.accept(token, principal(olga))
    with pytest.raises(Refused):
        sites.delete(ada, read, "Bakery")
    assert fresh(site).owner_id == olga.id and Device.select().count() == 2


def test_accepting_and_deleting_at_once_leave_one_of_the_two(company, ada, olga):
    ended = Counter()
    for number in range(8):
        site = make_site(company, name=f"Site {number}")
        make_device(site)
        _made, token = invitations.invite(ada, site, Invited("Olga", "", "", ""), Wanted(False))
        read, owner = sites.find(ada, site.id), principal(olga)
        told = at_once(lambda t=token, o=owner: invitations.accept(t, o), lambda r=read: sites.delete(ada, r, r.name))
        accepted = isinstance(told[0], Site)
        assert all(isinstance(one, (Site, Refused, NotFound, type(None))) for one in told), told
        assert accepted == (Site.get_or_none(Site.id == site.id) is not None) == (told[1] is not None)
        ended[accepted] += 1
    assert sum(ended.values()) == 8


def test_releasing_and_storing_a_password_at_once_leave_none(company, ada):
    for number in range(8):
        site = make_site(company, name=f"Site {number}")
        device, owner = make_device(site, health_monitoring=False), principal(make_owner(site))
        read = devices.find(ada, device.id)
        typed = Seen(ada, site, read, HandoverPack()).typed(password="Another-456")
        at_once(
            lambda r=read, t=typed: devices.edit_address(ada, r, t, r.version),
            lambda o=owner, s=site: authorization.release_company(o, fresh(s)),
        )
        assert bytes(Device.get_by_id(device.id).password_sealed) == b""


def test_packs_that_nobody_has_signed_end_with_the_company(seen, olga):
    authorization.release_company(principal(olga), fresh(seen.site))
    assert not HandoverPack.select().count()
