"""The list pages: what is looked up, in pages of fifty, each with one statement."""

from __future__ import annotations

from webapp import config
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.pages import Found
from webapp.devices.models import lists


def devices(by: Principal, chosen: dict[str, str], page: int = 1) -> Found:
    """Devices by `q`, `status`, `type`, `site`, `mode`; worst first."""
    found, counts = lists.devices(by, chosen, page, clock.now(), config.current().check_interval)
    return Found(
        found,
        counts.matching,
        page,
        {"all": counts.total, "down": counts.bad, "attention": counts.look, "online": counts.online},
    )


def worst(by: Principal, count: int = 5) -> list[lists.DeviceRow]:
    """The devices that most need somebody: down, or with something to mend."""
    return [row for row in devices(by, {}).rows if row.group <= 2][:count]


def sites(by: Principal, query: str, page: int = 1) -> Found:
    found, total = lists.sites(by, query, page, clock.now(), config.current().check_interval)
    return Found(found, total, page)


def tally(by: Principal) -> dict[str, int]:
    sites_, devices_, weak, unknown = lists.tally(by)
    return {"sites": sites_, "devices": devices_, "weak": weak, "unknown": unknown}
