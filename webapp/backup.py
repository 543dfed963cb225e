"""Backup and restore: of the database alone; the key file is kept apart on purpose (Z8)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from webapp.config import Settings
from webapp.db import database, is_sqlite


class Failed(Exception):
    """Nothing was written; the text is a sentence for the person at the command line."""


def write(settings: Settings, file: Path) -> None:
    """A consistent copy: VACUUM INTO on SQLite, pg_dump's custom format on PostgreSQL."""
    if file.exists():
        raise Failed(f"{file} exists already. Choose another name.")
    if not file.parent.is_dir():
        raise Failed(f"There is no folder {file.parent}.")
    if is_sqlite():
        database.execute_sql("VACUUM INTO ?", (str(file),))
        file.chmod(0o600)
    else:
        postgres(settings, "pg_dump", "--format=custom", f"--file={file}")


def restore(settings: Settings, file: Path) -> None:
    """Into an empty database only: what is there is never overwritten."""
    if not file.is_file():
        raise Failed(f"There is no file {file}.")
    if not is_sqlite():
        postgres(settings, "pg_restore", "--exit-on-error", str(file))
        return
    target = Path(database.database)
    if target.exists() and target.stat().st_size and has_tables(target):
        raise Failed(f"{target} holds data already. Move it away first.")
    check(file)
    shutil.copyfile(file, target)
    target.chmod(0o600)


def has_tables(path: Path) -> bool:
    with sqlite3.connect(path) as found:
        return found.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0] > 0


def check(file: Path) -> None:
    try:
        with sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True) as found:
            if found.execute("PRAGMA quick_check").fetchone()[0] == "ok" and found.execute(
                "SELECT COUNT(*) FROM company"
            ):
                return
    except sqlite3.DatabaseError as error:
        raise Failed(f"{file} is not a backup of Sitehand, or it is damaged.") from error
    raise Failed(f"{file} is damaged.")


def postgres(settings: Settings, program: str, *options: str) -> None:
    """Run a client program on our database; its password goes where other users of the machine do not see it (Z9)."""
    url, password = without_password(settings.database)
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    command = (program, f"--dbname={url}", *options)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except FileNotFoundError as error:
        raise Failed(f"{program} is not installed. Install PostgreSQL's client programs.") from error
    if done.returncode:
        raise Failed(f"{program} failed: {done.stderr.strip()[-300:]}")


def without_password(url: str) -> tuple[str, str]:
    """A database's URL, and the password that was in it or ""."""
    parts = urlsplit(url)
    who, at, where = parts.netloc.rpartition("@")
    name, _, password = who.partition(":")
    return parts._replace(netloc=f"{name}{at}{where}").geturl(), unquote(password)
