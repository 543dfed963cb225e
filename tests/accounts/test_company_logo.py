"""The company's logo: a whole picture, served so that it is nothing else, on reports and labels (R8)."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest

from tests.accounts import pictures
from tests.accounts.logos import logo_url, send_logo
from tests.client import Person
from tests.factories import make_device, make_site
from tests.qr.made import make, newest
from webapp.accounts.models import Company, Logo
from webapp.audit.models import AuditEntry


def rows():
    found = AuditEntry.select().where(AuditEntry.action == "company.edited").order_by(AuditEntry.id)
    return [json.loads(row.changes) for row in found]


@pytest.mark.parametrize(
    ("image", "kind", "size"),
    [
        (pictures.png(300, 100), "image/png", (300, 100)),
        (pictures.real_png(), "image/png", None),
        (pictures.jpeg(400, 120), "image/jpeg", (400, 120)),
        (pictures.jpeg(400, 120, marker=0xC2), "image/jpeg", (400, 120)),
        (pictures.webp("VP8 ", 320, 90), "image/webp", (320, 90)),
        (pictures.webp("VP8L", 320, 90), "image/webp", (320, 90)),
        (pictures.webp("VP8X", 320, 90), "image/webp", (320, 90)),
    ],
    ids=["png", "real png", "jpeg", "progressive jpeg", "webp", "lossless webp", "extended webp"],
)
def test_a_logo_is_kept_and_served_closed(admin, anyone, company, image, kind, size):
    assert send_logo(admin, image, "../../evil.html").status_code == 303 and rows() == [["logo"]]
    if size:
        assert (Logo.get().width, Logo.get().height) == size
    url = logo_url(admin)
    reply = anyone.get(url)  # customers see it without signing in
    assert reply.status_code == 200 and reply.data == image and reply.mimetype == kind
    assert reply.headers["X-Content-Type-Options"] == "nosniff" and "evil" not in str(reply.headers)
    policies = reply.headers.getlist("Content-Security-Policy")
    assert any("sandbox" in policy and "default-src 'none'" in policy for policy in policies)
    assert "immutable" in reply.headers["Cache-Control"] and "Set-Cookie" not in reply.headers
    assert re.fullmatch(r"/company/logo/[\w-]{43}", url)


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'/>",
        b"<html><script>alert(1)</script>",
        b"GIF89a" + b"\x64\x00\x64\x00" + b"\0" * 99,
        b"BM" + b"\0" * 200,
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        pictures.png()[:-3],
        pictures.png().replace(b"IDAT", b"zTXt"),
        pictures.png().replace(b"IHDR", b"CgBI"),
        pictures.jpeg()[:-2],
        pictures.jpeg()[:40],
        pictures.jpeg().replace(b"\xff\xc0\x00\x0b\x08\x00\x3c", b"\xff\xe9\x00\x0b\x08\x00\x3c"),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff" + b"\xff" * 500,
        pictures.webp()[:-1],
        pictures.webp().replace(b"VP8X", b"XXXX"),
        b"RIFF\x04\0\0\0WEBP",
    ],
)
def test_what_is_no_whole_picture_is_refused(admin, company, image):
    reply = send_logo(admin, image)
    assert reply.status_code == 422 and "This is not a whole picture" in reply.text
    assert not Logo.select().count() and not rows()


@pytest.mark.parametrize("whole", [pictures.png(), pictures.jpeg(), pictures.webp()], ids=["png", "jpeg", "webp"])
@pytest.mark.parametrize("behind", [b"<script>alert(1)</script>", b"PK\x03\x04" + b"\0" * 99, b"\0"])
def test_a_picture_that_is_something_else_too_is_refused(admin, company, whole, behind):
    assert send_logo(admin, whole + behind, "logo.png.html").status_code == 422
    assert send_logo(admin, behind + whole).status_code == 422
    assert not Logo.select().count()


@pytest.mark.parametrize("size", [(4097, 100), (100, 4097), (15, 100), (100, 15), (2**31, 2**31), (0, 0)])
def test_a_picture_of_a_strange_size_is_refused(admin, company, size):
    data = pictures.png()
    width, height = (side.to_bytes(4, "big") for side in size)
    reply = send_logo(admin, data[:16] + width + height + data[24:])
    assert reply.status_code == 422 and "16 to 4096 pixels" in reply.text and not Logo.select().count()


def padded(size):
    """A whole PNG of exactly so many bytes."""
    plain = pictures.png()
    return plain[:-12] + pictures.chunk(b"tEXt", b"x" * (size - len(plain) - 12)) + plain[-12:]


@pytest.mark.parametrize(("size", "status"), [(1 << 20, 303), ((1 << 20) + 1, 422), (2 << 20, 413), (9 << 20, 413)])
def test_one_mebibyte_is_the_most(admin, company, size, status):
    reply = send_logo(admin, padded(size))
    assert reply.status_code == status and Logo.select().count() == (status == 303)


def test_no_other_page_takes_that_much(admin, company):
    admin.fetch_token()
    for path in ("/company", "/company/logo/remove", "/sites/new", "/account/language"):
        data = {"csrf_token": admin.token, "logo": (BytesIO(b"x" * (100 << 10)), "x.png")}
        assert admin.client.post(path, data=data, content_type="multipart/form-data").status_code == 413, path


def test_a_new_logo_has_a_new_name_and_the_old_one_is_gone(admin, anyone, company):
    send_logo(admin, pictures.png())
    first = logo_url(admin)
    send_logo(admin, pictures.jpeg())
    second = logo_url(admin)
    assert first != second and Logo.select().count() == 1
    assert anyone.get(first).status_code == 404 and anyone.get(second).mimetype == "image/jpeg"

    assert admin.post("/company/logo/remove").status_code == 303
    assert logo_url(admin) is None and anyone.get(second).status_code == 404
    assert rows() == [["logo"]] * 3
    admin.post("/company/logo/remove")
    assert len(rows()) == 3


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 2000, "%00", "%ff", "..%2f..", "1"])
def test_an_invented_name_is_no_logo(anyone, company, token):
    assert anyone.get(f"/company/logo/{token}").status_code == 404


def test_reports_carry_logo_and_name(admin, company):
    device = make_device(make_site(company))
    Company.update(licence="DE-7 / 42", phone="+49 8382 1234-56").execute()
    send_logo(admin, pictures.png(800, 200))
    page = admin.get(f"/sites/{device.site_id}/report").text
    assert "Northlight" in page and "DE-7 / 42" in page and "+49 8382 1234-56" in page
    url = logo_url(admin, f"/sites/{device.site_id}/report")
    assert f'src="{url}" width="220" height="55"' in page and Person(admin.app).get(url).status_code == 200


def test_a_label_carries_them_too(admin, company):
    device = make_device(make_site(company))
    send_logo(admin, pictures.png())
    make(admin, device)
    path = f"/devices/{device.id}/qr/{newest(device).id}/label"
    assert logo_url(admin, path) and "Northlight Security" in admin.get(path).text
