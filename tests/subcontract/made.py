"""How a site comes to be shared."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from webapp.sites.models import Site

LINK = re.compile(r'id="share-link"[^>]*value="([^"]+)"')


def offered(person: Any, site: Site, validity: str = "8") -> str:
    """The path of a new link."""
    reply = person.post(f"/sites/{site.id}/subcontractor", validity=validity)
    assert reply.status_code == 200, reply.text
    found = LINK.search(reply.text)
    assert found, "no link to copy"
    return urlsplit(unescape(found[1])).path


def shared(person: Any, site: Site, guest: Any, validity: str = "8") -> None:
    """The site is shared with the guest's company, whom the guest has accepted for."""
    reply = guest.post(offered(person, site, validity))
    assert reply.status_code == 303 and reply.location == f"/sites/{site.id}", reply.text
