"""A device's password is in no file, page or log, in no encoding (Z8, Z9)."""

from __future__ import annotations

import base64
import io
import json
import logging

import pytest
import structlog

from tests.factories import make_device, make_site
from webapp import backup
from webapp.common import logs
from webapp.db import database, is_sqlite
from webapp.devices.models import Device

SECRET = "Plånted-Sécret-42"
ENCODINGS = {
    "plain": SECRET.encode(),
    "UTF-16": SECRET.encode("utf-16-le"),
    "Latin-1": SECRET.encode("latin-1"),
    "JSON": json.dumps(SECRET).encode()[1:-1],
    "hexadecimal": SECRET.encode().hex().encode(),
    "reversed": SECRET.encode()[::-1],
    "base64": base64.b64encode(SECRET.encode()).rstrip(b"="),
    "percent": b"Pl%C3%A5nted-S%C3%A9cret-42",
    "HTML": b"Pl&#229;nted",
}


def traces(data: bytes) -> list[str]:
    return [name for name, text in ENCODINGS.items() if text in data]


@pytest.fixture
def device(company):
    return make_device(make_site(company), password=SECRET)


def test_not_in_the_data_folder_nor_in_a_backup(app, device, tmp_path):
    if is_sqlite():
        backup.write(app.config["SETTINGS"], tmp_path / "copy.db")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and not [(path.name, traces(path.read_bytes())) for path in files if traces(path.read_bytes())]


def test_not_in_any_column(app, device):
    for table in database.get_tables():
        for row in database.execute_sql(f'SELECT * FROM "{table}"').fetchall():
            for value in row:
                assert not traces(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()), table


def test_not_on_any_page(admin, device):
    paths = ["", "/status", "/address", "/address/edit", "/type", "/type/edit", "/delete"]
    pages = [f"/devices/{device.id}{path}" for path in paths] + [
        "/",
        "/devices",
        f"/sites/{device.site_id}",
        "/account",
    ]
    for path in pages:
        for htmx in (False, True):
            assert not traces(admin.get(path, htmx=htmx).data), path


def test_not_when_a_form_with_it_is_refused(admin, device):
    typed = {"name": "", "host": "127.0.0.9", "port": "80", "username": "admin", "password": SECRET, "version": "1"}
    for path in (f"/devices/{device.id}/address", f"/sites/{device.site_id}/devices/new/address"):
        reply = admin.post(path, **typed)
        assert reply.status_code == 422 and not traces(reply.data)


def test_moved_to_another_device_it_does_not_open(admin, device):
    other = make_device(device.site)
    Device.update(password_sealed=device.password_sealed).where(Device.id == other.id).execute()
    reply = admin.post(f"/devices/{other.id}/check")
    assert reply.status_code == 409 and "stored password cannot be read" in reply.text and not traces(reply.data)


def test_the_log_keeps_to_itself_what_it_should(app, device):
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    logs.configure("DEBUG")
    root.handlers[0].setStream(stream)
    log = structlog.get_logger("any")
    try:
        logging.getLogger("any").warning("dialled http://admin:%s@127.0.0.1/x", SECRET)
        log.warning("tested", password=SECRET, where={"password": SECRET, "urls": [f"http://a:{SECRET}@127.0.0.1/"]})
        raise ValueError(f"could not open http://admin:{SECRET}@127.0.0.1/")
    except ValueError:
        log.exception("broke")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    written = stream.getvalue()
    assert "dialled" in written and "tested" in written and "broke" in written and not traces(written.encode())
