"""What a phone needs to keep the app on its home screen; all of it is there before anybody signs in."""

from __future__ import annotations

import pytest


def test_the_manifest_names_icons_that_exist(anyone, company):
    reply = anyone.get("/manifest.webmanifest")
    assert reply.status_code == 200 and reply.mimetype == "application/manifest+json"
    assert (reply.json["name"], reply.json["start_url"], reply.json["display"]) == ("Sitehand", "/", "standalone")
    assert {icon["sizes"] for icon in reply.json["icons"]} >= {"192x192", "512x512"}
    for icon in reply.json["icons"]:
        found = anyone.get(icon["src"])
        assert found.status_code == 200 and found.mimetype == "image/png" and found.data[:4] == b"\x89PNG"


def test_the_worker_is_served_from_the_root_and_asks_for_the_offline_page(anyone):
    reply = anyone.get("/sw.js")
    assert reply.status_code == 200 and reply.mimetype == "text/javascript"
    assert (
        "/offline" in reply.text and "__SHELL__" not in reply.text and "immutable" not in reply.headers["Cache-Control"]
    )


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_offline_page_names_nobody(app, sign_in, anyone, company, signed_in):
    person = sign_in() if signed_in else anyone
    reply = person.get("/offline")
    assert reply.status_code == 200 and "You are offline" in reply.text
    assert "Northlight" not in reply.text and "Ada" not in reply.text


def test_they_are_there_before_the_company_is(anyone):
    for path in ("/manifest.webmanifest", "/sw.js", "/offline", "/healthz"):
        assert anyone.get(path).status_code == 200
