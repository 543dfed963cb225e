"""The end of all codes and links of a site's devices, once the company that made them leaves the site."""

from __future__ import annotations

from webapp.qr.models.code import forget_site
from webapp.sites.models import Site


def end_at(site: Site) -> None:
    """Within the caller's transaction: what is printed opens nothing here any more."""
    forget_site(site.id)
