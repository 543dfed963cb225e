"""Making a code of a device: encrypted by default, in words that can be read out, and kept without its password."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.client import at_once
from tests.factories import make_device, make_site
from tests.markup import Markup
from tests.qr.made import OWN, make, newest, sealed, spoken_in, text_of
from tests.qr.pictures import shown_in
from webapp.accounts.models import Attempt
from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.audit.models import AuditEntry
from webapp.common import clock, vault
from webapp.common.errors import TooMany
from webapp.db import database
from webapp.devices.models import Device, Mode
from webapp.qr.models import QrCode, QrLink
from webapp.qr.record import DeviceRecord
from webapp.qr.seal import WrongPassword, is_encrypted, open_sealed
from webapp.qr.services import codes, turns
from webapp.qr.services.turns import MOST

SECRET = "Kamera-Kennwort-7"


@pytest.fixture
def device(company) -> Device:
    return make_device(make_site(company, name="Bäckerei"), name="Tor 摄像机", password=SECRET, https=True, port=8443)


def opened(text, password=None):
    return open_sealed(text, password, now=clock.now())


def carried(device, password):
    return DeviceRecord(device.name, device.host, 8443, True, "admin", "network_camera", password)


def actions():
    return [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id) if entry.action.startswith("qr.")]


def test_the_sheet_encrypts_unless_told_otherwise(admin, device):
    button = admin.get(f"/devices/{device.id}").text
    assert "Generate QR code" in button and f'hx-get="/devices/{device.id}/qr"' in button
    sheet, page = (admin.get(f"/devices/{device.id}/qr", htmx=htmx).text for htmx in (True, False))
    assert "<html" not in sheet and "<html" in page
    for text in (sheet, page):
        (box,) = [one for one in Markup.of(text).all("input") if one.get("name") == "encrypt"]
        assert "checked" in box.attrs
        for name in (
            "Encrypt this code",
            "QR password",
            "Repeat QR password",
            "Make one for me",
            "Generate",
            "I understand",
        ):
            assert name in text


def test_with_an_own_password_it_carries_everything_and_opens_with_that_alone(admin, device):
    reply = sealed(admin, device)
    assert reply.status_code == 303 and reply.location == f"/devices/{device.id}/qr/{newest(device).id}"
    page = admin.get(reply.location).text
    (text,) = shown_in(page)
    assert text == text_of(page) and is_encrypted(text)
    found = opened(text, OWN)
    assert found.devices == (carried(device, SECRET),)
    assert found.expires - found.created == timedelta(days=30)
    with pytest.raises(WrongPassword):
        opened(text, OWN + "x")
    assert OWN not in page and SECRET not in page and not spoken_in(page)
    for said in ("Tor 摄像机", "Bäckerei", "Made by Ada Admin on", "Good until", "Encrypted"):
        assert said in page
    assert actions() == ["qr.made"]


def test_for_htmx_the_code_takes_the_place_of_the_form(admin, device):
    reply = sealed(admin, device, htmx=True)
    assert reply.status_code == 200 and "<html" not in reply.text and 'class="sheet"' in reply.text
    assert shown_in(reply.text) == [text_of(reply.text)] and not spoken_in(reply.text)


@pytest.mark.parametrize("htmx", [False, True])
def test_one_that_is_made_is_shown_once_and_opens_the_code(admin, device, htmx):
    reply = make(admin, device, htmx, make="1", encrypt="y", days="7", password="ignored", repeat="")
    password = spoken_in(reply.text)
    assert reply.status_code == 200 and len(password.split("-")) == 4
    assert "shown only here" in reply.text
    assert opened(text_of(reply.text), password).devices[0].password == SECRET
    assert opened(text_of(reply.text), password.replace("-", " ").upper()).devices[0].password == SECRET
    again = admin.get(f"/devices/{device.id}/qr/{newest(device).id}").text
    assert not spoken_in(again) and password not in again and text_of(again) == text_of(reply.text)


def test_to_have_a_password_made_is_to_encrypt(admin, device):
    assert is_encrypted(text_of(make(admin, device, make="1", days="30").text))


def test_neither_the_qr_password_nor_the_devices_is_kept_anywhere(admin, device):
    password = spoken_in(make(admin, device, make="1", days="30").text)
    sealed(admin, device)
    for table in database.get_tables():
        for row in database.execute_sql(f'SELECT * FROM "{table}"').fetchall():
            for value in row:
                text = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                assert not any(secret.encode() in text for secret in (password, OWN, SECRET)), table


def test_without_encryption_the_device_password_stays_behind(admin, device):
    reply = make(admin, device, htmx=True)
    text = text_of(reply.text)
    assert reply.status_code == 200 and not is_encrypted(text)
    assert opened(text).devices == (carried(device, None),)
    assert "Without the device password" in reply.text
    assert newest(device).encrypted is False


@pytest.mark.parametrize("htmx", [False, True])
def test_without_encryption_one_has_to_understand(admin, device, htmx):
    reply = make(admin, device, htmx, days="7")
    assert reply.status_code == 422 and "Tick “I understand”, or encrypt the code." in reply.text
    assert 'selected value="7"' in reply.text
    assert not QrCode.select().count() and not actions()


@pytest.mark.parametrize(
    ("password", "repeat", "sentence"),
    [
        ("", "", "Choose a QR password, or have one made."),
        ("Short-1", "Short-1", "Use at least 12 characters; 5 more."),
        ("            ", "            ", "Use at least 12 characters; 12 more."),
        ("onlylowercaseletters", "onlylowercaseletters", "Add at least one of these"),
        (OWN, OWN + "x", "The two QR passwords differ."),
        ("lusab-babad-gutih-tugad", "lusab-babad-gutih-tugad", "Add at least one of these"),  # anybody may type words
        ("x" * 129, "x" * 129, "128"),
    ],
)
def test_a_qr_password_that_will_not_do(admin, device, password, repeat, sentence):
    for htmx in (False, True):
        reply = sealed(admin, device, htmx, password=password, repeat=repeat, days="365")
        assert reply.status_code == 422 and sentence.replace("'", "&#39;") in reply.text
        assert 'selected value="365"' in reply.text
        assert not password.strip() or password not in reply.text
    assert not QrCode.select().count() and not counted()


def test_the_devices_user_name_will_not_do_either(admin, company):
    device = make_device(make_site(company), username="Service-Account-1")
    for typed in ("Service-Account-1", "service-account-1", "1-tnuoccA-ecivreS"):
        assert "device&#39;s user name" in sealed(admin, device, password=typed, repeat=typed).text


def test_without_javascript_one_is_told_to_type_it_again(admin, device):
    assert "Type the QR password again." in sealed(admin, device, days="8").text
    assert "Type the QR password again." not in sealed(admin, device, htmx=True, days="8").text


@pytest.mark.parametrize(("days", "holds"), [("7", timedelta(days=7)), ("365", timedelta(days=365)), ("0", None)])
def test_how_long_it_holds_is_inside(admin, device, days, holds):
    found = opened(text_of(make(admin, device, htmx=True, understood="y", days=days).text))
    assert (found.expires and found.expires - found.created) == holds


@pytest.mark.parametrize("days", ["", "8", "-7", "x", "9" * 40, "²"])
def test_a_time_that_was_not_offered_is_refused(admin, device, days):
    reply = make(admin, device, understood="y", days=days)
    assert reply.status_code == 422 and "Choose one from the list." in reply.text
    assert not QrCode.select().count()


def test_what_no_code_can_hold_is_refused_with_what_to_do(admin, company):
    device = make_device(make_site(company), name="像" * 128, username="机" * 64)
    reply = make(admin, device)
    assert reply.status_code == 409 and "Give the device a shorter name" in reply.text
    assert not QrCode.select().count()


def test_a_device_without_an_address_has_no_code(admin, company):
    device = make_device(make_site(company), mode=Mode.SERIAL)
    assert "Generate QR code" not in admin.get(f"/devices/{device.id}").text
    for reply in (admin.get(f"/devices/{device.id}/qr"), make(admin, device)):
        assert reply.status_code == 409 and "added by its serial number" in reply.text


def counted():
    return Attempt.select().where(Attempt.key.startswith("hour:codes:")).count()


def test_sixty_in_an_hour_and_then_one_waits(admin, device):
    now = clock.now()
    person = Principal.__new__(Principal)
    object.__setattr__(person, "id", AuditEntry.select().where(AuditEntry.actor_id.is_null(False)).first().actor_id)
    with time_machine.travel(now, tick=False):
        told = at_once(*[lambda: turns.take(person)] * (MOST + 10))
        assert sum(one is None for one in told) == MOST and sum(isinstance(one, TooMany) for one in told) == 10
        for htmx in (False, True):
            reply = make(admin, device, htmx)
            assert reply.status_code == 429 and reply.headers["Retry-After"] == "3600"
            assert "Wait 60 minutes" in reply.text and "Generate" in reply.text
        assert admin.post(f"/devices/{device.id}/qr/links", days="7", uses="1").status_code == 429
        assert not QrCode.select().count() and not QrLink.select().count()
    with time_machine.travel(now + timedelta(hours=1, seconds=1), tick=False):
        assert make(admin, device).status_code == 303
        assert counted() == 1


def test_a_deleted_code_is_gone_from_the_list(admin, device):
    make(admin, device)
    code = newest(device)
    reply = admin.post(f"/devices/{device.id}/qr/{code.id}/delete")
    assert reply.status_code == 303 and reply.location == f"/devices/{device.id}/qr"
    assert "What was printed of it still opens." in admin.get(reply.location).text
    assert admin.get(f"/devices/{device.id}/qr/{code.id}").status_code == 404
    assert admin.post(f"/devices/{device.id}/qr/{code.id}/delete").status_code == 404
    assert actions() == ["qr.made", "qr.deleted"]


def test_codes_and_links_go_with_their_device(admin, device):
    make(admin, device)
    admin.post(f"/devices/{device.id}/qr/links", days="7", uses="1")
    assert QrCode.select().count() == QrLink.select().count() == 1
    assert admin.post(f"/devices/{device.id}/delete").status_code == 303
    assert not QrCode.select().count() and not QrLink.select().count()


def test_a_code_of_a_lost_key_says_so_and_can_be_deleted(admin, device):
    make(admin, device)
    code = newest(device)
    QrCode.update(sealed=b"x" * 80).where(QrCode.id == code.id).execute()
    page = admin.get(f"/devices/{device.id}/qr/{code.id}")
    assert page.status_code == 200 and "cannot be shown any more" in page.text and not shown_in(page.text)
    assert admin.get(f"/devices/{device.id}/qr").status_code == 200
    for end in (".png", ".svg", "/label"):
        assert admin.get(f"/devices/{device.id}/qr/{code.id}{end}").status_code == 404
    assert admin.post(f"/devices/{device.id}/qr/{code.id}/delete").status_code == 303


def test_a_kept_code_opens_for_no_other_device(admin, device):
    other = make_device(device.site)
    make(admin, device)
    make(admin, other)
    QrCode.update(sealed=newest(device).sealed).where(QrCode.id == newest(other).id).execute()
    assert "cannot be shown any more" in admin.get(f"/devices/{other.id}/qr/{newest(other).id}").text


def test_after_a_change_of_keys_all_kept_codes_open(admin, device):
    make(admin, device)
    text = text_of(admin.get(f"/devices/{device.id}/qr/{newest(device).id}").text)
    vault.current().append_key()
    vault.current().open()
    assert codes.reseal_all() == (1, 0) and codes.reseal_all() == (0, 0)
    vault.current().drop_old_keys()
    assert text_of(admin.get(f"/devices/{device.id}/qr/{newest(device).id}").text) == text


def test_nothing_of_it_is_kept_by_the_browser(admin, device):
    made = make(admin, device)
    url = f"/devices/{device.id}/qr"
    paths = [url, made.location, f"{made.location}.png", f"{made.location}.svg", f"{made.location}/label"]
    replies = [admin.get(path, htmx=htmx) for path in paths for htmx in (False, True)]
    replies += [made, make(admin, device, htmx=True), make(admin, device, days="7"), admin.get(f"{url}/999")]
    assert {reply.headers["Cache-Control"] for reply in replies} == {"no-store"}


def test_the_list_tells_when_by_whom_and_how(admin, device):
    make(admin, device)
    sealed(admin, device)
    page = admin.get(f"/devices/{device.id}/qr").text.partition('id="codes"')[2]
    assert page.index("Encrypted") < page.index("Without the device password"), "the newest first"
    assert page.count("Made by Ada Admin") == 2 and page.count("Up to date") == 2


def test_one_that_has_expired_says_so(admin, device):
    with time_machine.travel(clock.now() - timedelta(days=30, minutes=1)):
        codes.make(admin_of(device), device, None, 30)
    assert "Expired" in admin.get(f"/devices/{device.id}/qr").text
    page = admin.get(f"/devices/{device.id}/qr/{newest(device).id}").text
    assert "This code has expired: a new one is needed." in page


def admin_of(device):
    return Principal(
        1, device.site.company_id, "", "Ada Admin", "", "installer_admin", "", 0, "", True, "", "", frozenset(Right)
    )
