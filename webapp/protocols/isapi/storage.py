"""Disks, SD cards and network storage: /ISAPI/ContentMgmt/Storage.

Source: the vendor's ISAPI guide; recorded cameras and recorders; status words collected from public clients.
"""

import re
from functools import lru_cache
from typing import Literal
from xml.etree.ElementTree import Element

from webapp.protocols.isapi.xml import clean, document, each, number, numbered, text
from webapp.protocols.talk import Call, Reply
from webapp.protocols.values import value_object

MOST_DISKS = 64
EMPTY_BAY = "notexist"
Health = Literal["ok", "warn", "fault", "unknown"]
HEALTH: dict[str, Health] = {
    **dict.fromkeys(("ok", "normal", "idle", "sleeping", EMPTY_BAY), "ok"),
    **dict.fromkeys(("unformatted", "uninitialized", "error", "abnormal", "exception"), "fault"),
    **dict.fromkeys(("smartfailed", "mismatch", "offline"), "fault"),
    "": "unknown",
}


@value_object
class Disk:
    """`id` is unique with `kind`. An SD card counts as a disk."""

    id: int
    name: str  # "hdd1"; of network storage its place: "192.0.2.203/pub/hik"
    kind: Literal["hdd", "nas"]
    status: str  # as the device says it: "ok", "smartFailed"
    capacity: int | None  # MB
    free: int | None  # MB
    access: str = ""  # property: "RW", "RO" read only, "Redund" a mirror

    @property
    def present(self) -> bool:
        """False for an empty bay, which is no fault."""
        return word(self.status) != EMPTY_BAY

    @property
    def health(self) -> Health:
        """Warn for a disk that cannot be written, that is being formatted or repaired, and for an unknown word."""
        found = HEALTH.get(word(self.status), "warn")
        return "warn" if found == "ok" and self.present and self.access.upper() == "RO" else found

    @property
    def full(self) -> bool:
        """No fault by itself: a recorder that overwrites its oldest pictures is full for most of its life."""
        return self.free == 0 and bool(self.capacity)


@value_object
class Storage:
    disks: tuple[Disk, ...]  # with empty bays; at most 64 of each kind
    mode: str  # workMode as the device says it: "quota", "group"; "" when it is silent

    @classmethod
    def parse(cls, reply: Reply) -> "Storage":
        storage = document(reply, "storage")
        return cls(disks(storage, "hddList/hdd") + disks(storage, "nasList/nas"), clean(text(storage, "workMode")))

    @classmethod
    def parse_list(cls, reply: Reply) -> "Storage":
        """Of firmwares that list their disks and nothing else."""
        return cls(disks(document(reply, "hddList"), "hdd"), "")


def disks(parent: Element, path: Literal["hddList/hdd", "nasList/nas", "hdd"]) -> tuple[Disk, ...]:
    listed = numbered(each(parent, *path.split("/")), MOST_DISKS)
    return tuple(disk(key, element, "nas" if path == "nasList/nas" else "hdd") for key, element in listed)


def disk(key: int, element: Element, kind: Literal["hdd", "nas"]) -> Disk:
    place = (text(element, "ipAddress") or text(element, "hostName")) + text(element, "path")
    return Disk(
        id=key,
        name=clean(text(element, "hddName") or place),
        kind=kind,
        status=clean(text(element, "status")),
        capacity=number(element, "capacity"),
        free=number(element, "freeSpace"),
        access=clean(text(element, "property")),
    )


@lru_cache(maxsize=256)
def word(status: str) -> str:
    return re.sub(r"[^a-z]", "", status.lower())


STORAGE = Call("GET", "/ISAPI/ContentMgmt/Storage", Storage.parse)
# The path differs between firmwares, and some take its case for what it is.
STORAGES = (
    STORAGE,
    Call("GET", "/ISAPI/ContentMgmt/storage", Storage.parse),
    Call("GET", "/ISAPI/ContentMgmt/Storage/hdd", Storage.parse_list),
)
