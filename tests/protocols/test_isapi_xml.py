"""What devices write, well or badly: a value or a DeviceError, never anything else."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocols.errors import (
    BadReply,
    DeviceError,
    LowPrivilege,
    NotActivated,
    Unauthorized,
    Unsupported,
)
from webapp.protocols.isapi import channels, clock, kinds, status, storage, system
from webapp.protocols.isapi.xml import clean, document, number, parsed, text
from webapp.protocols.talk import Reply


def reply(body, status=200, kind="application/xml", **headers):
    return Reply(status, kind, body.encode() if isinstance(body, str) else body, headers)


def info(name="x"):
    return f"<DeviceInfo><deviceName>{name}</deviceName></DeviceInfo>"


@pytest.mark.parametrize(
    "opening",
    [
        '<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">',
        '<DeviceInfo version="1.0" xmlns="urn:psialliance-org">',
        "<DeviceInfo>",
    ],
)
@pytest.mark.parametrize("before", ["", "\r\n\r\n", '<?xml version="1.0" encoding="UTF-8" ?>\n', "\ufeff"])
def test_namespaces_and_declarations_do_not_matter(opening, before):
    tree = document(reply(f"{before}{opening}<model> DS-1 </model></DeviceInfo>\n"), "DeviceInfo")
    assert text(tree, "model") == "DS-1"
    assert text(tree, "absent") == ""


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (info("录像机").encode(), "录像机"),
        (f'<?xml version="1.0" encoding="GB2312"?>{info("录像机")}'.encode("gb2312"), "录像机"),
        (f'<?xml version="1.0" encoding="gbk"?>{info("録像機")}'.encode("gbk"), "録像機"),
        (f'<?xml version="1.0" encoding="UTF-8"?>{info("录像机")}'.encode("gb2312"), "录像机"),
        (info("?").encode().replace(b"?", "摄像".encode()[:-1]), "摄\ufffd"),
        (f'<?xml version="1.0" encoding="UTF-16"?>{info("é")}'.encode("utf-16"), "é"),
        (f"<?xml version='1.0' encoding='us-ascii'?>{info('a')}".encode(), "a"),
    ],
)
def test_encodings_that_devices_use(body, name):
    assert text(parsed(body), "deviceName") == name


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-7", "utf-32", "cp037", "no-such", "rot13", "zlib"])
def test_other_encodings_are_refused(encoding):
    with pytest.raises(BadReply):
        parsed(f'<?xml version="1.0" encoding="{encoding}"?>{info()}'.encode())


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not xml",
        '{"DeviceInfo": {}}',
        "<a><b></a>",
        "<a>&nbsp;</a>",
        "<!DOCTYPE a><a/>",
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>',
        "<a>" * 51 + "</a>" * 51,
        "<a>" * 60_000,
        "<a>\0</a>",
    ],
)
def test_what_is_no_plain_small_document_is_refused(body):
    with pytest.raises(BadReply):
        parsed(body.encode())


def test_fifty_levels_are_deep_enough():
    assert parsed(b"<a>" * 50 + b"</a>" * 50).tag == "a"


def test_a_document_has_a_size():
    with pytest.raises(BadReply) as caught:
        parsed(b"<a>" + b"x" * (256 << 10) + b"</a>")
    assert caught.value.code == "too_big"


def refused(code, http=403):
    return reply(
        f"<ResponseStatus><statusCode>4</statusCode><subStatusCode>{code}</subStatusCode></ResponseStatus>", http
    )


def user_check(lock="unlock", unlock="0", retry="4", activated="true", http=401, said="<statusValue>401</statusValue>"):
    return reply(
        f"<userCheck xmlns='urn:x'>{said}<isActivated>{activated}</isActivated><lockStatus>{lock}</lockStatus>"
        f"<unlockTime>{unlock}</unlockTime><retryLoginTime>{retry}</retryLoginTime></userCheck>",
        http,
    )


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (refused("notSupport"), Unsupported, "unsupported"),
        (refused("methodNotAllowed", 405), Unsupported, "unsupported"),
        (refused("lowPrivilege"), LowPrivilege, "low_privilege"),
        (refused("notActivated"), NotActivated, "not_activated"),
        (refused("badAuthorization", 200), Unauthorized, "wrong_password"),
        (refused("deviceBusy", 503), BadReply, "bad_reply"),
        (refused("badDevType", 401), BadReply, "bad_reply"),
        (refused("", 401), Unauthorized, "wrong_password"),
        (refused("invalidOperation", 401), Unauthorized, "wrong_password"),
        (refused("somethingNew", 401), Unauthorized, "wrong_password"),
        (refused("theAccountIsLocked", 401), Unauthorized, "locked"),
        (refused("notSupport", 401), Unsupported, "unsupported"),
        (user_check(), Unauthorized, "wrong_password"),
        (user_check("lock", "1800", "0"), Unauthorized, "locked"),
        (user_check("Lock", "soon", ""), Unauthorized, "locked"),
        (user_check(activated="false"), NotActivated, "not_activated"),
        (reply("<html>401</html>", 401, "text/html"), Unauthorized, "wrong_password"),
        (reply("", 401), Unauthorized, "wrong_password"),
        (reply("<html>404</html>", 404, "text/html"), Unsupported, "unsupported"),
        (reply("", 403), Unsupported, "unsupported"),
        (reply("", 500), BadReply, "bad_reply"),
        (reply("<html>login</html>", 200, "text/html"), BadReply, "not_isapi"),
        (reply("<html><br/></html>", 200, "application/xhtml+xml"), BadReply, "not_isapi"),
        (reply("<Other/>"), BadReply, "bad_reply"),
        (reply("", 302, location="https://x/"), BadReply, "redirect"),
    ],
)
def test_each_refusal_has_its_error(answer, error, code):
    with pytest.raises(error) as caught:
        document(answer, "DeviceInfo")
    assert caught.value.code == code


def test_a_refusal_says_how_many_tries_and_how_long():
    with pytest.raises(Unauthorized) as caught:
        document(user_check("lock", "1763", "0"), "DeviceInfo")
    assert (caught.value.tries_left, caught.value.locked_for) == (0, 1763)
    with pytest.raises(Unauthorized) as caught:
        document(user_check(retry="many"), "DeviceInfo")
    assert (caught.value.tries_left, caught.value.locked_for) == (None, None)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7", 7),
        ("\n734.953125 ", 734),
        ("", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e300", None),
        ("x", None),
        ("9" * 5000, None),
    ],
)
def test_numbers(written, value):
    assert number(parsed(f"<a><n>{written}</n></a>".encode()), "n") == value


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("  Front\r\n door\t1 ", "Front door 1"),
        ("a\u202eb\u2066c\x1b[31m\x85d\ufeff\u200b", "abc[31m d"),
        ("<script>", "<script>"),
        ("\ud800x", "x"),
        ("摄" * 200, "摄" * 100),
        ("", ""),
    ],
)
def test_text_is_fit_to_be_shown(said, shown):
    assert clean(said) == shown


CALLS = [
    system.KNOCK,
    system.DEVICE_INFO,
    system.CAPABILITIES,
    status.STATUS,
    status.USER_CHECK,
    *storage.STORAGES,
    channels.PROXY_CHANNELS,
    channels.PROXY_STATUS,
    channels.VIDEO_INPUTS,
    clock.TIME,
    system.ACTIVATE_STATUS,
    system.SECURITY_CP,
    kinds.session_login("admin"),
]


@pytest.mark.parametrize("said", ["<statusValue> 401 </statusValue>", "<statusString>unauthorized</statusString>"])
@pytest.mark.parametrize("http", [200, 403])
@pytest.mark.parametrize("call", [call for call in CALLS if call is not system.KNOCK])
def test_a_login_is_refused_in_the_body_too_whatever_was_asked(call, http, said):
    with pytest.raises(Unauthorized) as caught:
        call.parse(user_check(retry="3", http=http, said=said))
    assert (caught.value.code, caught.value.tries_left, caught.value.locked_for) == ("wrong_password", 3, None)
    with pytest.raises(Unauthorized) as caught:
        call.parse(user_check("lock", "1763", "0", http=http, said=said))
    assert (caught.value.code, caught.value.tries_left, caught.value.locked_for) == ("locked", 0, 1763)
    with pytest.raises(NotActivated):
        call.parse(user_check(activated="false", http=http, said=said))


@pytest.mark.parametrize("said", ["<statusValue>200</statusValue><statusString>OK</statusString>", ""])
def test_a_login_that_was_taken_is_no_answer_to_another_question(said):
    with pytest.raises(BadReply):
        document(user_check(http=200, said=said), "DeviceInfo")


PIECES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from([b"<DeviceInfo>", b"</DeviceInfo>", b"<model>", b"</model>", b"<userCheck>", b"&#0;", b"<!--"]),
        st.sampled_from(
            [b'<?xml version="1.0" encoding="gb2312"?>', b"\xff\xfe", b"\xef\xbb\xbf", b"<![CDATA[", b"&a;"]
        ),
    ),
    max_size=8,
).map(b"".join)


@given(
    st.sampled_from(CALLS),
    st.one_of(st.binary(max_size=200), PIECES),
    st.sampled_from([200, 204, 301, 400, 401, 403, 404, 500]),
    st.sampled_from(["", "text/html", "application/xml", "application/json"]),
    st.text(max_size=50),
)
def test_any_bytes_parse_or_are_refused(call, body, status, kind, header):
    headers = {"www-authenticate": f"Digest {header}", "location": header}
    with suppress(DeviceError):
        call.parse(Reply(status, kind, body, headers))


@pytest.mark.parametrize("blank", [" ", "\n", "\t", ' xmlns="x"', ' x=""'])
def test_a_tag_without_end_costs_no_more_than_its_bytes(blank):
    began = time.process_time()
    with suppress(BadReply):
        parsed(f"<DeviceInfo{blank * (250_000 // len(blank))}>".encode())
    assert time.process_time() - began < 5  # it was minutes, in which nobody else got a turn
