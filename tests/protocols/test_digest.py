"""Digest authentication, against the examples of the standards."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocols.digest import Challenge, challenges

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
STANDARD = f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={{}}, nonce="{NONCE}", opaque="FQhe"'


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(monkeypatch, algorithm, response):
    monkeypatch.setattr("secrets.token_hex", lambda _: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    challenge = Challenge.strongest(STANDARD.format(algorithm))
    header = challenge.answer("Mufasa", "Circle of Life", "GET", "/dir/index.html").decode()
    assert f'response="{response}"' in header
    assert f"algorithm={algorithm}" in header
    assert 'opaque="FQhe"' in header
    assert "nc=00000001" in header


def test_the_old_form_without_quality():
    challenge = Challenge.strongest('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"')
    header = challenge.answer("Mufasa", "CircleOfLife", "GET", "/dir/index.html").decode()
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in header
    assert "qop" not in header
    assert "algorithm" not in header


def test_a_nonce_counts_its_uses():
    challenge = Challenge.strongest(STANDARD.format("MD5"))
    counts = [re.search(r"nc=(\w+)", challenge.answer("a", "b", "GET", "/").decode())[1] for _ in range(3)]
    assert counts == ["00000001", "00000002", "00000003"]


@pytest.mark.parametrize(
    ("header", "algorithm"),
    [
        ('Digest qop="auth", realm="IP Camera(C2183)", nonce="ab", stale="FALSE"', "MD5"),
        ('Digest realm="a", nonce="b", algorithm=SHA-256, qop="auth", Digest realm="a", nonce="b"', "SHA-256"),
        ('Digest realm="a", nonce="b", Digest realm="a", nonce="b", algorithm=SHA-256, qop="auth"', "SHA-256"),
        ('Basic realm="x", Digest realm="a", nonce="b"', "MD5"),
        ('Digest realm="a", nonce="b", algorithm=SHA-512-256, Digest realm="a", nonce="b", algorithm=md5', "MD5"),
        ('Negotiate dG9rZW4=, digest nonce=b , realm = "a, Basic"', "MD5"),
    ],
)
def test_the_strongest_challenge_is_taken(header, algorithm):
    assert Challenge.strongest(header).algorithm == algorithm


@pytest.mark.parametrize(
    "header",
    [
        "",
        'Basic realm="x"',
        "Digest",
        'Digest realm="a"',
        'Digest realm="a", nonce=""',
        'Digest realm="a", nonce="b", qop="auth-int"',
        'Digest realm="a", nonce="b", algorithm="MD5-sess"',
        'Digest realm="a\rX-Evil: 1", nonce="b"',
        'Digest realm="a\0", nonce="b"',
    ],
)
def test_no_password_goes_to_a_challenge_that_cannot_be_met(header):
    assert Challenge.strongest(header) is None


@pytest.mark.parametrize(("said", "stale"), [("TRUE", True), ("true", True), ("FALSE", False), ("", False)])
def test_stale_is_read_in_any_case(said, stale):
    assert Challenge.strongest(f'Digest realm="a", nonce="b", stale="{said}"').stale is stale


def test_quotes_and_letters_of_any_script_survive():
    challenge = Challenge.strongest('Digest realm="a \\"b\\" \\\\", nonce="n", qop="auth"')
    header = challenge.answer('Jör"g', "pä:ß", "GET", "/").decode()
    assert challenge.realm == 'a "b" \\'
    assert 'username="Jör\\"g"' in header
    assert 'realm="a \\"b\\" \\\\"' in header


@given(st.text(st.characters(max_codepoint=255), max_size=300))
def test_any_header_is_read_or_passed_over(header):
    assert isinstance(challenges(f"Digest {header}"), list)
    challenge = Challenge.strongest(f'Digest nonce="n", {header}')
    assert challenge is None or b"\r" not in challenge.answer("u", "p", "GET", "/")
