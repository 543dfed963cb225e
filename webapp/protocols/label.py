"""What the QR code on a device's label tells: serial number, verification code, model.

Sources: the vendor's sample app for phones (class CaptureActivity of its open SDK, as published in several public
repositories) reads lines of web site, serial number, verification code and model, divided by CR, LF or both
("www.xxx.com", "456654855", "ABCDEF", "CS-C3-21PPFR"), mostly blanks in their place on older labels ("www.ys7.com
096823495 ABCDEF CS-T1-A/12M TOO1"), or the same lines in base64 behind "$$$" in the parameter f of a link. Serial
numbers have 9 characters; the code printed on a label is 6 capital letters, and a gateway takes 1 to 18 characters.
The long serial number of a device's web page is taken apart at ipcamtalk.com, thread 12108: model, two digits
(recorders), date, two letters for the processor, region, the 9 characters, letters for features.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

LONGEST, MOST_LINES = 1000, 8  # characters and lines of any label
SITE = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}/?", re.IGNORECASE)
SERIAL = re.compile(r"[A-Z][0-9]{8}|[0-9]{9}")
CODE = re.compile(r"[A-Z]{6}")
MODEL = re.compile(r"[A-Z0-9][A-Z0-9()/+._ -]{2,39}", re.IGNORECASE)
LONG_SERIAL = re.compile(
    r"(?P<model>i?DS-[A-Z0-9()/+._-]{3,30}?)(?P<analog>[0-9]{2})?(?P<date>20[0-9]{2}[01][0-9][0-3][0-9])"
    r"(?:[A-Z]{2}){1,2}(?P<serial>[A-Z][0-9]{8}|[0-9]{9})[A-Z]{0,6}",
    re.IGNORECASE,
)
MARK = "$$$"  # before the lines inside a link


@dataclass(frozen=True, slots=True)
class Label:
    """A device as its label names it; "" for what is not on it or not sure."""

    serial: str  # 9 characters
    verification_code: str = ""
    model: str = ""


def parse(text: str) -> Label | None:
    """Read the text of a label's code. None, whatever the text, for anything else."""
    if len(text) > LONGEST or not (text := text.strip()):
        return None
    return long_serial(text) or by_lines(unwrapped(text))


def long_serial(text: str) -> Label | None:
    """A long serial number. Its model is told only where no two digits of a recorder may stand behind it."""
    found = LONG_SERIAL.fullmatch(text)
    if not found:
        return None
    return Label(found["serial"].upper(), model="" if found["analog"] else found["model"])


def unwrapped(text: str) -> str:
    """The lines that a link carries, or the text as it is."""
    try:
        link = urlsplit(text)
        (packed, *_more) = parse_qs(link.query).get("f", [""]) if link.scheme in {"http", "https"} else [""]
        lines = base64.b64decode(packed.strip(), validate=True).decode()
    except (ValueError, binascii.Error):
        return text
    return lines.partition(MARK)[2] if MARK in lines else text


def by_lines(text: str) -> Label | None:
    lines = [line.strip() for line in re.split(r"[\r\n]+", text.strip())]
    if len(lines) == 1:
        lines = text.split()
    if len(lines) > MOST_LINES:
        return None
    if lines and SITE.fullmatch(lines[0]):
        lines = lines[1:]
    if not lines or not SERIAL.fullmatch(lines[0]):
        return None
    return of_fields(*lines)


def of_fields(serial: str, *rest: str) -> Label | None:
    """The label of a serial number and what stands behind it; None when that is of another shape."""
    code = rest[0] if rest and CODE.fullmatch(rest[0]) else ""
    left = rest[1:] if code or (rest and not rest[0]) else rest
    if left and not all(MODEL.fullmatch(line) for line in left if line):
        return None
    return Label(serial, code, left[0] if left else "")
