"""Probes: tests of a connection that a person waits for, run in the background and shown as they go.

One login per password (decision 10): the outcome is kept with a keyed hash of the login, and reused by adding, by
saving and by the first check; only a person who presses a button again tries the same password again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import structlog

from webapp import config
from webapp.accounts.principal import Principal
from webapp.accounts.services.acting import acting
from webapp.common import clock, jobs, vault
from webapp.common.errors import NotFound, Refused, TooMany
from webapp.common.i18n import plural
from webapp.common.tokens import new_token
from webapp.devices.models import Device, Probe
from webapp.devices.models.probe import Intent
from webapp.devices.services import adding, states, steps
from webapp.devices.services.asking import Answer, NotEncoding, Target, ask
from webapp.devices.services.dialing import policy
from webapp.protocols.errors import BadReply, DeviceError, KeyChanged, Unauthorized
from webapp.sites.models import Site

log = structlog.get_logger("probing")

# Outcomes that tell whether user name and password are right: no further login is needed to know.
LOGIN_KNOWN = {"ok", "wrong_password", "locked", "low_privilege", "not_encoding"}
KNOWN_FOR = timedelta(minutes=10)
PASSWORD_KEPT = timedelta(minutes=15)
ROW_KEPT = timedelta(days=1)
LONGEST = timedelta(seconds=60)  # a probe that runs longer was cut short by a restart


def start(by: Principal, site: Site, intent: Intent, typed: dict[str, Any], device: Device | None = None) -> Probe:
    """Begin a probe of what is typed: host, port, https, username, password, pin and what else the form holds.

    One that runs already for the same login is given back instead of a second one. Raises TooMany (Z4).
    """
    now, login_key = clock.now(), key_of(by.company_id, typed)
    running = Probe.running(by.company_id, login_key, now - LONGEST)
    if running and running.account_id == by.id and running.intent == intent and running.site_id == site.id:
        return running
    require_turn(by)
    Probe.wipe(now - PASSWORD_KEPT, now - ROW_KEPT)
    probe = Probe(
        token=new_token(),
        company_id=by.company_id,
        account_id=by.id,
        address=by.address,
        agent=by.agent,
        site_id=site.id,
        device_id=device.id if device else None,
        intent=intent,
        typed=json.dumps({name: value for name, value in typed.items() if name != "password"}),
        login_key=login_key,
        connection_version=device.connection_version if device else 0,
        steps=steps.fresh(),
        created_at=now,
    )
    probe.password_sealed = vault.seal(typed["password"], *probe.secret_label)
    probe.save(force_insert=True)
    jobs.enqueue(run, probe.token)
    return probe


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
    unlocked_at: Any = probe.created_at + timedelta(seconds=probe.learnt.get("locked_for") or 0)
    return None if probe.code == "locked" and now > unlocked_at else probe


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
        answer = ask(target(probe), steps.Progress(token), policy(), config.current().check_timeout)
        code, facts = "ok", learnt(answer)
    except DeviceError as error:
        code, facts = error.code, why(error)
        log.info("probe failed", probe_code=code, error=str(error), site=probe.site_id, device=probe.device_id)
    except Exception:
        code, facts = "our_fault", {}
        log.exception("probe broke")
    finish(probe, code, facts)


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
    return {"seen": error.seen} if isinstance(error, KeyChanged) else {}


def finish(probe: Probe, code: str, facts: dict[str, Any]) -> None:
    """Do what the probe was meant for, then say that it is done: whoever sees it done sees the deed done too."""
    device_id = probe.device_id
    if probe.intent == Intent.CHECK:
        states.record(probe, code, facts)
    elif probe.intent == Intent.ADD and code == "ok":
        code, device_id = add(probe, facts)
    Probe.write(probe.token, code=code, facts=json.dumps(facts), device_id=device_id, done_at=clock.now())


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
