"""Secrets at rest: what opens, what does not, and how keys change (Z8)."""

from __future__ import annotations

import pytest

from webapp.common import keys, vault

LABEL = ("device", 1, 2, "password")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keys" / "vault.key"
    vault.use(path)
    return path


@pytest.mark.parametrize("secret", ["Kamera-123", "x", "ü💡\x00", "x" * 10_000])
def test_what_is_sealed_opens_again(file, secret):
    sealed = vault.seal(secret, *LABEL)
    assert vault.unseal(sealed, *LABEL) == secret == vault.unseal(memoryview(sealed), *LABEL)
    assert secret.encode() not in sealed or secret == "x"


def test_nothing_stays_nothing(file):
    assert vault.seal("", *LABEL) == b"" and vault.unseal(b"", *LABEL) == "" and vault.is_current(b"")


def test_the_same_secret_looks_different_each_time(file):
    assert len({vault.seal("Kamera-123", *LABEL) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "other", [("device", 1, 3, "password"), ("device", 2, 2, "password"), ("probe", 1, 2, "password"), ("device", 1, 2)]
)
def test_it_does_not_open_for_another_thing(file, other):
    with pytest.raises(vault.Broken):
        vault.unseal(vault.seal("Kamera-123", *LABEL), *other)


def test_any_damage_is_noticed(file):
    sealed = vault.seal("Kamera-123", *LABEL)
    damaged = [sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :] for n in range(len(sealed))]
    for wrong in [*damaged, sealed[:-1], sealed + b"x", sealed[:4], sealed[:16], b"x", b"\0" * 100]:
        with pytest.raises(vault.Broken):
            vault.unseal(wrong, *LABEL)


def test_a_new_key_seals_and_the_old_one_still_opens(file):
    old = vault.seal("Kamera-123", *LABEL)
    vault.current().append_key()
    new = vault.seal("Kamera-123", *LABEL)
    assert (vault.is_current(old), vault.is_current(new)) == (False, True)
    assert vault.unseal(old, *LABEL) == vault.unseal(new, *LABEL) == "Kamera-123"

    vault.current().drop_old_keys()

    assert vault.unseal(new, *LABEL) == "Kamera-123" and len(file.read_text().split("\n")) == 2
    with pytest.raises(vault.Broken):
        vault.unseal(old, *LABEL)


def test_a_process_beside_takes_the_new_key_by_itself(file):
    beside = vault.Vault(file)
    beside.open()
    beside.append_key()
    assert vault.seal("x", *LABEL)[:4] == vault.current().newest and len(vault.current().keys) == 2


def test_the_file_is_for_its_owner_alone(file):
    modes = [file.stat().st_mode & 0o777]
    vault.current().append_key()
    vault.current().drop_old_keys()
    assert [*modes, file.stat().st_mode & 0o777] == [0o600, 0o600] and len(list(file.parent.iterdir())) == 1


def test_another_installation_opens_nothing(file, tmp_path):
    sealed = vault.seal("Kamera-123", *LABEL)
    vault.use(tmp_path / "other.key")
    with pytest.raises(vault.Broken):
        vault.unseal(sealed, *LABEL)


def test_no_key_is_shown_by_accident(file):
    assert file.read_text().split()[1] not in repr(vault.current())


def test_a_fingerprint_tells_logins_apart_and_needs_the_key(file, tmp_path):
    one = vault.fingerprint("127.0.0.1", 80, "admin", "a")
    assert one == vault.fingerprint("127.0.0.1", 80, "admin", "a") != vault.fingerprint("127.0.0.1", 80, "admin", "b")
    vault.use(tmp_path / "other.key")
    assert vault.fingerprint("127.0.0.1", 80, "admin", "a") != one


def test_a_key_file_of_ours_is_made_once_and_whole(tmp_path):
    path = tmp_path / "cookie.key"
    made = keys.read_or_make(path)
    assert len(made) == 32 and keys.read_or_make(path) == made and path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["cookie.key"]


def test_an_empty_key_file_is_no_key(tmp_path):
    path = tmp_path / "cookie.key"
    path.touch()
    assert len(keys.read_or_make(path)) == 32 == len(path.read_bytes())
