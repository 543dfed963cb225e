"""What a company tells its customers: who it is, its logo, and the app that they should have (R8, P1, P2)."""

from __future__ import annotations

from typing import Any, NamedTuple

from webapp import config
from webapp.accounts.models import Company, Logo
from webapp.accounts.models.logo import Letterhead
from webapp.accounts.principal import Principal
from webapp.accounts.services import pictures
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.tokens import new_token
from webapp.db import transaction

DETAILS = ("name", "licence", "phone", "email", "app_name", "app_url", "app_version")


class EndUserApp(NamedTuple):
    """`version` is the least that will do, "" for any."""

    name: str
    url: str
    version: str

    @property
    def wish(self) -> str:
        """What a customer is asked to do, in the reader's language."""
        if self.version:
            return _(
                "Please install or update %(app)s: version %(version)s or later.", app=self.name, version=self.version
            )
        return _("Please open %(app)s with this link.", app=self.name)

    @property
    def text(self) -> str:
        """The same with the link, for a mail or a text message."""
        return f"{self.wish}\n{self.url}"


OURS = "Sitehand"
VENDOR = EndUserApp("Hik-Connect Mobile Client", "", "4.7.1")  # the seed's words


def find(by: Principal) -> Company:
    return Company.get_by_id(by.company_id)


def edit(by: Principal, typed: dict[str, Any], version: int) -> None:
    """Change the profile; `version` is that of the form. Raises Refused when somebody else was faster."""
    company = find(by)
    changed = {name: typed[name] for name in DETAILS if getattr(company, name) != typed[name]}
    if not changed:
        return
    with transaction():
        if not Company.move_on(company.id, version, changed):
            why = _("Somebody else has changed the profile meanwhile. Compare, then save again.")
            raise Refused(why, "changed_meanwhile")
        audit.record(by, "company.edited", company, changed)


def set_logo(by: Principal, image: bytes) -> None:
    """Raises Refused for what is no picture that we serve."""
    found = pictures.read(image)
    with transaction():
        Logo.put(by.company_id, clock.now(), new_token(), found.kind, (found.width, found.height), image)
        audit.record(by, "company.edited", find(by), ["logo"])


def remove_logo(by: Principal) -> None:
    """Harmless where there is none."""
    with transaction():
        if Logo.remove(by.company_id):
            audit.record(by, "company.edited", find(by), ["logo"])


def logo(token: str) -> Logo:
    """Whoever knows the random name may see it: customers do without signing in. Raises NotFound."""
    found = Logo.named(token)
    if found is None:
        raise NotFound
    return found


def letterhead(company_id: int | None) -> Letterhead | None:
    return Logo.letterhead(company_id) if company_id else None


def end_user_app(company_id: int | None, host_url: str) -> EndUserApp:
    """The app that the company's customers should have: the one it has chosen, else our own pages.

    `host_url` is how this request reached us; the setting BASE_URL comes first.
    """
    name, url, version = Company.app_of(company_id) if company_id else ("", "", "")
    if url:
        return EndUserApp(name, url, version)
    return EndUserApp(OURS, (config.current().base_url or host_url).rstrip("/"), "")
