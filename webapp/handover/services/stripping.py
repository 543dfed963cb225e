"""A photo without what it tells beside the picture: places, devices, persons, drafts of itself, and whatever is
hidden behind it. Nothing is decoded; what is kept is kept byte by byte.

JPEG: ITU-T T.81 B.1-B.2, Exif 2.32 4.5-4.6 (which way is up is written anew, nothing else of it); PNG: W3C PNG 5, 11;
WebP: RFC 9649.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from webapp.accounts.services import pictures
from webapp.accounts.services.pictures import BARE, FRAMES, SIGNATURE, NoPicture, after_scan, big, little

MOST_PARTS = 20_000  # segments or chunks: more are no photo
TABLES = {0xC4, 0xCC, 0xDB, 0xDC, 0xDD}  # JPEG's, which the picture is decoded by
SCAN, END = 0xDA, 0xD9
EXIF = b"Exif\0\0"
CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs"}
PARTS = {b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"}
MOVING, TELLING = 0x02, 0x04 | 0x08  # flags of VP8X: an animation; XMP and Exif


class Photo(NamedTuple):
    """`kind` as "image/jpeg"; sides in pixels, as it is shown."""

    data: bytes
    kind: str
    width: int
    height: int


def strip(data: bytes) -> Photo:
    """Raises NoPicture for what is no whole JPEG, PNG or WebP."""
    try:
        return recognised(*cleaned(data))
    except (IndexError, struct.error) as error:
        raise NoPicture from error


def cleaned(data: bytes) -> tuple[bytes, int]:
    """The photo, and which way is up as Exif numbers it (1: as it is)."""
    if data.startswith(SIGNATURE):
        return png(data), 1
    if data.startswith(b"\xff\xd8\xff"):
        return jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return webp(data), 1
    raise NoPicture


def recognised(data: bytes, way: int) -> Photo:
    found = pictures.recognise(data)
    turned = way >= 5
    sides = (found.height, found.width) if turned else (found.width, found.height)
    return Photo(data, found.kind, *sides)


def jpeg(data: bytes) -> tuple[bytes, int]:
    kept, way, scans = [], 1, 0
    for marker, segment in segments(data):
        if marker == 0xE1 and segment[4:10] == EXIF and way == 1:
            way = orientation(segment[10:])
        scans += marker == SCAN
        kept.append(told(marker, segment))
    if not scans:
        raise NoPicture
    return b"".join([b"\xff\xd8", upright(way), *kept, b"\xff\xd9"]), way


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, whole segment) until the end of the picture; a scan comes with its compressed lines."""
    at = 2
    for _number in range(MOST_PARTS):
        if data[at] != 0xFF:
            raise NoPicture
        marker = data[at + 1]
        if marker == END:
            return
        if marker in BARE or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        length = big(data[at + 2 : at + 4])
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise NoPicture
        end = after_scan(data, end) if marker == SCAN else end
        yield marker, data[at:end]
        at = end
    raise NoPicture


def told(marker: int, segment: bytes) -> bytes:
    """What of a segment is kept: all that the picture needs, its measures and colours; b"" for the rest."""
    if marker in TABLES or marker in FRAMES or marker == SCAN:
        return segment
    if marker == 0xE0 and segment[4:9] == b"JFIF\0" and len(segment) >= 18:
        return b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0"  # without the small picture within
    if marker == 0xEE and segment[4:9] == b"Adobe":
        return b"\xff\xee\0\x0e" + segment[4:16] if len(segment) >= 16 else b""
    return segment if marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0" else b""


def orientation(tiff: bytes) -> int:
    """Which way is up, 1 to 8; 1 where it is not told."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        (start,) = struct.unpack_from(f"{order}4xI", tiff)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(min(count, 200)):
            tag, kind, _n, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if (tag, kind) == (0x0112, 3):
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def upright(way: int) -> bytes:
    """An Exif segment that tells which way is up, and nothing else."""
    if way == 1:
        return b""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, way, 0)
    body = EXIF + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def png(data: bytes) -> bytes:
    kept, at = [SIGNATURE], len(SIGNATURE)
    for _number in range(MOST_PARTS):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        chunk = data[at:end]
        if len(chunk) != 12 + length:
            raise NoPicture
        if name in CHUNKS:
            if zlib.crc32(chunk[4:-4]) != big(chunk[-4:]):
                raise NoPicture
            kept.append(chunk)
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise NoPicture


def webp(data: bytes) -> bytes:
    end, at = little(data[4:8]) + 8, 12
    kept: list[bytes] = []
    if end > len(data):
        raise NoPicture
    while at + 8 <= end and len(kept) < MOST_PARTS:
        name, length = struct.unpack_from("<4sI", data, at)
        whole = 8 + length + length % 2
        if at + whole > end:
            raise NoPicture
        if name in PARTS:
            kept.append(silenced(data[at : at + whole]) if name == b"VP8X" else data[at : at + whole])
        at += whole
    if at != end or not any(part[:4] in {b"VP8 ", b"VP8L"} for part in kept):
        raise NoPicture
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def silenced(part: bytes) -> bytes:
    """VP8X without the flags of what is left out. Raises NoPicture for an animation."""
    if part[8] & MOVING:
        raise NoPicture
    return part[:8] + bytes([part[8] & ~TELLING]) + part[9:]
