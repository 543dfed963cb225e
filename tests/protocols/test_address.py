"""What people type and paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocols.dial import Address, BadAddress


@pytest.mark.parametrize(
    ("typed", "host", "port", "https"),
    [
        ("8.8.8.8", "8.8.8.8", None, None),
        ("  8.8.8.8\n", "8.8.8.8", None, None),
        ("8.8.8.8:8080", "8.8.8.8", 8080, None),
        ("8.8.8.8.", "8.8.8.8", None, None),
        ("Cam.Example.ORG", "cam.example.org", None, None),
        ("cam.example.org.", "cam.example.org", None, None),
        ("cam.example.org:1", "cam.example.org", 1, None),
        ("cam-7.example.org:65535", "cam-7.example.org", 65535, None),
        ("cam.example.org:", "cam.example.org", None, None),
        ("cam.example.org/doc/page/login.asp?x=1#y", "cam.example.org", None, None),
        ("http://8.8.8.8", "8.8.8.8", None, False),
        ("HTTP://8.8.8.8:81/doc", "8.8.8.8", 81, False),
        ("https://host:8443/path", "host", 8443, True),
        ("https://[2001:4860:4860::8888]:8443/", "2001:4860:4860::8888", 8443, True),
        ("2001:4860:4860:0:0:0:0:8888", "2001:4860:4860::8888", None, None),
        ("2001:4860:4860::ABCD", "2001:4860:4860::abcd", None, None),
        ("[2001:4860:4860::8888]", "2001:4860:4860::8888", None, None),
        ("[2001:4860:4860::8888]:80", "2001:4860:4860::8888", 80, None),
        ("::ffff:8.8.8.8", "8.8.8.8", None, None),
        ("bücher.example", "xn--bcher-kva.example", None, None),
        ("BÜCHER.example", "xn--bcher-kva.example", None, None),
        ("例え.example。jp", "xn--r8jz45g.example.jp", None, None),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", None, None),
        ("faß.example", "xn--fa-hia.example", None, None),
        ("3com.example", "3com.example", None, None),
        ("1.2.3.4.example", "1.2.3.4.example", None, None),
        ("localhost", "localhost", None, None),
        ("a" * 63 + ".example", "a" * 63 + ".example", None, None),
    ],
)
def test_an_address_is_taken_apart(typed, host, port, https):
    assert Address.parse(typed) == Address(host, port, https)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("rtsp://root:s%40fe@203.0.113.9:554/Streaming/Channels/101", ("203.0.113.9", None, "root", "s@fe")),
        ("rtsp://admin:a@b:c@cam.example.org/1", ("cam.example.org", None, "admin", "a@b:c")),
        ("http://admin@cam.example.org:81/", ("cam.example.org", 81, "admin", "")),
        ("admin:pw@[2001:db8::1]:81", ("2001:db8::1", 81, "admin", "pw")),
        ("RTSPS://cam.example.org:322", ("cam.example.org", None, "", "")),
    ],
)
def test_a_pasted_link_gives_user_name_and_password(typed, expected):
    address = Address.parse(typed)
    assert (address.host, address.port, address.username, address.password) == expected
    assert address.password == "" or address.password not in repr(address)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("127.1", "numeric_spelling"),
        ("2130706433", "numeric_spelling"),
        ("0x7f.1", "numeric_spelling"),
        ("0x7f000001", "numeric_spelling"),
        ("0177.0.0.1", "numeric_spelling"),
        ("0127.0.0.1", "numeric_spelling"),
        ("127.0.0.01", "numeric_spelling"),
        ("127.0.0.0x1", "numeric_spelling"),
        ("0", "numeric_spelling"),
        ("１２７.0.0.1", "numeric_spelling"),
        ("①②⑦.⓪.⓪.①", "numeric_spelling"),
        ("127。0。0。1", "numeric_spelling"),
        ("host.123", "numeric_spelling"),
        ("256.1.1.1", "not_an_address"),
        ("1.2.3.4.5", "not_an_address"),
        ("", "not_an_address"),
        ("   ", "not_an_address"),
        ("*", "not_an_address"),
        (".", "not_an_address"),
        ("..", "not_an_address"),
        ("a..b", "not_an_address"),
        (".example.org", "not_an_address"),
        ("example.org..", "not_an_address"),
        ("cam_1.example.org", "not_an_address"),
        ("-cam.example.org", "not_an_address"),
        ("cam-.example.org", "not_an_address"),
        ("cam 1.example.org", "not_an_address"),
        ("cam\t.example.org", "not_an_address"),
        ("127.0.0.1\0.example.com", "not_an_address"),
        ("a\r\nHost: b", "not_an_address"),
        ("a" * 64 + ".example", "not_an_address"),
        (".".join(["a" * 60] * 5), "not_an_address"),
        ("ü" * 300, "not_an_address"),
        ("\ud800.example", "not_an_address"),
        ("\u202ecam.example", "not_an_address"),
        ("exa%6dple.com", "not_an_address"),
        ("file:///etc/passwd", "not_an_address"),
        ("gopher://8.8.8.8", "not_an_address"),
        ("://8.8.8.8", "not_an_address"),
        ("http://", "not_an_address"),
        ("http:///path", "not_an_address"),
        ("//8.8.8.8", "not_an_address"),
        ("[8.8.8.8]", "not_an_address"),
        ("[::1", "not_an_address"),
        ("[::1]80", "not_an_address"),
        ("[]", "not_an_address"),
        ("1:2:3", "not_an_address"),
        ("2001:db8::1::2", "not_an_address"),
        ("rtsp://a%0d%0ab:c@8.8.8.8", "not_an_address"),
        ("fe80::1%eth0", "zone_id"),
        ("[fe80::1%25eth0]:80", "zone_id"),
        ("8.8.8.8:0", "bad_port"),
        ("8.8.8.8:65536", "bad_port"),
        ("8.8.8.8:99999999999999999999", "bad_port"),
        ("8.8.8.8:-1", "bad_port"),
        ("8.8.8.8:+80", "bad_port"),
        ("8.8.8.8:8o", "bad_port"),
        ("8.8.8.8:٨٠", "bad_port"),
        ("8.8.8.8:８０", "bad_port"),
        ("javascript:alert(1)", "bad_port"),
    ],
)
def test_what_is_no_address_is_refused_with_its_reason(typed, code):
    with pytest.raises(BadAddress) as caught:
        Address.parse(typed)
    assert caught.value.code == code


def test_the_refusal_does_not_repeat_a_password():
    with pytest.raises(BadAddress) as caught:
        Address.parse("rtsp://admin:S3cret-Word@127.1/")
    assert "S3cret" not in str(caught.value)


def test_megabytes_are_refused_without_being_read():
    for text in ("a" * 10_000_000, "ü" * 10_000_000, "1." * 5_000_000):
        with pytest.raises(BadAddress):
            Address.parse(text)


@given(st.one_of(st.text(), st.text("0123456789.:[]%@/xabcdef-", max_size=60)))
def test_any_text_is_an_address_or_refused(text):
    try:
        address = Address.parse(text)
    except BadAddress:
        return
    assert address.host.isascii()
    assert Address.parse(f"[{address.host}]" if ":" in address.host else address.host).host == address.host
