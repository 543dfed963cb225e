"""Backup and restore: of the database, and of the photos where there are some; the key file is kept apart on purpose
(Z8).

Without photos the file is the database's own copy. With photos it is a tar of that copy and of DATA/uploads.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from webapp.config import Settings
from webapp.db import database, is_sqlite

COPY = "database"  # the name of the copy in the tar
PHOTO = re.compile(r"uploads/([\w-]{43})")


class Failed(Exception):
    """Nothing was written; the text is a sentence for the person at the command line."""


def write(settings: Settings, file: Path) -> None:
    """A consistent copy: VACUUM INTO on SQLite, pg_dump's custom format on PostgreSQL."""
    if file.exists():
        raise Failed(f"{file} exists already. Choose another name.")
    if not file.parent.is_dir():
        raise Failed(f"There is no folder {file.parent}.")
    copy(settings, file)
    if photos(settings):
        try:
            pack(settings, file)
        except BaseException:
            file.unlink(missing_ok=True)  # a file without its photos must not pass for a backup
            raise


def copy(settings: Settings, file: Path) -> None:
    if is_sqlite():
        database.execute_sql("VACUUM INTO ?", (str(file),))
        file.chmod(0o600)
    else:
        postgres(settings, "pg_dump", "--format=custom", f"--file={file}")


def photos(settings: Settings) -> list[Path]:
    return sorted(path for path in (settings.data / "uploads").glob("*") if PHOTO.fullmatch(f"uploads/{path.name}"))


def pack(settings: Settings, file: Path) -> None:
    """Put the photos to the copy; one that is deleted meanwhile is left out."""
    with whole(file) as made, tarfile.open(made, "w") as tar:
        tar.add(file, COPY)
        for path in photos(settings):
            try:
                tar.add(path, f"uploads/{path.name}")
            except FileNotFoundError:
                continue


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """A file beside it that takes its place once it is written in full."""
    handle, name = tempfile.mkstemp(prefix=".backup-", dir=file.parent)
    os.close(handle)
    try:
        yield Path(name)
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


def restore(settings: Settings, file: Path) -> None:
    """Into an empty database only: what is there is never overwritten."""
    if not file.is_file():
        raise Failed(f"There is no file {file}.")
    if not tarfile.is_tarfile(file):
        put_back(settings, file)
        return
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data) as folder:
        found = unpack(file, Path(folder))
        put_back(settings, Path(folder) / COPY)
        place_photos(settings, found)


def unpack(file: Path, folder: Path) -> list[Path]:
    """The copy and the photos of a tar, by our own names alone; gives the photos."""
    try:
        with tarfile.open(file, "r:") as tar:
            members = [member for member in tar if member.name == COPY or PHOTO.fullmatch(member.name)]
            for member in members:
                write_out(tar, member, folder / Path(member.name).name)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Failed(f"{file} is damaged.") from error
    if not (folder / COPY).is_file():
        raise Failed(f"{file} is not a backup of Sitehand, or it is damaged.")
    return [path for path in folder.iterdir() if path.name != COPY]


def write_out(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    found = tar.extractfile(member) if member.isfile() else None
    if found is None:
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        shutil.copyfileobj(found, written)
        if written.tell() != member.size:
            raise EOFError


def place_photos(settings: Settings, found: list[Path]) -> None:
    target = settings.data / "uploads"
    target.mkdir(mode=0o700, exist_ok=True)
    for path in found:
        path.replace(target / path.name)


def put_back(settings: Settings, file: Path) -> None:
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
