"""The commands of contract.md: `flask --app wsgi …`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from pathlib import Path

import click
import segno
from flask import Flask, current_app

from webapp import backup as backups
from webapp import demo as demos
from webapp.accounts.forms import EMAIL
from webapp.accounts.services import companies, second_factor, secrets
from webapp.common import certificate as certificates
from webapp.common import jobs, vault
from webapp.common.errors import NotFound, Refused
from webapp.common.passwords import LONGEST, strength
from webapp.common.text import UNSHOWABLE, tidy
from webapp.config import Settings
from webapp.db import in_connection, migrate, pending_migrations
from webapp.devices.services import devices
from webapp.notices import services as notices
from webapp.owners.services import people
from webapp.qr.services import codes
from webapp.sites import services as sites

RULE = "The password needs at least 8 characters, with three of: upper case, lower case, digits, special characters."


def settings() -> Settings:
    return current_app.config["SETTINGS"]


def fail(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(1)


def require_strong(password: str, email: str) -> None:
    if not strength(password, email).meets_rule or len(password) > LONGEST:
        fail(RULE)


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database's tables up to date."""
    applied = migrate()
    click.echo(f"Applied: {', '.join(applied)}" if applied else "The database is up to date.")


@click.command("create-company")
@click.option("--company", required=True)
@click.option("--name", required=True, help="Of the Installer Admin.")
@click.option("--email", required=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def create_company(company: str, name: str, email: str, password: str) -> None:
    """Create a company with its Installer Admin."""
    email = email.strip().casefold()
    if not EMAIL.fullmatch(email):
        fail(f"{email} is not an e-mail address.")
    company, name = tidy(company), tidy(name)
    if not (company and name) or max(len(company), len(name)) > 128:
        fail("Company and name need 1 to 128 characters.")
    if UNSHOWABLE.search(company + name):
        fail("Company and name contain characters that cannot be shown.")
    require_strong(password, email)
    try:
        in_connection(lambda: companies.create_company(company, name, email, password))
    except Refused as no:
        fail(str(no.why))
    click.echo(f"{company} is created. {email} can sign in.")


@click.command("reset-password")
@click.option("--email", required=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def reset_password(email: str, password: str) -> None:
    """Set a new password for a person, and end their sessions."""
    require_strong(password, email)
    try:
        in_connection(lambda: secrets.reset_from_command_line(email.strip().casefold(), password))
    except NotFound:
        fail(f"Nobody has the e-mail address {email}.")
    click.echo(f"The password of {email} is changed, and their sessions have ended.")


@click.command("reset-two-factor")
@click.option("--email", required=True)
def reset_two_factor(email: str) -> None:
    """Take codes and passkeys from a person who has lost the phone, and end their sessions."""
    try:
        in_connection(lambda: second_factor.reset_from_command_line(email.strip().casefold()))
    except NotFound:
        fail(f"Nobody has the e-mail address {email}.")
    click.echo(f"{email} signs in by password alone now. Codes and passkeys are gone, and their sessions have ended.")


@click.command("sign-in-link")
@click.option("--site", "site_id", required=True, type=int, help="The number in the address of the site's page.")
def sign_in_link(site_id: int) -> None:
    """Print a link, good once and for an hour, for a site's owner who has lost every other way to sign in."""
    link = in_connection(lambda: people.link_for_owner_of(sites.owner_of(site_id)))
    if link is None:
        fail(f"Site {site_id} has no owner.")
    click.echo(f"{settings().base_url or 'http://…'}/sign-in/link/{link}")


@click.command("rotate-key")
def rotate_key() -> None:
    """Make a new key for stored passwords and reseal them all with it.

    A server that runs beside takes the new key with the next password that it seals.
    """
    _, damaged = in_connection(devices.reseal_all)
    _, closed = in_connection(codes.reseal_all)
    _, lost = in_connection(second_factor.reseal_all)
    _, unread = in_connection(notices.reseal_all)
    if not damaged and not closed and not lost and not unread:
        vault.current().drop_old_keys()
    vault.current().append_key()
    count, damaged = in_connection(devices.reseal_all)
    for name in damaged:
        click.echo(f"The stored password of {name} is damaged or of a lost key: type it again.", err=True)
    click.echo(f"{count} stored passwords are sealed with a new key.")
    kept, closed = in_connection(codes.reseal_all)
    if closed:
        click.echo(f"{closed} kept QR codes are damaged or of a lost key: make them anew.", err=True)
    if kept:
        click.echo(f"{kept} kept QR codes are sealed with it, too.")
    moved, lost = in_connection(second_factor.reseal_all)
    if lost:
        click.echo(f"{lost} secrets of two-factor sign-in are damaged or of a lost key: reset them.", err=True)
    if moved:
        click.echo(f"{moved} secrets of two-factor sign-in are sealed with it, too.")
    waiting, unread = in_connection(notices.reseal_all)
    if unread:
        click.echo(f"{unread} letters that wait are damaged or of a lost key: they cannot be sent.", err=True)
    if waiting:
        click.echo(f"{waiting} letters that wait are sealed with it, too.")


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write the database to FILE, while the server runs. The key file is not in it: keep that one apart."""
    try:
        in_connection(lambda: backups.write(settings(), file))
    except backups.Failed as error:
        fail(str(error))
    click.echo(
        f"Written to {file}. Keep {settings().data / 'vault.key'} apart from it; without it no stored password opens."
    )


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put FILE in the place of an empty database. Stop the server first."""
    try:
        backups.restore(settings(), file)
    except backups.Failed as error:
        fail(str(error))
    migrate()
    click.echo("Restored.")


@click.command("worker")
def worker() -> None:
    """Check the devices without serving pages, until Ctrl-C or TERM."""
    from webapp import engine

    if settings().engine == "off":
        fail("SITEHAND_ENGINE is off, so there is nothing to do. Unset it for this command.")
    if pending_migrations():
        fail("The database is behind. Run: flask --app wsgi migrate")
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    engine.start(settings())
    click.echo("Checking the devices. Ctrl-C ends it.")
    ending.wait()
    engine.stop()


@click.command("simulate")
def simulate() -> None:
    """Serve the simulated devices alone, until Ctrl-C."""
    from webapp.simulator.fleet import FLEET, run

    with run(FLEET) as served:
        demos.write_fleet(settings().data, [(member, pretend.address) for member, pretend in served])
        for member, pretend in served:
            click.echo(f"{pretend.address}  {member.name}: {member.note}")
        wait_for_signal()


def wait_for_signal() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        signal.pause()
    except KeyboardInterrupt:
        sys.exit(0)


@click.command("demo")
def demo() -> None:
    """Fill an empty database with a company, its people and its sites; say how each signs in."""
    for line in in_connection(demos.fill):
        click.echo(line)
    jobs.stop()


@click.command("certificate")
def certificate() -> None:
    """Make the server's own HTTPS certificate, once."""
    certificates.make_once(settings().data / "tls")


@click.command("banner")
def banner() -> None:
    """What the terminal shows when the server starts: where it is, and the code for its first visitor."""
    port, scheme = os.environ.get("PORT", "8000"), "https" if os.environ.get("TLS_CERT") else "http"
    host = os.environ.get("HOST", "0.0.0.0")  # noqa: S104  (only compared)
    name = outward_address() if host in {"0.0.0.0", "::"} else host  # noqa: S104
    url = settings().base_url or f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"
    click.echo(f"\nSitehand runs at {url}\n")
    segno.make(url, error="l").terminal(compact=True)
    if scheme == "https":
        click.echo(f"Certificate fingerprint (SHA-256): {certificates.fingerprint(settings().data / 'tls')}")
    if not in_connection(companies.is_set_up):
        click.echo(f"First visit: {url}/setup")
        click.echo(f"Setup code, asked for on other machines than this one: {companies.setup_code(settings().data)}")


def outward_address() -> str:
    """This machine's address in its network. Nothing is sent: a UDP socket is only pointed outward."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def install(app: Flask) -> None:
    of_people = (create_company, reset_password, reset_two_factor, sign_in_link)
    commands = (migrate_command, *of_people, rotate_key, backup, restore, worker)
    for command in (*commands, simulate, demo, certificate, banner):
        app.cli.add_command(command)
