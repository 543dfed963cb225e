"""A company's request to an owner as it is written down."""

from __future__ import annotations

from datetime import timedelta

from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.devices.models import Device
from webapp.handover.models import AccessRequest, Asked, Wanted
from webapp.handover.models.places import is_asked
from webapp.sites.models import Site

LASTS = timedelta(days=14)  # that a request can be answered


def ask(
    by: Principal, site: Site, kind: Asked, reason: str, wanted: Wanted, device: Device | None = None
) -> AccessRequest:
    """Within the caller's transaction. Raises Refused (`asked_already`)."""
    now = clock.now()
    if is_asked(site.id, by.company_id, kind, now, device.id if device else None):
        why = _("Your company has asked for this already. Wait for the answer, or withdraw the request.")
        raise Refused(why, "asked_already")
    return AccessRequest.create(
        site=site,
        company=by.company_id,
        device=device,
        kind=kind,
        maker_id=by.id,
        maker_name=by.name,
        made_at=now,
        expires_at=now + LASTS,
        reason=reason[:500],
        wanted=wanted.text(),
    )
