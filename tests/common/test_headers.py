"""What every answer carries, and which requests are not taken at all (Z12, Z28)."""

from __future__ import annotations

import re

import pytest

from tests.client import Person
from tests.factories import make_device, make_site
from webapp.db import database
from webapp.sites.models import Site

HERE = "http://localhost"
PLACES = [
    "/",
    "/sites",
    "/account",
    "/no-such-page",
    "/sites/999",
    "/healthz",
    "/sw.js",
    "/manifest.webmanifest",
    "/offline",
]


@pytest.mark.parametrize("path", [*PLACES, "/static/no-such-file.css", "/static/../wsgi.py"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_every_answer_is_closed_to_other_sites(sign_in, anyone, company, path, signed_in):
    headers = (sign_in() if signed_in else anyone).get(path).headers
    policy = dict(part.partition(" ")[::2] for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'" and "unsafe" not in str(policy)
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'" and "script-src" not in policy
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert headers["Referrer-Policy"] == "same-origin" and headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert len(headers.getlist("Content-Security-Policy")) == len(headers.getlist("X-Frame-Options")) == 1
    assert "Strict-Transport-Security" not in headers


def test_static_files_too_and_they_are_kept_for_good(app, anyone):
    reply = anyone.get(app.extensions["assets"].url("css/app.css"))
    assert reply.status_code == 200 and "immutable" in reply.headers["Cache-Control"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff" and "Set-Cookie" not in reply.headers
    assert reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/sites", "/account", "/sites/999"])
def test_pages_are_kept_by_nobody_else(admin, path):
    headers = admin.get(path).headers
    assert headers["Cache-Control"] in {"private, no-cache", "no-store"}
    assert set(headers["Vary"].split(", ")) == {"Accept-Encoding", "Accept-Language", "Cookie", "HX-Request"}


@pytest.mark.parametrize("path", ["/audit.csv", "/sites/{}/report.csv", "/reset/x", "/sign-in/link/x", "/join/x"])
def test_of_downloads_and_of_what_a_token_opens_no_copy_stays(admin, company, path):
    assert admin.get(path.format(make_site(company).id)).headers["Cache-Control"] == "no-store"


def test_https_is_for_good(app, company):
    reply = Person(app, **{"wsgi.url_scheme": "https"}).get("/sign-in")
    assert "max-age=31536000" in reply.headers["Strict-Transport-Security"]


def post(person, headers=None, **more):
    person.fetch_token()
    data = {"csrf_token": person.token, "name": "Bakery", "zone": "UTC", "address": "", "city": "", "region": ""}
    return person.client.post("/sites/new", **{"data": data, "headers": headers or {}} | more)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:81"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "nonsense"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_a_post_from_elsewhere_is_refused_even_with_a_valid_token(admin, headers, htmx):
    reply = post(admin, headers | htmx)
    assert reply.status_code == 403 and "did not come from a form of this page" in reply.text
    assert not Site.select().count()


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": HERE}, {"Sec-Fetch-Site": "same-origin", "Origin": HERE}, {"Sec-Fetch-Site": "none"}]
)
def test_a_post_from_here_is_taken(admin, headers):
    assert post(admin, headers).status_code == 303


@pytest.mark.parametrize("mimetype", ["application/json", "text/plain", "application/xml", "image/png", "", "x" * 300])
def test_a_body_that_no_form_sends_is_refused(admin, mimetype):
    reply = post(admin, data=b"name=Bakery&zone=UTC", content_type=mimetype)
    assert reply.status_code == 403 and not Site.select().count()


@pytest.mark.parametrize("token", [None, "", "x", "x" * 5000, "\x00", "ImI2Ig.aaaa.bbbb"])
@pytest.mark.parametrize("path", ["/sites/new", "/sign-out", "/sign-in", "/account/password", "/password-strength"])
def test_without_the_forms_token_nothing_is_taken(admin, path, token):
    data = {"name": "Bakery", "zone": "UTC"} | ({} if token is None else {"csrf_token": token})
    for htmx in ({}, {"HX-Request": "true"}):
        reply = admin.client.post(path, data=data, headers=htmx)
        assert reply.status_code == 400 and "grown old" in reply.text
    assert not Site.select().count() and admin.get("/").status_code == 200


def test_another_sessions_token_is_not_taken(admin, app, company):
    stranger = Person(app)
    stranger.get("/sign-in")
    assert admin.client.post("/sign-out", data={"csrf_token": stranger.token}).status_code == 400


def snapshot():
    """Every row of every table, but for when a session was seen."""
    tables = sorted(set(database.get_tables()) - {"session"})
    return {table: sorted(map(str, database.execute_sql(f'SELECT * FROM "{table}"').fetchall())) for table in tables}


@pytest.mark.parametrize("htmx", [False, True])
def test_looking_writes_nothing(admin, app, company, htmx):
    device = make_device(make_site(company))
    before = snapshot()
    for rule in app.url_map.iter_rules():
        path = re.sub("<id:site_id>", str(device.site_id), rule.rule)
        path = re.sub("<id:[a-z_]+>", str(device.id), re.sub("<(path:)?(token|filename)>", "x", path))
        admin.get(path, htmx=htmx)
    assert snapshot() == before
