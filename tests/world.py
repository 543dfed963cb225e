"""A company as it looks after some years: names of all sorts, devices in every state, lists longer than a page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.accounts import world as accounts_world
from tests.accounts.world import factor_pages
from tests.audit.world import audit_pages
from tests.factories import (
    DISK,
    cameras,
    make_company,
    make_device,
    make_findings,
    make_past,
    make_silent_findings,
    make_site,
)
from tests.handover import world as handover_world
from tests.handover.world import handover_pages
from tests.handover.world_pack import pack_pages
from tests.owners.world import owner_pages
from tests.qr.world import code_pages
from tests.subcontract.world import subcontract_pages
from tests.team import world as team_world
from tests.team.world import team_pages
from webapp.accounts.models import Account, Company, ResetToken
from webapp.accounts.principal import Principal
from webapp.accounts.services.acting import acting
from webapp.common import clock
from webapp.common.tokens import hash_token, new_token
from webapp.db import transaction
from webapp.devices.models import Device, DeviceState, Mode, Probe, Status
from webapp.devices.models.probe import Intent
from webapp.devices.services import steps
from webapp.health.models import Silence
from webapp.protocols.isapi.channels import Channel
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.storage import Disk, Storage
from webapp.qr.models.scan import ScannedCode
from webapp.qr.record import DeviceRecord
from webapp.qr.services import links, scanning
from webapp.sites.models import Site, SiteStatus

MARKUP = "<b data-evil>Tor & \"Hof\"</b> 'Süd' {{ 7*7 }}"
NAMES = {
    "markup": MARKUP,
    "emoji": "Kamera 📹 am 🏢 Süd 👩🏽‍🔧",
    "rtl": "كاميرا الباب الأمامي للمخزن",
    "unbroken": ("Donaudampfschifffahrtsgesellschaft" * 4)[:120],
    "long": ("The camera above the back entrance, behind the second gate of the yard, " * 2)[:120].strip(),
}
KEY = "sha256//" + "A" * 43 + "="

STATES: dict[str, dict[str, Any]] = {
    "online": {"status": Status.ONLINE},
    "offline": {"status": Status.OFFLINE, "reason": "timeout"},
    "auth_failed": {"status": Status.AUTH_FAILED, "reason": "wrong_password", "tries_left": 4},
    "locked": {"status": Status.LOCKED, "reason": "locked"},
    "certificate_changed": {"status": Status.CERTIFICATE_CHANGED, "reason": "key_changed", "seen_key": KEY},
    "other_device": {"status": Status.OTHER_DEVICE, "reason": "other_device"},
    "unsupported": {"status": Status.UNSUPPORTED, "reason": "not_activated"},
    "checking": {"status": Status.CHECKING, "checked_at": None, "ms": None},
}
DEVICES: dict[str, dict[str, Any]] = {
    "weak": {"password": "12345678"},
    "unknown": {"type": Kind.UNKNOWN, "type_detected": Kind.UNKNOWN},
    "unrecognised": {"type": Kind.UNKNOWN, "type_detected": Kind.UNKNOWN, "model": "X-1"},
    "by_hand": {"type": Kind.DVR, "type_by_hand": True, "type_detected": Kind.NVR},
    "paused": {"health_monitoring": False},
    "serial": {"mode": Mode.SERIAL, "serial": "DS-PWA96-M-WE20230711AAWRQ13378520WU"},
    "ipv6": {"host": "2001:db8:85a3:8d3:1319:8a2e:370:7348", "port": 65535, "https": True, "pin": KEY},
    "idn": {"host": "xn--bckerei-kln-p8a5u.example", "model": "DS-2CD2146G2-ISU", "firmware": "V5.7.12"},
    "long_host": {"host": ".".join(["kamera-" + "x" * 50] * 4)[:253], "serial": "9" * 60, "model": "M" * 60},
}


@dataclass(frozen=True, slots=True)
class World:
    """`pages`: the address of every page in each of its states, by a name for it."""

    pages: dict[str, str]
    devices: dict[str, int]
    public: tuple[str, ...]  # names of pages that are seen before signing in
    owned: tuple[str, ...]  # names of pages that the owner sees
    owner: int  # their account, without a password


def build(company: Company, admin: Account) -> World:
    with transaction():
        sites = {name: make_site(company, name=text, city=text[:60]) for name, text in NAMES.items()}
        sites |= {"full": make_site(company, name="Bakery", address="Market Square 3", city="Lindau")}
        sites |= {"empty": make_site(company, name="Depot")}
        sites |= {"dark": make_site(company, name=f"Dark {MARKUP}", password_days=45)}
        sites |= {"foreign": make_site(company, name="Museum", status=SiteStatus.OWNED_UNAUTHORIZED)}
        devices = make_devices(sites)
        for n in range(51):
            make_site(company, name=f"Filling station {n}")
            make_device(sites["full"], name=f"Camera {n}")
        pages = site_pages(sites) | device_pages(devices) | probe_pages(admin, devices["running"])
        pages |= {"reset": f"/reset/{reset_token(admin)}"}
        pages |= code_pages(person(company, admin), devices)
        pages |= scan_pages(company, admin, sites, devices)
        pages |= team_pages(company, admin, sites, NAMES) | audit_pages(company, sites, admin.id)
        pages |= factor_pages(person(company, admin), admin, list(NAMES.values()))
        pages |= handover_pages(person(company, admin), company, MARKUP)
        pages |= subcontract_pages(person(company, admin), company, MARKUP)
    pages |= pack_pages(person(company, admin), sites["markup"])
    owners = owner_pages(make_company("Westlight"))
    owned = {f"owner's {name}": path for name, path in owners.pages.items()}
    pages |= owned | owners.public
    public = (*PUBLIC, *OTHERS_PUBLIC, *owners.public, "reset")
    ids = {name: device.id for name, device in devices.items()}
    return World(FIXED | pages, ids, public, tuple(owned), owners.owner.id)


def make_devices(sites: dict[str, Site]) -> dict[str, Device]:
    made = {name: make_device(sites[name], name=text, username=text[:64]) for name, text in NAMES.items()}
    full = sites["full"]
    for name, values in DEVICES.items():
        made[name] = make_device(full, name=f"Camera, {name}", **values)
    for name, values in STATES.items():
        made[name] = make_device(full, name=f"Camera, {name}", pin=KEY)
        now = clock.now()
        given: dict[str, Any] = {"checked_at": now, "ms": 41, "locked_until": now + timedelta(minutes=20)} | values
        DeviceState.set(made[name].id, now, given.pop("status"), **given)
    facts = json.dumps({"serial": MARKUP, "model": "DS-2CD2387G2-LU"})
    DeviceState.update(facts=facts).where(DeviceState.device == made["other_device"].id).execute()
    made |= make_watched(full)
    make_outages(sites)
    made |= {"foreign": make_device(sites["foreign"]), "running": make_device(full, name="Camera, running")}
    return made


def make_outages(sites: dict[str, Site]) -> None:
    """A site without a line, and an address without one at a site where other devices are there."""
    now, old = clock.now(), clock.now() - timedelta(days=50)
    for place, host in ((sites["dark"], "2001:db8:85a3:8d3:1319:8a2e:370:7300"), (sites["full"], "127.8.8.8")):
        for port in (8001, 8002, 8003):
            device = make_device(place, host=host, port=port, name=f"Camera at {port}", password_set_at=old)
            DeviceState.set(device.id, now - timedelta(days=port % 8000), Status.OFFLINE, reason="timeout")
            DeviceState.update(checked_at=now).where(DeviceState.device == device.id).execute()


def make_watched(site: Site) -> dict[str, Device]:
    """Recorders that have been checked for weeks: one that is well, one with troubles, one that tells nothing."""
    made = {name: make_device(site, name=f"Recorder, {name}", type=Kind.NVR) for name in ("well", "ill", "silent")}
    for device in made.values():
        make_past(device)
    make_findings(made["well"])
    worn = Disk(2, "hdd2", "hdd", "error", 3_815_447, 0, "RW")
    empty = Disk(3, "hdd3", "hdd", "notexist", None, None)
    lost = (*cameras(32, *range(3, 15)), Channel(40, MARKUP, "ip", False, "wrong_password"))
    make_findings(made["ill"], drift=-7600, blocks={"storage": Storage((DISK, worn, empty), ""), "channels": lost})
    make_silent_findings(made["silent"], "low_privilege")
    now = clock.now()
    Silence.set(made["ill"].id, until=now + timedelta(hours=4), reason=MARKUP, by_name="Ada Admin", began_at=now)
    return made


PUBLIC = ("sign-in", "forgot", "offline", "setup")
OTHERS_PUBLIC = (*accounts_world.PUBLIC, *handover_world.PUBLIC, *team_world.PUBLIC)
FIXED = {
    "home": "/",
    "sites": "/sites",
    "sites, page 2": "/sites?page=2",
    "sites, worst first": "/sites?order=worst",
    "sites found": "/sites?q=bakery",
    "sites, none found": "/sites?q=%3Cb%3E%25",
    "new site": "/sites/new",
    "devices": "/devices",
    "devices, page 2": "/devices?page=2",
    "devices found": "/devices?q=camera&status=down&type=network_camera",
    "devices, none found": "/devices?q=%22%3E%3Cscript%3E&status=nonsense",
    "devices, weak": "/devices?status=weak",
    "devices, old passwords": "/devices?status=old_password&mode=ip_domain",
    "devices, locked": "/devices?status=locked",
    "account": "/account",
    "company": "/company",
    "password": "/account/password",
    "sessions": "/account/sessions",
    "sign-in": "/sign-in?next=/sites",
    "forgot": "/forgot",
    "offline": "/offline",
    "setup": "/setup",
}


def site_pages(sites: dict[str, Site]) -> dict[str, str]:
    rests = {
        "": "",
        "edit": "/edit",
        "delete": "/delete",
        "devices": "/devices",
        "report": "/report",
        "add device": "/devices/new",
        "address": "/devices/new/address",
        "labels": "/labels",
        "cabinet": "/cabinet",
        "scan": "/devices/new/scan",
    }
    pages = {f"site {name}": f"/sites/{site.id}" for name, site in sites.items()}
    some = {name: sites[name] for name in ("markup", "unbroken", "full", "dark")}
    pages |= {
        f"site {name} {rest}".strip(): f"/sites/{site.id}{path}"
        for name, site in some.items()
        for rest, path in rests.items()
    }
    return pages | {"site full, page 2": f"/sites/{sites['full'].id}?page=2"}


WATCHED = ("health", "checks", "monitoring", "monitoring/off", "silence")


def device_pages(devices: dict[str, Device]) -> dict[str, str]:
    own = {name: device for name, device in devices.items() if name != "foreign"}  # its owner keeps it closed
    pages = {f"device {name}": f"/devices/{device.id}" for name, device in own.items()}
    for part in ("status", "address", "address/edit", "type", "type/edit", "delete", *WATCHED):
        names = ("markup", "unbroken", "certificate_changed", "by_hand", "unknown", "running", "ill", "paused")
        pages |= {f"device {name} {part}": f"/devices/{devices[name].id}/{part}" for name in names}
    return pages


def probe_pages(admin: Account, device: Device) -> dict[str, str]:
    """A test of a connection: running, well, and with each sort of advice; and a device whose check is running."""
    wrong = {"tries_left": 4, "locked_for": 1200, "location": "https://127.0.0.1/", "type": "intercom", "model": MARKUP}
    well = {"type": "unknown", "https": False, "info": {"model": MARKUP, "firmware": "V5.7.12", "serial": "1"}}
    make_probe(admin, device, Intent.CHECK)
    tests = {"running": ("", {}), "ok": ("ok", well)}
    tests |= {code: (code, wrong) for code in ("wrong_password", "locked", "refused", "redirect", "not_encoding")}
    pages = {}
    for name, (code, facts) in tests.items():
        token = make_probe(admin, device, Intent.TEST, code, facts)
        pages[f"test {name}"] = f"/sites/{device.site_id}/devices/new/address?probe={token}"
        pages[f"test {name}, its card"] = f"/probes/{token}"
    return pages


def make_probe(admin: Account, device: Device, intent: str, code: str = "", facts: Any = None) -> str:
    typed = {"name": MARKUP, "host": "127.0.0.9", "port": 8080, "https": False, "username": "admin", "key": new_token()}
    shown = json.loads(steps.fresh())
    states = ["ok", "ok", "ok", "ok", "ok"] if code == "ok" else ["ok", "running" if not code else "failed"]
    for step, state in zip(shown, states, strict=False):
        step |= {
            "state": state,
            "ms": 1234,
            "facts": {"address": "127.0.0.9", "port": 8080, "kind": "nvr", "model": MARKUP},
        }
    return Probe.create(
        token=new_token(),
        company_id=admin.company_id,
        account_id=admin.id,
        site_id=device.site_id,
        device_id=device.id,
        intent=intent,
        typed=json.dumps(typed),
        login_key="",
        connection_version=device.connection_version,
        steps=json.dumps(shown),
        code=code,
        facts=json.dumps(facts or {}),
        created_at=clock.now(),
    ).token


def reset_token(admin: Account) -> str:
    token = new_token()
    ResetToken.create(account=admin, token_hash=hash_token(token), expires_at=clock.now() + timedelta(hours=1))
    return token


def scan_pages(company: Company, admin: Account, sites: dict[str, Site], devices: dict[str, Device]) -> dict[str, str]:
    """What was read from codes: several devices, one that failed, one that is added; and a link to take one over."""
    by, known = person(company, admin), devices["online"]
    found = [
        DeviceRecord(MARKUP, "203.0.113.24", 80, False, MARKUP[:60], "nvr", "Kamera-123"),
        DeviceRecord(NAMES["unbroken"], "2001:db8:85a3:8d3:1319:8a2e:370:7399", 65535, True, "admin", "", None),
        DeviceRecord(NAMES["emoji"], known.host or "", known.port or 0, False, "admin", "", "Kamera-123"),
        DeviceRecord("Local", "10.0.0.5", 80, False, "admin", "", "Kamera-123"),
    ]
    tokens = {name: scanning.keep(by, sites["full"].id, tuple(found)) for name in ("several", "tried")}
    tokens["one"] = scanning.keep(by, None, (found[1],))
    probes = {"0": make_probe(admin, known, Intent.ADD), "1": make_probe(admin, known, Intent.ADD, "locked", {})}
    ScannedCode.note(scanning.find(by, tokens["tried"]).row.id, sites["full"].id, probes)
    Device.update(added_key=scanning.key_of(tokens["tried"], 2)).where(Device.id == known.id).execute()
    pages = {f"scanned {name}": f"/scan/{token}" for name, token in tokens.items()}
    pages |= {f"scanned {name}, a card": f"/scan/{tokens['tried']}/{name}" for name in range(4)}
    return pages | {"scan": "/scan", "take over": f"/q/{links.make(by, devices['unbroken'], 7, 1)[1]}"}


def person(company: Company, account: Account) -> Principal:
    found = acting(account.id, "", "")
    assert found and found.company_id == company.id
    return found
