"""Whether a device is up, and how busy it is: what is asked every minute.

Source: the vendor's ISAPI guide; recorded cameras and recorders, which count memory in different units.
"""

from datetime import datetime
from xml.etree.ElementTree import Element

from webapp.protocols.isapi.clock import moment
from webapp.protocols.isapi.xml import document, each, number, text
from webapp.protocols.talk import Call, Reply
from webapp.protocols.values import value_object

LEAST_FREE = 4096  # kB of free memory beside a percentage; as MB it would be more than any device leaves free


@value_object
class SystemStatus:
    """None where the device is silent. Older recorders say 0 % CPU whatever they do."""

    up: int | None  # seconds since its start
    device_time: datetime | None  # as sent: aware where the device wrote an offset
    cpu: int | None  # percent, of the busiest core
    memory: int | None  # percent, where the unit can be told
    reboots: int | None  # since it was made

    @classmethod
    def parse(cls, reply: Reply) -> "SystemStatus":
        status = document(reply, "DeviceStatus")
        cores = (number(core, "cpuUtilization") for core in each(status, "CPUList", "CPU"))
        memories = (memory_used(memory) for memory in each(status, "MemoryList", "Memory"))
        return cls(
            up=number(status, "deviceUpTime"),
            device_time=moment(text(status, "currentDeviceTime")),
            cpu=max((core for core in cores if core is not None and core <= 100), default=None),
            memory=max((percent for percent in memories if percent is not None), default=None),
            reboots=number(status, "totalRebootCount"),
        )


def memory_used(memory: Element) -> int | None:
    """Percent in use, or None where it cannot be told.

    Cameras write a percentage beside free kB (61 and 94208), recorders and switches twice MB or twice kB (734 and 395).
    A small number beside a small number can be either.
    """
    used, free = number(memory, "memoryUsage"), number(memory, "memoryAvailable")
    if used is None or free is None:
        return None
    if used > 100:
        return 100 * used // (used + free)
    return used if free >= LEAST_FREE else None


def accepted(reply: Reply) -> bool:
    """True for a login that was taken. Raises DeviceError."""
    document(reply, "userCheck")
    return True


STATUS = Call("GET", "/ISAPI/System/status", SystemStatus.parse)
USER_CHECK = Call("GET", "/ISAPI/Security/userCheck", accepted)
