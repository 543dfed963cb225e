"""Who did what, as rows. Append-only; plain ids, so that nothing has to outlive its target."""

from __future__ import annotations

from peewee import CharField, IntegerField, TextField

from webapp.db import BaseModel, UtcDateTimeField


class AuditEntry(BaseModel):
    at = UtcDateTimeField()
    company_id = IntegerField(null=True)
    actor_id = IntegerField(null=True)
    actor_name = CharField(max_length=128)  # as it was then
    action = CharField(max_length=64)  # "device.added"
    target_id = IntegerField(null=True)
    target_name = CharField(max_length=200, default="")
    changes = TextField(default="[]")  # JSON list of field names, never values of secrets
    address = CharField(max_length=45, default="")  # of the person's phone or browser
    agent = CharField(max_length=200, default="")

    class Meta:
        table_name = "audit_entry"
        indexes = ((("company_id", "at"), False),)
