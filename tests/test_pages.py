"""Every page and every piece of one, with the names that people really give: what holds for all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from gzip import compress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.client import Person
from tests.conftest import LAB, PASSWORD, fresh_database
from tests.markup import Element, Markup
from tests.mistakes import faulty_forms
from tests.world import World, build
from webapp import create_app
from webapp.accounts.models import Account
from webapp.accounts.services import companies
from webapp.common import clock, jobs
from webapp.config import Settings
from webapp.db import database
from webapp.owners.services import people

FIRST_LOAD, PART, REQUESTS = 45 * 1024, 3 * 1024, 6  # bytes over the wire, and in how many
FRESH = re.compile(r'(name="key"[^>]*value=")[^"]*')  # of every form that is opened
NOT_PAGES = {"home.healthz", "home.manifest", "home.service_worker", "health.report_csv", "health.show_metrics"}
NOT_PAGES |= {"qr.image", "qr.cabinet_image", "accounts.show_logo", "audit.log_csv"}
NOT_PAGES |= {f"handover.pack_{what}" for what in ("photo", "document", "public_photo", "public_document")}
ENDED = {"handover over", "pack link expired", "pack link revoked"}  # pages that say so, by 409
ELSEWHERE = ("mailto:", "sms:", "http://localhost", "https://")  # where the app for customers is told of


@dataclass(frozen=True)
class Seen:
    """One answer: `name` of the page, whether htmx asked."""

    name: str
    path: str
    htmx: bool
    status: int
    text: str

    @cached_property
    def html(self) -> Markup:
        return Markup.of(self.text)

    @property
    def is_page(self) -> bool:
        return self.text.startswith("<!doctype html>")

    def __str__(self) -> str:
        return f"{self.name}{', for htmx' if self.htmx else ''} ({self.path})"


def look(person: Person, name: str, path: str, htmx: bool = False, **headers: str) -> Seen:
    reply = person.get(path, htmx=htmx, headers=headers)
    while reply.status_code == 303:  # a piece without a page of its own leads to the one that holds it
        reply = person.get(reply.location, htmx=htmx, headers=headers)
    return Seen(name, path, htmx, reply.status_code, reply.text)


@dataclass(frozen=True, slots=True)
class House:
    """An app with its world, and all that is to be seen there."""

    app: Flask
    world: World
    admin: Person
    nobody: Person
    owner: Person
    pages: list[Seen]  # as a page and as htmx gets it
    refused: list[Seen]  # forms that come back, and other refusals

    @property
    def all(self) -> list[Seen]:
        return self.pages + self.refused

    def look(self, name: str, htmx: bool = False, **headers: str) -> Seen:
        person = self.nobody if name in self.world.public else self.admin
        person = self.owner if name in self.world.owned else person
        return look(person, name, self.world.pages[name], htmx, **headers)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What HTML is made of rows does not depend on where they come from; that there are rows does."""
    both = metafunc.function in {
        test_every_page_of_the_app_is_among_those_looked_at,
        test_they_answer_and_are_well_formed,
    }
    kinds = ["sqlite", "postgresql"] if both else ["sqlite"]
    metafunc.parametrize("house", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Built once for all tests of this file: they only look."""
    folder = tmp_path_factory.mktemp("house")
    with fresh_database(request.param, request, folder) as url:
        yield from build_house(folder, url)


def build_house(folder: Path, url: str) -> Iterator[House]:
    app = create_app(Settings(data=folder, database_url=url, allowed_networks=LAB, log_level="ERROR"))
    database.connect(reuse_if_open=True)
    account = companies.set_up("Northlight Security", "Ada Admin", "ada@example.com", PASSWORD)
    companies.create_company("Southlight", "Bo Begin", "bo@example.com", PASSWORD)
    world, admin, nobody, beginner = build(account.company, account), Person(app), Person(app), Person(app)
    admin.post("/sign-in", email="ada@example.com", password=PASSWORD)
    beginner.post("/sign-in", email="bo@example.com", password=PASSWORD)
    owner = Person(app)
    owner.post(f"/sign-in/link/{people.make_link(Account.get_by_id(world.owner))}")
    made = House(app, world, admin, nobody, owner, [], [])
    made.pages.extend(made.look(name, htmx) for name in world.pages for htmx in (False, True))
    made.pages.extend(
        look(beginner, f"empty {path}", path) for path in ("/", "/sites", "/sites/new", "/devices", "/account")
    )
    made.refused.extend(refusals(made))
    yield made
    jobs.stop()
    database.close()


def refusals(house: House) -> Iterator[Seen]:
    pages = house.world.pages
    for path, fields in faulty_forms(pages):
        for htmx in (False, True):
            reply = house.admin.post(path, htmx=htmx, **fields)
            yield Seen("faulty form", path, htmx, reply.status_code, reply.text)
    for path in ("/nowhere", f"{pages['site foreign']}/devices/new", "/sign-out"):
        yield from (look(house.admin, "refusal", path, htmx) for htmx in (False, True))


def faults(seen: list[Seen], find: Callable[[Seen], Any]) -> list[str]:
    return [f"{one}: {found}" for one in seen if (found := find(one))]


def test_every_page_of_the_app_is_among_those_looked_at(house):
    adapter = house.app.url_map.bind("localhost")
    looked_at = {adapter.match(urlsplit(path).path, "GET")[0] for path in house.world.pages.values()}
    gets = {rule.endpoint for rule in house.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert gets - NOT_PAGES == looked_at


def test_they_answer_and_are_well_formed(house):
    assert (
        faults(
            [one for one in house.all if one.name not in {"faulty form", "refusal", *ENDED}],
            lambda one: one.status != 200,
        )
        == []
    )
    assert faults(house.all, lambda one: one.html.faults) == []
    assert faults(house.all, lambda one: one.html.ids_given_twice()) == []


def test_pages_have_one_heading_a_title_and_a_language(house):
    full = [one for one in house.all if one.is_page]
    assert len(full) > 100
    assert faults(full, lambda one: len(one.html.all("h1")) != 1 or not one.html.all("h1")[0].text.strip()) == []
    assert faults(full, lambda one: not re.fullmatch(r"\S.* · Sitehand", one.html.all("title")[0].text)) == []
    assert faults(full, lambda one: one.html.all("html")[0].attrs != {"lang": "en", "dir": "ltr"}) == []


def test_everything_that_is_used_has_a_name(house):
    assert faults(house.all, lambda one: one.html.without_a_name()) == []
    assert faults([one for one in house.all if one.is_page], lambda one: one.html.broken_references()) == []


def test_nothing_is_inline(house):
    assert faults(house.all, lambda one: one.html.inline_code()) == []


def test_every_choice_shows_that_it_opens(house):
    assert faults(house.all, lambda one: one.text.count("<select") != one.text.count('<div class="with"><select')) == []


def test_names_are_shown_and_never_run(house):
    assert faults(house.all, lambda one: one.html.having("data-evil") or "49 }}" in one.text) == []
    device = next(one for one in house.all if one.name == "device markup" and one.is_page)
    assert device.html.all("h1")[0].text == "<b data-evil>Tor & \"Hof\"</b> 'Süd' {{ 7*7 }}"
    assert "7*7" in device.html.all("title")[0].text


def test_a_faulty_form_comes_back_with_what_is_wrong_said_twice(house):
    forms = [one for one in house.refused if one.status == 422]
    assert len(forms) > 30
    for one in forms:
        (summary,) = [e for e in one.html.elements if "summary" in e.get("class").split()] or [None]
        assert summary and summary.get("role") == "alert" and summary.get("tabindex") == "-1", one
        wrong = [e for e in one.html.elements if e.get("aria-invalid") == "true"]
        told = {e.get("id") for e in one.html.elements if "error" in e.get("class").split()}
        assert all(told & set(e.get("aria-describedby").split()) for e in wrong), one
        assert not one.is_page or one.html.all("title")[0].text.startswith("Error: "), one
        assert not [e for e in one.html.all("input") if e.get("type") == "password" and e.get("value")], one


def addresses(one: Seen) -> Iterator[tuple[str, str]]:
    """Method and address of everything that can be pressed on a page."""
    for element in one.html.elements:
        form = next((e for e in element.line if e.tag == "form"), None)
        wanted = {
            "href": "GET",
            "hx-get": "GET",
            "hx-post": "POST",
            "formaction": form.get("method") if form else "POST",
        }
        wanted |= {"action": element.get("method") or "GET"}
        yield from ((method.upper(), element.get(name)) for name, method in wanted.items() if element.get(name))


def leads_nowhere(app: Flask, one: Seen) -> list[str]:
    files, adapter, wrong = set(app.extensions["assets"].urls.values()), app.url_map.bind("localhost"), []
    for method, address in addresses(one):
        parts = urlsplit(address)
        if address.startswith(ELSEWHERE):
            continue
        if parts.scheme or parts.netloc:
            wrong.append(address)
        elif not parts.path:
            wrong += [address] if one.is_page and parts.fragment not in one.html.ids else []
        elif parts.path not in files:
            try:
                adapter.match(parts.path, method)
            except HTTPException:
                wrong.append(f"{method} {address}")
    return wrong


def test_every_link_and_every_form_leads_somewhere(house):
    assert faults(house.all, lambda one: leads_nowhere(house.app, one)) == []


def test_what_htmx_is_told_to_replace_is_there(house):
    for one in house.all:
        wanted = {e.get("hx-target")[1:] for e in one.html.having("hx-target") if e.get("hx-target").startswith("#")}
        if one.is_page:
            assert wanted <= one.html.ids, one


def test_a_part_has_one_root_with_its_name(house):
    for one in house.pages:
        if not one.is_page:
            (root,) = one.html.roots
            assert root.get("id") or root.get("class") == "sheet", one
            assert one.status == 200 or one.name in ENDED


def test_a_part_visited_bare_is_in_its_page(house):
    with time_machine.travel(clock.now(), tick=False):
        for name in house.world.pages:
            part, page = house.look(name, htmx=True), house.look(name)
            if not part.is_page:
                assert page.is_page, name
                assert FRESH.sub(r"\1", part.text).strip() in FRESH.sub(r"\1", page.text), name


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_followed_link_and_a_restored_history_get_whole_pages(house, header):
    assert [name for name in house.world.pages if not house.look(name, htmx=True, **{header: "true"}).is_page] == []


def test_parts_are_light(house):
    sizes = {str(one): len(compress(one.text.encode(), 5)) for one in house.pages if not one.is_page}
    assert {name: size for name, size in sizes.items() if size > PART} == {}


def needed(html: Markup) -> set[str]:
    """The files that a browser fetches before the page stands: styles, scripts, drawings, the tab's icon."""
    links: list[Element] = [e for e in html.all("link") if e.get("rel") in {"stylesheet", "icon"}]
    files = {e.get("href") for e in links} | {
        e.get("src") for e in html.all("script", "img") if e.get("src").startswith("/static/")
    }
    return files | {e.get("href").partition("#")[0] for e in html.all("use")}


def test_the_first_load_is_light(house):
    root = house.app.extensions["assets"].root
    for one in house.all:
        if one.is_page:
            files = needed(one.html)
            sizes = [len((root / f"{url.removeprefix('/static/')}.gz").read_bytes()) for url in files]
            scans = any("/js/scan." in url for url in files)  # it loads its reader later, within its own budget
            papers = any("/paper/" in url for url in files)  # with a style of its own
            assert 1 + len(files) <= REQUESTS + scans + papers, one
            assert len(compress(one.text.encode(), 5)) + sum(sizes) <= FIRST_LOAD, one


def test_pages_speak_german(house):
    for name in house.world.pages:
        one = house.look(name, **{"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
        assert one.status == 200 or one.name in ENDED, one
        assert one.html.all("html")[0].attrs == {"lang": "de", "dir": "ltr"}, one
