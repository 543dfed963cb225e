"""An end user after some years: sites of several companies in each state, questions of each kind, family."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from tests.factories import make_company, make_device, make_site
from tests.owners.houses import ask, family_of, own_site, permit, principal, recorder, set_status
from webapp.accounts.models import Account, Company
from webapp.common import clock
from webapp.devices.models import Device, Status, Suspension
from webapp.handover.models import AccessRequest, Asked, Look, Wanted
from webapp.handover.services import sharing
from webapp.owners.services import people
from webapp.sites.models import Site, SiteShare, SiteStatus

MARKUP = "<b data-evil>Tor & \"Hof\"</b> 'Süd' {{ 7*7 }}"
ALL = ("configuration", "live_view", "playback")


class OwnersWorld(NamedTuple):
    owner: Account  # without a password: `people.make_link` signs them in
    pages: dict[str, str]  # as the owner sees them
    public: dict[str, str]  # as whoever is not signed in sees them


def owner_pages(company: Company) -> OwnersWorld:
    site, owner = own_site(company, MARKUP, code="WORLDSITE234")
    Account.set_fields(owner.id, name=MARKUP, password_hash="")
    owner = Account.get_by_id(owner.id)
    devices = furnish(site)
    Site.update(authorized_until=clock.now() + timedelta(hours=5)).where(Site.id == site.id).execute()
    sites = {"full": site} | others(owner)
    look_at(site)
    questions = ask_everything(sites, devices["online"])
    share = SiteShare.get(SiteShare.account == family_of(site, name=MARKUP).id)
    _made, token = sharing.invite(principal(owner), site, MARKUP, "")
    pages = {"first page": "/", "list": "/sites", "questions": "/requests", "first password": "/account/first-password"}
    pages |= {"account": "/account"} | site_pages(sites, share)
    pages |= {f"device {name}": f"/devices/{device.id}" for name, device in devices.items()}
    pages |= {"device, its status": f"/devices/{devices['online'].id}/status"} | rented(owner)
    pages |= {f"question {name}": f"/requests/{question.id}" for name, question in questions.items()}
    pages |= {f"permission {kind}": f"/permissions/{permit(devices['online'], kind).id}" for kind in ALL}
    link = people.make_link(owner)
    public = {"ask for a link": "/sign-in/link", "link": f"/sign-in/link/{link}", "join": f"/family/{token}"}
    return OwnersWorld(owner, pages, public)


def furnish(site: Site) -> dict[str, Device]:
    """A device in each state that can be shown."""
    made = {status.value: make_device(site, name=f"{status} {MARKUP}"[:120]) for status in Status}
    for status in Status:
        if status not in {Status.UNKNOWN, Status.PAUSED, Status.MAINTENANCE}:
            set_status(made[status.value], status)
    Device.update(health_monitoring=False).where(Device.id == made["paused"].id).execute()
    return made | {"recorder": recorder(site)}


def look_at(site: Site) -> None:
    now = clock.now()
    for devices in ("", ",1,,2,"):
        span = {"first_at": now - timedelta(minutes=30), "last_at": now}
        Look.create(site=site, account_id=1, hour=len(devices), name=MARKUP, company=MARKUP, devices=devices, **span)


def rented(owner: Account) -> dict[str, str]:
    """Sites whose devices are rented: of one the service is paused, of the other that of one device."""
    made = {name: make_site(make_company(MARKUP), name=f"rented {name}") for name in ("whole", "single")}
    devices = {name: make_device(site, name=f"{name} {MARKUP}"[:120]) for name, site in made.items()}
    make_device(made["single"])
    for name, site in made.items():
        Site.hand_to(site.id, owner.id, clock.now(), rental=True)
        given = {"at": clock.now(), "by_name": "Ivo Installer", "reason": MARKUP}
        Suspension.begin(site.id, devices[name].id if name == "single" else None, **given)
    rests = ("", "/devices", "/release-company")
    pages = {f"rented {name}{rest}": f"/sites/{site.id}{rest}" for name, site in made.items() for rest in rests}
    pages |= {f"rented device {name}": f"/devices/{device.id}" for name, device in devices.items()}
    single = f"/sites/{made['single'].id}"
    return pages | {"rented report": f"{single}/report", "rented status": f"/devices/{devices['whole'].id}/status"}


def others(owner: Account) -> dict[str, Site]:
    """Closed to its company, without a company, and empty."""
    made = {name: make_site(make_company(MARKUP), name=name) for name in ("closed", "alone", "empty")}
    for site in made.values():
        Site.hand_to(site.id, owner.id, clock.now())
    Site.update(company=None).where(Site.id == made["alone"].id).execute()
    opened = {"decided": SiteStatus.AUTHORIZED, "authorized_at": clock.now()}
    Site.update(**opened).where(Site.id == made["empty"].id).execute()
    return {name: Site.get_by_id(site.id) for name, site in made.items()}


def ask_everything(sites: dict[str, Site], device: Device) -> dict[str, AccessRequest]:
    full, company = sites["full"], sites["full"].company_id
    return {
        "authorization": ask(sites["closed"], reason=MARKUP),
        "permission": ask(full, Asked.PERMISSION, wanted=Wanted(False, ALL, None, 8), reason=MARKUP),
        "adoption": ask(sites["alone"], Asked.ADOPTION, company=company, wanted=Wanted(True), reason=""),
        "password reset": ask(full, Asked.PASSWORD_RESET, device=device, wanted=Wanted(False)),
    }


def site_pages(sites: dict[str, Site], share: SiteShare) -> dict[str, str]:
    pages = {f"site {name}": f"/sites/{site.id}" for name, site in sites.items()}
    rests = ("devices", "requests", "access", "family", "family/invite", "revoke", "extend", "release-company", "looks")
    full = f"/sites/{sites['full'].id}"
    pages |= {f"site, its {rest}": f"{full}/{rest}" for rest in (*rests, f"family/{share.id}/end")}
    return pages | {"site, to be allowed": f"/sites/{sites['closed'].id}/authorize"}
