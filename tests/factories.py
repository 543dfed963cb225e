"""Things as they stand in the database, made quickly."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from webapp.accounts.models import Account, Company, CompanyRole
from webapp.accounts.permissions import Right, Role, write_rights
from webapp.common import clock
from webapp.common.passwords import strength
from webapp.devices.models import Device, DeviceEvent, DeviceState, Happening, Mode, Status
from webapp.health.models import DeviceDay, DeviceFindings, DeviceHour
from webapp.health.services.samples import byte
from webapp.protocols.isapi.channels import Channel
from webapp.protocols.isapi.clock import DeviceClock
from webapp.protocols.isapi.health import Findings, Missing, to_json
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.storage import Disk, Storage
from webapp.sites.models import Assignment, Site, SiteStatus

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


def make_role(company: Company, name: str, *rights: Right) -> CompanyRole:
    return CompanyRole.create(company=company, name=name, rights=write_rights(rights))


def make_site(company: Company, **values: Any) -> Site:
    n = next(_numbers)
    given = {"company": company, "name": f"Site {n}", "zone": "Europe/Berlin", "created_at": clock.now()}
    if status := values.pop("status", ""):
        given["decided"] = status
    site = Site(**given | values)
    site.write()
    return site


def make_owner(*sites: Site, authorized: bool = True, **values: Any) -> Account:
    """An end user who owns these sites, and lets their companies look after them unless told otherwise."""
    n, now = next(_numbers), clock.now()
    password_hash = Account.select(Account.password_hash).order_by(Account.id).first().password_hash
    given = {"email": f"owner{n}@example.com", "name": f"Owner {n}", "password_hash": password_hash}
    owner = Account.create(**given | {"role": Role.OWNER, "password_changed_at": now, "created_at": now} | values)
    decided = SiteStatus.AUTHORIZED if authorized else SiteStatus.OWNED_UNAUTHORIZED
    for site in sites:
        Site.hand_to(site.id, owner.id, now)
        Site.update(decided=decided, authorized_at=now if authorized else None).where(Site.id == site.id).execute()
    return owner


def assign(site: Site, account: Account, **values: Any) -> None:
    Assignment.create(site=site, account=account, **values)


def make_device(site: Site, password: str = "Kamera-123", status: str = Status.ONLINE, **values: Any) -> Device:
    n, now = next(_numbers), clock.now()
    given: dict[str, Any] = {"site": site, "name": f"Device {n}", "host": f"127.9.{n // 250}.{n % 250 + 1}", "port": 80}
    given |= {"username": "admin", "type": Kind.NETWORK_CAMERA, "type_detected": Kind.NETWORK_CAMERA}
    given |= {"changed_at": now, "added_at": now, "password_set_at": now, "password_strength": verdict(password)}
    if values.get("mode") == Mode.SERIAL:
        given |= {"host": None, "port": None}
    device = Device(**given | values)
    device.search = device.searchable()
    device.save(force_insert=True)
    device.password_sealed = device.seal_password(password)
    device.save(only=["password_sealed"])
    DeviceState.set(device.id, now, status, checked_at=now, ms=12)
    return device


@cache
def verdict(password: str) -> str:
    return strength(password).verdict


DISK = Disk(1, "hdd1", "hdd", "ok", 3_815_447, 1_000_000, "RW")
CLOCK = DeviceClock("NTP", None, "")


def make_findings(device: Device, drift: int | None = 2, **values: Any) -> None:
    """What a device has just said: a recorder with one good disk and eight cameras, or these `blocks` of Findings."""
    now = clock.now()
    blocks = {"storage": Storage((DISK,), ""), "channels": cameras(8), "info": None, "clock": CLOCK}
    blocks |= values.pop("blocks", {})
    given = {"at": now, "up": 12 * 86_400, "up_at": now, "blocks": to_json(Findings(**blocks))}
    DeviceFindings.write(device.id, drift=drift, **given | values)


def make_silent_findings(device: Device, code: str = "unsupported") -> None:
    """Of a device that tells nothing of any block."""
    nothing = Missing(code)
    make_findings(device, drift=None, blocks={"storage": nothing, "channels": nothing, "clock": nothing})


def cameras(count: int, *lost: int, reason: str = "network") -> tuple[Channel, ...]:
    """So many channels of a recorder, some of them lost."""
    return tuple(
        Channel(n, f"Yard {n}", "ip", n not in lost, reason if n in lost else "connect") for n in range(1, count + 1)
    )


def make_hours(device: Device, hours: int, ms: Callable[[int], int | None] = lambda minute: 40) -> None:
    """One check a minute until now; `ms` is given the minutes that have passed since each, None: down."""
    now = int(clock.now().timestamp()) // 60
    kept: dict[int, list[tuple[int, int | None]]] = {}
    for minute in range(now - hours * 60 + 1, now + 1):
        kept.setdefault(minute // 60, []).append((minute % 60, ms(now - minute)))
    for hour, checks in kept.items():
        make_hour(device, hour, checks)


def make_hour(device: Device, hour: int, checks: list[tuple[int, int | None]]) -> None:
    """`checks`: (minute of the hour, ms or None for down)."""
    times = [ms for _minute, ms in checks if ms is not None]
    worst = {minute: byte(ms) for minute, ms in sorted(checks, key=lambda check: byte(check[1]))}
    DeviceHour.create(
        hour=hour,
        device_id=device.id,
        n=len(checks),
        up=len(times),
        ms_sum=sum(times),
        ms_max=max(times, default=0),
        samples=bytes(worst.get(minute, 0) for minute in range(max(worst) + 1)),
    )


def make_day(device: Device, ago: int, n: int = 1440, up: int = 1440) -> None:
    """A day that is over, so many days ago."""
    today = int(clock.now().timestamp()) // 86_400
    DeviceDay.create(day=today - ago, device_id=device.id, n=n, up=up, ms_sum=40 * up, ms_max=90)


def make_past(device: Device) -> None:
    """A day as it may have been: an outage, a gap without data, answers of differing length; and a month before."""
    dice = random.Random(7)
    make_hours(device, 20, lambda ago: None if 300 <= ago < 372 else dice.randint(20, 140))
    for ago in range(1, 25):
        make_day(device, ago, up=1440 - 3 * (ago % 5))
    now = clock.now()
    for event in (
        {"at": now - timedelta(minutes=372), "was": "online", "became": "offline", "reason": "timeout"},
        {"at": now - timedelta(minutes=300), "was": "offline", "became": "online"},
        {"at": now - timedelta(days=2), "kind": Happening.FIRMWARE, "was": "V5.7.1", "became": "V5.7.3"},
        {"at": now - timedelta(hours=5), "kind": Happening.REBOOT},
    ):
        DeviceEvent.create(device=device.id, **event)
