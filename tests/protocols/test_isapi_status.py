"""Whether a device is up and how busy it is, from answers with holes and in many units."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import lab
from webapp.protocols.errors import BadReply, DeviceError, NotActivated, Unauthorized, Unsupported
from webapp.protocols.isapi.status import STATUS, USER_CHECK, SystemStatus
from webapp.protocols.talk import Reply


def parse(body, status=200, call=STATUS, kind="application/xml"):
    return call.parse(Reply(status, kind, body if isinstance(body, bytes) else body.encode()))


def test_a_camera():
    body = """<DeviceStatus xmlns="http://www.isapi.org/ver20/XMLSchema"><currentDeviceTime>2026-09-24T16:42:03+08:00
    </currentDeviceTime><deviceUpTime> 92914 </deviceUpTime><CPUList><CPU><cpuUtilization>16</cpuUtilization></CPU>
    </CPUList><MemoryList><Memory><memoryUsage>61</memoryUsage><memoryAvailable>94208</memoryAvailable></Memory>
    </MemoryList><totalRebootCount>40</totalRebootCount></DeviceStatus>"""
    time = datetime(2026, 9, 24, 16, 42, 3, tzinfo=timezone(timedelta(hours=8)))
    assert parse(body) == SystemStatus(up=92914, device_time=time, cpu=16, memory=61, reboots=40)


def test_silence_is_no_fault():
    assert parse("<DeviceStatus/>") == SystemStatus(None, None, None, None, None)


@pytest.mark.skipif(not lab.AT_HAND, reason="the laboratory is not beside the repository")
def test_a_recorded_recorder_with_a_clock_of_2004():
    responses = json.loads((lab.CAPTURES / "DS-7708N-I4.json").read_text())["responses"]
    status = parse(responses["GET /ISAPI/System/status"]["body"])
    assert (status.up, status.cpu, status.memory, status.reboots) == (317884, 0, 65, None)
    assert status.device_time == datetime(2004, 5, 5, 14, 43, 44, tzinfo=UTC)


@pytest.mark.parametrize(
    ("used", "free", "percent"),
    [
        ("61", "94208", 61),
        ("86.00", "33424", 86),
        ("\n734.953125", "\n395.894531", 65),
        ("399640", "98792", 80),
        ("399640", "0", 100),
        ("60", "256", None),  # percent or MB
        ("61", "", None),
        ("", "94208", None),
        ("-5", "94208", None),
        ("many", "few", None),
    ],
)
def test_memory_is_told_where_its_unit_can_be(used, free, percent):
    memory = f"<Memory><memoryUsage>{used}</memoryUsage><memoryAvailable>{free}</memoryAvailable></Memory>"
    assert parse(f"<DeviceStatus><MemoryList>{memory}</MemoryList></DeviceStatus>").memory == percent


@pytest.mark.parametrize(
    ("cores", "percent"), [(["36.400002"], 36), (["3", "88", "12"], 88), (["", "x"], None), (["4000", "7"], 7)]
)
def test_the_busiest_core_counts(cores, percent):
    listed = "".join(f"<CPU><cpuUtilization>{core}</cpuUtilization></CPU>" for core in cores)
    assert parse(f"<DeviceStatus xmlns='a'><CPUList xmlns='b'>{listed}</CPUList></DeviceStatus>").cpu == percent


@pytest.mark.parametrize(("status", "body"), [(404, ""), (403, "<html>no</html>"), (404, "<html>no</html>")])
def test_door_stations_have_no_status(status, body):
    with pytest.raises(Unsupported):
        parse(body, status)


@pytest.mark.parametrize(
    "body",
    [
        "<userCheck><statusValue>200</statusValue><statusString>OK</statusString></userCheck>",
        "<userCheck xmlns='urn:x'><isActivated>true</isActivated></userCheck>",
    ],
)
def test_a_login_that_was_taken(body):
    assert parse(body, call=USER_CHECK) is True


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (200, "<userCheck><statusValue>401</statusValue></userCheck>", Unauthorized, "wrong_password"),
        (200, "<userCheck><statusString>Unauthorized</statusString></userCheck>", Unauthorized, "wrong_password"),
        (
            200,
            "<userCheck><statusValue>401</statusValue><lockStatus>lock</lockStatus></userCheck>",
            Unauthorized,
            "locked",
        ),
        (401, "<userCheck><lockStatus>unlock</lockStatus></userCheck>", Unauthorized, "wrong_password"),
        (401, "<userCheck><isActivated>false</isActivated></userCheck>", NotActivated, "not_activated"),
        (404, "", Unsupported, "unsupported"),
        (200, "<html>hello</html>", BadReply, "not_isapi"),
    ],
)
def test_a_login_that_was_not(status, body, error, code):
    with pytest.raises(error) as caught:
        parse(body, status, USER_CHECK)
    assert caught.value.code == code


NAMES = ["CPUList", "CPU", "cpuUtilization", "MemoryList", "Memory", "memoryUsage", "memoryAvailable"]
NAMES += ["currentDeviceTime", "deviceUpTime", "totalRebootCount", "statusValue", "lockStatus"]
SAID = st.one_of(st.text(max_size=12), st.integers().map(str), st.floats().map(str), st.datetimes().map(str))
PIECES = st.lists(st.tuples(st.sampled_from(NAMES), SAID)).map(
    lambda pairs: "".join(f"<{name}>{said}</{name}>" for name, said in pairs)
)


@given(
    st.sampled_from([STATUS, USER_CHECK]),
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.sampled_from(["DeviceStatus", "userCheck", "ResponseStatus"]), PIECES, PIECES).map(
            lambda said: (
                f"<{said[0]}>{said[1]}<CPUList><CPU>{said[2]}</CPU></CPUList>"
                f"<MemoryList><Memory>{said[2]}</Memory></MemoryList></{said[0]}>"
            ).encode(errors="replace")
        ),
    ),
    st.sampled_from([200, 204, 301, 400, 401, 403, 404, 500]),
)
def test_any_bytes_parse_or_are_refused(call, body, status):
    with suppress(DeviceError):
        found = parse(body, status, call)
        assert found is True or {found.cpu, found.memory} <= {None, *range(101)}
