"""The list pages: what is looked up, in pages of fifty, each with one statement."""

from __future__ import annotations

from hashlib import blake2b

from webapp import config
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.pages import Found
from webapp.devices.models import lists

WORST = "worst"  # the order of sites that is not by name


def device_text(by: Principal, chosen: dict[str, str], page: int) -> str:
    """Devices by `q`, `status`, `type`, `site`, `mode`, as a text that is the same while nothing shown has changed."""
    return lists.devices(by, chosen, page, clock.now(), config.current().check_interval)


def read_devices(text: str, page: int) -> Found:
    found, matching, counts = lists.read_devices(text)
    return Found(found, matching, page, counts | {"all": counts[""]})


def is_empty(text: str) -> bool:
    """Whether `device_text` has found no device, without reading it."""
    return text.startswith("[[null")


def count_closed_sites(by: Principal) -> int:
    """How many of a person's sites are closed to the company: it is not told of their devices."""
    return lists.closed_sites(by)


# The filters that are offered: the first always, the others where they would find something.
ALWAYS = ("", "down", "attention", "online")
KINDS = ("offline", "auth_failed", "locked", "certificate_changed", "other_device", "unsupported")  # of down
ALSO = ("unknown", "checking", "paused", "maintenance", "old_password", "weak")


def offered(chosen: str, counts: dict[str, int]) -> list[str]:
    """Which filters the list offers: the chosen one where it is seen, what "down" is made of only after that."""
    more = (*KINDS, *ALSO) if chosen in {"down", *KINDS} else ALSO
    names = [*ALWAYS, *(name for name in more if counts[name])]
    if chosen in ALWAYS or chosen not in counts:
        return names
    return [names[0], chosen, *(name for name in names[1:] if name != chosen)]


def version(*texts: str) -> str:
    """A short name for texts: a page that brings it back is told when nothing has changed (`?v=`)."""
    return blake2b("\0".join(texts).encode(), digest_size=8).hexdigest()


def site_text(by: Principal, query: str, page: int, order: str = "") -> str:
    """Sites by name, or in the order WORST, as a text that is the same while nothing shown has changed."""
    return lists.sites(by, query, page, clock.now(), config.current().check_interval, order == WORST)


def read_sites(text: str, page: int) -> Found:
    return Found(*lists.read_sites(text), page)
