"""Photos of handover packs: files under random names in DATA/uploads, which nothing serves but a view (Z25)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from webapp import config
from webapp.accounts.services.pictures import NoPicture
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.tokens import new_token
from webapp.db import transaction
from webapp.handover.models import PackPhoto
from webapp.handover.services import stripping
from webapp.handover.services.stripping import Photo

LARGEST = 5 << 20  # bytes
LEAST, MOST, PIXELS = 16, 12_000, 64_000_000  # a side, and in all


def folder() -> Path:
    """DATA/uploads, made at its first use, for nobody else on the machine."""
    path = config.current().data / "uploads"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def read(stream: BinaryIO) -> Photo:
    """The photo without its metadata. Raises Refused with what is wrong."""
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Refused(_("The photo is larger than 5 MiB. Save it smaller, then try again."), "too_large")
    try:
        photo = stripping.strip(data)
    except NoPicture as error:
        raise Refused(_("This is not a whole photo of the kind JPEG, PNG or WebP."), "no_picture") from error
    if not (min(photo[2:]) >= LEAST and max(photo[2:]) <= MOST and photo.width * photo.height <= PIXELS):
        why = _("Each side of the photo must have %(least)s to %(most)s pixels.", least=LEAST, most=MOST)
        raise Refused(why, "bad_size")
    return photo


def keep(photo: Photo) -> str:
    """Write the file to the disk; gives its name."""
    name = new_token()
    file = os.open(folder() / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as written:
        written.write(photo.data)
        written.flush()
        os.fsync(written.fileno())
    return name


def digest(photo: Photo) -> str:
    return hashlib.sha256(photo.data).hexdigest()


def path(row: PackPhoto) -> Path:
    """Raises NotFound where the file has gone."""
    found = folder() / row.name
    if not found.is_file():
        raise NotFound
    return found


def drop(names: Iterable[str]) -> None:
    for name in names:
        (folder() / name).unlink(missing_ok=True)


def drop_deleted(site_id: int, names: list[str]) -> None:
    """A job, begun while a site is being deleted: drops the files of it once it is gone, none if it stays."""
    with transaction():
        kept = PackPhoto.kept(site_id, names)
    drop(set(names) - kept)
