"""Handover packs, their photos and links.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


def table(db, table_name, **fields):
    meta = type("Meta", (), {"database": db, "table_name": table_name, "legacy_table_names": False})
    return type(table_name.title().replace("_", ""), (Model,), fields | {"Meta": meta})


def belongs(to, action, **more):
    return ForeignKeyField(to, on_delete=action, **more)


def up(migrator, db):
    site, company = table(db, "site"), table(db, "company")
    pack = table(
        db,
        "handover_pack",
        site=belongs(site, "CASCADE"),
        company=belongs(company, "SET NULL", null=True),
        made_at=DateTimeField(),
        maker_id=IntegerField(),
        maker_name=CharField(max_length=128),
        document=TextField(),
        sha256=CharField(max_length=64),
        notes=TextField(default=""),
        tested=TextField(default=""),
        version=IntegerField(default=1),
        signed_at=DateTimeField(null=True),
        signer_name=CharField(max_length=128, default=""),
    )
    photo = table(
        db,
        "pack_photo",
        pack=belongs(pack, "CASCADE"),
        name=CharField(max_length=64, unique=True),
        kind=CharField(max_length=16),
        width=IntegerField(),
        height=IntegerField(),
        size=IntegerField(),
        sha256=CharField(max_length=64),
        caption=CharField(max_length=200, default=""),
    )
    link = table(
        db,
        "pack_link",
        pack=belongs(pack, "CASCADE"),
        token_hash=CharField(max_length=64, unique=True),
        made_at=DateTimeField(),
        maker_id=IntegerField(),
        maker_name=CharField(max_length=128),
        expires_at=DateTimeField(),
        revoked_at=DateTimeField(null=True),
    )
    db.create_tables([pack, photo, link])


def down(migrator, db):
    for name in ("pack_link", "pack_photo", "handover_pack"):
        db.execute_sql(f'DROP TABLE "{name}"')
