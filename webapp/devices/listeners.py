"""What devices do when a lower room tells that something is about to happen."""

from __future__ import annotations

from typing import Any

from webapp.common.signals import site_leaving
from webapp.devices.models import Probe
from webapp.sites.models import Site


@site_leaving.connect
def forget_probes(site: Site, **_more: Any) -> None:
    """The tests made for a site keep addresses and passwords: they go with it."""
    Probe.forget_site(site.id)
