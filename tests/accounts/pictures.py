"""Pictures as programs write them, by hand: whole ones, and such as only begin like one."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import segno


def png(width: int = 200, height: int = 60) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = zlib.compress(b"".join(b"\0" + b"\xff" * width for _ in range(min(height, 64))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def real_png() -> bytes:
    """Of another program than this."""
    file = BytesIO()
    segno.make("logo").save(file, kind="png", scale=4)
    return file.getvalue()


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(width: int = 200, height: int = 60, marker: int = 0xC0) -> bytes:
    """With a thumbnail of its own before it, stuffed and restarted lines, and a second scan, as a camera's are."""
    thumb = segment(0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0") + b"\xff\xd9"
    frame = segment(marker, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56\xff\0"
    tables = segment(0xC4, b"\0" * 17 + b"\xff\xd9")
    return b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + thumb) + frame + scan + tables + scan + b"\xff\xd9"


def webp(kind: str = "VP8X", width: int = 200, height: int = 60) -> bytes:
    bodies = {
        "VP8X": b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
        "VP8L": b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + b"\0" * 5,
        "VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height),
    }
    body = bodies[kind]
    riff = b"WEBP" + kind.encode() + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(riff)) + riff
