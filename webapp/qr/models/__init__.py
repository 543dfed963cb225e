"""Codes and links of devices as rows."""

from webapp.qr.models.code import QrCode, QrLink, devices_of, edits

__all__ = ["QrCode", "QrLink", "devices_of", "edits"]
