"""HTTP digest authentication, the client's side: MD5 and SHA-256, quality "auth" or none.

Our own, because libcurl's repeats a password for as long as a device answers stale="TRUE", takes the first
challenge instead of the strongest, and forgets the nonce with every `reset()`. Sources: RFC 7616, RFC 2617.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

HASHES: dict[str, Callable[..., "hashlib._Hash"]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
STRENGTH = ["MD5", "SHA-256"]
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
LONGEST = 4096  # characters of a challenge that are read
TOKEN = re.compile(r'([A-Za-z][\w-]*)(?:\s*(=)\s*("[^"\\]*(?:\\.[^"\\]*)*"|[^\s,"]*))?')


@dataclass(slots=True)
class Challenge:
    """What a device wants its digest made of, and how often that was used (a nonce serves many requests)."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    opaque: str | None = None
    quality: bool = True  # qop=auth; without it the old form of RFC 2069
    named: bool = False  # the device named its algorithm, so it is told which one was used
    stale: bool = False  # "right password, old nonce"
    count: int = 0
    cnonce: str = ""  # ours, drawn with the first answer
    # Of a user name and a password: their hash, and how each answer begins.
    hidden: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict, repr=False)

    @classmethod
    def strongest(cls, header: str) -> "Challenge | None":
        """The best digest challenge in a WWW-Authenticate header, or None. Never raises."""
        usable = [one for one in map(cls.read, challenges(header)) if one]
        return max(usable, key=lambda one: STRENGTH.index(one.algorithm), default=None)

    @classmethod
    def read(cls, parameters: dict[str, str]) -> "Challenge | None":
        algorithm = parameters.get("algorithm", "MD5").upper()
        qualities = parameters.get("qop", "").lower().replace(",", " ").split()
        if algorithm not in HASHES or not parameters.get("nonce") or ("qop" in parameters and "auth" not in qualities):
            return None
        return cls(
            realm=parameters.get("realm", ""),
            nonce=parameters["nonce"],
            algorithm=algorithm,
            opaque=parameters.get("opaque"),
            quality="qop" in parameters,
            named="algorithm" in parameters,
            stale=parameters.get("stale", "").lower() == "true",
        )

    def answer(self, username: str, password: str, method: str, target: str) -> bytes:
        """The Authorization header's value for the next request."""
        self.count += 1
        self.cnonce = self.cnonce or secrets.token_hex(16)
        nc, cnonce = f"{self.count:08x}", self.cnonce
        secret, begin = self.hidden.get((username, password)) or self.hide(username, password)
        request = self.hash(f"{method}:{target}".encode())
        middle = f"{self.nonce}:{nc}:{cnonce}:auth" if self.quality else self.nonce
        response = self.hash(f"{secret}:{middle}:{request}".encode("latin-1"))
        rest = f'uri="{target}", response="{response}"'
        rest += f', qop=auth, nc={nc}, cnonce="{cnonce}"' if self.quality else ""
        rest += f", algorithm={self.algorithm}" if self.named else ""
        rest += f', opaque="{quoted(self.opaque)}"' if self.opaque is not None else ""
        return begin + rest.encode("latin-1")

    def hide(self, username: str, password: str) -> tuple[str, bytes]:
        secret = self.hash(b":".join([username.encode(), self.realm.encode("latin-1"), password.encode()]))
        place = f'", realm="{quoted(self.realm)}", nonce="{quoted(self.nonce)}", '.encode("latin-1")
        self.hidden[username, password] = made = secret, b'Digest username="' + quoted(username).encode() + place
        return made

    def hash(self, data: bytes) -> str:
        return HASHES[self.algorithm](data).hexdigest()


def challenges(header: str) -> list[dict[str, str]]:
    """The parameters of each Digest challenge of a WWW-Authenticate header, which may hold several schemes."""
    found: list[dict[str, str]] = []
    parameters: dict[str, str] | None = None
    if not header.isprintable() and CONTROLS.search(header):
        return found  # echoed into our own header, a control character would be a second header
    for name, equals, value in TOKEN.findall(header[:LONGEST]):
        if not equals:
            parameters = {} if name.lower() == "digest" else None
            found += [] if parameters is None else [parameters]
        elif parameters is not None:
            parameters.setdefault(name.lower(), unquoted(value))
    return found


def unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    inside = value[1:-1]
    return re.sub(r"\\(.)", r"\1", inside) if "\\" in inside else inside


def quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
