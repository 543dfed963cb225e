"""A log in every state: acts of all kinds by all sorts of people, at sites with all sorts of names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from webapp.accounts.models import Company
from webapp.audit.models import AuditEntry
from webapp.audit.words import GROUP_OF
from webapp.common import clock
from webapp.sites.models import Site

AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36"
)


def make_act(company: Company | None, action: str = "device.edited", ago: float = 0, **values: Any) -> AuditEntry:
    """A row as it was left so many seconds ago; `site` is a Site."""
    site: Site | None = values.pop("site", None)
    given: dict[str, Any] = {
        "at": clock.now() - timedelta(seconds=ago),
        "company_id": company.id if company else None,
        "site_id": site.id if site else None,
        "actor_id": None,
        "actor_name": "Ada Admin",
        "action": action,
        "target_id": 1,
        "target_name": "Camera 1",
        "changes": "[]",
        "address": "203.0.113.7",
        "agent": AGENT,
    }
    return AuditEntry.create(**given | values)


def audit_pages(company: Company, sites: dict[str, Site], admin_id: int) -> dict[str, str]:
    """One act of each kind at a site, an unknown one, names of all sorts, and the pages that show them."""
    for number, action in enumerate([*GROUP_OF, "device.painted"]):
        site = None if action.startswith(("session.", "company.", "team.", "role.")) else sites["full"]
        make_act(company, action, 3600 * number, site=site, actor_id=admin_id, changes='["password", "username"]')
    for name in ("markup", "rtl", "unbroken", "long"):
        text = sites[name].name
        make_act(company, site=sites[name], actor_name=text[:128], target_name=text, agent=text[:200])
    filters = f"kind=devices&site={sites['full'].id}&person={admin_id}&since=2026-01-01&until=2099-12-31"
    return {
        "log": "/audit",
        "log second page": "/audit?page=2",
        "log filtered": f"/audit?{filters}",
        "log nothing found": "/audit?kind=nonsense",
        "site full story": f"/sites/{sites['full'].id}/story",
        "site markup story": f"/sites/{sites['markup'].id}/story",
        "site empty story": f"/sites/{sites['empty'].id}/story",
    }
