"""The health report of a site: what is known of each device, to be printed or opened as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from webapp.accounts.principal import Principal
from webapp.common import clock, table
from webapp.common.i18n import _, local
from webapp.common.passwords import Verdict
from webapp.common.text import file_name as file_name_of
from webapp.devices.models import Device, Status
from webapp.devices.services import pauses
from webapp.devices.words import STATUSES, type_name
from webapp.health import words
from webapp.health.models import rollup as stored
from webapp.health.services import rollup, shares, summary
from webapp.health.services.shares import Share
from webapp.health.services.summary import Item, Known
from webapp.protocols.isapi.kinds import Kind
from webapp.sites.models import Site

NOTHING = (Share(None, 0.0),) * 3


class Row(NamedTuple):
    """One device; shares of 24 hours, 7 and 30 days."""

    device: Device
    type: str
    shown: str
    tone: str
    icon: str
    status: str
    checked_at: datetime | None
    shares: tuple[Share, Share, Share]
    storage: list[str]
    cameras: list[str]
    look: bool  # something of these is not well
    offline_at: datetime | None
    to_check: list[str]  # what else somebody must look at
    changes: int = 0  # of its status, just now, when these are too many

    @property
    def percents(self) -> list[str]:
        return [said(share) for share in self.shares]

    @property
    def notes(self) -> list[str]:
        return [*([words.unstable(self.changes)] if self.changes else []), *self.to_check]


class Report(NamedTuple):
    site: Site
    at: datetime
    verdict: rollup.Verdict | None
    rows: list[Row]
    left_out: str = ""  # for an end user: which devices are not in it, because their service is paused


def report(by: Principal, site: Site) -> Report:
    """All devices of a site that this person sees, by name. Raises Refused for an end user while it is paused."""
    pauses.require_site_told(by, site)
    states, findings = stored.states_of_site(by, site), stored.findings_of_site(by, site)
    offline, past = stored.last_offline(by, site.id), shares.of_each(by, site)
    due, worked = stored.due_of_site(by, site, clock.now()), stored.worked_at(site, clock.now())
    unstable = rollup.unstable_of(by, site)
    changes = {one.device_id: one.changes for one in unstable}
    rows = []
    for device in stored.devices_of_site(by, site):
        known = summary.gather(device, states.get(device.id), findings.get(device.id), worked=device.id in worked)
        more = to_check(known, device.id in due, by.is_owner)
        row = read(known, past(device.id), offline.get(device.id), more)
        rows.append(row._replace(changes=changes.get(device.id, 0)))
    verdict = rollup.unsteady(rollup.verdict(all_counts(rows)), unstable)
    return Report(site, clock.now(), verdict, rows, left_out(by, site))


def left_out(by: Principal, site: Site) -> str:
    names = ", ".join(sorted(pause.what for _device, pause in pauses.at_site(by, site).devices))
    why = _("Not in this report, because the company has paused their service: %(names)s", names=names)
    return why if names else ""


def counts(rows: list[Row]) -> dict[str, int]:
    """As the filters of the list count, as far as the verdict asks for it."""
    shown = Counter(row.shown for row in rows)
    down, look = sum(row.tone == "bad" for row in rows), sum(row.look for row in rows)
    kinds = {status.value: shown[status] for status in (Status.PAUSED, Status.ONLINE, Status.MAINTENANCE)}
    return {"all": len(rows), "down": down, "attention": look, **kinds}


def all_counts(rows: list[Row]) -> dict[str, int]:
    """The same with all that the list says somebody must look at."""
    look = sum(row.tone != "bad" and (row.look or bool(row.to_check)) for row in rows)
    return counts(rows) | {"attention": look}


def to_check(known: Known, due: bool, for_owner: bool) -> list[str]:
    """What the lists call somebody to beside disks and cameras; an owner is told of what the device itself has said."""
    wrong = summary.clock_line(known, summary.told(known))
    said = [wrong.title] if wrong.tone in summary.WORST else []
    if for_owner:
        return said
    if known.device.password_strength == Verdict.WEAK:
        said.append(_("Its password is weak."))
    if due:
        said.append(_("Its password is due to be changed."))
    return [*said, _("Its type is not known.")] if known.device.type == Kind.UNKNOWN else said


def read(known: Known, shares: tuple[Share, Share, Share], offline_at: datetime | None, to_check: list[str]) -> Row:
    """While it is not monitored nothing old is told, as on its page."""
    tone, icon, status = STATUSES[Status(known.shown)]
    found = summary.told(known)
    recorder, online = known.device.type in summary.RECORDERS, known.shown == Status.ONLINE
    watched = known.shown != Status.PAUSED
    storage = list(summary.disks(found, recorder)) if online else []
    cameras = list(summary.cameras(found)) if online and recorder else []
    return Row(
        device=known.device,
        type=type_name(known.device.type),
        shown=known.shown,
        tone=tone,
        icon=icon,
        status=str(status),
        checked_at=known.state.checked_at if known.state and watched else None,
        shares=shares if watched else NOTHING,
        storage=lines(storage),
        cameras=lines(cameras),
        look=any(item.tone in summary.WORST for item in storage + cameras),
        offline_at=offline_at if watched else None,
        to_check=to_check,
    )


def lines(items: Iterable[Item]) -> list[str]:
    """Titles, and of what is wrong the details too."""
    return [f"{item.title} {item.text}".strip() if item.tone in summary.WORST else item.title for item in items]


def spans(row: Row) -> list[tuple[str, str]]:
    """What the shares are of, and each in words."""
    return list(zip(shares.spans(), row.percents, strict=True))


def said(share: Share) -> str:
    """As "99.8%", or "100% (3% known)"."""
    figure, known = shares.figure(share)
    return f"{figure} ({known})" if known else figure


def as_csv(made: Report) -> bytes:
    """The devices as `common.table.as_csv`."""
    return table.as_csv(cells(made))


def cells(made: Report) -> Iterator[tuple[str, ...]]:
    yield (
        *(_("Device"), _("Type"), _("Model"), _("Serial number"), _("Firmware"), _("Status"), _("Checked")),
        *(*shares.spans(), _("Storage"), _("Cameras"), _("Last offline"), _("To check")),
    )
    for row in made.rows:
        device = row.device
        told = (stamp(row.checked_at, made.site), *row.percents, "; ".join(row.storage), "; ".join(row.cameras))
        who = (device.name, row.type, device.model, device.serial, device.firmware, row.status)
        yield (*who, *told, stamp(row.offline_at, made.site), "; ".join(row.notes))
    if made.left_out:
        yield (made.left_out,)


def stamp(at: datetime | None, site: Site) -> str:
    """As "2026-11-23 14:03", at the site."""
    return local(at, site.zone).strftime("%Y-%m-%d %H:%M") if at else ""


def file_name(made: Report) -> str:
    name = file_name_of(made.site.name) or str(made.site.id)
    return f"{name}-{local(made.at, made.site.zone):%Y-%m-%d}.csv"
