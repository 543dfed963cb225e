"""Probes: tests of a connection that a person waits for, run in the background and shown as they go.

One login per password (decision 10): the outcome is kept with a keyed hash of the login, and reused by adding, by
saving and by the first check; only a person who presses a button again tries the same password again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any, NoReturn

import structlog

from webapp import config
from webapp.accounts.principal import Principal
from webapp.accounts.services.acting import acting
from webapp.common import clock, jobs, vault
from webapp.common.errors import NotFound, Refused, TooMany
from webapp.common.i18n import _, plural
from webapp.common.tokens import new_token
from webapp.db import one_at_a_time
from webapp.devices.models import Device, Probe
from webapp.devices.models.probe import LONGEST, Intent
from webapp.devices.services import adding, states, steps
from webapp.devices.services.asking import Answer, NotEncoding, Silent, Target, ask
from webapp.devices.services.dialing import policy
from webapp.protocols.errors import BadReply, DeviceError, KeyChanged, Unauthorized
from webapp.protocols.signing import FEWEST_LEFT
from webapp.sites.models import Site

log = structlog.get_logger("probing")

# Outcomes that tell whether user name and password are right: no further login is needed to know.
LOGIN_KNOWN = {"ok", "wrong_password", "locked", "low_privilege", "not_encoding"}
KNOWN_FOR = timedelta(minutes=10)
KEPT = ("name", "host", "port", "https", "username", "pin", "key", "received")
PASSWORD_KEPT = timedelta(minutes=15)
ROW_KEPT = timedelta(days=1)
MOST_TRIES = 2  # of one wrong password within KNOWN_FOR


def start(by: Principal, site: Site, intent: Intent, typed: dict[str, Any], device: Device | None = None) -> Probe:
    """Begin a probe of what is typed: host, port, https, username, password, pin and what else the form holds.

    However often and at once it is asked for, one runs for a login; and a password that the device is known to refuse
    is not tried again when that brings the lock near (Z22): then the known outcome comes back.
    Raises TooMany (Z4), Refused.
    """
    probe, fresh = begin(by, site, intent, typed, device)
    if fresh:
        launch(probe)
    return probe


def begin(
    by: Principal, site: Site, intent: Intent, typed: dict[str, Any], device: Device | None = None
) -> tuple[Probe, bool]:
    """The same without its job: the probe, and whether it is a new one, to be launched after the transaction."""
    with one_at_a_time(f"probes of {by.company_id}"):
        if found := running(by, site, intent, typed, device):
            return found, False
        if spared := refused_before(by, typed):
            return (spared, False) if spared.account_id == by.id else refuse_again()
        require_turn(by)
        return write_new(by, site, intent, typed, device), True


def launch(probe: Probe) -> None:
    """Ask the device in the background; the row must be there for everybody by now."""
    wipe()
    jobs.enqueue(run, probe.token)


def running(by: Principal, site: Site, intent: Intent, typed: dict[str, Any], device: Device | None) -> Probe | None:
    """The probe that is under way for just this; a test that is, becomes the adding that is asked for meanwhile.

    A test that ends at that very moment stays a test, and is given with its code.
    """
    probe = Probe.running(by.company_id, key_of(by.company_id, typed), clock.now() - LONGEST)
    if probe is None or probe.site_id != site.id or probe.fields["https"] != typed["https"]:
        return None
    if device:
        same = (probe.device_id, probe.connection_version) == (device.id, device.connection_version)
        return probe if probe.intent == Intent.CHECK and same else None
    if probe.intent == Intent.CHECK:
        return None
    if probe.account_id != by.id:
        raise Refused(_("A colleague is testing this very connection. Wait a moment, then test again."), "busy")
    if intent == Intent.ADD and probe.intent == Intent.TEST:
        Probe.become_adding(probe.token, kept(typed))
        return Probe.find(probe.token)
    return probe


def refused_before(by: Principal, typed: dict[str, Any]) -> Probe | None:
    """The outcome that forbids another try with this password for now: the device would soon be locked."""
    since = clock.now() - KNOWN_FOR
    probe = Probe.last_login(by.company_id, key_of(by.company_id, typed), LOGIN_KNOWN, since)
    if probe is None or probe.code != "wrong_password":
        return None
    left = probe.learnt.get("tries_left")
    tried = Probe.count(by.company_id, probe.login_key, "wrong_password", since)
    return probe if tried >= MOST_TRIES or (left is not None and left <= FEWEST_LEFT) else None


def refuse_again() -> NoReturn:
    """Raise Refused: a colleague has tried this password already."""
    raise Refused(
        _("The device would soon be locked, so the same password is not tried again for now. Edit the connection."),
        "spared",
    )


def write_new(by: Principal, site: Site, intent: Intent, typed: dict[str, Any], device: Device | None) -> Probe:
    probe = Probe(
        token=new_token(),
        company_id=by.company_id,
        account_id=by.id,
        address=by.address,
        agent=by.agent,
        site_id=site.id,
        device_id=device.id if device else None,
        intent=intent,
        typed=kept(typed),
        login_key=key_of(by.company_id, typed),
        connection_version=device.connection_version if device else 0,
        steps=steps.fresh(),
        created_at=clock.now(),
    )
    probe.password_sealed = vault.seal(typed["password"], *probe.secret_label)
    probe.save(force_insert=True)
    return probe


def kept(typed: dict[str, Any]) -> str:
    """What is typed and needed later; the password is sealed beside it."""
    return json.dumps({name: typed[name] for name in KEPT if name in typed})


def still_keeps_password(probe: Probe) -> bool:
    """Whether a form may go on with it; never with one that came by a link, for then it could be sent elsewhere."""
    return clock.now() - probe.created_at < PASSWORD_KEPT and not probe.fields.get("received")


def key_of(company_id: int, typed: dict[str, Any]) -> str:
    return vault.fingerprint("login", company_id, typed["host"], typed["port"], typed["username"], typed["password"])


def require_turn(by: Principal) -> None:
    """Raise TooMany when the company has started its probes for this minute."""
    now, limit = clock.now(), config.current().probes_per_minute
    started, first = Probe.recent(by.company_id, now - timedelta(minutes=1))
    if started >= limit and first:
        wait = max(1, int((first + timedelta(minutes=1) - now).total_seconds()))
        raise TooMany(
            plural(
                "Too many tests in one minute. Try again in %(num)s second.",
                "Too many tests in one minute. Try again in %(num)s seconds.",
                wait,
            ),
            wait,
        )


def known(by: Principal, typed: dict[str, Any]) -> Probe | None:
    """The outcome of the last probe with this very login, while it may still be believed."""
    now = clock.now()
    probe = Probe.last_login(by.company_id, key_of(by.company_id, typed), LOGIN_KNOWN, now - KNOWN_FOR)
    if probe is None or (typed["https"] and probe.code == "ok" and not probe.learnt["https"]):
        return None
    locked_for = probe.learnt.get("locked_for")
    unlocked_at: Any = probe.created_at + (KNOWN_FOR if locked_for is None else timedelta(seconds=locked_for))
    return None if probe.code == "locked" and now > unlocked_at else probe


def wipe() -> None:
    """Forget passwords of tests after a quarter of an hour, and tests after a day."""
    now = clock.now()
    Probe.wipe(now - PASSWORD_KEPT, now - ROW_KEPT)


def find(by: Principal, token: str) -> Probe:
    """The person's own probe. Raises NotFound."""
    probe = Probe.find(token)
    if probe is None or probe.account_id != by.id or probe.company_id != by.company_id:
        raise NotFound
    return probe


def is_cut_short(probe: Probe) -> bool:
    """Whether the process that ran it is gone, so that it will never end."""
    return not probe.code and clock.now() - probe.created_at > LONGEST


def run(token: str) -> None:
    """The job: ask the device, keep what came out, and do what the probe was meant for. Harmless when run twice."""
    probe = Probe.find(token)
    if probe is None or probe.code:
        return
    try:
        code, facts = attempt(probe)
    except DeviceError as error:
        code, facts = error.code, why(error)
        log.info("probe failed", outcome=code, error=str(error), site=probe.site_id, device=probe.device_id)
    except Exception:
        code, facts = "our_fault", {}
        log.exception("probe broke")
    finish(probe, code, facts)


def attempt(probe: Probe) -> tuple[str, dict[str, Any]]:
    """Ask the device: "ok" and what was learnt. Raises DeviceError."""
    if not probe.password_sealed:  # wiped meanwhile: an empty password would count as a wrong one
        return "cut_short", {}
    answer = ask(target(probe), steps.Progress(probe.token), policy(), config.current().check_timeout)
    return "ok", learnt(answer)


def target(probe: Probe) -> Target:
    typed = probe.fields
    return Target(
        host=typed["host"],
        port=typed["port"],
        https=typed["https"],
        username=typed["username"],
        password=probe.password,
        pin=typed.get("pin", ""),
    )


def learnt(answer: Answer) -> dict[str, Any]:
    info = asdict(answer.found.info)
    return {"https": answer.https, "pin": answer.pin, "ms": answer.ms, "type": answer.found.kind, "info": info}


def why(error: DeviceError) -> dict[str, Any]:
    """What an error knows beside its code, for the sentence that is shown."""
    if isinstance(error, Unauthorized):
        return {"tries_left": error.tries_left, "locked_for": error.locked_for}
    if isinstance(error, NotEncoding):
        return {"type": error.found.kind, "model": error.found.info.model}
    if isinstance(error, BadReply):
        return {"location": error.location}
    if isinstance(error, KeyChanged):
        return {"seen": error.seen}
    return {"stage": error.stage} if isinstance(error, Silent) else {}


def finish(probe: Probe, code: str, facts: dict[str, Any]) -> None:
    """Do what the probe was meant for, then say that it is done: whoever sees it done sees the deed done too.

    A test may have become an adding meanwhile: then closing it as a test fails, and it is finished as what it is now.
    """
    outcome, device_id = code, probe.device_id
    if probe.intent == Intent.CHECK:
        states.record(probe, code, facts)
    elif probe.intent == Intent.ADD and code == "ok":
        outcome, device_id = add(probe, facts)
    values: dict[str, Any] = {
        "code": outcome,
        "facts": json.dumps(facts),
        "device_id": device_id,
        "done_at": clock.now(),
    }
    if probe.intent == Intent.ADD and outcome == "ok":
        values["password_sealed"] = b""  # the device has it now
    if not Probe.close(probe.token, probe.intent, **values) and (again := Probe.find(probe.token)):
        finish(again, code, facts)


def add(probe: Probe, facts: dict[str, Any]) -> tuple[str, int | None]:
    """Add the device that has just answered: the probe's code, and the device's id."""
    by = acting(probe.account_id, probe.address, probe.agent)
    typed = probe.fields | {"password": probe.password}
    try:
        if by is None:
            raise NotFound
        return "ok", adding.store(by, probe.site_id, typed, "ok", facts).id
    except NotFound:
        return "site_gone", None
    except Refused as no:
        return no.code, None
