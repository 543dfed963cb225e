"""Photos of a handover pack: taken as what they are, kept apart, given to whoever may see the pack (T11, Z25)."""

from __future__ import annotations

import hashlib
import resource
import stat
from io import BytesIO

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.accounts import pictures
from tests.client import at_once
from tests.factories import make_site
from tests.handover.test_pack_stripping import SPOILT
from tests.handover.world_pack import JPEG, PLACE, add_photo, fresh, sign, telling_jpeg, trail
from webapp.accounts.models import Account
from webapp.accounts.services.acting import acting
from webapp.audit.models import AuditEntry
from webapp.common.errors import Refused
from webapp.handover.models import HandoverPack, PackPhoto
from webapp.handover.services import packs

MIB = 1 << 20


@pytest.fixture
def pack(admin, company):
    site = make_site(company, name="Bakery")
    reply = admin.post(f"/sites/{site.id}/packs")
    return HandoverPack.get_by_id(int(reply.location.rsplit("/", 1)[1]))


def files(tmp_path):
    folder = tmp_path / "uploads"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_photo_is_kept_without_what_it_tells_and_shown_with_its_caption(admin, pack, tmp_path):
    assert add_photo(admin, pack, telling_jpeg(), "The <recorder>").status_code == 303
    row = PackPhoto.get()
    page = admin.get(f"/packs/{pack.id}").text
    assert f'src="/packs/{pack.id}/photos/{row.id}" width="16" height="24" alt="The &lt;recorder&gt;"' in page
    assert row.name not in page
    reply = admin.get(f"/packs/{pack.id}/photos/{row.id}")
    assert PLACE not in reply.data and reply.data.endswith(JPEG[2:])
    assert hashlib.sha256(reply.data).hexdigest() == row.sha256 and row.size == len(reply.data)
    (file,) = files(tmp_path)
    assert file.read_bytes() == reply.data and file.name == row.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    entry = AuditEntry.get(AuditEntry.action == "pack.photo_added")
    assert (entry.target_name, entry.site_id) == ("Bakery", pack.site_id)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_it_is_served_as_what_it_is_and_can_do_nothing(admin, pack, kind):
    photo = {"jpeg": JPEG, "png": pictures.real_png(), "webp": pictures.webp("VP8L", 20, 20)}[kind]
    assert add_photo(admin, pack, photo, name="evil.html").status_code == 303
    reply = admin.get(f"/packs/{pack.id}/photos/{PackPhoto.get().id}")
    assert reply.mimetype == f"image/{kind}" and reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'; sandbox" in reply.headers.getlist("Content-Security-Policy")
    assert reply.headers["Cache-Control"] == "no-store" and "evil" not in reply.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["nothing", "text", "svg", "gif", "heic", "jpeg cut", "png cut", "webp moving"])
def test_what_is_no_photo_is_refused_in_words_and_leaves_no_file(admin, pack, tmp_path, name):
    reply = add_photo(admin, pack, SPOILT[name], "What I typed")
    assert reply.status_code == 422 and "What I typed" in reply.text
    assert "This is not a whole photo" in reply.text or name == "nothing"
    assert not files(tmp_path) and not PackPhoto.select().count() and fresh(pack).version == 1


def test_nothing_chosen_is_said(admin, pack):
    reply = add_photo(admin, pack, b"", name="")
    assert reply.status_code == 422 and "Choose a photo." in reply.text


@pytest.mark.parametrize("size", [(8, 200), (12_001, 20), (9_000, 9_000)])
def test_measures_that_no_photo_has_are_refused(admin, pack, size):
    reply = add_photo(admin, pack, pictures.png(*size))
    assert reply.status_code == 422 and "Each side of the photo" in reply.text


def padded(size):
    """A whole JPEG of so many bytes, among them those that look like the end of a part of a form."""
    lines = (b"\x12" * 61 + b"\r\n--x" + b"\r\n" * 3 + b"\r") * (size // 73 + 1)
    lines = lines[: size - len(JPEG)]
    return JPEG[:-2] + lines + JPEG[-2:]


def test_five_mebibytes_are_taken_and_not_one_byte_more(admin, pack, tmp_path):
    assert add_photo(admin, pack, padded(5 * MIB)).status_code == 303
    reply = add_photo(admin, pack, padded(5 * MIB + 1))
    assert reply.status_code == 422 and "larger than 5 MiB" in reply.text
    assert add_photo(admin, pack, padded(6 * MIB)).status_code == 413
    assert len(files(tmp_path)) == 1


class Endless:
    """A body of so many bytes that is made as it is read; counts what was taken of it."""

    def __init__(self, start, count):
        self.start, self.left, self.taken = start, count, 0

    def read(self, size=-1):
        size = min(size if size >= 0 else MIB, self.left, MIB)
        piece = self.start[:size] + b"\0" * max(0, size - len(self.start))
        self.start = self.start[size:]
        self.left -= size
        self.taken += size
        return piece

    def readline(self, size=-1):
        return self.read(size)


@pytest.mark.parametrize("told", [True, False])
def test_a_stream_of_100_mib_is_stopped_at_the_cap(app, admin, pack, tmp_path, told):
    admin.fetch_token()
    head = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{admin.token}\r\n'
    head += '--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    body = Endless(head.encode() + JPEG[:-2], 100 * MIB)
    cookie = "; ".join(f"{c.key}={c.value}" for c in [admin.client.get_cookie("sitehand")])
    environ = EnvironBuilder(f"/packs/{pack.id}/photos", method="POST", headers={"Cookie": cookie}).get_environ()
    environ |= {"wsgi.input": body, "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    environ |= {"CONTENT_LENGTH": str(100 * MIB)} if told else {"wsgi.input_terminated": True}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _answer, status, _headers = run_wsgi_app(app, environ)
    assert status.startswith("413") and body.taken <= 8 * MIB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024
    assert not files(tmp_path) and not PackPhoto.select().count()


def test_ten_photos_are_the_most(admin, pack, tmp_path):
    for _ in range(10):
        assert add_photo(admin, pack, JPEG).status_code == 303
    reply = add_photo(admin, pack, JPEG)
    assert reply.status_code == 409 and len(files(tmp_path)) == PackPhoto.select().count() == 10
    assert "A pack holds 10 photos at most." in reply.text and 'href="#photo"' not in reply.text
    assert "This pack holds as many photos as it can." in admin.get(f"/packs/{pack.id}").text


def test_of_many_at_once_no_more_than_ten_are_kept(app, admin, pack, company, tmp_path):
    by = acting(Account.get().id, "", "")
    told = at_once(*[lambda: packs.add_photo(by, fresh(pack), BytesIO(JPEG), "")] * 14)
    kept = [one for one in told if one is None]
    assert len(kept) == PackPhoto.select().count() == len(files(tmp_path)) <= 10
    assert all(one is None or (isinstance(one, Refused) and one.code == "too_many_photos") for one in told)


def test_a_photo_is_removed_with_its_file(admin, pack, tmp_path):
    add_photo(admin, pack, JPEG)
    add_photo(admin, pack, pictures.real_png())
    first, second = PackPhoto.of_pack(pack.id)
    path = f"/packs/{pack.id}/photos/{first.id}"
    assert admin.post(f"{path}/delete").status_code == 303
    assert [file.name for file in files(tmp_path)] == [second.name]
    assert admin.get(path).status_code == 404 and admin.post(f"{path}/delete").status_code == 404
    assert AuditEntry.select().where(AuditEntry.action == "pack.photo_removed").count() == 1


def test_a_photo_of_another_pack_is_none_of_this(admin, company, pack):
    reply = admin.post(f"/sites/{make_site(company).id}/packs")
    other = HandoverPack.get_by_id(int(reply.location.rsplit("/", 1)[1]))
    add_photo(admin, other, JPEG)
    path = f"/packs/{pack.id}/photos/{PackPhoto.get().id}"
    assert admin.get(path).status_code == 404 and admin.post(f"{path}/delete").status_code == 404
    assert PackPhoto.select().count() == 1


def test_after_signing_photos_stay_as_they_are(admin, pack, tmp_path):
    add_photo(admin, pack, JPEG, "Before")
    sign(admin, pack)
    photo = PackPhoto.get()
    assert add_photo(admin, pack, JPEG).status_code == 409
    assert admin.post(f"/packs/{pack.id}/photos/{photo.id}/delete").status_code == 409
    assert admin.post(f"/packs/{pack.id}/delete").status_code == 409
    assert len(files(tmp_path)) == 1 and admin.get(f"/packs/{pack.id}/photos/{photo.id}").data == JPEG


def test_a_file_that_was_lost_is_not_found(admin, pack, tmp_path):
    add_photo(admin, pack, JPEG)
    files(tmp_path)[0].unlink()
    assert admin.get(f"/packs/{pack.id}/photos/{PackPhoto.get().id}").status_code == 404
    assert admin.get(f"/packs/{pack.id}").status_code == 200


def test_other_forms_take_no_more_than_they_did(admin, pack):
    assert admin.post(f"/sites/{pack.site_id}/packs", addresses="x" * 70_000).status_code == 413


def test_a_photo_keeps_what_was_typed_beside_it(admin, pack):
    typed = {"notes": "Key at the baker's", "tested": ["app", "night"], "version": "1"}
    photo = {"photo": (BytesIO(JPEG), "a.jpg"), "caption": "Cellar"}
    assert fill(admin, pack, "photos", **typed, **photo).status_code == 303
    assert (fresh(pack).notes, fresh(pack).tested, PackPhoto.select().count()) == (typed["notes"], "night app", 1)
    page = admin.get(f"/packs/{pack.id}").text
    assert page.count("<form") == page.count("</form>") and 'formaction="/packs/' in page
    assert fill(admin, pack, "notes", notes="Later", version="3", photo=(BytesIO(JPEG), "b.jpg")).status_code == 303
    assert fresh(pack).notes == "Later" and PackPhoto.select().count() == 2, "the other button keeps the photo as well"


def test_a_bad_photo_costs_no_notes_and_bad_notes_no_caption(admin, pack):
    reply = fill(admin, pack, "photos", notes="Mine", version="1", photo=(BytesIO(b"no"), "a.jpg"), caption="Cellar")
    assert reply.status_code == 422 and "Cellar" in reply.text and fresh(pack).notes == "Mine"
    assert 'name="version" type="hidden" value="2"' in reply.text
    reply = fill(admin, pack, "photos", notes="Older", version="1", photo=(BytesIO(JPEG), "a.jpg"), caption="Cellar")
    assert reply.status_code == 409 and "Cellar" in reply.text and "Older" in reply.text
    assert fresh(pack).notes == "Mine" and not PackPhoto.select().count()


def test_removing_a_photo_keeps_what_was_typed_and_chosen(admin, pack):
    add_photo(admin, pack, JPEG, "First")
    first, typed = PackPhoto.get(), {"notes": "Key at the baker's", "tested": ["app"], "version": "2"}
    page = admin.get(f"/packs/{pack.id}").text
    assert f'form="fill" formaction="/packs/{pack.id}/photos/{first.id}/delete"' in page and 'id="fill"' in page
    chosen = {"photo": (BytesIO(pictures.real_png()), "b.png"), "caption": "Second"}
    assert fill(admin, pack, f"photos/{first.id}/delete", **typed, **chosen).status_code == 303
    assert (fresh(pack).notes, fresh(pack).tested) == (typed["notes"], "app")
    assert [photo.caption for photo in PackPhoto.select()] == ["Second"]
    found = [act for act, *_rest in trail()]
    assert found == ["pack.made", "pack.photo_added", "pack.edited", "pack.photo_removed", "pack.photo_added"]


def test_notes_that_cannot_be_kept_keep_the_photo(admin, pack):
    add_photo(admin, pack, JPEG)
    path = f"photos/{PackPhoto.get().id}/delete"
    reply = fill(admin, pack, path, notes="Older", version="1")
    assert reply.status_code == 409 and "Older" in reply.text and PackPhoto.select().count() == 1
    assert fill(admin, pack, path, notes="x" * 2001, version="2").status_code == 422 and PackPhoto.select().count() == 1


def test_the_customer_signs_what_was_typed(admin, pack):
    here = f"/packs/{pack.id}"
    assert f'formaction="{here}/notes?then=sign"' in admin.get(here).text
    reply = fill(admin, pack, "notes?then=sign", notes="Key at the baker's", tested=["app"], version="1")
    assert (reply.status_code, reply.location) == (303, f"{here}/sign")
    assert "Key at the baker&#39;s" in admin.get(reply.location).text
    again = fill(admin, pack, "notes?then=sign", notes="Key at the baker's", tested=["app"], version="2")
    assert again.location == f"{here}/sign" and [act for act, *_rest in trail()] == ["pack.made", "pack.edited"]
    reply = fill(admin, pack, "notes?then=sign", notes="Older", version="1")
    assert reply.status_code == 409 and "Older" in reply.text and fresh(pack).notes == "Key at the baker's"


def fill(person, pack, button, **fields):
    if not person.token:
        person.fetch_token()
    data = {"csrf_token": person.token} | fields
    return person.client.post(f"/packs/{pack.id}/{button}", data=data, content_type="multipart/form-data")
