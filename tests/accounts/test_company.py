"""The company's page: what customers are told of it, the app that they should have, the logo (R8, P2, U1)."""

from __future__ import annotations

import json
import re

import pytest

from tests.accounts import pictures
from tests.accounts.logos import send_logo
from tests.factories import make_company, make_device, make_employee, make_owner, make_site
from webapp.accounts.models import Company, Logo
from webapp.accounts.permissions import Role
from webapp.accounts.services import profile
from webapp.audit.models import AuditEntry

FORM = {"name": "Northlight", "licence": "DE-7 / 42", "phone": "+49 8382 1234-56", "email": "Desk@Example.com"}
FORM |= {
    "app": "other",
    "app_name": "Yard",
    "app_url": "https://apps.example/yard",
    "app_version": "2.10",
    "version": "1",
}
POSTS = ("/company", "/company/logo", "/company/logo/remove")


def rows(action="company.edited"):
    found = AuditEntry.select().where(AuditEntry.action == action).order_by(AuditEntry.id)
    return [json.loads(row.changes) for row in found]


def stored(company):
    return Company.get_by_id(company.id)


def test_the_admin_edits_the_profile_and_leaves_one_row(admin, company):
    reply = admin.post("/company", **FORM)
    assert (reply.status_code, reply.location) == (303, "/company")
    found = stored(company)
    assert (found.name, found.licence, found.phone, found.email) == (
        "Northlight",
        "DE-7 / 42",
        "+49 8382 1234-56",
        "desk@example.com",
    )
    assert (found.app_name, found.app_url, found.app_version) == ("Yard", "https://apps.example/yard", "2.10")
    assert rows() == [["app_name", "app_url", "app_version", "email", "licence", "name", "phone"]]
    page = admin.get("/company").text
    assert 'value="https://apps.example/yard"' in page and re.search(r'checked[^>]*value="other"', page)
    assert "Northlight" in admin.get("/").text


def test_what_is_saved_unchanged_leaves_no_row(admin, company):
    admin.post("/company", **FORM)
    assert admin.post("/company", **FORM | {"version": "2"}).status_code == 303
    assert len(rows()) == 1


def test_the_vendors_app_needs_its_link_alone(admin, company):
    reply = admin.post("/company", **FORM | {"app": "vendor", "app_name": "x", "app_version": "nonsense"})
    assert reply.status_code == 303
    app = profile.end_user_app(company.id, "http://localhost/")
    assert app == ("Hik-Connect Mobile Client", "https://apps.example/yard", "4.7.1")
    assert re.search(r'checked[^>]*value="vendor"', admin.get("/company").text)


def test_back_to_our_own_app_forgets_the_other(admin, company):
    admin.post("/company", **FORM)
    assert admin.post("/company", **FORM | {"app": "own", "app_url": "javascript:x", "version": "2"}).status_code == 303
    assert profile.end_user_app(company.id, "http://localhost/") == ("Sitehand", "http://localhost", "")
    assert (stored(company).app_name, stored(company).app_url) == ("", "")
    assert re.search(r'checked[^>]*value="own"', admin.get("/company").text)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://apps.example/yard",
        "javascript:alert(1)",
        "data:text/html,x",
        "//apps.example",
        "apps.example",
        "https://",
        "https:///yard",
        "https://:443/yard",
        "https:apps.example",
        "https://apps.example@evil.example/",
        "https://user:secret@apps.example/",
        "https://apps.example:99999/",
        "https://apps.example:port/",
        "https://apps.example:0/",
        "https://[::1/",
        "https://apps.example/a b",
        'https://apps.example/"><script>',
        "https://apps.example\\@evil.example/",
        "https://apps.example/" + "x" * 300,
        "https://apps.example/\x00",
        "ftp://apps.example/",
    ],
)
@pytest.mark.parametrize("choice", ["vendor", "other"])
def test_a_bad_link_is_refused(admin, company, url, choice):
    before = stored(company).__data__
    reply = admin.post("/company", **FORM | {"app": choice, "app_url": url})
    assert reply.status_code == 422 and 'href="#app_url"' in reply.text
    assert stored(company).__data__ == before and not rows()


@pytest.mark.parametrize(
    "url", ["HTTPS://Apps.example/x?a=1&b=%20#top", "https://xn--bcher-kva.example:8443/", "https://bücher.example/ä"]
)
def test_a_good_link_is_kept_as_it_is(admin, company, url):
    assert admin.post("/company", **FORM | {"app_url": url}).status_code == 303
    assert stored(company).app_url == url


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": "x" * 129},
        {"licence": "x" * 65},
        {"phone": "call me"},
        {"phone": "12"},
        {"email": "desk"},
        {"app": "theirs"},
        {"app": ""},
        {"app_name": ""},
        {"app_version": "latest"},
        {"app_version": "4.7.1<b>"},
        {"app_version": "1.2.3.4.5"},
    ],
)
def test_what_cannot_be_right_comes_back_with_the_form(admin, company, changed):
    before = stored(company).__data__
    reply = admin.post("/company", **FORM | changed)
    assert reply.status_code == 422 and 'class="summary"' in reply.text and stored(company).__data__ == before
    assert not rows()


def test_of_two_who_edit_at_once_the_second_sees_both(admin, sign_in, company):
    other = sign_in()
    admin.post("/company", **FORM)
    reply = other.post("/company", **FORM | {"name": "Southlight"})
    assert reply.status_code == 409 and "Somebody else has changed the profile" in reply.text
    assert "Southlight" in reply.text and "Northlight" in reply.text and stored(company).name == "Northlight"
    assert len(rows()) == 1
    version = re.search(r'name="version"[^>]*value="(\d+)"', reply.text)[1]
    assert other.post("/company", **FORM | {"name": "Southlight", "version": version}).status_code == 303
    assert stored(company).name == "Southlight" and rows()[1] == ["name"]


@pytest.mark.parametrize("role", [Role.INSTALLER, Role.OBSERVER, Role.OWNER])
def test_others_are_refused_however_they_ask(app, sign_in, company, role):
    site = make_site(company)
    account = make_owner(site) if role == Role.OWNER else make_employee(company, role)
    person = sign_in(account.email)
    before = stored(company).__data__
    for htmx in (False, True):
        assert person.get("/company", htmx=htmx).status_code == 403
        for path in POSTS:
            assert person.post(path, htmx=htmx, **FORM).status_code == 403
    assert send_logo(person, pictures.png()).status_code == 403
    assert stored(company).__data__ == before and not Logo.select().count() and not rows()


def test_nobody_signed_in_is_led_to_sign_in(anyone, company):
    assert anyone.get("/company").location.startswith("/sign-in")
    for path in POSTS:
        assert anyone.post(path, **FORM).location.startswith("/sign-in")
    assert stored(company).name == "Northlight Security" and not Logo.select().count()


def test_a_company_changes_nobody_elses(admin, company):
    other = make_company("Southlight")
    admin.post("/company", **FORM | {"company_id": other.id, "id": other.id})
    send_logo(admin, pictures.png())
    assert stored(other).name == "Southlight" and stored(other).version == 1
    assert [logo.company_id for logo in Logo.select()] == [company.id]


def test_names_are_shown_and_never_run(admin, company):
    markup = "<b data-evil>Tor & \"Hof\"</b> 'Süd' {{ 7*7 }}"
    assert admin.post("/company", **FORM | {"name": markup, "licence": "<b data-evil>"}).status_code == 303
    device = make_device(make_site(company))
    for path in ("/company", "/", f"/sites/{device.site_id}/report"):
        page = admin.get(path).text
        assert "<b data-evil" not in page and "49 }}" not in page and "&lt;b data-evil&gt;" in page
