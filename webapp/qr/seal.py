"""SH1: the text of a code, with or without a password. docs/qr-format.md describes it byte by byte.

With a password: Argon2id gives the key, AES-256-GCM encrypts the record and vouches for everything before it.
Without: eight bytes of SHA-256 tell a misread code; they keep nobody from making another.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from webapp.accounts.hashing import turn
from webapp.qr.record import Broken, Carried, DeviceRecord, pack, pack_device, unpack
from webapp.qr.speakable import tidy

MOST_CHARACTERS = 970  # of a QR code of version 20 at M in alphanumeric mode
PREFIX = "SH1:"
MAKER = re.compile(r"SH([1-9][0-9]?):")
BASE32 = re.compile("[A-Z2-7]*")

PLAIN, PROFILE_1 = 0, 1  # the first byte: how the rest is protected
MEMORY_KIB, PASSES = 64 * 1024, 3  # of profile 1, with one lane (Z10)
HEADER, SALT, NONCE, TAG, CHECKSUM = 3, 16, 12, 16, 8  # bytes
BODY = HEADER + SALT + NONCE
AROUND = {PLAIN: HEADER + CHECKSUM, PROFILE_1: BODY + TAG}  # bytes of a text that are not its record
RECORD_HEAD = 9  # bytes of a record before its first device


class NotRead(Exception):
    """A text that gives no devices; `code` is stable."""

    code = ""


class Foreign(NotRead):
    """Not one of our codes."""

    code = "foreign"


class Newer(NotRead):
    """One of ours, made by a newer version than this one."""

    code = "newer"


class Truncated(NotRead):
    """The end is missing."""

    code = "truncated"


class Tampered(NotRead):
    """Misread or changed: told by the spelling or the checksum, or by the record once it is open."""

    code = "tampered"


class PasswordNeeded(NotRead):
    """Encrypted and whole, and no password was given."""

    code = "password_needed"


class WrongPassword(NotRead):
    """Another password, or a changed code: the two cannot be told apart."""

    code = "wrong_password"


class Expired(NotRead):
    """Right in all, and too late; `expires` says since when."""

    code = "expired"

    def __init__(self, expires: datetime) -> None:
        super().__init__(expires.isoformat())
        self.expires = expires


def seal(carried: Carried, password: str | None) -> str:
    """The text for a code, encrypted unless the password is None. Costs 64 MiB and some 0.2 s with one.

    Raises ValueError for what pack() refuses, for more than fits, for a device's password in a code without password,
    and for a blank password.
    """
    record = pack(carried)
    if not fits(carried, password is not None):
        raise ValueError(f"more than {MOST_CHARACTERS} characters")
    if password is None:
        if any(device.password for device in carried.devices):
            raise ValueError("a code without password carries no device's password")
        return plain_text(record)
    salt = secrets.token_bytes(SALT)
    return encrypted_text(record, derive(password, salt), salt, secrets.token_bytes(NONCE))


def open_sealed(text: str, password: str | None = None, *, now: datetime) -> Carried:
    """What a code carries at the moment `now` (aware). Raises NotRead, and nothing else, whatever the text.

    A password costs 64 MiB and some 0.2 s; none is looked at for a code that is not encrypted or not whole.
    """
    data = whole(text)
    key = None
    if data[0] != PLAIN:
        if not password or not tidy(password):
            raise PasswordNeeded
        key = derive(password, data[HEADER : HEADER + SALT])
    carried = opened(data, key)
    if carried.expires and now > carried.expires:
        raise Expired(carried.expires)
    return carried


def is_encrypted(text: str) -> bool:
    """Whether the text is a whole code that opens only with a password. False for what is no such code at all."""
    try:
        return whole(text)[0] != PLAIN
    except NotRead:
        return False


def fits(carried: Carried, encrypted: bool) -> bool:
    """Whether one code holds it all. Raises ValueError for what pack() refuses."""
    return len(pack(carried)) <= room(encrypted)


def split(devices: Iterable[DeviceRecord], encrypted: bool) -> list[tuple[DeviceRecord, ...]]:
    """The devices in groups that each fit one code; groups and devices in the order given where that takes no more.

    Raises ValueError for what pack() refuses, and for a device that fits no code by itself.
    """
    given = tuple(devices)
    sizes, most = [len(pack_device(device)) for device in given], room(encrypted) - RECORD_HEAD
    if max(sizes, default=0) > most:
        raise ValueError(f"a device of {max(sizes)} bytes does not fit in one code")
    by_size = sorted(range(len(given)), key=lambda place: -sizes[place])
    groups = min(grouped(range(len(given)), sizes, most), grouped(by_size, sizes, most), key=len)
    return [tuple(given[place] for place in sorted(group)) for group in sorted(groups, key=min)]


def grouped(places: Iterable[int], sizes: list[int], most: int) -> list[list[int]]:
    """Each place in the first group where its size has room."""
    groups: list[list[int]] = []
    for place in places:
        with_room = (group for group in groups if sum(sizes[other] for other in group) + sizes[place] <= most)
        group = next(with_room, None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


def room(encrypted: bool) -> int:
    """How many bytes of record one code holds."""
    return (MOST_CHARACTERS - len(PREFIX)) * 5 // 8 - AROUND[PROFILE_1 if encrypted else PLAIN]


def derive(password: str, salt: bytes) -> bytes:
    """The key of profile 1: 32 bytes."""
    secret = tidy(password).encode("utf-8", "replace")
    if not secret:
        raise ValueError("a QR password that is blank")
    with turn:
        return hash_secret_raw(secret, salt, PASSES, MEMORY_KIB, parallelism=1, hash_len=32, type=Type.ID)


def header(protection: int, record: bytes) -> bytes:
    return bytes([protection]) + (AROUND[protection] + len(record)).to_bytes(2)


def plain_text(record: bytes) -> str:
    data = header(PLAIN, record) + record
    return written(data + checksum(data))


def encrypted_text(record: bytes, key: bytes, salt: bytes, nonce: bytes) -> str:
    """A text for a record under a key that was derived with the salt."""
    data = header(PROFILE_1, record) + salt + nonce
    return written(data + AESGCM(key).encrypt(nonce, record, PREFIX.encode() + data))


def checksum(data: bytes) -> bytes:
    return hashlib.sha256(PREFIX.encode() + data).digest()[:CHECKSUM]


def written(data: bytes) -> str:
    return PREFIX + base64.b32encode(data).decode().rstrip("=")


def opened(data: bytes, key: bytes | None) -> Carried:
    """What is inside the bytes that whole() gave; the key for those that are encrypted.

    Raises Tampered or WrongPassword.
    """
    record = checked(data) if key is None else decrypted(data, key)
    try:
        carried = unpack(record)
    except Broken as error:
        raise Tampered from error
    if key is None and any(device.password for device in carried.devices):
        raise Tampered
    return carried


def checked(data: bytes) -> bytes:
    if checksum(data[:-CHECKSUM]) != data[-CHECKSUM:]:
        raise Tampered
    return data[HEADER:-CHECKSUM]


def decrypted(data: bytes, key: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(data[HEADER + SALT : BODY], data[BODY:], PREFIX.encode() + data[:BODY])
    except InvalidTag as error:
        raise WrongPassword from error


def whole(text: str) -> bytes:
    """The bytes of a text that is ours, of this version, complete and spelled as it would be written.

    Blanks and line breaks anywhere are ignored: mail wraps long lines. Raises Foreign, Newer, Truncated or Tampered;
    needs no password.
    """
    text = "".join(text.split())
    if not (maker := MAKER.match(text)):
        raise Foreign
    if maker[0] != PREFIX:
        raise Newer
    if len(text) > MOST_CHARACTERS or not BASE32.fullmatch(letters := text.removeprefix(PREFIX)):
        raise Tampered
    data = complete(letters)
    if text != written(data):
        raise Tampered
    return data


def complete(letters: str) -> bytes:
    """The bytes that the letters stand for. Raises Newer, or Truncated and Tampered by the length in the header."""
    count = len(letters) * 5 // 8
    data = base64.b32decode(letters + "A" * (-len(letters) % 8))[:count]
    if count < HEADER:
        raise Truncated
    protection, said = data[0], int.from_bytes(data[1:HEADER])
    if protection not in AROUND:
        raise Newer
    if len(letters) * 5 < said * 8:
        raise Truncated
    if said != count or said < AROUND[protection]:
        raise Tampered
    return data
