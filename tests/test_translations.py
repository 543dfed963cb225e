"""The translations: complete, in step with the texts, and what a person with another language gets to see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask

from tests.client import Person
from tests.factories import make_device, make_site
from webapp.common import clock
from webapp.config import ROOT
from webapp.devices.advice import SENTENCES, advice
from webapp.devices.models import Device, DeviceState, Status
from webapp.protocols.isapi.kinds import Kind

FOLDER = ROOT / "webapp" / "translations"
LANGUAGES = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())
PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w+)\}")
WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
SHOWN = {"alt", "aria-label", "content", "placeholder", "title"}
ENGLISH = set(
    re.findall(
        r"\w+",
        """
        the and is are of to your you this that with has have were from been it its what which who not no yes add added
        address again ask back cancel change check checked choose close company connection copied delete device devices
        dismiss edit error found home installer key known language local main model next owner page password recorder
        save search send serial session sign site sites skip sort stored strong time try type unknown upper user weak
        wrong
        """,
    )
)

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@cache
def catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    return {name or other for name, other in PLACEHOLDER.findall(text)}


@pytest.fixture(scope="module")
def texts() -> Catalog:
    """All texts in code and templates, found as script/translate finds them."""
    marks = re.findall(r"-k (\S+)", (ROOT / "script" / "translate").read_text())
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for _file, _line, text, _comments, context in extract_from_dir(
        ROOT, methods, options, keywords=DEFAULT_KEYWORDS | parse_keywords(marks)
    ):
        found.add(text, context=context)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_the_texts_of_the_code(texts, language):
    ours, theirs = ({message.id for message in each if message.id} for each in (texts, catalogue(language)))
    assert ours ^ theirs == set(), "run script/translate, then translate what is new"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    translated = catalogue(language)
    for message in translated:
        if message.id:
            assert not message.fuzzy, message.id
            assert all(text.strip() for text in forms(message.string)), message.id
            wanted = translated.num_plurals if message.pluralizable else 1
            assert len(forms(message.string)) == wanted, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_those_of_the_text(language):
    for message in catalogue(language):
        if message.id:
            wanted, *_, said = placeholders(forms(message.id)[-1]), *map(placeholders, forms(message.string))
            assert said == wanted, message.id
            assert all(placeholders(text) <= wanted for text in forms(message.string)), message.id  # "every day"
            assert all(
                text.count("\n") == message.id.count("\n") for text in forms(message.string) if "\n" in message.id
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_compiles_and_is_found(tmp_path: Path, language):
    folder = tmp_path / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue(language))

    found = Translations.load(tmp_path, [language])

    for message in catalogue(language):
        if message.id:
            one, *more = forms(message.id)
            told = found.ungettext(one, more[0], 1) if more else found.ugettext(one)
            assert told == forms(message.string)[0]


class Visible(HTMLParser):
    """What a page says, to eyes or to a screen reader; names that people gave stand in <bdi> and are left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"bdi", "script", "style", "option"}:
            self.inside.append(tag)
        told = dict(attrs)
        if tag == "meta" and told.get("name") != "description":
            return
        self.said += [value for name, value in attrs if value and (name in SHOWN or name.startswith("data-word-"))]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        zone = self.inside[-1:] == ["option"] and "/" in data
        if data.strip() and not zone and not {"bdi", "script", "style"} & set(self.inside):
            self.said.append(data.strip())


def english_in(said: list[str]) -> list[str]:
    """What of it is English: whole texts of ours that are translated otherwise, and common English words."""
    left = [text for text in said if in_german().get(text, text) != text]
    return left + [text for text in said if any(word.casefold() in ENGLISH for word in WORD.findall(text))]


@cache
def in_german() -> dict[str, str]:
    return {text: forms(m.string)[0] for m in catalogue("de") if m.id for text in forms(m.id)}


def require_german(reply: Any, where: str) -> None:
    assert '<html lang="de"' in reply.text, where
    assert english_in(Visible(reply.text).said) == [], where


@pytest.fixture
def anybody(app: Flask) -> Person:
    """Nobody signed in, in a German browser."""
    return Person(app, HTTP_ACCEPT_LANGUAGE="de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7")


@pytest.fixture
def german(anybody: Person, sign_in: Callable[..., Person]) -> Person:
    """The Installer Admin in a German browser."""
    reply = anybody.post("/sign-in", email="ada@example.com", password="Ladder-and-light-7")
    assert reply.status_code == 303
    return anybody


@pytest.fixture
def devices(company: Any) -> list[Device]:
    """A device in each state and with each reason, one of an unknown type, one with a weak password."""
    site = make_site(company, name="Bäckerei", city="Köln")
    made = [make_device(site, name=f"Kamera {n}", status=status) for n, status in enumerate(Status)]
    made += [make_device(site, name="Kasten", type=Kind.UNKNOWN), make_device(site, password="abc", name="Tor")]
    for code in SENTENCES:
        made.append(make_device(site, name="Halle"))
        DeviceState.set(made[-1].id, clock.now(), Status.OFFLINE, reason=code, checked_at=clock.now())
    return made


def addresses(app: Flask, device: Device) -> Iterator[str]:
    """All that can be opened, with the ids of this device and its site."""
    given = {"device_id": device.id, "site_id": device.site_id}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and rule.arguments <= set(given):
            yield adapter.build(rule.endpoint, {name: given[name] for name in rule.arguments}, method="GET")


@one_database
def test_pages_before_the_sign_in_are_german(app, anybody):
    require_german(anybody.get("/setup"), "/setup")


@one_database
@pytest.mark.parametrize("path", ["/sign-in", "/forgot", "/offline", "/nowhere"])
def test_public_pages_are_german(company, anybody, path):
    require_german(anybody.get(path), path)


@one_database
def test_every_page_is_german(app, german, devices):
    seen = set()
    for path in addresses(app, devices[0]):
        reply = german.get(path)
        if reply.status_code == 200 and reply.mimetype == "text/html":
            require_german(reply, path)
            seen.add(path)
    assert {"/", "/sites", "/devices", "/account", f"/devices/{devices[0].id}"} <= seen


@one_database
def test_every_state_of_a_device_is_german(german, devices):
    for device in devices:
        path = f"/devices/{device.id}"
        require_german(german.get(path), path)
    require_german(german.get("/devices"), "/devices")


@one_database
def test_refusals_are_german(german, devices):
    site = devices[0].site
    zone = {"zone": "Europe/Berlin"}
    for wanted, path, fields in [
        (409, "/sites/new", zone | {"name": site.name}),
        (422, "/sites/new", {"name": "", "zone": "Mars/Phobos"}),
        (422, "/sites/new", zone | {"name": "x" * 129}),  # a message of WTForms' own
        (422, f"/sites/{site.id}/devices/new/address/test", {"host": "1.2.3", "port": "0"}),
        (409, f"/devices/{devices[0].id}/type", {"type": str(Kind.ALARM_PANEL)}),
        (422, "/account/password", {"current": "x", "new": "short"}),
    ]:
        reply = german.post(path, **fields)
        assert reply.status_code == wanted, (path, reply.status_code)
        require_german(reply, path)
    for wanted, reply in [
        (404, german.get("/sites/999999")),
        (405, german.get("/sign-out")),
        (400, german.client.post("/sites/new", headers={"Accept-Language": "de"})),
        (403, german.client.post("/sites/new", headers={"Accept-Language": "de", "Sec-Fetch-Site": "cross-site"})),
    ]:
        assert reply.status_code == wanted
        require_german(reply, str(wanted))


@one_database
def test_all_advice_is_german(app):
    facts: dict[str, Any] = {"tries_left": 3, "locked_for": 90, "location": "https://127.0.0.1/"}
    with app.test_request_context(headers={"Accept-Language": "de"}):
        for kind in Kind:
            for code in SENTENCES:
                said = advice(code, facts | {"type": kind}, {"host": "127.0.0.1", "port": 8000, "https": False})
                assert english_in([said.title, said.text, *(one.label for one in said.tries)]) == [], code


@one_database
@pytest.mark.parametrize("language", ["tlh", "xx-YY,zz;q=0.5", "", "en-GB"])
def test_an_unknown_language_gets_english(company, app, language):
    reply = Person(app, HTTP_ACCEPT_LANGUAGE=language).get("/sign-in")
    assert '<html lang="en"' in reply.text
    assert "Forgot your password?" in english_in(Visible(reply.text).said)


@one_database
def test_the_language_of_the_account_goes_before_the_browsers(admin, devices):
    pages = ["/account", "/sites", "/devices", f"/sites/{devices[0].site_id}"]
    for language, shown in [("", "en"), ("de", "de"), ("en", "en"), ("de", "de")]:  # nothing of another stays behind
        admin.post("/account/language", language=language)
        for path in pages:
            page = admin.get(path).text
            assert f'<html lang="{shown}"' in page, path
            assert bool(english_in(Visible(page).said)) == (shown == "en"), path
