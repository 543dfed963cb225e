"""More hands of tests/deed_table.py: packs, and sites whose devices are rented (T10, T11)."""

from __future__ import annotations

from tests.deeds import JPEG, Given, Scene, newest
from webapp.handover.models import PackPhoto
from webapp.sites.models import Site


def rented(scene: Scene) -> Given:
    Site.update(rental=True).where(Site.id == scene.site.id).execute()
    return {"reason": "Two bills are unpaid", "name": scene.site.name}


def notes(scene: Scene) -> Given:
    return {"notes": "Key at the baker's", "version": str(scene.draft.version)}


def notes_and_photo(scene: Scene) -> Given:
    return notes(scene) | {"photo": JPEG}


def signature(scene: Scene) -> Given:
    return {"signer": "Olga Owner", "received": "y", "version": str(scene.draft.version)}


def photo_of_draft(scene: Scene) -> Given:
    return {"pack_id": scene.draft.id} | newest(PackPhoto, "photo_id")(scene)
