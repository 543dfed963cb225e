"""What a company asks of an owner, in the owner's words: what is asked, and what each answer means."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.i18n import _
from webapp.handover.models import AccessRequest, Asked, Wanted
from webapp.handover.models.owned import requests_of
from webapp.handover.models.places import devices_of
from webapp.owners import words

MOST_NAMED = 5  # devices in one sentence


class Question(NamedTuple):
    id: int
    site_id: int
    site: str
    company: str
    title: str
    reason: str  # as the company has typed it
    kinds: tuple[str, ...]  # what they may do then, in words
    devices: str  # with which devices; "" where there is no such choice
    allow: str  # what that means
    refuse: str
    span: str  # for how long it is asked; "" where that is no question
    at: datetime
    until: str  # it can be answered

    @property
    def spans(self) -> list[tuple[str, str]]:
        """For how long it may be allowed: values of the form and their words; none where that is no question."""
        return [("asked", _("As asked: %(span)s", span=self.span)), *words.spans()] if self.span else []


def questions(by: Principal, site_id: int | None = None) -> list[Question]:
    """What waits for this owner's answer, at one site or at all, the newest first."""
    return [read(request) for request in requests_of(by, clock.now(), site_id)]


def read(request: AccessRequest) -> Question:
    wanted, company, site = Wanted.of(request.wanted), request.company.name, request.site.name
    device = request.device.name if request.device_id else ""
    title, allow, refuse = say(request.kind, company, site, device)
    return Question(
        id=request.id,
        site_id=request.site_id,
        site=site,
        company=company,
        title=title,
        reason=request.reason,
        kinds=tuple(words.may(kind) for kind in wanted.kinds),
        devices=named(request, wanted) if wanted.kinds else "",
        allow=allow,
        refuse=refuse,
        span="" if request.kind == Asked.PASSWORD_RESET else span(wanted, request.site.zone),
        at=request.made_at,
        until=words.when(request.expires_at, request.site.zone),
    )


def say(kind: str, company: str, site: str, device: str) -> tuple[str, str, str]:
    """Title, what it means to allow it, and what not to."""
    if kind == Asked.PERMISSION:
        return (
            _("%(company)s asks for more at %(site)s", company=company, site=site),
            _("They may do what stands here, for as long as you say. You can end it at any time."),
            _("Nothing changes: they may do what they may do now."),
        )
    if kind == Asked.PASSWORD_RESET:
        return (
            _("%(company)s asks to set a new password on %(device)s", company=company, device=device),
            _("Somebody of the company sets it at the device itself, so they may have to come to you."),
            _("The device keeps its password. If nobody knows it, the company cannot work on the device."),
        )
    if kind == Asked.ADOPTION:
        return (
            _("%(company)s asks to look after %(site)s", company=company, site=site),
            _("They see your devices and whether they work, and keep them running. You can end it at any time."),
            _("Nobody looks after your site, as it is now."),
        )
    return (
        _("%(company)s asks to look after %(site)s", company=company, site=site),
        _("They see your devices and whether they work, and keep them running. You can end it at any time."),
        _("They see the name of your site and nothing else, as it is now."),
    )


def named(request: AccessRequest, wanted: Wanted) -> str:
    if wanted.devices is None:
        return _("With all devices")
    names = [device.name for device in devices_of(request.site_id, wanted.devices)]
    more = len(names) - MOST_NAMED
    shown = names[:MOST_NAMED] + ([_("and %(num)s more", num=more)] if more > 0 else [])
    return _("With: %(devices)s", devices=", ".join(shown))


def span(wanted: Wanted, zone: str) -> str:
    if wanted.until:
        return words.until(wanted.until, zone)
    return words.lasting(wanted.hours or words.FOR_GOOD)
