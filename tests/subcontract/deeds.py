"""More hands of tests/deed_table.py: sites before they are shared, and after (T12)."""

from __future__ import annotations

from tests.deeds import Given, Scene, free_site
from webapp.sites.models import Subcontract


def shareable_site(scene: Scene) -> Given:
    return {"site_id": free_site(scene)["site_id"], "validity": "4"}


def lent_site(scene: Scene) -> Given:
    return {"site_id": scene.cast.shared["site_id"]}


def offered_site(scene: Scene) -> Given:
    return {"site_id": Subcontract.get(Subcontract.company.is_null()).site_id}
