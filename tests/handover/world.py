"""Sites in every state between company and owner, with what is asked and answered there."""

from __future__ import annotations

from typing import Any

from tests.factories import make_device, make_owner, make_site
from tests.handover.made import principal
from webapp.accounts.models import Company
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.devices.models import Device
from webapp.handover.models import AccessRequest, OwnerInvitation, Wanted
from webapp.handover.services import invitations, rental, requests
from webapp.handover.services.invitations import Invited
from webapp.sites.models import Site

PUBLIC = ("handover new", "handover over")  # seen before signing in
KINDS = ("configuration", "live_view", "playback")


def handover_pages(by: Principal, company: Company, name: str) -> dict[str, str]:
    """`name` is that of a person and of devices, as unkind as names are."""
    made = {state: furnish(company, f"Handover {state}", name) for state in ("new", "sent", "over", "asking", "open")}
    pages = {f"standing {state}": f"/sites/{site.id}/standing" for state, site in made.items()}
    pages |= invited(by, made, name) | owned(by, made, name)
    new, sent, over = (f"/sites/{made[state].id}" for state in ("new", "sent", "open"))
    pages |= {"handover effects": f"{new}/handover/effects", "handover withdrawal": f"{sent}/handover/withdraw"}
    pages |= {"handover release": f"{over}/authorization/release"} | rented(by, company, name)
    return pages | {"handover existing": "/sites/existing", "handover wizard": f"/sites/{made['new'].id}/handover/new"}


def rented(by: Principal, company: Company, name: str) -> dict[str, str]:
    """A site whose service is paused, and one where that of one device is."""
    made = {state: furnish(company, f"Rented {state}", name) for state in ("whole", "single")}
    for site in made.values():
        make_owner(site, name=name)
        Site.update(rental=True).where(Site.id == site.id).execute()
    whole, single = (Site.get_by_id(site.id) for site in made.values())
    rental.pause(by, whole, None, name)
    paused, other = Device.select().where(Device.site == single.id).order_by(Device.id).limit(2)
    hidden = Device.get(Device.site == whole.id)
    rental.pause(by, paused.site, paused, name)
    pages = {f"rented {state}": f"/sites/{site.id}" for state, site in made.items()}
    pages |= {f"rented {state} {rest}": f"/sites/{made[state].id}/{rest}" for state, rest in RENTED}
    pages |= {"rented device": f"/devices/{other.id}", "rented device pause": f"/devices/{other.id}/pause"}
    pages |= {"rented device paused": f"/devices/{paused.id}", "rented device resume": f"/devices/{paused.id}/resume"}
    return pages | {"rented device hidden": f"/devices/{hidden.id}"}


RENTED = (("single", "pause"), ("whole", "resume"), ("single", "standing"), ("single", "authorization/release"))


def furnish(company: Company, title: str, name: str) -> Site:
    site = make_site(company, name=title, city="Lindau")
    for number in range(3):
        make_device(site, name=f"{name[:100]} {number}")
    return site


def invited(by: Principal, made: dict[str, Site], name: str) -> dict[str, str]:
    kept = Wanted(True, KINDS, None, 8)
    tokens: dict[str, str] = {}
    for state, email in (("new", ""), ("sent", "nora@example.com"), ("over", "")):
        tokens[state] = invitations.invite(by, made[state], Invited(name, email, "+49 8382 1234", "en"), kept)[1]
    mine = OwnerInvitation.site == made["over"].id
    OwnerInvitation.update(expires_at=clock.now()).where(mine).execute()
    pages = {f"handover invitation {state}": f"/sites/{made[state].id}/handover" for state in tokens}
    return pages | {"handover new": f"/handover/{tokens['new']}", "handover over": f"/handover/{tokens['over']}"}


def owned(by: Principal, made: dict[str, Site], name: str) -> dict[str, str]:
    make_owner(made["asking"], authorized=False, name=name)
    requests.ask_authorization(by, made["asking"], name, Wanted(True, KINDS, None, 4))
    olga = principal(make_owner(made["open"], name=name))
    here = made["open"]
    requests.ask_permission(by, here, name, Wanted(False, KINDS, None, 8))
    requests.grant(olga, AccessRequest.get(AccessRequest.site == here.id))
    devices: list[Any] = list(Device.select().where(Device.site == here.id).order_by(Device.id))
    for device, answer in zip(devices, ("open", "accepted", "declined"), strict=True):
        request = requests.ask_password_reset(by, device, name)
        AccessRequest.update(answer=answer, answered_at=clock.now()).where(AccessRequest.id == request.id).execute()
    resets = {f"handover reset {n}": f"/devices/{device.id}/password-reset" for n, device in enumerate(devices)}
    pages = {"handover asked": f"/sites/{made['asking'].id}/authorization"}
    return pages | resets | {"handover permissions": f"/sites/{here.id}/permissions"}
