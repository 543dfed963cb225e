"""HTTP digest authentication, the device's side: enough to let the right password in and nothing else."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from time import monotonic

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
PARAMETER = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
MOST_NONCES = 1000


@dataclass(slots=True)
class Desk:
    """Hands out nonces and checks what comes back with them."""

    realm: str
    algorithm: str = "MD5"  # or "SHA-256"
    nonce_life: float = 60.0  # seconds
    nonces: dict[str, float] = field(default_factory=dict)  # when each was made, on the monotonic clock

    def challenge(self, stale: bool = False) -> str:
        """A WWW-Authenticate header in the style of the devices: quoted, stale in capitals, MD5 unnamed."""
        nonce = secrets.token_hex(20)
        self.nonces[nonce] = monotonic()
        while len(self.nonces) > MOST_NONCES:
            self.nonces.pop(next(iter(self.nonces)))
        named = "" if self.algorithm == "MD5" else f", algorithm={self.algorithm}"
        truth = "TRUE" if stale else "FALSE"
        return f'Digest qop="auth", realm="{self.realm}", nonce="{nonce}", stale="{truth}"{named}'

    def check(self, header: str, method: str, target: str, username: str, password: str) -> str:
        """Judge an Authorization header: "ok", "stale" (right, but with an old nonce) or "wrong"."""
        said = {match[1].lower(): read(match[2], match[3]) for match in PARAMETER.finditer(header)}
        if not header.lower().startswith("digest ") or said.get("username") != username or said.get("uri") != target:
            return "wrong"
        if not hmac.compare_digest(self.response(said, method, password), said.get("response", "").encode()):
            return "wrong"
        made = self.nonces.get(said.get("nonce", ""))
        return "ok" if made is not None and monotonic() - made < self.nonce_life else "stale"

    def response(self, said: dict[str, str], method: str, password: str) -> bytes:
        secret = self.hash(f"{said.get('username')}:{self.realm}:{password}")
        request = self.hash(f"{method}:{said.get('uri')}")
        used = ":".join(said.get(part, "") for part in ("nonce", "nc", "cnonce", "qop"))
        return self.hash(f"{secret}:{used}:{request}").encode()

    def hash(self, text: str) -> str:
        return HASHES[self.algorithm](text.encode()).hexdigest()


def read(quoted: str | None, plain: str) -> str:
    """A parameter's value; the server reads headers as Latin-1, while user names are UTF-8."""
    value = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
