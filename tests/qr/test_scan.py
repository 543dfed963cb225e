"""Scanning: what was read is told apart, opened, and refused with a sentence of its own (D17, Q5, Q6)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.client import at_once
from tests.factories import assign, make_company, make_device, make_employee, make_role, make_site
from tests.qr.records import ENCRYPTED, LATER, NEWER_TYPE, PLAIN, WHEN, carried, device
from webapp.accounts.models import Account, Attempt
from webapp.accounts.permissions import Right, Role
from webapp.accounts.services.acting import acting
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.common.errors import TooMany
from webapp.qr import seal
from webapp.qr.models.scan import ScannedCode
from webapp.qr.services import scanning

PASSWORD = "lusab-babad-gutih-tugad"
SECRET = "Kamera-123"
WRONG = "The QR password is wrong, or the code was damaged."


@pytest.fixture
def site(company: Any) -> Any:
    return make_site(company, name="Bakery")


def code(*given: Any, password: str | None = PASSWORD, days: int | None = None) -> str:
    now = clock.now()
    expires = None if days is None else now + timedelta(days=days)
    return seal.seal(seal.Carried(given or (device(password=password and SECRET),), now, expires), password)


def scan(person: Any, text: str, htmx: bool = True, path: str = "/scan", **fields: str) -> Any:
    return person.post(path, htmx=htmx, code=text, **fields)


def led_to(reply: Any) -> str:
    assert reply.status_code == 204, reply.text
    return str(reply.headers["HX-Redirect"])


def test_a_plain_code_leads_to_its_devices(admin, site):
    where = led_to(scan(admin, code(password=None), path=f"/sites/{site.id}/devices/new/scan"))
    page = admin.get(where).text
    assert "1 device found" in page and 'value="Gate"' in page and "203.0.113.24:80" in page
    assert f'<option selected value="{site.id}">Bakery' in page
    assert AuditEntry.select().where(AuditEntry.action == "qr.scanned").count() == 1


def test_an_encrypted_code_asks_for_its_password_and_shows_none(admin, site):
    text = code()
    asked = scan(admin, text)
    assert asked.status_code == 200 and "This code is encrypted" in asked.text and text in asked.text

    page = admin.get(led_to(scan(admin, text, qr_password=PASSWORD.replace("-", " ").upper()))).text

    assert "203.0.113.24:80" in page and SECRET not in page and PASSWORD not in page
    row = ScannedCode.get()
    assert SECRET.encode() not in row.sealed and text[10:40].encode() not in row.sealed


def test_without_javascript_it_is_a_form(admin, site):
    assert "Paste the code" in admin.get("/scan").text
    assert "QR password" in scan(admin, code(), htmx=False).text
    reply = scan(admin, code(), htmx=False, qr_password=PASSWORD)
    assert reply.status_code == 303 and reply.location.startswith("/scan/")


def test_the_text_is_taken_out_of_a_copied_link_and_out_of_wrapped_lines(admin):
    text = code(password=None)
    led_to(scan(admin, f"https://elsewhere.example/scan#{text}"))
    led_to(scan(admin, "\r\n".join(text[at : at + 40] for at in range(0, len(text), 40))))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Scan a code, choose a photo of one, or paste its text."),
        (" \r\n ", "Scan a code"),
        ("x" * 4001, "longer than any device code"),
        ("https://www.example.com/", "no code of a device that Sitehand knows"),
        ("https://elsewhere.example/devices/1", "no code of a device"),
        ("javascript:alert(1)//localhost/devices/1", "no code of a device"),
        ("WIFI:S:Bakery;T:WPA;P:secret;;", "no code of a device"),
        ("<b data-evil>", "no code of a device"),
        ("http://[::1/devices/1", "no code of a device"),
        ("SH2:AAAA", "made by a newer version of Sitehand"),
        ("SH1:", "The end of this code is missing"),
        ("SH1:aaaa", "damaged or was changed"),
    ],
)
def test_what_is_not_read_is_told_why(admin, text, sentence):
    for htmx in (True, False):
        reply = scan(admin, text, htmx=htmx)
        assert (
            reply.status_code == 422
            and sentence in reply.text
            and "data-evil>" not in reply.text.replace("&lt;b data-evil&gt;", "")
        )
    assert not ScannedCode.select().count()


def test_every_missing_end_and_every_other_letter_is_refused(admin):
    text = code(password=None)
    assert "The end of this code is missing" in scan(admin, text[:-9]).text
    other = "A" if text[60] != "A" else "B"
    assert "damaged or was changed" in scan(admin, text[:60] + other + text[61:]).text


def test_the_published_codes_are_read_on_their_day_and_expire(sign_in, monkeypatch):
    monkeypatch.undo()  # their keys are as strong as the product's
    with time_machine.travel(WHEN, tick=False):
        person = sign_in()
        led_to(scan(person, PLAIN["text"]))
        led_to(scan(person, ENCRYPTED["text"], qr_password=ENCRYPTED["password"]))
        led_to(scan(person, NEWER_TYPE["text"]))
    with time_machine.travel(LATER, tick=False):
        reply = scan(sign_in(), seal.seal(carried(device(), days=7), None))
        assert reply.status_code == 422 and "good until May 10, 2026" in reply.text


def test_a_blank_password_is_asked_for_again_and_counts_nothing(admin):
    for blank in ("", "  "):
        reply = scan(admin, code(), qr_password=blank)
        assert reply.status_code == 422 and "Type the QR password." in reply.text
    assert not Attempt.select().count()


def test_five_wrong_passwords_then_wait(admin):
    text = code()
    for guess in range(5):
        reply = scan(admin, text, qr_password=f"Wrong-{guess}")
        assert reply.status_code == 422 and WRONG in reply.text and f"Wrong-{guess}" not in reply.text
        assert text in reply.text

    refused = scan(admin, "\n".join(text), qr_password=PASSWORD)

    assert (
        refused.status_code == 429 and "Too many tries" in refused.text and text[:40] in refused.text.replace("\n", "")
    )
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    led_to(scan(admin, code(), qr_password=PASSWORD))  # another code
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        led_to(scan(admin, text, qr_password=PASSWORD))


def test_others_are_not_kept_waiting_by_it(admin, sign_in, company):
    text = code()
    for _ in range(5):
        scan(admin, text, qr_password="Wrong-1")
    led_to(scan(sign_in(make_employee(company).email), text, qr_password=PASSWORD))


def test_a_person_has_twenty_tries_over_all_codes(app, company):
    by = acting(Account.get().id, "", "")
    seal_cheaply = [code() for _ in range(5)]
    for number in range(20):
        with pytest.raises(seal.WrongPassword):
            scanning.open_code(by, seal_cheaply[number % 4], f"Wrong-{number}")
    with pytest.raises(TooMany):
        scanning.open_code(by, seal_cheaply[4], PASSWORD)


def test_the_right_password_forgives_the_wrong_ones(admin):
    text = code()
    for _ in range(2):
        for _ in range(4):
            assert scan(admin, text, qr_password="Wrong-1").status_code == 422
        led_to(scan(admin, text, qr_password=PASSWORD))


def test_many_guesses_at_once_are_no_more_than_five(app, company):
    by, text = acting(Account.get().id, "", ""), code()
    told = at_once(*[lambda: scanning.open_code(by, text, "Wrong-1")] * 12)
    assert sum(isinstance(one, seal.WrongPassword) for one in told) <= 5
    assert {type(one) for one in told} <= {seal.WrongPassword, TooMany}
    assert Attempt.select().where(Attempt.key.startswith(f"qr:{by.id}:")).count() <= 5


@pytest.mark.parametrize("base", ["http://localhost", "https://LOCALHOST", "http://localhost/sub"])
def test_our_own_pages_are_gone_to(admin, site, base):
    device = make_device(site)
    assert led_to(scan(admin, f"{base}/sites/{site.id}")) == f"/sites/{site.id}"
    assert led_to(scan(admin, f"{base}/devices/{device.id}/")) == f"/devices/{device.id}"
    assert led_to(scan(admin, f"{base}/q/{'x' * 22}")) == f"/q/{'x' * 22}"


def test_pages_that_are_not_theirs_and_pages_that_are_none_are_told_alike(admin, site):
    theirs = make_device(make_site(make_company()))
    told = {
        scan(admin, f"http://localhost/{path}").text
        for path in (f"sites/{theirs.site_id}", f"devices/{theirs.id}", "sites/999999999999999", "devices/999999999")
    }
    assert len(told) == 1 and "There is no such page" in told.pop()


def test_a_label_is_read_out(admin, site):
    text = "www.hik-connect.com\rK41882307\rABCDEF\rDS-2CD2146G2-ISU"
    reply = scan(admin, text, path=f"/sites/{site.id}/devices/new/scan")
    assert reply.status_code == 200
    for shown in ("K41882307", "ABCDEF", "DS-2CD2146G2-ISU", "Serial number", "Verification code", "will come later"):
        assert shown in reply.text
    way = f"/sites/{site.id}/devices/new/address?name=DS-2CD2146G2-ISU+K41882307"
    assert way in reply.text and 'value="DS-2CD2146G2-ISU K41882307"' in admin.get(way).text
    assert "Verification code" not in scan(admin, "456654855", htmx=False).text


def test_what_was_scanned_is_ones_own_and_kept_for_half_an_hour(admin, sign_in, company, site):
    where = led_to(scan(admin, code(password=None)))
    other = sign_in(make_employee(company, Role.OWN, own_role=make_role(company, "All", *Right)).email)
    assert other.get(where).status_code == 404 and other.post(where, tick="0", site=str(site.id)).status_code == 404
    assert admin.get(where).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert admin.get(where).status_code == 404
        scanning.wipe()
    assert not ScannedCode.select().count()


def test_who_may_add_nothing_cannot_scan(app, company, site, sign_in):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    for path in ("/scan", f"/sites/{site.id}/devices/new/scan"):
        assert person.get(path).status_code == 403 and scan(person, code(password=None), path=path).status_code == 403
    stranger = sign_in(make_employee(company).email)
    path = f"/sites/{site.id}/devices/new/scan"
    assert stranger.get(path).status_code == 404 and scan(stranger, "x", path=path).status_code == 404


def test_what_the_scan_page_adds_is_light(app):
    assets = app.extensions["assets"]
    for name, bytes_ in (("js/scan.js", 2304), ("vendor/jsqr-1.4.0/jsQR.js", 46 * 1024)):
        assert len((assets.root / f"{assets.url(name).removeprefix('/static/')}.gz").read_bytes()) <= bytes_


def test_only_the_scan_page_may_use_the_camera(admin, site):
    for path, allowed in (
        ("/scan", True),
        (f"/sites/{site.id}/devices/new/scan", True),
        ("/", False),
        ("/sites", False),
    ):
        policy = admin.get(path).headers.getlist("Permissions-Policy")
        assert policy == [f"camera=({'self' if allowed else ''}), microphone=(), geolocation=()"]
    assert admin.get("/scan").headers["Cache-Control"] == "no-store"
    assert json.dumps(admin.get(f"/sites/{site.id}/devices/new").text).count("Scan QR code") == 1
