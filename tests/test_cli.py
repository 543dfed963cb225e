"""The commands of the person who runs the server."""

from __future__ import annotations

import sqlite3

import pytest
from cryptography import x509

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_device, make_site
from webapp import backup, create_app
from webapp.accounts.models import Account, Company, Session
from webapp.audit.models import AuditEntry
from webapp.common import vault
from webapp.config import Settings
from webapp.db import database, pending_migrations, transaction
from webapp.devices.models import Device
from webapp.notices import services as notices
from webapp.notices.models import Mail, MailState
from webapp.qr.models import QrCode
from webapp.sites.models import Site, SiteStatus

NEW = "Another-ladder-8"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def run(app):
    """run("migrate") gives the command's result: exit_code, stdout, stderr."""
    return lambda *args, **more: command(app, *args, **more)


def command(app, *args, **more):
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(args), **more)


def create(run, **changes):
    given = {"company": "Southlight", "name": "Sol", "email": "Sol@Example.com", "password": PASSWORD} | changes
    return run("create-company", *[part for name, text in given.items() for part in (f"--{name}", text)])


def enter(app, email, password):
    return Person(app).post("/sign-in", email=email, password=password).status_code


def test_migrate_says_what_it_did(run):
    assert run("migrate").stdout == "The database is up to date.\n" and not pending_migrations()


def test_a_company_is_made_and_its_admin_signs_in(app, run):
    done = create(run)
    assert done.exit_code == 0 and "Southlight is created" in done.stdout and PASSWORD not in done.output
    assert enter(app, "sol@example.com", PASSWORD) == 303
    assert AuditEntry.select().where(AuditEntry.action == "company.created").count() == 1


def test_a_second_company_beside_the_first(app, run, company):
    assert create(run).exit_code == 0 and Company.select().count() == 2
    assert Person(app).get("/setup").location == "/sign-in"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("email", "nobody", "is not an e-mail address"),
        ("email", "a b@example.com", "is not an e-mail address"),
        ("email", "x" * 300 + "@example.com", "is not an e-mail address"),
        ("email", "ada@example.com", "already"),
        ("email", " ADA@Example.com ", "already"),
        ("password", "short", "at least 8 characters"),
        ("password", "alllowercase", "at least 8 characters"),
        ("password", "Aa1-" * 50, "at least 8 characters"),
        ("company", " ", "1 to 128 characters"),
        ("name", "x" * 129, "1 to 128 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(run, company, field, text, said):
    done = create(run, **{field: text})
    assert done.exit_code == 1 and said in done.stderr and "Traceback" not in done.output
    assert Company.select().count() == Account.select().count() == 1


def test_the_password_is_asked_for_twice_when_it_is_not_given(run):
    given = ("create-company", "--company", "S", "--name", "S", "--email", "s@example.com")
    assert run(*given, input=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0 and Company.select().count() == 1


def test_a_password_is_set_anew_and_sessions_end(app, run, admin):
    before = AuditEntry.select().count()
    done = run("reset-password", "--email", "Ada@example.com", "--password", NEW)
    assert done.exit_code == 0 and NEW not in done.output and not Session.select().count()
    assert admin.get("/").status_code == 303
    assert [row.action for row in AuditEntry.select().order_by(AuditEntry.id)][before:] == ["password.reset"]
    assert (enter(app, "ada@example.com", NEW), enter(app, "ada@example.com", PASSWORD)) == (303, 422)


@pytest.mark.parametrize(("email", "password"), [("nobody@example.com", NEW), ("ada@example.com", "short")])
def test_for_nobody_or_with_a_weak_one_nothing_is_set(app, run, company, email, password):
    done = run("reset-password", "--email", email, "--password", password)
    assert done.exit_code == 1 and done.stderr and enter(app, "ada@example.com", PASSWORD) == 303


def test_two_hundred_devices_get_a_new_key(app, run, company, tmp_path):
    site = make_site(company)
    with transaction():
        made = [make_device(site, password=f"Kamera-{n:03}").id for n in range(200)]
    old = (tmp_path / "vault.key").read_text()

    done = run("rotate-key")

    assert done.stdout == "200 stored passwords are sealed with a new key.\n"
    new = (tmp_path / "vault.key").read_text()
    assert len(new.splitlines()) == 2 and new.startswith(old)  # a server beside may still store with the one before
    assert (tmp_path / "vault.key").stat().st_mode & 0o777 == 0o600
    assert [Device.get_by_id(number).password for number in made] == [f"Kamera-{n:03}" for n in range(200)]
    assert all(vault.is_current(device.password_sealed) for device in Device.select())

    run("rotate-key")
    assert old.split()[1] not in (tmp_path / "vault.key").read_text()
    assert Device.get_by_id(made[0]).password == "Kamera-000"


def test_kept_codes_get_the_new_key_too(app, run, company, admin):
    device = make_device(make_site(company), password="Kamera-123")
    assert admin.post(f"/devices/{device.id}/qr", encrypt="", understood="y", days="0").status_code == 303
    for _ in range(2):
        assert "1 kept QR codes are sealed with it, too." in run("rotate-key").stdout
    code = QrCode.get()
    assert vault.is_current(code.sealed) and code.unseal(device)["text"].startswith("SH1:")
    QrCode.reseal(code.id, b"nonsense" * 5)
    assert "1 kept QR codes are damaged" in run("rotate-key").stderr


def test_letters_that_wait_get_the_new_key_too(app, run, company, tmp_path):
    sent, waiting = (notices.keep(None, "olga@example.com", "A link", f"Letter {n}") for n in range(2))
    Mail.close(sent, MailState.SENT)
    for _ in range(2):
        assert "1 letters that wait are sealed with it, too." in run("rotate-key").stdout
    mail = Mail.get_by_id(waiting)
    assert vault.is_current(mail.sealed) and "Letter 1" in mail.unseal() and not Mail.get_by_id(sent).sealed
    assert len((tmp_path / "vault.key").read_text().splitlines()) == 2, "the key before the last one is gone"


def test_a_damaged_letter_is_told_and_keeps_the_old_key(app, run, company, tmp_path):
    mail_id = notices.keep(None, "olga@example.com", "A link", "Letter")
    Mail.reseal(mail_id, Mail.get_by_id(mail_id).sealed, b"nonsense" * 5)
    assert "1 letters that wait are damaged" in run("rotate-key").stderr
    run("rotate-key")
    assert len((tmp_path / "vault.key").read_text().splitlines()) == 3


def test_a_damaged_password_is_named_and_stops_no_rotation(app, run, company):
    site = make_site(company)
    broken, whole = make_device(site, name="Broken"), make_device(site)
    Device.update(password_sealed=b"nonsense" * 5).where(Device.id == broken.id).execute()

    done = run("rotate-key")

    assert "The stored password of Broken is damaged" in done.stderr
    assert done.stdout == "1 stored passwords are sealed with a new key.\n"
    assert vault.is_current(Device.get_by_id(whole.id).password_sealed)


@pytest.fixture
def filled(company):
    """A company with a device, of which a copy is worth having."""
    return make_device(make_site(company, name="Bäckerei"), password="Kamera-123")


@pytest.fixture
def restored(tmp_path):
    """Another server beside, with the same key file and no database; gives its runner."""
    folder = tmp_path / "other server"
    folder.mkdir()

    def begin():
        (folder / "vault.key").write_bytes((tmp_path / "vault.key").read_bytes())
        return create_app(Settings(data=folder, log_level="ERROR"))

    return begin


@ON_SQLITE
def test_a_backup_comes_back_whole(app, run, filled, tmp_path, restored):
    file = tmp_path / "a copy? 100%#1.db"
    done = run("backup", str(file))
    assert done.exit_code == 0 and "vault.key" in done.stdout and file.stat().st_mode & 0o777 == 0o600

    other = restored()
    done = command(other, "restore", str(file))
    assert (done.exit_code, done.stdout) == (0, "Restored.\n"), done.output
    assert Device.get_by_id(filled.id).password == "Kamera-123" and not pending_migrations()
    assert enter(other, "ada@example.com", PASSWORD) == 303


@ON_SQLITE
def test_a_backup_is_taken_while_the_server_writes(app, run, filled, tmp_path):
    other = sqlite3.connect(database.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO company (name, created_at) VALUES ('half', '2026-01-01')")
    assert run("backup", str(tmp_path / "copy.db")).exit_code == 0
    other.close()
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT name FROM company").fetchall() == [("Northlight Security",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@ON_SQLITE
def test_nothing_is_overwritten(app, run, filled, tmp_path, restored):
    (tmp_path / "there.db").write_text("kept")
    done = run("backup", str(tmp_path / "there.db"))
    assert done.exit_code == 1 and "exists already" in done.stderr and (tmp_path / "there.db").read_text() == "kept"
    assert "no folder" in run("backup", str(tmp_path / "no" / "copy.db")).stderr

    run("backup", str(tmp_path / "copy.db"))
    done = run("restore", str(tmp_path / "copy.db"))
    assert done.exit_code == 1 and "holds data already" in done.stderr and Device.select().count() == 1


@ON_SQLITE
@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_what_is_no_backup_is_not_restored(app, tmp_path, restored, content):
    file = tmp_path / "copy.db"
    file.write_bytes(content)
    other = restored()
    for path in (file, tmp_path / "nothing.db"):
        done = command(other, "restore", str(path))
        assert done.exit_code == 1 and "Traceback" not in done.output and done.stderr
    assert not (tmp_path / "other server" / "sitehand.db").exists()


@ON_SQLITE
def test_a_damaged_backup_is_not_restored(app, run, filled, tmp_path, restored):
    file = tmp_path / "copy.db"
    run("backup", str(file))
    data = bytearray(file.read_bytes())
    data[4096 * 2 : 4096 * 6] = b"\xff" * 4096 * 4
    file.write_bytes(data)
    done = command(restored(), "restore", str(file))
    assert done.exit_code == 1 and "damaged" in done.stderr
    assert not (tmp_path / "other server" / "sitehand.db").exists()


def test_the_databases_password_is_in_no_command_line(app, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" >&2\necho "$PGPASSWORD" >"$(dirname "$0")/password"\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    url = "postgresql://sitehand:Kamera%2F123@127.0.0.1:9/sitehand"
    other = create_app(Settings(data=tmp_path / "x", database_url=url, log_level="ERROR"))

    with pytest.raises(backup.Failed) as error:
        backup.postgres(other.config["SETTINGS"], "pg_dump", "--format=custom")
    assert "postgresql://sitehand@127.0.0.1:9/sitehand" in str(error.value) and "Kamera" not in str(error.value)
    assert (program.parent / "password").read_text() == "Kamera/123\n"


def test_the_banner_leads_the_first_visitor(app, run, tmp_path, monkeypatch):
    monkeypatch.setenv("HOST", "127.0.0.1")
    monkeypatch.setenv("PORT", "8123")
    shown = run("banner").stdout
    assert "http://127.0.0.1:8123/setup" in shown and (tmp_path / "setup-code").read_text() in shown


def test_the_banner_of_a_server_that_is_set_up_shows_no_code(app, run, company, tmp_path, monkeypatch):
    monkeypatch.setenv("HOST", "::1")
    shown = run("banner").stdout
    assert "http://[::1]:8000" in shown and "code" not in shown and not (tmp_path / "setup-code").exists()


def test_the_certificate_is_made_once_and_its_fingerprint_shown(app, run, tmp_path, monkeypatch):
    assert run("certificate").exit_code == 0
    folder = tmp_path / "tls"
    first = (folder / "cert.pem").read_bytes()
    made = x509.load_pem_x509_certificate(first)
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert (folder / "key.pem").stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700
    run("certificate")
    assert (folder / "cert.pem").read_bytes() == first
    monkeypatch.setenv("TLS_CERT", str(folder / "cert.pem"))
    shown = run("banner").stdout
    assert "https://" in shown and "SHA-256" in shown


def test_the_demo_fills_an_empty_database_once(app, run):
    first, second = run("demo"), run("demo")
    assert first.exit_code == second.exit_code == 0 and Company.select().count() == 2
    for who in ("admin", "installer", "observer", "owner", "subcontractor"):
        email = f"{who}@demo.example"
        assert email in first.stdout and enter(app, email, PASSWORD) == 303
    owned = Site.select(Site.name, Site.decided).where(Site.owner.is_null(False)).order_by(Site.name).tuples()
    assert list(owned) == [("Depot North", SiteStatus.AUTHORIZED), ("School of music", SiteStatus.OWNED_UNAUTHORIZED)]
