"""Things as they stand in the database, made quickly."""

from __future__ import annotations

import itertools
from typing import Any

from webapp.accounts.models import Account, Company
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.common.passwords import strength
from webapp.devices.models import Device, DeviceState, Mode, Status
from webapp.protocols.isapi.kinds import Kind
from webapp.sites.models import Assignment, Site

_numbers = itertools.count(1)


def make_company(name: str = "") -> Company:
    return Company.create(name=name or f"Company {next(_numbers)}", created_at=clock.now())


def make_employee(company: Company, role: str = Role.INSTALLER, **values: Any) -> Account:
    """An employee with the password of the company's Installer Admin."""
    n, now = next(_numbers), clock.now()
    password_hash = Account.select(Account.password_hash).order_by(Account.id).first().password_hash
    given = {"email": f"person{n}@example.com", "name": f"Person {n}", "password_hash": password_hash}
    return Account.create(
        **given | {"company": company, "role": role, "password_changed_at": now, "created_at": now} | values
    )


def make_site(company: Company, **values: Any) -> Site:
    n = next(_numbers)
    site = Site(
        **{"company": company, "name": f"Site {n}", "zone": "Europe/Berlin", "created_at": clock.now()} | values
    )
    site.write()
    return site


def assign(site: Site, account: Account, **values: Any) -> None:
    Assignment.create(site=site, account=account, **values)


def make_device(site: Site, password: str = "Kamera-123", status: str = Status.ONLINE, **values: Any) -> Device:
    n, now = next(_numbers), clock.now()
    given: dict[str, Any] = {"site": site, "name": f"Device {n}", "host": f"127.9.{n // 250}.{n % 250 + 1}", "port": 80}
    given |= {"username": "admin", "type": Kind.NETWORK_CAMERA, "type_detected": Kind.NETWORK_CAMERA}
    given |= {
        "changed_at": now,
        "added_at": now,
        "password_set_at": now,
        "password_strength": strength(password).verdict,
    }
    if values.get("mode") == Mode.SERIAL:
        given |= {"host": None, "port": None}
    device = Device(**given | values)
    device.search = device.searchable()
    device.save(force_insert=True)
    device.password_sealed = device.seal_password(password)
    device.save()
    DeviceState.set(device.id, now, status, checked_at=now, ms=12)
    return device
