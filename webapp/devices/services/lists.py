"""The list pages: what is looked up, in pages of fifty, each with one statement."""

from __future__ import annotations

from webapp import config
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.pages import Found
from webapp.devices.models import lists


def device_text(by: Principal, chosen: dict[str, str], page: int) -> str:
    """Devices by `q`, `status`, `type`, `site`, `mode`, as a text that is the same while nothing shown has changed."""
    return lists.devices(by, chosen, page, clock.now(), config.current().check_interval)


def read_devices(text: str, page: int) -> Found:
    found, counts = lists.read_devices(text)
    by_filter = {"all": counts.total, "down": counts.bad, "attention": counts.look, "online": counts.online}
    return Found(found, counts.matching, page, by_filter)


def devices(by: Principal, chosen: dict[str, str], page: int = 1) -> Found:
    """The devices that a person sees, worst first."""
    return read_devices(device_text(by, chosen, page), page)


def worst(by: Principal, count: int = 5) -> list[lists.DeviceRow]:
    """The devices that most need somebody: down, or with something to mend."""
    return [row for row in devices(by, {}).rows if row.group <= 2][:count]


def site_text(by: Principal, query: str, page: int) -> str:
    """Sites by name, as a text that is the same while nothing shown has changed."""
    return lists.sites(by, query, page, clock.now(), config.current().check_interval)


def read_sites(text: str, page: int) -> Found:
    return Found(*lists.read_sites(text), page)


def tally(by: Principal) -> dict[str, int]:
    sites_, devices_, weak, unknown = lists.tally(by)
    return {"sites": sites_, "devices": devices_, "weak": weak, "unknown": unknown}
