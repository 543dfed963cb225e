"""Rows of sites, and who sees them."""

from webapp.sites.models.seen import devices_sql, places_sql, seen_sql
from webapp.sites.models.site import Assignment, Site, SiteShare, SiteStatus, Subcontract

__all__ = [
    "Assignment",
    "Site",
    "SiteShare",
    "SiteStatus",
    "Subcontract",
    "devices_sql",
    "places_sql",
    "seen_sql",
]
