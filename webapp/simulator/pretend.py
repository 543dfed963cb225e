"""A pretend device: real HTTP, real digest, the lock-out of the real ones, and their bad habits on demand."""

import threading
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic

from webapp.simulator import profiles
from webapp.simulator.certificate import self_signed
from webapp.simulator.digest import Desk
from webapp.simulator.profiles import CAMERA, Condition, Profile
from webapp.simulator.server import Handler, Server

XML, HTML = "application/xml", "text/html"
LOGIN_PAGE = "<!doctype html><html><head><title>Router</title></head><body><h1>Router setup</h1></body></html>"
DEVICE_INFO = "/ISAPI/System/deviceInfo"


class Behaviour(StrEnum):
    NORMAL = "normal"
    LOCKED = "locked"  # refuses everybody, with a clock that counts down
    SLOW = "slow"  # 2 s before each answer
    DEAD = "dead"  # takes connections and never answers
    INACTIVE = "inactive"  # fresh from the box, without a password
    ROUTER = "router"  # a web page, but no device of ours
    REDIRECT = "redirect"  # sends everybody to another place


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str  # with its query
    authorization: str  # scheme of the Authorization header, "" for none
    status: int


@dataclass(slots=True)
class Pretend:
    """A device at an address. Its attributes may be changed while it runs; `stop` and `start` are power off and on."""

    profile: Profile = CAMERA
    host: str = "127.0.0.1"
    port: int = 0  # 0 takes a free one, which then stands here
    username: str = "admin"
    password: str = "Kamera-123"
    behaviour: Behaviour = Behaviour.NORMAL
    algorithm: str = "MD5"  # of the digest, or "SHA-256"
    https: bool = False
    serial: str = ""  # "" is the profile's
    condition: Condition = field(init=False)
    digest_login: bool = True  # False: as newer panels, refuse digest whatever the password
    tries: int = 5  # wrong logins until the lock
    lock_seconds: int = 1800
    delay: float = 2.0  # seconds, of the slow one
    location: str = "http://192.0.2.1/login"  # of the redirecting one
    hangs_at: str = ""  # the one path that it never answers
    tries_left: int = 5
    locked_until: float = 0.0  # monotonic
    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=10_000))
    desk: Desk = field(init=False)
    server: Server | None = field(default=None, init=False)
    stopped: threading.Event = field(default_factory=threading.Event, init=False)
    guard: threading.Lock = field(default_factory=threading.Lock, init=False)
    booted: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.serial = self.serial or self.profile.serial
        self.condition = Condition.usual(self.profile)
        self.tries_left = self.tries
        self.desk = Desk(self.profile.realm or self.profile.model, self.algorithm)

    def __enter__(self) -> "Pretend":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def logins(self) -> list[Request]:
        """The requests that carried an Authorization header, oldest first."""
        return [request for request in self.requests if request.authorization]

    def start(self) -> "Pretend":
        """Switch on. Raises OSError when the address is taken or not this machine's."""
        self.server = Server((self.host, self.port), self.respond, self_signed(self.host) if self.https else None)
        self.port = self.server.server_address[1]
        self.booted = monotonic()
        self.stopped.clear()
        self.locked_until = self.booted + self.lock_seconds if self.behaviour is Behaviour.LOCKED else 0.0
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Switch off; all connections break."""
        self.stopped.set()
        if self.server:
            self.server.close()
        self.server = None

    def reboot(self) -> None:
        """As if it had been off and on again between two requests: its uptime begins anew."""
        self.booted = monotonic()
        self.condition.reboots += 1

    def swap_certificate(self) -> None:
        """Another key from the next connection on, as after a factory reset or with an intruder."""
        if self.server:
            self.server.tls = self_signed(self.host)

    def respond(self, handler: Handler) -> None:
        """Answer one request and note it."""
        if self.behaviour is Behaviour.DEAD or handler.path == self.hangs_at:
            self.stopped.wait()
            handler.close_connection = True
            return
        if self.behaviour is Behaviour.SLOW:
            self.stopped.wait(self.delay)
        header = handler.headers.get("Authorization", "")
        status, kind, body, headers = self.answer(handler.command, handler.path, header)
        self.requests.append(Request(handler.command, handler.path, header.partition(" ")[0], status))
        handler.reply(status, kind, body, headers)

    def answer(self, method: str, target: str, authorization: str) -> tuple[int, str, str, dict[str, str]]:
        path = target.partition("?")[0]
        if self.behaviour is Behaviour.REDIRECT:
            return 302, HTML, "", {"Location": self.location}
        if self.behaviour is Behaviour.ROUTER:
            return (200 if path == "/" else 404), HTML, LOGIN_PAGE, {}
        if (told := self.told_to_anybody(path)) is not None:
            return *told, {}
        if verdict := self.refuse(method, target, authorization):
            return verdict
        if method != "GET":
            return 403, XML, profiles.refusal(path, "methodNotAllowed"), {}
        uptime = int(monotonic() - self.booted)
        return *profiles.answer(self.profile, path, self.serial, uptime, self.condition), {}

    def told_to_anybody(self, path: str) -> tuple[int, str, str] | None:
        """What needs no password, or None."""
        inactive = self.behaviour is Behaviour.INACTIVE
        if path == "/SDK/activateStatus":
            return 200, XML, profiles.xml("ActivateStatus", {"Activated": "false" if inactive else "true"})
        if path == "/ISAPI/Security/sessionLogin/capabilities" and self.profile.panel:
            return 200, XML, profiles.session_login()
        if not path.startswith("/ISAPI/"):
            return 404, HTML, "<html><body>404</body></html>"
        return (403, XML, profiles.refusal(path, "notActivated")) if inactive else None

    def refuse(self, method: str, target: str, authorization: str) -> tuple[int, str, str, dict[str, str]] | None:
        """The 401 for a request that is not to be answered, or None. Wrong passwords are counted."""
        with self.guard:
            verdict = self.judge(method, target, authorization)
            if verdict == "ok":
                self.tries_left = self.tries
                return None
            left = self.locked_for()
            body = profiles.user_check(0 if left is not None else self.tries_left, left)
            return 401, XML, body, {"WWW-Authenticate": self.desk.challenge(verdict == "stale")}

    def judge(self, method: str, target: str, authorization: str) -> str:
        """ "ok", "stale", "wrong", or "" for a request that is not judged: none to judge, or locked."""
        if not authorization or self.locked_for() is not None:
            return ""
        verdict = self.desk.check(authorization, method, target, self.username, self.password)
        if verdict == "ok" and not self.digest_login:
            return ""
        if verdict == "wrong":
            self.tries_left -= 1
        if self.tries_left <= 0:
            self.tries_left, self.locked_until = self.tries, monotonic() + self.lock_seconds
        return verdict

    def locked_for(self) -> int | None:
        """Seconds until the lock opens, or None."""
        left = self.locked_until - monotonic()
        return int(left) + 1 if left > 0 else None
