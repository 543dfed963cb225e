"""What invitations and requests ask of sites and devices, and what ends with a company, as queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from webapp.accounts.models import Account, Company
from webapp.accounts.permissions import ADOPTING
from webapp.accounts.principal import Principal
from webapp.devices.models import Device, DeviceState, Probe, Status
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models.invitation import OwnerInvitation
from webapp.handover.models.request import AccessRequest, Answer, Asked
from webapp.sites.models import Assignment, Site


def unattended(code: str) -> Site | None:
    """The site with this ID, if it has an owner and no company looks after it."""
    free = Site.company.is_null() & Site.owner.is_null(False)
    return Site.select().where(Site.code == code, free).first() if code else None


def give_code(site_id: int, code: str) -> None:
    """The ID by which another company finds the site, if it has none."""
    Site.update(code=code).where(Site.id == site_id, Site.code.is_null()).execute()


def devices_of(site_id: int, only: Iterable[int] | None = None) -> list[Device]:
    """A site's devices by name: all of them, or those with these ids."""
    mine = Device.site == site_id
    chosen = mine if only is None else mine & Device.id.in_(list(only))  # type: ignore[attr-defined]
    return list(Device.select().where(chosen).order_by(Device.name, Device.id))


def name_of(account_id: int | None) -> str:
    found = Account.get_or_none(Account.id == account_id) if account_id else None
    return str(found.name) if found else ""


def permission_at(permission_id: int) -> DevicePermission | None:
    """With its device and that device's site."""
    query = DevicePermission.select(DevicePermission, Device, Site).join(Device).join(Site)
    return query.where(DevicePermission.id == permission_id).first()


def take_permission(permission_id: int) -> bool:
    """True for one of any number that end it."""
    return bool(DevicePermission.delete().where(DevicePermission.id == permission_id).execute() == 1)


def prolong_permission(permission_id: int, before: datetime, until: datetime | None) -> bool:
    """False when it ends at another moment than `before` by now, or has gone."""
    same = (DevicePermission.id == permission_id) & (DevicePermission.until == before)
    return bool(DevicePermission.update(until=until).where(same).execute() == 1)


def forget_secrets(site: Site) -> None:
    """Wipe the passwords of a site's devices, and whatever was typed to reach them."""
    for device in devices_of(site.id):
        Probe.forget(device.id, site.company_id, device.host, device.port)
    wiped = {"password_sealed": b"", "password_strength": "", "password_set_at": None}
    fresh = {"connection_version": Device.connection_version + 1}  # what is being asked just now counts no more
    Device.update(**wiped | fresh).where(Device.site == site.id).execute()


def ask_for_passwords(site_id: int, at: datetime) -> None:
    """The site's devices are another company's now: each waits for a login to be typed, and is not asked before."""
    for device in devices_of(site_id):
        DeviceState.set(device.id, at, Status.AUTH_FAILED, reason="wrong_password")


def end_assignments(site_id: int) -> None:
    Assignment.delete().where(Assignment.site == site_id).execute()


def assign_asker(site_id: int, company_id: int, account_id: int) -> None:
    """Who has asked for a site looks after it, as far as they still belong to the company and might ask for it."""
    person = Account.active(account_id)
    if person and person.company_id == company_id and not person.rights.isdisjoint(ADOPTING):
        Assignment.insert(site=site_id, account=account_id).on_conflict_ignore().execute()


def company_name(company_id: int | None) -> str:
    found = Company.get_or_none(Company.id == company_id) if company_id else None
    return str(found.name) if found else ""


def close_invitations(site_id: int, answer: str, at: datetime) -> int:
    mine = (OwnerInvitation.site == site_id) & (OwnerInvitation.answer == Answer.OPEN)
    return int(OwnerInvitation.update(answer=answer, answered_at=at).where(mine).execute())


def request_seen_by(by: Principal, request_id: int) -> AccessRequest | None:
    """With its site and company: of a site that the person sees, or of one that their company asks to look after."""
    query = AccessRequest.select(AccessRequest, Site, Company).join(Site).switch(AccessRequest).join(Company)
    own = AccessRequest.id == request_id
    if by.is_owner:
        return query.where(own, Site.seen_by(by)).first()
    seen = Site.seen_by(by) | (AccessRequest.kind == Asked.ADOPTION)
    return query.where(own, AccessRequest.company == by.company_id, seen).first()


def is_asked(site_id: int, company_id: int, kind: str, at: datetime, device_id: int | None = None) -> bool:
    """Whether the company's like request is open."""
    mine = (AccessRequest.site == site_id) & (AccessRequest.company == company_id) & (AccessRequest.kind == kind)
    live = (AccessRequest.answer == Answer.OPEN) & (AccessRequest.expires_at > at)
    same = mine & live & (AccessRequest.device == device_id) if device_id else mine & live
    return bool(AccessRequest.select().where(same).exists())


def close_requests(site_id: int, kinds: Iterable[str], answer: str, at: datetime, by_name: str) -> int:
    """End a site's open requests of these kinds; gives how many."""
    mine = (AccessRequest.site == site_id) & AccessRequest.kind.in_(list(kinds)) & (AccessRequest.answer == Answer.OPEN)
    values = {"answer": answer, "answered_at": at, "answered_by_name": by_name}
    return int(AccessRequest.update(**values).where(mine).execute())


def asked_by_company(company_id: int, kind: str, at: datetime) -> list[AccessRequest]:
    """A company's open requests of a kind, each with its site, the newest first."""
    mine = (AccessRequest.company == company_id) & (AccessRequest.kind == kind)
    live = (AccessRequest.answer == Answer.OPEN) & (AccessRequest.expires_at > at)
    query = AccessRequest.select(AccessRequest, Site).join(Site).where(mine, live)
    return list(query.order_by(AccessRequest.id.desc()))  # type: ignore[attr-defined]


def last_reset(device_id: int, company_id: int, since: datetime) -> AccessRequest | None:
    """What the company has asked last about a device's password, in any state."""
    mine = (AccessRequest.device == device_id) & (AccessRequest.company == company_id)
    recent = (AccessRequest.kind == Asked.PASSWORD_RESET) & (AccessRequest.made_at > since)
    newest = AccessRequest.id.desc()  # type: ignore[attr-defined]
    return AccessRequest.select().where(mine, recent).order_by(newest).first()
