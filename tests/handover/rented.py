"""A site whose devices are rented, and how the company pauses its service."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.client import Person
from tests.handover.made import acts
from webapp.devices.models import Device
from webapp.sites.models import Site

WHY = {"reason": "Two bills are <b>unpaid</b>"}
SHOWN = "Two bills are &lt;b&gt;unpaid&lt;/b&gt;"


def where(thing: Site | Device) -> str:
    return f"/{'sites' if isinstance(thing, Site) else 'devices'}/{thing.id}"


def pause(person: Person, thing: Site | Device, htmx: bool = False, **fields: Any) -> TestResponse:
    return person.post(f"{where(thing)}/pause", htmx=htmx, **WHY | fields)


def resume(person: Person, thing: Site | Device, htmx: bool = False) -> TestResponse:
    return person.post(f"{where(thing)}/resume", htmx=htmx)


def service_acts() -> list[str]:
    return acts("service.")
