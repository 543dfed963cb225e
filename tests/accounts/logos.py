"""A logo as a person sends it, and where a page shows it."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from tests.client import Person


def send_logo(person: Person, image: bytes, name: str = "logo.png") -> Any:
    person.fetch_token()
    data = {"csrf_token": person.token, "logo": (BytesIO(image), name)}
    return person.client.post("/company/logo", data=data, content_type="multipart/form-data")


def logo_url(person: Person, path: str = "/company") -> str | None:
    found = re.search(r'src="(/company/logo/[^"]+)"', person.get(path).text)
    return found[1] if found else None
