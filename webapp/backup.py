"""Backup and restore: of the database alone; the key file is kept apart on purpose (Z8)."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

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
        postgres("pg_dump", "--format=custom", f"--file={file}", settings.database)


def restore(settings: Settings, file: Path) -> None:
    """Into an empty database only: what is there is never overwritten."""
    if not file.is_file():
        raise Failed(f"There is no file {file}.")
    if not is_sqlite():
        postgres("pg_restore", "--exit-on-error", f"--dbname={settings.database}", str(file))
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
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as found:
            if found.execute("PRAGMA quick_check").fetchone()[0] == "ok" and found.execute("SELECT COUNT(*) FROM company"):
                return
    except sqlite3.DatabaseError as error:
        raise Failed(f"{file} is not a backup of Sitehand, or it is damaged.") from error
    raise Failed(f"{file} is damaged.")


def postgres(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise Failed(f"{command[0]} is not installed. Install PostgreSQL's client programs.") from error
    if done.returncode:
        raise Failed(f"{command[0]} failed: {done.stderr.strip()[-300:]}")
