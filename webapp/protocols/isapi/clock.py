"""What time a device thinks it is: /ISAPI/System/time.

Source: the vendor's ISAPI guide, and recorded answers of clocks that were 22 years behind.
"""

import re
from datetime import datetime, timedelta

from webapp.protocols.isapi.xml import clean, document, text
from webapp.protocols.talk import Call, Reply
from webapp.protocols.values import value_object

YEARS = range(1900, 2200)  # beyond them arithmetic with time zones may overflow
ZONE = re.compile(
    r"[A-Za-z]{3,5}(?P<sign>[+-]?)(?P<h>\d{1,2})(:(?P<m>[0-5]\d))?(:[0-5]\d)?"
    r"(DST(?P<dst_h>[0-2]?\d):(?P<dst_m>[0-5]\d))?",
    re.ASCII,
)


@value_object
class DeviceClock:
    mode: str  # timeMode as the device says it: "NTP", "manual", "platform"
    local: datetime | None  # aware where the device wrote an offset
    zone: str  # "CST-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00"

    @classmethod
    def parse(cls, reply: Reply) -> "DeviceClock":
        time = document(reply, "Time")
        return cls(clean(text(time, "timeMode")), moment(text(time, "localTime")), clean(text(time, "timeZone")))


def moment(said: str) -> datetime | None:
    """An ISO time as a device writes it, aware if it has an offset; None for anything else."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def drift(clock: DeviceClock, now: datetime) -> int | None:
    """Seconds by which the device's clock is ahead of `now` (aware), below 0 when it is behind; None: cannot be told.

    In summer some firmwares write the offset of winter beside the time of summer. So where the zone has a summer time,
    the reading that makes the clock less wrong counts; a clock wrong by just that hour can be missed.
    """
    if clock.local is None:
        return None
    wall = clock.local.replace(tzinfo=None)
    right = (now.replace(tzinfo=None) - (now.utcoffset() or timedelta()) + offset for offset in offsets(clock))
    return min((round((wall - there).total_seconds()) for there in right), key=abs, default=None)


def offsets(clock: DeviceClock) -> set[timedelta]:
    """How far east of UTC the device's local time can be meant to be."""
    written = clock.local.utcoffset() if clock.local else None
    winter, summer = zone_offsets(clock.zone)
    if written is None:
        return {offset for offset in (winter, summer) if offset is not None}
    return {written, summer} if summer is not None and written == winter else {written}


def zone_offsets(zone: str) -> tuple[timedelta | None, timedelta | None]:
    """East of UTC in winter and in summer: "CST-1:00:00DST01:00:00,M3…" is 1 h and 2 h, as POSIX counts west.

    What follows DST is how far clocks are put forward, not an offset as in POSIX. None: unreadable, or no such time.
    """
    found = ZONE.match(zone)
    if not found or int(found["h"]) > 14:
        return None, None
    west = timedelta(hours=int(found["h"]), minutes=int(found["m"] or 0))
    winter = west if found["sign"] == "-" else -west
    if found["dst_h"] is None:
        return winter, None
    return winter, winter + timedelta(hours=int(found["dst_h"]), minutes=int(found["dst_m"]))


TIME = Call("GET", "/ISAPI/System/time", DeviceClock.parse)
