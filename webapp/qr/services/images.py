"""The drawing of a code: dark on light with its quiet zone, whatever the page around it looks like."""

from __future__ import annotations

from io import BytesIO

import segno
from markupsafe import Markup

QUIET = 4  # modules around a code, as ISO/IEC 18004 wants them
PIXELS = 10  # of a module in a PNG: sharp on paper up to 5 cm and more
FINEST = 0.33  # mm of a module on paper that phones still read at arm's length


def draw(text: str) -> segno.QRCode:
    """The code at error correction M, or better where that makes it no larger."""
    return segno.make(text, error="m", micro=False)


def svg(text: str) -> Markup:
    """To stand in a page: without size, without a name of its own. Numbers and colours, nothing of the text itself."""
    return inline(draw(text))


def inline(code: segno.QRCode) -> Markup:
    return Markup(code.svg_inline(border=QUIET, dark="#000", light="#fff", omitsize=True, svgclass=None))  # noqa: S704


def svg_file(text: str) -> bytes:
    return written(draw(text), "svg", light="#fff")


def png_file(text: str) -> bytes:
    return written(draw(text), "png")


def written(code: segno.QRCode, kind: str, **more: str) -> bytes:
    file = BytesIO()
    code.save(file, kind=kind, border=QUIET, scale=PIXELS, dark="#000", **more)
    return file.getvalue()


def data_uris(text: str) -> dict[str, str]:
    """The files as addresses that hold them, for what is shown once and kept nowhere: {"png": …, "svg": …}."""
    code = draw(text)
    return {
        "png": code.png_data_uri(border=QUIET, scale=PIXELS, dark="#000"),
        "svg": code.svg_data_uri(border=QUIET, scale=PIXELS, dark="#000", light="#fff"),
    }


def module_mm(code: segno.QRCode, side: float) -> float:
    """How large one square of the code is when the code, quiet zone included, is printed `side` mm wide."""
    return side / code.symbol_size(border=QUIET)[0]
