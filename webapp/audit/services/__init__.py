"""The audit log: writing a row, reading it as a page, a site's story, a table."""

from webapp.audit.services.recording import Actor, Target, record

__all__ = ["Actor", "Target", "record"]
