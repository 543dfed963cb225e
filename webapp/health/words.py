"""What devices say of themselves, and what was measured of them, in words and figures of the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent

from webapp.common import clock
from webapp.common.i18n import _, language, lazy, local, plural
from webapp.protocols.isapi.channels import Channel
from webapp.protocols.isapi.storage import Disk, word

SIZES = {"year": 31_536_000, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}

# Why a part of its health is not known (codes of protocols.isapi.health.Missing).
MISSING = {
    "unsupported": lazy("The device does not report this."),
    "low_privilege": lazy("The user name kept in Sitehand may not read this."),
}
UNREADABLE = lazy("Its answer could not be read.")

# Why a recorder has no picture of a camera (protocols.isapi.channels.Channel.reason).
REASONS = {
    "connecting": lazy("It is being connected."),
    "wrong_password": lazy("The recorder has a wrong password for it."),
    "locked": lazy("It has locked the recorder out."),
    "network": lazy("The recorder cannot reach it."),
    "address": lazy("Its address is wrong, or in use twice."),
    "not_activated": lazy("It is not activated yet."),
    "not_exist": lazy("The recorder does not find it."),
    "no_stream": lazy("The recorder gets no picture that it can use."),
    "bandwidth": lazy("The recorder has no bandwidth left for it."),
    "offline": lazy("It does not answer the recorder."),
}

BROKEN_DISKS = {
    **dict.fromkeys(("unformatted", "uninitialized"), lazy("%(disk)s is not formatted: not recording on it.")),
    "smartfailed": lazy("%(disk)s reports that it is wearing out. Replace it soon."),
    "mismatch": lazy("%(disk)s does not belong to this device: not recording on it."),
    "offline": lazy("%(disk)s cannot be reached: not recording on it."),
}
FAILED_DISK = lazy("%(disk)s has failed: not recording on it.")
BUSY_DISKS = {
    "formating": lazy("%(disk)s is being formatted."),
    "formatting": lazy("%(disk)s is being formatted."),
    "repairing": lazy("%(disk)s is being repaired."),
}


def missing(code: str) -> str:
    return str(MISSING.get(code, UNREADABLE))


def disk_name(disk: Disk) -> str:
    if disk.kind == "hdd":
        return str(_("Disk %(number)s", number=disk.id))
    return str(_("Network disk %(number)s", number=disk.id))


def disk_trouble(disk: Disk) -> str:
    """A sentence about a disk whose health is warn or fault."""
    said, name = word(disk.status), disk_name(disk)
    if disk.health == "fault":
        return str(BROKEN_DISKS.get(said, FAILED_DISK)) % {"disk": name}
    if said in BUSY_DISKS:
        return str(BUSY_DISKS[said]) % {"disk": name}
    if disk.access.upper() == "RO":
        return str(_("%(disk)s is read only: not recording on it.", disk=name))
    return str(_("%(disk)s says: %(status)s", disk=name, status=disk.status))


def channel_name(channel: Channel) -> str:
    if channel.name:
        return str(_("Camera %(number)s “%(name)s”", number=channel.id, name=channel.name))
    return str(_("Camera %(number)s", number=channel.id))


def channel_trouble(channel: Channel) -> str:
    return str(REASONS.get(channel.reason, REASONS["offline"]))


def size(megabytes: int) -> str:
    """A disk's size as it is sold: 3,815,447 MB of the device are "4 TB"."""
    gigabytes = megabytes * 1024 * 1024 / 1e9
    number, unit = (gigabytes / 1000, "TB") if gigabytes >= 1000 else (gigabytes, "GB")
    return f"{figure(number, '0.#' if unit == 'TB' else '0')} {unit}"


def figure(number: float, pattern: str = "0.#") -> str:
    return str(format_decimal(number, pattern, locale=language()))


def percent(share: float) -> str:
    """With one decimal, never more than it is: only what was always there is "100%"."""
    return str(format_percent(int(share * 1000 + 1e-6) / 1000, locale=language(), decimal_quantization=False))


def span(seconds: float, most: int = 2) -> str:
    """How long something is, in its two largest units: "1 hr 30 min."; less than a minute is some seconds."""
    left = max(1, int(seconds))
    said: list[str] = []
    for unit, length in SIZES.items():
        if left >= length and len(said) < most:
            said.append(length_of(left // length, unit, length))
            left %= length
        elif said:
            break
    return " ".join(said)


def length_of(count: int, unit: Any, length: int) -> str:
    style: Any = "long" if length >= 86_400 else "short"
    passed = timedelta(seconds=count * length)
    return str(format_timedelta(passed, unit, threshold=1e9, format=style, locale=language()))


def running_for(seconds: float) -> str:
    """In days from the first one on."""
    if seconds >= 86_400:
        days = int(seconds // 86_400)
        return str(plural("Running for %(num)s day.", "Running for %(num)s days.", days))
    return str(_("Running for less than a day: %(span)s.", span=span(seconds, 1)))


def unstable(changes: int) -> str:
    return str(_("Unstable: %(num)s changes in half an hour.", num=changes))


def clock_trouble(drift: int) -> str:
    """`drift` in seconds, above 0 when the device's clock is ahead."""
    if drift > 0:
        return str(_("The clock is %(span)s ahead.", span=span(drift)))
    return str(_("The clock is %(span)s behind.", span=span(-drift)))


def at(moment: datetime, zone: str) -> str:
    """The time at a site: "14:03"."""
    return clock_time(moment, zone, "HH:mm")


def day_and_time(moment: datetime, zone: str) -> str:
    """ "Mon 14:03"."""
    return clock_time(moment, zone, "EEE HH:mm")


def clock_time(moment: datetime, zone: str, pattern: str) -> str:
    """With its offset ("02:30 GMT+02:00") in the hour that the clocks of a site show twice."""
    there = local(moment, zone)
    twice = there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
    return str(format_datetime(there, f"{pattern} OOOO" if twice else pattern, locale=language()))


def soon(moment: datetime, zone: str) -> str:
    """The time alone when it is still today at the site, else with its day."""
    today = local(clock.now(), zone).date() == local(moment, zone).date()
    return at(moment, zone) if today else day_and_time(moment, zone)
