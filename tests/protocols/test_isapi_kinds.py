"""What sort of device it is, from tables and from talks without a device."""

import pytest

from webapp.protocols.errors import BadReply, Unauthorized, Unreachable, Unsupported
from webapp.protocols.isapi.kinds import ENCODING, Kind, by_model, decide, recognise
from webapp.protocols.isapi.system import CAPABILITIES, DEVICE_INFO, SECURITY_CP, Capabilities, DeviceInfo
from webapp.protocols.talk import hold


@pytest.mark.parametrize(
    ("models", "kind"),
    [
        (
            "DS-2CD2146G2-ISU DS-2CD1043G0-I DS-2CV1021G0 DS-2XE6422FWD iDS-2CD7A46G0 ds-2cd2032-i iDS-TCV900-A",
            Kind.NETWORK_CAMERA,
        ),
        ("IPC-B140H IPC-T250H DS-I200 DS-I456Z HWI-B120H", Kind.NETWORK_CAMERA),
        ("DS-2DE4425IW-DE DS-2DF8425IX iDS-2SF8C425MXS DS-2SE4C425MWG PTZ-N2204I-DE3 HWP-N2204IH-DE3", Kind.SPEED_DOME),
        ("DS-2TD2637-10/P iDS-2TD4237 HM-TD2037", Kind.THERMAL_CAMERA),
        ("DS-2XS6A46G1-P DS-2XS2T41G1", Kind.SOLAR_CAMERA),
        (
            "DS-7608NI-K2/8P DS-7616NXI-I2/16P/S DS-7708N-I4 DS-7732NI-I4 DS-8632NI-K8 DS-9664NI-I8 iDS-96128NXI-I16",
            Kind.NVR,
        ),
        ("DS-7104NI-Q1 DS-E04NI-Q1 iDS-6708NXI-I NVR-104MH-C DS-N208 HWN-4108MH DS-MP7608N", Kind.NVR),
        ("DS-7208HGHI-K1 iDS-7204HUHI-M1/S DS-7316HUHI-K4 DS-8116HQHI-K8 DS-9016HUHI-K8 iDS-9016HQHI-M8", Kind.DVR),
        ("DVR-208G-K1 DS-H204QA HWD-6104MH-G2", Kind.DVR),
        ("DS-6701HUHI DS-6716HQHI", Kind.ENCODER),
        ("DS-A71024R DS-A80624S", Kind.STORAGE_BOX),
        ("DS-PWA64-L-WE DS-PWA96-M-WE DS-PHA64-LP DS-PW32-H DS-PM1-I16O2", Kind.ALARM_PANEL),
        ("DS-KV6113-WPE1 DS-KD8003-IME1 DS-KB8113-IME1 DS-KH6320-WTE1 DS-KIS604-S", Kind.INTERCOM),
        ("DS-K1T341AMF DS-K2604T DS-K5671", Kind.ACCESS_CONTROL),
        ("DS-HD1 DS-HD2", Kind.DOORBELL),
        ("DS-3E0109P-E DS-3T0306P", Kind.NETWORK_SWITCH),
        ("DS-QAZ1307G1-BE", Kind.IP_SPEAKER),
        ("ACR4-40 CX-2204 N46PCK I91BN DS- IPCamera", None),
    ],
)
def test_models(models, kind):
    assert {model: by_model(model) for model in models.split()} == dict.fromkeys(models.split(), kind)
    assert by_model("") is None


def info(model="", device_type="", name=""):
    return DeviceInfo(name=name, model=model, serial="", firmware="", kind=device_type)


@pytest.mark.parametrize(
    ("said", "capabilities", "kind"),
    [
        (info("DS-7708N-I4", "DVR"), None, Kind.NVR),
        (info("DS-KH6320-WTE1", "DVR"), None, Kind.INTERCOM),
        (info("N46PCK", "NVR"), None, Kind.NVR),
        (info("I91BN", "IPCamera"), None, Kind.NETWORK_CAMERA),
        (info("I91BN", "IP Dome"), None, Kind.SPEED_DOME),
        (info("X", "Hybrid DVR"), None, Kind.DVR),
        (info("X", "VIS"), None, Kind.INTERCOM),
        (info("X", "PWA"), None, Kind.ALARM_PANEL),
        (info("X", "ACS"), None, Kind.ACCESS_CONTROL),
        (info("X", "DVR"), Capabilities(0, 16), Kind.NVR),
        (info("X", "DVR"), Capabilities(4, 6), Kind.DVR),
        (info("X", "DVR"), Capabilities(None, None), Kind.DVR),
        (info("X", "DVR"), None, Kind.DVR),
        (info("X", "DVR", "Network Video Recorder"), None, Kind.NVR),
        (info("X", "Equipment"), None, Kind.UNKNOWN),
        (info("X", "Equipment"), Capabilities(1, None), Kind.UNKNOWN),
        (info("X", ""), Capabilities(0, 8), Kind.NVR),
        (info("X", ""), Capabilities(8, 0), Kind.DVR),
        (info(), None, Kind.UNKNOWN),
    ],
)
def test_who_decides(said, capabilities, kind):
    assert decide(said, capabilities) is kind


def test_encoding_devices_are_those_that_give_pictures():
    assert {kind.value for kind in ENCODING} == {
        *("network_camera", "speed_dome", "thermal_camera", "solar_camera", "encoder", "nvr", "dvr", "storage_box")
    }


class Table:
    """Answers calls from a table, and keeps what was asked."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def __call__(self, call):
        name = call.path.split("?")[0].rpartition("/ISAPI/")[2].replace("/", "_")
        self.asked.append(call)
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_known_model_is_asked_once():
    table = Table(System_deviceInfo=info("DS-2CD2146G2-ISU", "IPCamera"))
    assert hold(recognise(), table).kind is Kind.NETWORK_CAMERA
    assert table.asked == [DEVICE_INFO]


@pytest.mark.parametrize(
    ("capabilities", "kind"),
    [(Capabilities(0, 32), Kind.NVR), (Unsupported(), Kind.DVR), (Unreachable("timeout"), Kind.DVR)],
)
def test_a_foreign_dvr_is_asked_what_it_can(capabilities, kind):
    table = Table(System_deviceInfo=info("ACR4-40", "DVR"), System_capabilities=capabilities)
    assert hold(recognise(), table).kind is kind
    assert table.asked == [DEVICE_INFO, CAPABILITIES]


@pytest.mark.parametrize(("panel", "kind"), [(True, Kind.ALARM_PANEL), (Unsupported(), Kind.UNKNOWN)])
def test_an_unknown_one_may_still_be_a_panel(panel, kind):
    table = Table(System_deviceInfo=info("X"), System_capabilities=BadReply(), SecurityCP_capabilities=panel)
    assert hold(recognise(), table).kind is kind
    assert table.asked == [DEVICE_INFO, CAPABILITIES, SECURITY_CP]


def test_a_refusal_on_the_way_ends_the_talk():
    table = Table(System_deviceInfo=info("X"), System_capabilities=Unauthorized())
    with pytest.raises(Unauthorized):
        hold(recognise(), table)
    assert table.asked == [DEVICE_INFO, CAPABILITIES]


@pytest.mark.parametrize("answer", [False, Unsupported(), BadReply("not_isapi"), Unreachable("timeout")])
def test_a_wrong_password_stays_one(answer):
    table = Table(System_deviceInfo=Unauthorized(tries_left=4), Security_sessionLogin_capabilities=answer)
    with pytest.raises(Unauthorized) as caught:
        hold(recognise("a&b"), table)
    assert caught.value.tries_left == 4
    assert table.asked[1].anonymous
    assert table.asked[1].path.endswith("?username=a%26b")


def test_a_panel_that_refuses_digest_is_still_a_panel():
    table = Table(System_deviceInfo=Unauthorized(), Security_sessionLogin_capabilities=True)
    assert hold(recognise(), table).kind is Kind.ALARM_PANEL


def test_a_locked_device_is_asked_nothing_more():
    table = Table(System_deviceInfo=Unauthorized(locked_for=60))
    with pytest.raises(Unauthorized):
        hold(recognise(), table)
    assert table.asked == [DEVICE_INFO]
