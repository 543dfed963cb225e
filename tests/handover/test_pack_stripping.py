"""A photo tells nothing beside its picture, and is nothing beside a picture (T11, Z25)."""

from __future__ import annotations

import struct
from base64 import b64decode

import pytest

from tests.accounts import pictures
from tests.accounts.pictures import chunk, segment
from tests.handover.world_pack import JPEG, PLACE, exif, telling_jpeg
from webapp.accounts.services.pictures import NoPicture
from webapp.handover.services.stripping import orientation, strip

WEBP = b64decode(
    "UklGRkQAAABXRUJQVlA4IDgAAACQAwCdASoYABAAPxFysFAsJqSisAgBgCIJQBZ3MZAcUPsq3aMAAP7tTs+1CHtOogrtb6ZhBNhAAA=="
)


def telling_png():
    plain = pictures.real_png()
    told = chunk(b"eXIf", exif()[6:]) + chunk(b"tEXt", b"Comment\0" + PLACE) + chunk(b"iTXt", b"XML\0\0\0\0\0" + PLACE)
    return plain[:33] + told + chunk(b"zTXt", PLACE) + chunk(b"prVt", PLACE) + plain[33:] + PLACE


def riff(*parts):
    body = b"WEBP" + b"".join(n + struct.pack("<I", len(d)) + d + b"\0" * (len(d) % 2) for n, d in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def vp8x(flags):
    return b"VP8X", bytes([flags, 0, 0, 0]) + (23).to_bytes(3, "little") + (15).to_bytes(3, "little")


def telling_webp(flags=0x0C):
    return riff(vp8x(flags), (b"VP8 ", WEBP[20:]), (b"EXIF", exif()), (b"XMP ", PLACE), (b"what", PLACE)) + PLACE


@pytest.mark.parametrize("photo", [telling_jpeg(), telling_jpeg(3, "<"), telling_png(), telling_webp()])
def test_place_phone_and_whatever_else_was_told_is_gone(photo):
    assert PLACE in photo
    found = strip(photo)
    assert PLACE not in found.data and b"Photoshop" not in found.data and len(found.data) < len(photo)
    assert strip(found.data) == found, "what was cleaned once stays as it is"


def test_the_picture_itself_stays_byte_by_byte():
    assert (
        strip(JPEG).data == JPEG and strip(WEBP).data == WEBP and strip(pictures.real_png()).data == pictures.real_png()
    )
    assert strip(telling_png()).data == pictures.real_png()


@pytest.mark.parametrize(("way", "sides"), [(1, (24, 16)), (3, (24, 16)), (6, (16, 24)), (8, (16, 24))])
@pytest.mark.parametrize("order", [">", "<"])
def test_a_photo_is_shown_as_it_was_held(way, sides, order):
    found = strip(telling_jpeg(way, order))
    assert (found.width, found.height) == sides
    at = found.data.find(b"Exif\0\0")
    assert orientation(found.data[at + 6 :]) == way if way > 1 else at < 0
    assert found.data.endswith(JPEG[2:])


def test_flags_of_a_webp_tell_what_is_there():
    found = strip(telling_webp())
    assert found.data[20] == 0 and (found.kind, found.width, found.height) == ("image/webp", 24, 16)


@pytest.mark.parametrize(
    "tiff",
    [b"", b"MM", b"MM\0*\xff\xff\xff\xff", b"XX\0*" + bytes(40), b"MM\0*\0\0\0\x08\xff\xff" + bytes(30)],
)
def test_a_broken_exif_says_nothing(tiff):
    assert orientation(tiff) == 1


def with_thumbnail():
    head = b"JFIF\0\1\1\0\0\1\0\1\2\2" + PLACE[:12]
    return JPEG[:2] + segment(0xE0, head) + JPEG[20:]


def test_the_small_picture_within_goes_too():
    assert strip(with_thumbnail()).data == JPEG


SPOILT = {
    "nothing": b"",
    "text": b"<script>alert(1)</script>",
    "gif": b"GIF89a" + bytes(40),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "heic": b"\0\0\0\x18ftypheic" + bytes(40),
    "zip": b"PK\3\4" + bytes(100),
    "pdf behind a start": b"\xff\xd8\xff%PDF-1.4" + bytes(100),
    "jpeg cut": JPEG[:-40],
    "jpeg without its end": JPEG[:-2],
    "jpeg of its head": JPEG[:25],
    "jpeg without lines": JPEG[: JPEG.find(b"\xff\xda")] + b"\xff\xd9",
    "segment beyond the end": b"\xff\xd8\xff\xe0\xff\xff" + bytes(20),
    "segment of no length": b"\xff\xd8\xff\xe0\0\0" + bytes(20),
    "many segments": b"\xff\xd8" + segment(0xFE, b"") * 30_000 + JPEG[2:],
    "fill without end": b"\xff\xd8" + b"\xff" * 100_000,
    "png cut": pictures.real_png()[:-13],
    "png with a wrong sum": pictures.real_png()[:-20] + b"\0" * 8 + pictures.real_png()[-12:],
    "png of a huge chunk": b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR" + bytes(30),
    "webp cut": WEBP[:-5],
    "webp moving": telling_webp(0x02),
    "webp without a picture": riff(vp8x(0), (b"ICCP", b"x")),
    "webp of text": riff((b"TEXT", PLACE)),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_no_whole_photo_is_none(name):
    with pytest.raises(NoPicture):
        strip(SPOILT[name])


@pytest.mark.parametrize("behind", [b"PK\3\4 an archive", b"<html><script>alert(1)</script>", b"%PDF-1.7"])
def test_what_hides_behind_or_within_a_picture_is_left_out(behind):
    for photo in (
        JPEG + behind,
        JPEG[:2] + segment(0xFE, behind) + JPEG[2:],
        pictures.real_png() + behind,
        WEBP + behind,
    ):
        assert behind not in strip(photo).data
