"""What an owner's pages are tried with: a site with devices whose connection nobody but the company may read."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from tests.client import Person
from tests.factories import make_device, make_employee, make_findings, make_hours, make_owner, make_site
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.accounts.principal import Principal
from webapp.accounts.services.acting import acting
from webapp.common import clock
from webapp.devices.models import Device, DeviceState
from webapp.devices.models.permission import DevicePermission, Permission
from webapp.handover.models import AccessRequest, Asked, Wanted
from webapp.protocols.isapi.kinds import Kind
from webapp.sites.models import Site, SiteShare

SECRET, HOST, PORT, USER = "Kamera-Kennwort-7", "203.0.113.24", 8765, "hausmeister"


def own_site(company: Any, name: str = "Bakery", **values: Any) -> tuple[Site, Account]:
    """A site with an owner who lets the company look after it."""
    site = make_site(company, name=name, city="Lindau", code=values.pop("code", f"CODE{name.upper():.8}"))
    owner = make_owner(site, **values)
    return Site.get_by_id(site.id), owner


def guarded_device(site: Site, name: str = "Front door", **values: Any) -> Device:
    """A device all of whose connection is easy to find on a page."""
    given = {"host": HOST, "port": PORT, "username": USER, "serial": "SN-4711-0815", "password": SECRET}
    return make_device(site, name=name, **given | values)


def recorder(site: Site, **values: Any) -> Device:
    device = guarded_device(site, "Recorder", type=Kind.NVR, host="203.0.113.25", **values)
    make_findings(device)
    make_hours(device, 20)
    return device


def set_status(device: Device, status: str, **values: Any) -> None:
    now = clock.now()
    DeviceState.set(device.id, now - timedelta(minutes=3), status, checked_at=now, **values)


def family_of(site: Site, **values: Any) -> Account:
    """Somebody who sees the site beside its owner."""
    person = make_owner(**values)
    SiteShare.create(site=site, account=person, shared_at=clock.now())
    return person


def ask(site: Site, kind: str = Asked.AUTHORIZATION, **values: Any) -> AccessRequest:
    """What the site's company asks."""
    now, wanted = clock.now(), values.pop("wanted", Wanted(True, hours=4))
    given = {"site": site, "company": site.company_id, "kind": kind, "maker_id": 1, "maker_name": "Ivo Installer"}
    given |= {"made_at": now, "expires_at": now + timedelta(days=14), "reason": "The gate camera is dark"}
    return AccessRequest.create(**given | values, wanted=wanted.text())


def permit(device: Device, kind: str = Permission.LIVE_VIEW, hours: int | None = 4) -> DevicePermission:
    now = clock.now()
    DevicePermission.grant(
        device.id, device.site.company_id, kind, now, now + timedelta(hours=hours) if hours else None
    )
    return DevicePermission.get(DevicePermission.device == device.id, DevicePermission.kind == kind)


def principal(account: Account) -> Principal:
    found = acting(account.id, "127.0.0.1", "a phone")
    assert found
    return found


def observer(company: Any) -> Account:
    return make_employee(company, Role.OBSERVER)


def shown_end(person: Person, path: str) -> str:
    """When it ends, as the form for more time brings it back."""
    found = re.search(r'name="ends" value="([^"]+)"', person.get(path, htmx=True).text)
    assert found, "no form for more time"
    return found[1]
