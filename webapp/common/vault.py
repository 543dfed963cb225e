"""Secrets at rest: AES-256-GCM under a key that lives outside the database (Z8).

A sealed value is `key id (4 bytes) + nonce (12) + ciphertext and tag`. What it belongs to (tenant, thing, field) is
authenticated with it, so a value moved to another row does not open. The key file holds one key a line, the newest
last: "id-in-hex key-in-base64"; older ones only open what they once sealed until `rotate-key` has resealed it.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ID, NONCE = 4, 12


class Broken(Exception):
    """A sealed value that does not open: damaged, moved to another row, or its key is gone."""


@dataclass(slots=True)
class Vault:
    path: Path
    keys: dict[bytes, bytes] = field(default_factory=dict, repr=False)  # id → key, newest last
    read_at: int = 0  # the file's time stamp when it was read

    def open(self) -> None:
        """Read the key file; make it, readable by its owner alone, at the very first start."""
        if not self.path.exists():
            self.append_key()
        self.read_at = self.path.stat().st_mtime_ns
        lines = self.path.read_text("ascii").split("\n")
        self.keys = {bytes.fromhex(i): base64.b64decode(k) for i, k in (line.split() for line in lines if line.strip())}

    def append_key(self) -> None:
        """Write a new newest key."""
        line = f"{secrets.token_hex(ID)} {base64.b64encode(secrets.token_bytes(32)).decode()}\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def drop_old_keys(self) -> None:
        """Keep the newest key alone, once nothing is sealed with another. Replaces the file in one step.

        A server that runs beside may be about to store a value sealed with the key before: so this is done at the
        beginning of the next rotation, not at the end of this one.
        """
        newest = self.path.read_text("ascii").strip().split("\n")[-1]
        spare = self.path.with_suffix(".new")
        with os.fdopen(os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(newest + "\n")
            file.flush()
            os.fsync(file.fileno())
        spare.replace(self.path)
        self.open()

    @property
    def newest(self) -> bytes:
        return next(reversed(self.keys))


_vault: Vault | None = None


def use(path: Path) -> None:
    """Open the key file at `path` for this process, making it when there is none."""
    global _vault
    _vault = Vault(path)
    _vault.open()


def current() -> Vault:
    """The vault, with the keys as the file has them now: `rotate-key` may run beside the server."""
    if _vault is None:
        raise RuntimeError("vault.use() has not been called")
    if _vault.path.stat().st_mtime_ns != _vault.read_at:
        _vault.open()
    return _vault


def seal(secret: str, *belongs_to: object) -> bytes:
    """Encrypt a secret for the thing it belongs to: tenant, kind and id, field. b"" for an empty secret."""
    if not secret:
        return b""
    keys, nonce = current().keys, os.urandom(NONCE)
    key_id, key = next(reversed(keys.items()))
    return key_id + nonce + AESGCM(key).encrypt(nonce, secret.encode(), label(key_id, belongs_to))


def unseal(sealed: bytes, *belongs_to: object) -> str:
    """The secret again. Raises Broken."""
    sealed = bytes(sealed)
    if not sealed:
        return ""
    key_id, nonce, text = sealed[:ID], sealed[ID : ID + NONCE], sealed[ID + NONCE :]
    try:
        return AESGCM(key_of(key_id)).decrypt(nonce, text, label(key_id, belongs_to)).decode()
    except (KeyError, InvalidTag, ValueError) as error:
        raise Broken("a stored secret does not open with the present key file") from error


def key_of(key_id: bytes) -> bytes:
    """A key by its id; only for one that is not known yet the file is looked at. Raises KeyError."""
    known = _vault.keys.get(key_id) if _vault else None
    return known or current().keys[key_id]


def is_current(sealed: bytes) -> bool:
    """Whether a value needs no resealing."""
    return not sealed or bytes(sealed)[:ID] == current().newest


def label(key_id: bytes, belongs_to: tuple[object, ...]) -> bytes:
    return key_id + b"\0" + "\0".join(map(str, belongs_to)).encode()


def fingerprint(*parts: object) -> str:
    """A keyed hash that tells whether two logins are the same, and nothing to whoever lacks the key file."""
    vault = current()
    text = "\0".join(map(str, parts)).encode("utf-8", "replace")
    return hmac.new(vault.keys[vault.newest], b"fingerprint\0" + text, "sha256").hexdigest()
