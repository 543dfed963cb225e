"""What a camera would read: codes as pages and files hold them, turned into pixels and read by another reader."""

from __future__ import annotations

import re
import struct
import zlib
from html import unescape

import zxingcpp

SCALE = 4  # pixels to a module
LINK = re.compile(r'id="qr-link" readonly[^>]*value="([^"]+)"')
SVG = re.compile(r"<svg[^>]* viewBox=\"0 0 \d+ \d+\".*?</svg>", re.DOTALL)


def read(rows: list[list[bool]]) -> str:
    """The text of the one code in a picture; True is dark."""
    width = len(rows[0])
    grey = memoryview(bytes(0 if dark else 255 for row in rows for dark in row)).cast("B", shape=[len(rows), width])
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    assert len(found) == 1, "not one code"
    return str(found[0].text)


def enlarged(modules: list[list[bool]]) -> list[list[bool]]:
    return [[dark for dark in row for _ in range(SCALE)] for row in modules for _ in range(SCALE)]


def read_svg(text: str) -> str:
    """Of a drawing as segno writes it: dark lines, one module wide, on a light ground."""
    size = int(re.search(r"h(\d+)v\1h-\1z", text)[1])  # type: ignore[index]
    modules = [[False] * size for _ in range(size)]
    lines = re.search(r'stroke="#000" d="([^"]+)"', text)
    assert lines, text[:200]
    x, y = 0.0, 0.0
    for letter, numbers in re.findall(r"([Mmh])([^Mmh]+)", lines[1]):
        given = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if letter == "h":
            for module in range(int(given[0])):
                modules[int(y)][int(x) + module] = True
            x += given[0]
        else:
            x, y = (given[0], given[1]) if letter == "M" else (x + given[0], y + given[1])
    return read(enlarged(modules))


def read_png(data: bytes) -> str:
    """Of a PNG with one bit a pixel whose rows are plain or told by the row above, as segno writes it."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,), name = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        chunks[name] = chunks.get(name, b"") + data[at + 8 : at + 8 + length]
        at += 12 + length
    width, height, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, kind) == (1, 0), "not black and white"
    packed, line = zlib.decompress(chunks[b"IDAT"]), 1 + (width + 7) // 8
    rows, bits = [], bytes(line - 1)
    for row in range(height):
        how, given = packed[row * line], packed[row * line + 1 : (row + 1) * line]
        assert how in {0, 2}, "neither plain nor as the row above"
        bits = bytes((one + above) % 256 for one, above in zip(given, bits, strict=True)) if how else given
        rows.append([not bits[x // 8] >> (7 - x % 8) & 1 for x in range(width)])
    return read(rows)


def shown_in(page: str) -> list[str]:
    """The texts of all codes that a page shows, in their order."""
    return [read_svg(svg) for svg in SVG.findall(page) if 'stroke="#000"' in svg]


def link_in(page: str) -> str:
    """What "Copy link" copies."""
    found = LINK.search(page)
    assert found, "no link to copy"
    return unescape(found[1])
