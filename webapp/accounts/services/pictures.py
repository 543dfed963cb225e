"""What a picture is, read from its own bytes: PNG, JPEG or WebP, its size, and that nothing stands behind it.

Nothing is decoded. PNG: W3C PNG 5.2-5.3, 11.2.1; JPEG: ITU-T T.81 B.1-B.2; WebP: RFC 9649.
"""

from __future__ import annotations

from typing import NamedTuple

from webapp.common.errors import Refused
from webapp.common.i18n import _

LARGEST = 1 << 20  # bytes
LEAST, MOST = 16, 4096  # pixels a side
SIGNATURE = b"\x89PNG\r\n\x1a\n"
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG's markers that carry the size
BARE = {0x01, *range(0xD0, 0xD8)}  # and those without a length


class Picture(NamedTuple):
    kind: str
    width: int
    height: int


class NoPicture(Exception):
    pass


def read(data: bytes) -> Picture:
    """Raises Refused with what is wrong."""
    if len(data) > LARGEST:
        raise Refused(_("The picture is larger than 1 MiB. Save it smaller, then try again."), "too_large")
    try:
        found = recognise(data)
    except (NoPicture, IndexError) as error:
        why = _("This is not a whole picture of the kind PNG, JPEG or WebP. Save it anew as PNG, then try again.")
        raise Refused(why, "no_picture") from error
    if not (LEAST <= found.width <= MOST and LEAST <= found.height <= MOST):
        why = _("Each side of the picture must have %(least)s to %(most)s pixels.", least=LEAST, most=MOST)
        raise Refused(why, "bad_size")
    return found


def recognise(data: bytes) -> Picture:
    """Raises NoPicture, IndexError."""
    if data.startswith(SIGNATURE):
        return png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return webp(data)
    raise NoPicture


def big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def little(data: bytes) -> int:
    return int.from_bytes(data, "little")


def png(data: bytes) -> Picture:
    at, names = len(SIGNATURE), []
    while at + 12 <= len(data):
        names.append(data[at + 4 : at + 8])
        at += 12 + big(data[at : at + 4])
    if at != len(data) or data[8:16] != b"\0\0\0\x0dIHDR" or names[-1:] != [b"IEND"] or b"IDAT" not in names:
        raise NoPicture
    return Picture("image/png", big(data[16:20]), big(data[20:24]))


def jpeg(data: bytes) -> Picture:
    at, size = 2, None
    while True:
        if data[at] != 0xFF:
            raise NoPicture
        marker = data[at + 1]
        if marker == 0xD9:
            break
        if marker in BARE or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in FRAMES:
            size = big(data[at + 7 : at + 9]), big(data[at + 5 : at + 7])
        at += 2 + big(data[at + 2 : at + 4])
        if marker == 0xDA:
            at = after_scan(data, at)
    if size is None or at + 2 != len(data):
        raise NoPicture
    return Picture("image/jpeg", *size)


def after_scan(data: bytes, at: int) -> int:
    """Where the next marker stands behind the compressed lines: there 0xFF is followed by 0, or by a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise NoPicture
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def webp(data: bytes) -> Picture:
    if little(data[4:8]) + 8 != len(data):
        raise NoPicture
    kind, body = data[12:16], data[20:]
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return Picture("image/webp", little(body[6:8]) & 0x3FFF, little(body[8:10]) & 0x3FFF)
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = little(body[1:5])
        return Picture("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        return Picture("image/webp", little(body[4:7]) + 1, little(body[7:10]) + 1)
    raise NoPicture
