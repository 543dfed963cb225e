"""A handover pack's document in the words of its reader; one of the first schema is in words already."""

from __future__ import annotations

from webapp.devices.models import Status
from webapp.devices.words import STATUSES, type_name
from webapp.handover.services.snapshots import SCHEMA, TESTS, Document
from webapp.health.services import reports, rollup, summary
from webapp.health.services.shares import Share, spans
from webapp.protocols.isapi.health import Findings, from_json

ENOUGH = 0.5  # of a span that must be known before a share of it is printed
UNTOLD = {"info": None, "clock": {"code": "unsupported"}}  # what packs do not keep


def worded(document: Document) -> Document:
    """What handover/_pack.html shows: each device with type, status, tone, icon, available, storage and cameras."""
    if document["schema"] != SCHEMA:
        return document | {"devices": [zipped(device, document["spans"]) for device in document["devices"]]}
    verdict = rollup.verdict(document["counts"])
    told: Document = {"devices": [device(one) for one in document["devices"]], "verdict": verdict and verdict._asdict()}
    if "tested" in document:
        told["tested"] = [str(TESTS.get(name, name)) for name in document["tested"]]
    return document | told


def zipped(device: Document, spans: list[str]) -> Document:
    return device | {"available": list(zip(spans, device["available"], strict=True))}


def device(one: Document) -> Document:
    tone, icon, status = STATUSES[Status(one["status"])]
    shares = zip(spans(), one["shares"], strict=True)
    return one | {
        "type": type_name(one["type"]),
        "status": str(status),
        "tone": tone,
        "icon": icon,
        "available": [(span, reports.said(Share(*share))) for span, share in shares if share[1] >= ENOUGH],
        **(said(findings(one["told"]), one["type"] in summary.RECORDERS) if one["status"] == Status.ONLINE else SILENT),
    }


def findings(told: Document | None) -> Findings | None:
    """None where nothing was told, or in a way that this release does not read any more."""
    try:
        return from_json(told | UNTOLD) if told else None
    except (TypeError, KeyError):
        return None


SILENT: Document = {"storage": [], "cameras": []}


def said(told: Findings | None, recorder: bool) -> Document:
    cameras = reports.lines(summary.cameras(told)) if recorder else []
    return {"storage": reports.lines(summary.disks(told, recorder)), "cameras": cameras}
