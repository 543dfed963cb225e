"""What a device is asked at its turn: one talk over one connection, its password proved once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from webapp.common import clock, vault
from webapp.devices.models import Status
from webapp.devices.services.dialing import policy
from webapp.health.models.roster import Due
from webapp.protocols.curl import Endpoint
from webapp.protocols.errors import Unauthorized, Unreachable
from webapp.protocols.isapi import health
from webapp.protocols.isapi.health import Findings, Light
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.system import KNOCK
from webapp.protocols.pool import Errand, Outcome
from webapp.protocols.talk import Talk
from webapp.protocols.values import value_object

DEADLINE = 10  # seconds for all calls of a visit together, or two of them where the setting allows more
SLACK = 90  # seconds by which uptimes may be wrong: some devices count minutes, and an answer may take its time


@value_object
class Visited:
    """What a device said: `findings` is None at turns that ask for its state alone."""

    light: Light
    findings: Findings | None
    rebooted: bool


class Reading(NamedTuple):
    """What a device has said of its start."""

    up: int  # seconds since then
    at: float  # monotonic, when it said so; ahead of now where our clock was put back since


@value_object
class Turn:
    """What one turn of a device asks beside its state."""

    thorough: bool = False
    who: bool = False
    last: Reading | None = None  # of its start; what does not go on from there is a reboot


def talk(device: Due, turn: Turn) -> Talk[Visited]:
    """The state; at a thorough turn and after a reboot disks, channels and clock; who it is when it may have changed.

    A lock and a key that is not known yet are looked at without the password first.
    """
    if device.status == Status.LOCKED or (device.https and not device.pin):
        yield KNOCK
    who = turn.who or not device.serial or device.status == Status.OTHER_DEVICE
    light = yield from health.light(device.light_by or "status", last=not (turn.thorough or who))
    rebooted = has_rebooted(turn.last, light.status.up if light.status else None, clock.monotonic())
    who = who or rebooted
    if not (turn.thorough or who):
        return Visited(light, None, rebooted)
    try:
        findings = yield from health.thorough(Kind(device.type), info=who)
    except (Unreachable, Unauthorized):  # it has answered just now, and taken the password: that is what counts
        return Visited(light, None, rebooted)
    return Visited(light, findings, rebooted)


def has_rebooted(last: Reading | None, up: int | None, now: float) -> bool:
    """Whether a device has started since the last reading; `up` in seconds, `now` monotonic.

    One that says the same for ever, or whose counter is put right by a little, is not taken for one that has.
    """
    if last is None or up is None:
        return False
    passed = now - last.at
    began_since = up < passed + SLACK and up < last.up + max(0, passed - SLACK)
    return began_since or up < last.up - SLACK  # the latter whatever became of our own clock


def errand(device: Due, turn: Turn, timeout: float, done: Callable[[Outcome], None]) -> Errand:
    """The visit as the pool carries it. Raises vault.Broken."""
    endpoint = Endpoint(
        host=device.host,
        address="",
        port=device.port,
        username=device.username,
        password=vault.unseal(device.password_sealed, "device", device.company_id, device.id, "password"),
        https=bool(device.https),
        pin=device.pin,
    )
    trusted = device.status == Status.ONLINE
    return Errand(talk(device, turn), endpoint, done, policy(), timeout, max(DEADLINE, 2 * timeout), trusted)
