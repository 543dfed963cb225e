"""Handover packs: made, filled, signed, and from then on as they are (T11)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _, plural
from webapp.db import transaction
from webapp.handover.models import HandoverPack, PackPhoto
from webapp.handover.services import photos, snapshots
from webapp.handover.services.snapshots import TESTS, Document
from webapp.handover.services.strokes import Strokes
from webapp.sites import services as sites
from webapp.sites.models import Site
from webapp.sites.services import Operation

MOST_PHOTOS = 10
MOST_UNSIGNED = 5  # of a site


def find(by: Principal, pack_id: int) -> HandoverPack:
    """The pack with its site, if it is one that this person sees. Raises NotFound, Refused."""
    pack = HandoverPack.of(by, pack_id)
    if pack is None:
        raise NotFound
    sites.require_open(by, pack.site)
    return pack


def find_to_change(by: Principal, pack_id: int) -> HandoverPack:
    """A pack at a site whose state allows to edit it. Raises NotFound, Refused."""
    pack = find(by, pack_id)
    sites.require(by, pack.site, Operation.EDIT)
    return pack


def find_unsigned(by: Principal, pack_id: int) -> HandoverPack:
    """A pack that may still be filled. Raises NotFound, Refused."""
    pack = find_to_change(by, pack_id)
    if pack.signed_at:
        raise is_signed()
    return pack


def of_site(by: Principal, site: Site) -> list[HandoverPack]:
    """The packs of a site that this person sees: its own company's, or as the owner those that were signed."""
    return HandoverPack.at(by, site.id)


def is_signed() -> Refused:
    return Refused(_("This pack has been signed, so nothing of it changes. Make a new one."), "signed")


def make(by: Principal, site: Site, addresses: bool) -> HandoverPack:
    """A pack of the site as it is now. Raises Refused."""
    sites.require(by, site, Operation.EDIT)
    document = snapshots.canonical(snapshots.take(by, site, addresses))
    with transaction():
        sites.hold(by, site.id, Operation.EDIT)
        if HandoverPack.unsigned_at(site.id, by.company_id) >= MOST_UNSIGNED:
            why = _(
                "%(site)s has %(num)s packs that nobody has signed. Use or delete one of them.",
                site=site.name,
                num=MOST_UNSIGNED,
            )
            raise Refused(why, "too_many")
        pack = HandoverPack.create(
            site=site,
            company=by.company_id,
            made_at=clock.now(),
            maker_id=by.id,
            maker_name=by.name,
            document=document,
            sha256=snapshots.digest(document),
        )
        audit.record(by, "pack.made", site)
    return pack


def discard(by: Principal, pack: HandoverPack) -> None:
    """Forget a pack that nobody has signed, with its photos. Raises Refused."""
    with transaction():
        sites.hold(by, pack.site_id, Operation.EDIT)
        if not HandoverPack.change(pack.id):
            raise is_signed()
        names = [photo.name for photo in PackPhoto.of_pack(pack.id)]
        HandoverPack.discard(pack.id)
        audit.record(by, "pack.deleted", pack.site)
    photos.drop(names)


def discard_unfinished(site_id: int) -> list[str]:
    """In a transaction: forget what nobody has signed there. Gives the names of its photos' files, to be dropped."""
    unfinished = HandoverPack.unfinished(site_id)
    names = [photo.name for pack_id in unfinished for photo in PackPhoto.of_pack(pack_id)]
    for pack_id in unfinished:
        HandoverPack.discard(pack_id)
    return names


def count_signed(site: Site) -> int:
    return HandoverPack.count_signed(site.id)


def write_notes(by: Principal, pack: HandoverPack, notes: str, tested: Iterable[str], version: int) -> None:
    """`tested` are names of TESTS, `version` is that of the form. Raises Refused."""
    ticked = " ".join(name for name in TESTS if name in set(tested))
    changed = {"notes": notes, "tested": ticked}
    if changed == {name: getattr(pack, name) for name in changed}:
        return
    with transaction():
        sites.hold(by, pack.site_id, Operation.EDIT)
        if not HandoverPack.change(pack.id, version, **changed):
            raise changed_meanwhile(pack)
        audit.record(by, "pack.edited", pack.site, [name for name in changed if changed[name] != getattr(pack, name)])


def changed_meanwhile(pack: HandoverPack) -> Refused:
    """Why a change of one version came too late; the pack may be gone as well."""
    if HandoverPack.is_signed(pack.id):
        return is_signed()
    return Refused(_("Somebody has changed this pack meanwhile. Look at it again."), "changed_meanwhile")


def add_photo(by: Principal, pack: HandoverPack, stream: BinaryIO, caption: str) -> None:
    """Raises Refused for what is no photo, for too many, and for a pack that has been signed."""
    photo = photos.read(stream)
    name = photos.keep(photo)
    try:
        with transaction():
            sites.hold(by, pack.site_id, Operation.EDIT)
            if not HandoverPack.change(pack.id):
                raise is_signed()
            if len(PackPhoto.of_pack(pack.id)) >= MOST_PHOTOS:
                raise too_many_photos()
            PackPhoto.create(
                pack=pack,
                name=name,
                kind=photo.kind,
                width=photo.width,
                height=photo.height,
                size=len(photo.data),
                sha256=photos.digest(photo),
                caption=caption,
            )
            audit.record(by, "pack.photo_added", pack.site)
    except BaseException:
        photos.drop([name])
        raise


def too_many_photos() -> Refused:
    why = plural("A pack holds %(num)s photo.", "A pack holds %(num)s photos at most.", MOST_PHOTOS)
    return Refused(why, "too_many_photos")


def remove_photo(by: Principal, pack: HandoverPack, photo_id: int) -> None:
    """Raises NotFound, Refused."""
    with transaction():
        sites.hold(by, pack.site_id, Operation.EDIT)
        if not HandoverPack.change(pack.id):
            raise is_signed()
        photo = PackPhoto.in_pack(pack.id, photo_id)
        if photo is None:
            raise NotFound
        PackPhoto.remove(photo.id)
        audit.record(by, "pack.photo_removed", pack.site)
    photos.drop([photo.name])


def sign(by: Principal, pack: HandoverPack, name: str, strokes: Strokes, version: int) -> None:
    """The person who stands beside takes it over; `version` is that of the page they have seen. Raises Refused.

    Of any number of parallel signings one is written; photos and notes are those of that version.
    """
    if version != pack.version:
        raise changed_meanwhile(pack)
    at = clock.now()
    with transaction():
        sites.hold(by, pack.site_id, Operation.EDIT)
        document = snapshots.signed(whole(pack), name, at, strokes)
        text = snapshots.canonical(document)
        values = {"document": text, "sha256": snapshots.digest(text), "signed_at": at, "signer_name": name}
        if not HandoverPack.change(pack.id, version, **values):
            raise changed_meanwhile(pack)
        audit.record(by, "pack.signed", pack.site)


def whole(pack: HandoverPack) -> Document:
    """All that the pack says now."""
    return snapshots.whole(pack, [] if pack.signed_at else PackPhoto.of_pack(pack.id))


def photo_of(pack: HandoverPack, photo_id: int) -> PackPhoto:
    """Raises NotFound."""
    photo = PackPhoto.in_pack(pack.id, photo_id)
    if photo is None:
        raise NotFound
    return photo
