"""Disks in all the states that have been seen, and some that have not."""

import json
from contextlib import suppress
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocols.errors import BadReply, DeviceError, Unsupported
from webapp.protocols.isapi.storage import STORAGE, STORAGES, Disk, Storage
from webapp.protocols.talk import Reply

LIST = STORAGES[2]


def parse(body, status=200, call=STORAGE):
    return call.parse(Reply(status, "application/xml", body if isinstance(body, bytes) else body.encode()))


def one(**said):
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in {"id": 1, **said}.items())
    (disk,) = parse(f"<storage><hddList><hdd>{inside}</hdd></hddList></storage>").disks
    return disk


def test_namespaces_within_namespaces():
    body = """<storage version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
    <hddList version="1.0" xmlns="http://www.hikvision.com/ver10/XMLSchema" size="0"><hdd><id>1</id>
    <hddName>hdde</hddName><hddPath/><status>ok</status><capacity>\n30436.5</capacity><freeSpace>27392</freeSpace>
    <property>RW</property></hdd></hddList><nasList xmlns="http://www.std-cgi.com/ver20/XMLSchema"><nas><id>9</id>
    <ipAddress>192.0.2.203</ipAddress><path>/pub/hik</path><status>offline</status></nas><supportMountType opt="NFS"/>
    </nasList><workMode opt="group,quota">quota</workMode></storage>"""
    card = Disk(1, "hdde", "hdd", "ok", 30436, 27392, "RW")
    share = Disk(9, "192.0.2.203/pub/hik", "nas", "offline", None, None)
    assert parse(body) == Storage((card, share), "quota")
    assert (card.health, card.full, share.health) == ("ok", False, "fault")


@pytest.mark.parametrize("body", ["<storage/>", "<storage><hddList size='8'/><nasList>\n</nasList></storage>"])
def test_nothing_there(body):
    assert parse(body) == Storage((), "")


def test_a_bare_list_of_disks():
    body = "<hddList xmlns='a'><hdd><id>2</id><status>error</status></hdd></hddList>"
    assert parse(body, call=LIST) == Storage((Disk(2, "", "hdd", "error", None, None),), "")


@pytest.mark.parametrize(
    ("status", "health"),
    [
        ("ok", "ok"),
        ("OK", "ok"),
        ("idle", "ok"),
        ("notexist", "ok"),
        ("unformatted", "fault"),
        ("error", "fault"),
        ("smartFailed", "fault"),
        ("SMART failed", "fault"),
        ("mismatch", "fault"),
        ("offline", "fault"),
        ("reparing", "warn"),
        ("formating", "warn"),
        ("somethingNew", "warn"),
        ("", "unknown"),
    ],
)
def test_what_a_status_means(status, health):
    disk = one(status=status, capacity=1000, freeSpace=1, property="RW")
    assert (disk.status, disk.health, disk.present) == (status, health, status != "notexist")


def test_a_disk_without_free_space_is_in_order():
    disk = one(status="ok", capacity=3815447, freeSpace=0, property="RW")
    assert (disk.full, disk.health) == (True, "ok")
    assert not one(status="notExist", capacity=0, freeSpace=0).full


def test_a_disk_that_cannot_be_written_is_not():
    assert one(status="ok", property="RO").health == "warn"
    assert one(status="error", property="RO").health == "fault"
    assert one(status="notexist", property="RO").health == "ok"


def test_hostile_names_and_numbers():
    disk = one(hddName="a\u202eb" + "x" * 500, status="\x85", capacity="1e300", freeSpace="-1")
    assert (len(disk.name), disk.name[:3], disk.health) == (100, "abx", "unknown")
    assert (disk.capacity, disk.free) == (None, None)


def test_disks_without_a_number_twice_the_same_and_too_many():
    hdds = "".join(f"<hdd><id>{n}</id><hddName>{n}</hddName></hdd>" for n in range(1000))
    body = f"<storage><hddList><hdd/><hdd><id>0</id><hddName>first</hddName></hdd>{hdds}</hddList></storage>"
    assert [disk.name for disk in parse(body).disks] == ["first", *map(str, range(1, 64))]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, "<ResponseStatus><subStatusCode>notSupport</subStatusCode></ResponseStatus>", Unsupported),
        (404, "", Unsupported),
        (200, "<hddList/>", BadReply),
    ],
)
def test_devices_without_storage(status, body, error):
    with pytest.raises(error):
        parse(body, status)


NAMES = ["id", "hddName", "status", "capacity", "freeSpace", "property", "ipAddress", "path", "hdd", "nas"]
SAID = st.one_of(st.text(max_size=12), st.integers().map(str), st.floats().map(str))
DISKS = st.lists(st.lists(st.tuples(st.sampled_from(NAMES), SAID))).map(
    lambda disks: "".join(f"<hdd>{''.join(f'<{name}>{said}</{name}>' for name, said in disk)}</hdd>" for disk in disks)
)


@given(
    st.sampled_from([STORAGE, LIST]),
    st.one_of(
        st.binary(max_size=200),
        st.tuples(DISKS, DISKS).map(
            lambda said: (
                f"<storage><hddList>{said[0]}</hddList><nasList>{said[1].replace('hdd>', 'nas>')}</nasList></storage>"
            ).encode(errors="replace")
        ),
        DISKS.map(lambda said: f"<hddList>{said}</hddList>".encode(errors="replace")),
    ),
    st.sampled_from([200, 301, 401, 403, 404, 500]),
)
def test_any_bytes_parse_or_are_refused(call, body, status):
    with suppress(DeviceError):
        found = parse(body, status, call)
        json.dumps(asdict(found))
        assert {disk.health for disk in found.disks} <= {"ok", "warn", "fault", "unknown"}
