"""Names as they are kept: nothing in them that nobody sees, everything that a script or a picture needs."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_device, make_site
from webapp.accounts.models import Account, Company
from webapp.common.text import fold, fold_name, tidy
from webapp.devices.models import Device
from webapp.sites.models import Site
from webapp.team.models import TeamInvitation

UNSEEN = [
    *"\u200b\u200c\u200d\u200e\u200f\u061c\u2060\u2063\ufeff\xad\u034f\u180e\u206a\u3164\uffa0\u2800\x80\ufe0f",
    "\U000e0041",
    *"\U000e0000\U000e0080\U000e0100\U000e01ef\U000e0fff\ufe00\ufe0e\u180b\u180d\u180f\ufff0\ufff8\ufff9\ufffa\ufffb",
    *"\U0001bca0\U0001bca3\U0001d173\U0001d17a\u115f\u1160\u17b4\u17b5\u2064\u206f",
    "\u200d\u200d",
    "\u200b\ufeff\u200d",
]
SEEN = [
    "👩🏽‍🔧 am 🏢",  # joined of three
    "🏳️‍🌈 1️⃣ ©️",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # a flag by tags
    "می\u200cخواهم",  # Persian, where a joiner is spelling
    "क्\u200dष",
    "كاميرا الباب",
    "Bäckerei Süd",
    "葛\U000e0100飾",
    "𠮟\U000e0101る",
    "شورای\u200cعالی",
    "ශ්\u200dරී",  # Sinhala
    "❤️\u200d🔥 #️⃣",
]
LOOSE = {  # where none is needed it goes
    "東\u200d京": "東京",
    "東京\ufe00": "東京",
    "ש\u200cל": "של",
    "サ\u200dイ": "サイ",
    "Tor 1\ufe0f": "Tor 1",
    "🏢\u200dTor": "🏢Tor",
    "A\ufe0f\u200d🏢": "A🏢",
    "می\u200c": "می",
    "🏢\ufe00": "🏢",
}
REFUSED = "\u202e\u2066\u0007"
NO = "This contains characters that cannot be shown."


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_what_nobody_sees_is_left_out(unseen):
    assert tidy(f"{unseen}Ba{unseen}kery {unseen} 7{unseen}") == "Bakery 7"
    assert tidy(unseen) == "" and fold_name(f"Ba{unseen}kery") == "bakery" and fold(f"Bä{unseen}ckerei") == "backerei"


@pytest.mark.parametrize("text", SEEN, ids=ascii)
def test_what_a_script_or_a_picture_needs_stays(text):
    assert tidy(text) == text and tidy(f"\u200b{text}\u200d") == text


@pytest.mark.parametrize("text", LOOSE, ids=ascii)
def test_what_is_needed_elsewhere_is_left_out_here(text):
    assert tidy(text) == LOOSE[text] == tidy(tidy(text))


@pytest.mark.parametrize("text", SEEN, ids=ascii)
def test_names_are_compared_without_any_of_them(text):
    assert fold_name(text) == fold_name(
        "".join(c for c in text if not re.match("[\u200c\u200d\ufe0f\U000e0000-\U000e0fff]", c))
    )


@pytest.mark.parametrize("name", [f"Bakery{mark}" for mark in REFUSED], ids=ascii)
def test_what_turns_the_text_around_is_refused_in_words(admin, company, name):
    device = make_device(make_site(company))
    site = {"zone": "UTC", "password_days": "0"}
    replies = [admin.post("/sites/new", name=name, **site)]
    replies += [admin.post(f"/devices/{device.id}/address", name=name, host="127.0.0.9", port="80", username="a")]
    replies += [admin.post("/team/invite", name=name, email="bo@example.com", role="installer")]
    replies += [admin.post("/company", name=name)]
    assert [(reply.status_code, NO in reply.text) for reply in replies] == [(422, True)] * 4
    assert Site.select().count() == 1 and Company.get().name == "Northlight Security"


@pytest.mark.parametrize("name", ["\u200b\u3164", "\U000e0100", "\ufff9\ufffb", "\U0001d173", "\ufe0f"], ids=ascii)
def test_a_name_of_nothing_that_is_seen_is_none(admin, company, name):
    reply = admin.post("/sites/new", name=name, zone="UTC", password_days="0")
    assert reply.status_code == 422 and "What is the site called?" in reply.text


def test_sites_devices_people_and_companies_are_kept_without(admin, company):
    site, given = make_site(company, name="Bakery"), {"zone": "UTC", "password_days": "0"}
    for mark in "\u200b\U000e0100\ufff9\U0001d173\u180b":
        reply = admin.post("/sites/new", name=f"Ba{mark}kery", **given)
        assert reply.status_code == 409 and "has a site named Bakery already" in reply.text
    admin.post("/sites/new", name="葛飾", **given)
    assert admin.post("/sites/new", name="葛\U000e0100飾", **given).status_code == 409, "it looks the same"
    admin.post("/sites/new", name="De\u200dpot\ufeff", **given)
    device = make_device(site)
    typed = {"host": device.host, "port": "80", "username": "admin", "version": str(device.version)}
    admin.post(f"/devices/{device.id}/address", name="Ga\xadte", **typed)
    admin.post("/team/invite", name="Bo\u2060 Begin", email="bo@example.com", role="installer")
    admin.post("/company", name="North\u200elight", version=str(Company.get().version))
    found = [model.select(model.name).order_by(model.id.desc()).first().name for model in (Site, Device)]
    found += [TeamInvitation.get().name, Company.get().name]
    assert found == ["Depot", "Gate", "Bo Begin", "Northlight"]


def test_the_command_line_keeps_to_it(app):
    def create(name):
        given = ["--company", name, "--name", "Sol", "--email", "sol@example.com", "--password", "Ladder-and-light-7"]
        return app.test_cli_runner().invoke(args=["create-company", *given])

    assert (
        create("South\u202elight").exit_code == 1 and create("\u200b").exit_code == 1 and not Account.select().count()
    )
    assert create("South\u200blight").exit_code == 0 and Company.get().name == "Southlight"
