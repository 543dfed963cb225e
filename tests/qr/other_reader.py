"""A reader of device QR codes, written from docs/qr-format.md alone: it shares nothing with ours."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
import unicodedata
from datetime import datetime, timedelta
from ipaddress import ip_address

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.qr.records import DOCUMENT

TABLE = dict(re.findall(r"^\| (\d+) \| (\w+) \|$", DOCUMENT, re.MULTILINE))


def other_reader(text, password=None):
    data = base64.b32decode(text[4:] + "=" * (-len(text[4:]) % 8))
    assert text.startswith("SH1:") and struct.unpack(">H", data[1:3]) == (len(data),)
    if data[0] == 0:
        record, checksum = data[3:-8], data[-8:]
        assert hashlib.sha256(b"SH1:" + data[:-8]).digest()[:8] == checksum
    else:
        assert data[0] == 1
        secret = words(unicodedata.normalize("NFKC", password).strip()).encode()
        key = hash_secret_raw(secret, data[3:19], 3, 65536, 1, 32, Type.ID, 0x13)
        record = AESGCM(key).decrypt(data[19:31], data[31:], b"SH1:" + data[:31])
    return read_record(record)


def words(password):
    letters = re.sub(r"[\s\u2010-\u2015\u2212-]", "", password).lower()
    word = "[bdfghjklmnprstvz][aiou]" * 2 + "[bdfghjklmnprstvz]"
    if not re.fullmatch(f"({word}){{4}}", letters):
        return password
    return "-".join(letters[at : at + 5] for at in range(0, 20, 5))


def read_record(record):
    created, expires, count = struct.unpack(">IIB", record[:9])
    rest, listed = record[9:], []
    for _ in range(count):
        one, rest = read_one(rest)
        listed.append(one)
    assert rest == b""
    return {"created": written(created), "expires": written(expires) if expires else None, "devices": listed}


def written(stamp):
    return (datetime(1970, 1, 1) + timedelta(seconds=stamp)).isoformat() + "Z"


def read_one(data):
    number, flags, port = struct.unpack(">BBH", data[:4])
    rest = data[4:]
    if form := flags >> 2:
        size = {1: 4, 2: 16}[form]
        host, rest = str(ip_address(rest[:size])), rest[size:]
    else:
        host, rest = read_text(rest)
    name, rest = read_text(rest)
    username, rest = read_text(rest)
    password, rest = read_text(rest) if flags & 2 else (None, rest)
    kind = TABLE.get(str(number), "unknown").replace("unknown", "")
    one = {"name": name, "host": host, "port": port, "https": bool(flags & 1)}
    return one | {"username": username, "type": kind, "password": password}, rest


def read_text(data):
    size, begins = (data[0], 1) if data[0] < 128 else ((data[0] - 128) * 256 + data[1], 2)
    return data[begins : begins + size].decode(), data[begins + size :]
