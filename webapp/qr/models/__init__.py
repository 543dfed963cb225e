"""Codes and links of devices as rows."""

from webapp.qr.models.code import QrCode, QrLink, QrMaking, devices_of, edits

__all__ = ["QrCode", "QrLink", "QrMaking", "devices_of", "edits"]
