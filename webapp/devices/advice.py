"""What was in the way, and what to do next: a sentence for every code (spec 2.13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webapp.common.i18n import _, plural
from webapp.devices.services.adding import MAY_WAIT
from webapp.devices.words import type_name
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.signing import FEWEST_LEFT


@dataclass(frozen=True, slots=True)
class Try:
    """A button that tests again with one thing changed."""

    label: str
    name: str  # of the form's field
    value: str


@dataclass(frozen=True, slots=True)
class Advice:
    title: str
    text: str
    tries: tuple[Try, ...] = ()
    may_wait: bool = False  # "Save anyway" is allowed


def port_use(port: int) -> str:
    """What a well-known port that is no web port is for; "" for any other."""
    return {
        8000: _("Port 8000 is the port for the maker's own program."),
        554: _("Port 554 is the video port (RTSP)."),
        8554: _("Port 8554 is a video port (RTSP)."),
        37777: _("Port 37777 is another maker's own program port."),
        34567: _("Port 34567 is another maker's own program port."),
        9010: _("Port 9010 is for the maker's cloud service."),
        9020: _("Port 9020 is for the maker's video stream."),
        5060: _("Port 5060 is for calls (SIP)."),
        1935: _("Port 1935 is a video port (RTMP)."),
        3702: _("Port 3702 is for finding devices on a local network."),
    }.get(port, "")


def advice(code: str, facts: dict[str, Any], typed: dict[str, Any]) -> Advice:
    """The advice for an outcome. `typed` holds host, port, https and username of what was tested."""
    say = SENTENCES.get(code, our_fault)
    title, text, *tries = say(facts, typed)
    return Advice(title, text, tuple(tries), code in MAY_WAIT)


Said = tuple[Any, ...]
Sentence = Callable[[dict[str, Any], dict[str, Any]], Said]


def web_ports(typed: dict[str, Any]) -> tuple[Try, ...]:
    return tuple(
        Try(_("Try port %(port)s", port=port), "use_port", str(port)) for port in (80, 443) if port != typed["port"]
    )


def not_web(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    title = port_use(typed["port"]) or _("Something answers on port %(port)s, but no web page.", port=typed["port"])
    text = _("Sitehand needs the device's web port, usually 80 or 443, forwarded in the router.")
    return title, text, *web_ports(typed)


def refused(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    title = _("Port %(port)s is closed.", port=typed["port"])
    text = _(
        "The address answers, but nothing listens on this port. Check the port forwarding in the router, and the web port in the device."
    )
    return title, f"{port_use(typed['port'])} {text}".strip(), *web_ports(typed)


def timeout(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    if facts.get("stage") == "service":
        return _("The port is open, but nothing answers."), _(
            "The device may be starting or hung: wait a minute, or restart it. Check too that port %(port)s is its web port.",
            port=typed["port"],
        )
    title = _("No answer in time.")
    text = _(
        "The device may be off, or a firewall drops the connection. Check power and network at the device, then the forwarding of port %(port)s in the router.",
        port=typed["port"],
    )
    return title, f"{port_use(typed['port'])} {text}".strip()


def not_isapi(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    title = _("A web page answers, but not a camera or recorder.")
    text = _(
        "It may be the router's own page, or a device of another make. Use the port that the router forwards to the device."
    )
    return title, text


def redirect(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    title = _("The device redirects to another address.")
    if str(facts.get("location", "")).startswith("https:") and not typed["https"]:
        text = _("It wants HTTPS. Use its HTTPS port, usually 443.")
        return title, text, Try(_("Use HTTPS"), "use_https", "1")
    return title, _("For safety that is not followed. Enter that address and port here.")


def wrong_password(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    left = facts.get("tries_left")
    text = _("User name or password is wrong. It was tried once and is not tried again by itself.")
    if facts.get("again"):
        text = _("User name or password is wrong. As the device has just started, it is tried once more in a minute.")
    if left is not None:
        text += " " + plural(
            "The device allows %(num)s more try before it locks.",
            "The device allows %(num)s more tries before it locks.",
            left,
        )
        if left <= FEWEST_LEFT:
            text += " " + _("Make sure of the password before you test again.")
    return _("The device refused the sign-in."), text


def locked(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    seconds = facts.get("locked_for")
    if seconds:
        text = _("Too many wrong passwords were tried, by anyone. Until then even the right password is refused.")
        minutes = -(-seconds // 60)
        title = plural(
            "The device is locked for %(num)s more minute.", "The device is locked for %(num)s more minutes.", minutes
        )
        return title, text
    return _("The device is locked."), _(
        "Too many wrong passwords were tried, by anyone. For a while even the right password is refused; the device does not say for how long."
    )


def not_encoding(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    kind, model = facts.get("type", ""), facts.get("model", "")
    if kind == Kind.ALARM_PANEL:
        title = _("This is an alarm panel.")
        text = _("Alarm panels cannot be added by address, and not yet in another way.")
    elif kind in {Kind.INTERCOM, Kind.DOORBELL}:
        title = _("This is an intercom: %(type)s.", type=type_name(kind))
        text = _("Only cameras and recorders can be added by IP address or domain name.")
    else:
        title = _("This is no camera or recorder: %(type)s.", type=type_name(kind))
        text = _("Only cameras and recorders can be added by IP address or domain name.")
    return title, f"{text} ({model})" if model else text


def key_changed(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    text = _(
        "The device shows another certificate than before. No password was sent. It may have been reset or replaced, or somebody stands between."
    )
    return _("The certificate has changed."), text


def our_fault(facts: dict[str, Any], typed: dict[str, Any]) -> Said:
    return _("The test broke off on our side."), _(
        "Nothing is known about the device. Test again; if it happens again, tell whoever runs this server."
    )


def fixed(title: Callable[[], str], text: Callable[[], str]) -> Sentence:
    return lambda facts, typed: (title(), text())


LOCAL = fixed(
    lambda: _("This address works only inside its own network."),
    lambda: _(
        "Use a public address with a forwarded port, or a domain name. If this server stands in that network, whoever runs it can allow it (SITEHAND_ALLOWED_NETWORKS)."
    ),
)
SENTENCES: dict[str, Sentence] = {
    "local_only": LOCAL,
    "loopback": LOCAL,
    "own_address": fixed(
        lambda: _("This is the address of this server itself."),
        lambda: _("Use the address of the device."),
    ),
    "metadata": LOCAL,
    "mixed_answers": fixed(
        lambda: _("The name leads to a local address too."),
        lambda: _(
            "Every address behind the name must be public. Correct the name's entries, or use the public IP address."
        ),
    ),
    "port_denied": fixed(
        lambda: _("This port belongs to another service, not to a camera or recorder."),
        lambda: _("Use the device's web port, usually 80 or 443."),
    ),
    "no_such_name": fixed(
        lambda: _("This name leads nowhere."),
        lambda: _(
            "Check the spelling. If it is a dynamic name (DDNS), check that the router or device keeps it up to date."
        ),
    ),
    "dns_timeout": fixed(
        lambda: _("The name could not be looked up in time."),
        lambda: _("The name servers do not answer. Test again, or use the IP address."),
    ),
    "refused": refused,
    "timeout": timeout,
    "no_route": fixed(
        lambda: _("There is no way to this address."),
        lambda: _("Check the address. If it is right, the site's Internet connection may be down."),
    ),
    "reset": not_web,
    "not_web": not_web,
    "bad_reply": fixed(
        lambda: _("The answer makes no sense."),
        lambda: _("Something answers, but not as a camera or recorder does. Check address and port."),
    ),
    "too_big": fixed(
        lambda: _("The answer was too long."),
        lambda: _("Something answers, but not as a camera or recorder does. Check address and port."),
    ),
    "tls": fixed(
        lambda: _("No secure connection came about."),
        lambda: _(
            "The device and this server found no common encryption. Update the device's firmware, or switch its HTTPS to a newer TLS version."
        ),
    ),
    "no_key": fixed(
        lambda: _("The device's certificate cannot be read."),
        lambda: _(
            "Its HTTPS key is of a kind that this server does not know. Use HTTP in a trusted network, or give the device another certificate."
        ),
    ),
    "plain_only": lambda facts, typed: (
        _("This port speaks HTTP, not HTTPS."),
        _("Turn on HTTPS in the device and use its HTTPS port, or go on without encryption."),
        Try(_("Use HTTP"), "use_http", "1"),
    ),
    "not_isapi": not_isapi,
    "redirect": redirect,
    "no_digest": fixed(
        lambda: _("The device offers only an unsafe way to sign in."),
        lambda: _("The password was not sent. In the device's web page set web authentication to digest."),
    ),
    "wrong_password": wrong_password,
    "near_lock": fixed(
        lambda: _("The device is close to locking."),
        lambda: _(
            "Wrong passwords were tried there lately, by anyone. So that it is not locked, nobody signs in by itself until it allows more tries. Make sure of the password, then press Check now."
        ),
    ),
    "locked": locked,
    "unlocked": fixed(
        lambda: _("The lock should be over."),
        lambda: _("Check now: the device may answer again."),
    ),
    "not_activated": fixed(
        lambda: _("The device is not activated yet."),
        lambda: _("Open its web page on site, choose its first password, then add it here."),
    ),
    "low_privilege": fixed(
        lambda: _("This user may not read the device's data."),
        lambda: _("The password is right. Use an administrator of the device, or give this user more rights."),
    ),
    "unsupported": fixed(
        lambda: _("The device does not say who it is."),
        lambda: _(
            "It lacks the function that Sitehand asks for. Update its firmware, or check that it is a camera or recorder."
        ),
    ),
    "key_changed": key_changed,
    "other_device": fixed(
        lambda: _("Another device answers at this address."),
        lambda: _(
            "It has another serial number. Accept it if the device was replaced; else check the address and the forwarding in the router."
        ),
    ),
    "not_encoding": not_encoding,
    "our_fault": our_fault,
    "cut_short": fixed(
        lambda: _("The test was cut short."),
        lambda: _("The server was restarted meanwhile. Nothing was lost; test again."),
    ),
    "site_gone": fixed(
        lambda: _("The device was not added."),
        lambda: _("The site has been deleted, or you may not add devices to it any more."),
    ),
    "duplicate": fixed(
        lambda: _("A device with this address and port has been added meanwhile."),
        lambda: _("Open that device instead, or use another address."),
    ),
    "not_authorized": fixed(
        lambda: _("The device was not added."),
        lambda: _("The owner of the site has not authorized your company. Ask the owner for authorization."),
    ),
}
