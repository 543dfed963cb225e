"""Adding a site (T1): its name is its own in the company, its zone is there to stay."""

from __future__ import annotations

import pytest

from tests.client import Person, at_once
from tests.factories import make_company, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.sites.models import Assignment, Site, SiteStatus

TYPED = {"name": "Bakery", "zone": "Europe/Berlin", "address": "Market Square 3", "city": "Lindau", "region": "Bavaria"}
TAKEN = "has a site named"


def add(person, **changes):
    return person.post("/sites/new", **TYPED | changes)


def test_it_is_stored_and_shown(admin, company):
    reply = add(admin)

    site = Site.get()
    assert (reply.status_code, reply.location) == (303, f"/sites/{site.id}")
    assert (site.name, site.zone, site.place) == ("Bakery", "Europe/Berlin", "Market Square 3, Lindau, Bavaria")
    assert (site.company_id, site.status) == (company.id, SiteStatus.NOT_INVITED)
    page = admin.get(reply.location).text
    assert "<h1" in page and "Bakery" in page and "Europe/Berlin" in page and "Bakery is added." in page
    assert "Add device" in page and "Bakery" in admin.get("/sites").text


def test_one_row_in_the_audit_trail(admin):
    add(admin)
    entry = AuditEntry.get(AuditEntry.action == "site.added")
    assert (entry.target_id, entry.target_name, entry.actor_name) == (Site.get().id, "Bakery", "Ada Admin")


def test_name_and_zone_are_enough(admin):
    assert add(admin, address="", city="", region="").status_code == 303 and Site.get().place == ""


def test_the_longest_texts_fit(admin):
    assert add(admin, name="ß" * 128, address="a" * 128, city="🏢" * 128, region="r" * 128).status_code == 303


def test_blanks_are_tidied(admin):
    add(admin, name="  Old \t  bakery  ")
    assert Site.get().name == "Old bakery"


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", "", "What is the site called?"),
        ("name", " \u00a0 ", "What is the site called?"),
        ("name", "x" * 129, "longer than 128"),
        ("name", "a\x00b", "characters that cannot be shown"),
        ("name", "a\u202eb", "characters that cannot be shown"),
        ("address", "x" * 129, "longer than 128"),
        ("city", "x" * 129, "longer than 128"),
        ("region", "x" * 129, "longer than 128"),
        ("region", "\x1b[31m", "characters that cannot be shown"),
        ("zone", "", "In which time zone is the site?"),
        ("zone", "Mars/Phobos", "Choose a time zone from the list."),
        ("zone", "europe/berlin", "Choose a time zone from the list."),
        ("zone", "../../etc/passwd", "Choose a time zone from the list."),
        ("zone", "x" * 5000, "Choose a time zone from the list."),
    ],
)
def test_a_bad_field_comes_back_with_its_complaint_and_the_rest_is_kept(admin, field, value, complaint):
    reply = add(admin, **{field: value})
    assert reply.status_code == 422 and complaint in reply.text and not Site.select().count()
    kept = {name: text for name, text in TYPED.items() if name not in {field, "zone"}}
    assert all(f'value="{text}"' in reply.text for text in kept.values())
    assert field == "zone" or 'selected value="Europe/Berlin"' in reply.text


@pytest.mark.parametrize("name", ["Bakery", "bakery", " BAKERY ", "Ｂａｋｅｒｙ", "Bakery\u00a0"])
def test_a_name_is_taken_however_it_is_typed(admin, company, name):
    make_site(company, name="Bakery")
    reply = add(admin, name=name)
    assert reply.status_code == 409 and TAKEN in reply.text and Site.select().count() == 1


def test_umlauts_compose(admin, company):
    make_site(company, name="Bäckerei Groß")
    assert add(admin, name="BA\u0308CKEREI GROSS").status_code == 409


def test_another_companys_name_is_free(admin):
    make_site(make_company(), name="Bakery")
    reply = add(admin)
    assert reply.status_code == 303 and Site.select().count() == 2


def test_two_at_once_make_one(app, sign_in):
    people = [sign_in() for _ in range(4)]
    for person in people:
        person.fetch_token()
    told = at_once(*[lambda p=p: add(p).status_code for p in people])
    assert sorted(told) == [303, 409, 409, 409] and Site.select().count() == 1
    assert AuditEntry.select().where(AuditEntry.action == "site.added").count() == 1


def test_the_zone_of_the_newest_site_is_offered(admin, company):
    make_site(company, zone="Asia/Tokyo")
    make_site(make_company(), zone="America/Lima")
    assert 'selected value="Asia/Tokyo"' in admin.get("/sites/new").text


def test_an_installer_looks_after_what_they_add(sign_in, company):
    installer = make_employee(company)
    person = sign_in(installer.email)
    reply = add(person)
    assert reply.status_code == 303 and person.get(reply.location).status_code == 200
    assert [(row.account_id, row.until) for row in Assignment.select()] == [(installer.id, None)]


def test_an_installer_is_not_told_of_a_site_that_they_do_not_see(sign_in, company):
    make_site(company, name="Bakery", address="Secret Street 1")
    reply = add(sign_in(make_employee(company).email))
    assert reply.status_code == 409 and TAKEN in reply.text and "Secret" not in reply.text


def test_a_role_without_the_right_may_not(sign_in, company):
    person = sign_in(make_employee(company, Role.OBSERVER).email)
    assert "Add site" not in person.get("/sites").text
    for htmx in (False, True):
        assert person.get("/sites/new", htmx=htmx).status_code == 403
        assert person.post("/sites/new", htmx=htmx, **TYPED).status_code == 403
    assert not Site.select().count()


def test_nobody_and_a_forged_request_may_not(app, admin, company):
    assert add(Person(app)).status_code == 303
    assert admin.client.post("/sites/new", data=TYPED).status_code == 400
    assert not Site.select().count()


def test_a_forced_company_or_status_is_not_taken(admin, company):
    add(admin, company=str(make_company().id), company_id="2", status="authorized", id="77")
    assert (Site.get().company_id, Site.get().status) == (company.id, SiteStatus.NOT_INVITED)


def test_a_name_with_markup_is_text(admin):
    reply = add(admin, name="<b onclick=x>Bakery</b>{{7*7}}")
    for path in (reply.location, "/sites", f"{reply.location}/delete"):
        page = admin.get(path).text
        assert "<b onclick" not in page and "&lt;b onclick=x&gt;" in page and "{{7*7}}" in page
