"""What handover packs do when a lower room tells that something is about to happen."""

from __future__ import annotations

from typing import Any

from webapp.common import jobs
from webapp.common.signals import site_leaving
from webapp.handover.models import PackPhoto
from webapp.handover.services import photos
from webapp.sites.models import Site


@site_leaving.connect
def drop_photos(site: Site, **_more: Any) -> None:
    """The rows go with the site; the files follow once it is certain that it is gone."""
    if names := PackPhoto.names_at(site.id):
        jobs.enqueue(photos.drop_deleted, site.id, names)
