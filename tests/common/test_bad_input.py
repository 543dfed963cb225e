"""Whatever is sent to whatever address by whatever verb, nothing breaks on our side (Z29)."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_device, make_site
from webapp.common import jobs
from webapp.config import ROOT
from webapp.db import is_sqlite

MODEST = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
FORM = "application/x-www-form-urlencoded"
NUMBERS = ["0", "999999999999999", "9" * 30, "-1", "1'", "%00", "%ff%fe", "\u0661", "x" * 500]
ASKED = 3  # of them PostgreSQL is asked for; what is no number gets to no database
QUERIES = [
    "q=%00", "q=%ff%fe", "q=%ED%A0%80", "q=" + "%25" * 3000, "page=" + "9" * 300, "q[]=1&q=2", "&&==&", "q=%E2%80%AE",
    "site=1e9&status=%00&type=' OR 1=1--&mode=\u0661", "page=-0&site=" + "9" * 40, "next=%0d%0a", "probe=%00",
]  # fmt: skip
FIELDS = [
    "name", "zone", "address", "city", "region", "host", "port", "https", "username", "password", "key", "probe",
    "anyway", "version", "type", "detected", "email", "company", "code", "current", "new", "language", "next",
    "use_port", "use_https", "use_http",
]  # fmt: skip
STRANGE = [  # to a database
    b"\x00", b"\xff\xfe\xfd", b"\xed\xa0\x80", b"9" * 400, b"-1", b"1e308", b"A" * 30_000, "\U0001f4a1".encode() * 200,
    "\u0130".encode() * 127,
]  # fmt: skip
NASTY = [
    *STRANGE, b"", b"%", b"NaN", "\u0663".encode(), "\u202e\u2066".encode(), b"' OR 1=1 --", b"{{7*7}}${7*7}",
    b"../../x", b"http://[", b"http://[::1", b"//x", b"http://a@b@c:99999/%zz", b"xn--\xff", b".", b"\r\n\r\n",
]  # fmt: skip


@pytest.fixture
def places(admin, company):
    """What a rule's variables may be: numbers of things that exist, and nonsense."""
    device = make_device(make_site(company))
    yield {"site_id": device.site_id, "device_id": device.id, "session_id": 1, "token": "x" * 43}
    jobs.stop()


def addresses(app, places, nonsense=()):
    """The path of every rule, with what is there or with nonsense in its variables."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for wrong in (nonsense if "<" in rule.rule else []) if nonsense else [None]:
            yield re.sub(
                r"<(?:\w+:)?(\w+)>", lambda m, w=wrong: str(places.get(m[1], 1)) if w is None else w, rule.rule
            )


def send(person, method, path, **more):
    """Send it as it is."""
    reply = person.client.open(path, method=method, **more)
    assert reply.status_code < 500, f"{method} {path[:200]} {more}: {reply.status_code}"
    return reply


def test_every_verb_at_every_address(app, admin, places):
    verbs = METHODS if is_sqlite() else ["GET", "POST"]  # the others are refused before a row is looked for
    for path in addresses(app, places):
        for method in verbs:
            for htmx in ({}, {"HX-Request": "true"}):
                reply = send(admin, method, path, headers=htmx)
                assert "Traceback" not in reply.text


def test_numbers_that_are_none(app, admin, places):
    for path in addresses(app, places, NUMBERS if is_sqlite() else NUMBERS[:ASKED]):
        for method in ("GET", "POST"):
            send(admin, method, path)


def test_questions_that_make_no_sense(app, admin, places):
    paths = [
        "/sites",
        "/devices",
        f"/sites/{places['site_id']}",
        f"/sites/{places['site_id']}/devices/new/address",
        "/sign-in",
    ]
    for path in paths:
        for query in QUERIES:
            send(admin, "GET", f"{path}?{quote(query, safe='%=&[]')}")


def posts(app, places):
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods and rule.rule != "/sign-out"]
    return [re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(places.get(m[1], 1)), rule.rule) for rule in rules]


def test_every_field_of_every_form_with_every_nasty_text(app, admin, places):
    admin.fetch_token()
    for path in posts(app, places):
        for text in NASTY if is_sqlite() else STRANGE:
            body = b"&".join(name.encode() + b"=" + quote(text).encode() for name in FIELDS)
            body += b"&csrf_token=" + admin.token.encode()
            send(admin, "POST", path, data=body, content_type=FORM)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "["}, {"Host": "a b"}, {"Host": ""}, {"Host": "x" * 5000}, {"Origin": "http://["},
        {"Referer": "http://["},
        {"Accept-Language": ";;;q=x," * 500}, {"Accept-Encoding": "br;q=x"}, {"Cookie": "sitehand=\xff; =;;"},
        {"User-Agent": "\xff" * 4000}, {"X-Forwarded-For": "x" * 4000}, {"Range": "bytes=9-1"},
        {"If-None-Match": "\xff"},
        {"HX-Request": "true", "HX-Current-URL": "http://[", "HX-Target": "<script>"}, {"Content-Length": "x"},
        {"Transfer-Encoding": "chunked"}, {"If-Modified-Since": "yesterday"}, {"Sec-Fetch-Site": "\xff"},
    ],
)  # fmt: skip
def test_headers_that_no_browser_sends(app, admin, places, headers):
    for path in ("/", "/sign-in", "/setup", "/sites", "/account", "/healthz", "/no-such-page", "/static/x"):
        send(admin, "GET", path, headers=headers)
        send(admin, "POST", path, headers=headers)


def test_an_address_that_is_none_behind_a_proxy(app, company):
    person = Person(app, REMOTE_ADDR="x" * 300)
    assert person.post("/sign-in", email="ada@example.com", password="wrong-Password-1").status_code == 422
    assert person.post("/sign-in", email="ada@example.com", password=PASSWORD).status_code == 303


@MODEST
@given(
    body=st.binary(max_size=3000),
    kind=st.sampled_from([FORM, "multipart/form-data; boundary=x", "multipart/form-data", ""]),
)
def test_any_bytes_as_a_body(app, admin, places, body, kind):
    for path in posts(app, places)[::3]:
        send(admin, "POST", path, data=body, content_type=kind)


@MODEST
@given(fields=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=300), max_size=12), which=st.integers(0, 99))
def test_any_text_in_any_fields(app, admin, places, fields, which):
    admin.token or admin.fetch_token()
    paths = [path for path in posts(app, places) if path not in {"/account/password", "/sign-in"}]
    for path in (paths[which % len(paths)], "/sites/new"):
        body = b"&".join(
            f"{name}=".encode() + quote(text, errors="surrogatepass").encode() for name, text in fields.items()
        )
        body += b"&csrf_token=" + admin.token.encode()
        send(admin, "POST", path, data=body, content_type=FORM)


@MODEST
@given(query=st.text(max_size=200))
def test_any_search(app, admin, places, query):
    for path in ("/sites", "/devices"):
        send(admin, "GET", path, query_string={"q": query.encode("utf-8", "surrogatepass")})


def test_too_much_is_refused_in_words(app, admin):
    for kind in (FORM, "multipart/form-data; boundary=x"):
        reply = send(admin, "POST", "/sites/new", data=b"name=" + b"x" * 70_000, content_type=kind)
        assert reply.status_code == 413 and "more than can be taken" in reply.text


def test_every_refusal_is_a_page_that_a_person_can_read(admin, places):
    for method, path, code in (("GET", "/x", 404), ("PUT", "/sites", 405), ("POST", "/sites/new", 400)):
        reply = send(admin, method, path)
        assert reply.status_code == code and "<h1>" in reply.text and "<html" in reply.text
        part = send(admin, method, path, headers={"HX-Request": "true"})
        assert part.status_code == code and "<html" not in part.text and 'role="alert"' in part.text
    assert send(admin, "PUT", "/sites").headers["Allow"] == "GET, HEAD, OPTIONS"


def test_no_template_marks_text_as_safe():
    wrong = [path.name for path in (ROOT / "templates").rglob("*.html") if re.search(r"\|\s*safe\b", path.read_text())]
    assert not wrong
