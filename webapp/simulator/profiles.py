"""Who the pretend devices are, and what they say. All names and serial numbers are invented."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

NAMESPACE = "http://www.hikvision.com/ver20/XMLSchema"
SALT = "3132" * 16  # a salt of the panel's way to log in


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    model: str
    device_type: str
    serial: str
    firmware: str = "V5.7.12"
    build: str = "build 230915"
    analog: int = 0  # video sockets
    channels: int = 0  # network cameras that a recorder takes
    panel: bool = False
    realm: str = ""  # "" is the model


CAMERA = Profile(
    "Front door", "DS-2CD2146G2-ISU", "IPCamera", "DS-2CD2146G2-ISU20230412AAWRK41882307", realm="IP Camera(K4188)"
)
DOME = Profile("Yard", "DS-2DE4425IW-DE", "IPDome", "DS-2DE4425IW-DE20220809AAWRJ70215534", realm="IP Dome(J7021)")
NVR = Profile(
    "Network Video Recorder",
    "DS-7616NXI-K2",
    "NVR",
    "DS-7616NXI-K21620230218CCRRL20417786WCVU",
    firmware="V4.61.025",
    build="build 230420",
    channels=16,
)
DVR = Profile(
    "Embedded Net DVR",
    "iDS-7208HQHI-M2/S",
    "DVR",
    "iDS-7208HQHI-M2/S0820221104CCWRF73310942WCVU",
    firmware="V4.50.010",
    build="build 221210",
    analog=8,
    channels=4,
)
INTERCOM = Profile("Door station", "DS-KV6113-WPE1", "VIS", "DS-KV6113-WPE10120230530WRL61230074", firmware="V2.2.57")
PANEL = Profile("AX PRO", "DS-PWA96-M-WE", "PWA", "DS-PWA96-M-WE20230711AAWRQ13378520WU", firmware="V1.2.8", panel=True)
OTHER_MAKE = Profile("Unit 7", "CX-2204", "Equipment", "CX220400173365", firmware="2.4.1", build="")


def answer(profile: Profile, path: str, serial: str, uptime: int) -> tuple[int, str, str]:
    """Status, content type and body of an authorised GET; 403 notSupport for what the model has not."""
    bodies = {
        "/ISAPI/System/deviceInfo": device_info(profile, serial),
        "/ISAPI/System/capabilities": capabilities(profile),
        "/ISAPI/Security/userCheck": xml(
            "userCheck", {"statusValue": 200, "statusString": "OK", "isActivated": "true"}
        ),
    }
    if profile.device_type != "VIS":  # door stations have no status page
        bodies["/ISAPI/System/status"] = xml("DeviceStatus", {"deviceUpTime": uptime})
    if profile.channels:
        bodies["/ISAPI/ContentMgmt/InputProxy/channels/status"] = channel_states(profile)
    if profile.analog or profile.channels:
        bodies["/ISAPI/ContentMgmt/Storage"] = storage()
    if profile.panel and path == "/ISAPI/SecurityCP/capabilities":
        return 200, "application/json", '{"HostCap": {"isSptArm": true}}'
    if path in bodies:
        return 200, "application/xml", bodies[path]
    return 403, "application/xml", refusal(path, "notSupport")


def xml(root: str, values: dict[str, object]) -> str:
    return document(root, "".join(f"<{name}>{escape(str(value))}</{name}>\n" for name, value in values.items()))


def document(root: str, inside: str) -> str:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{declaration}<{root} version="2.0" xmlns="{NAMESPACE}">\n{inside}</{root}>\n'


def refusal(path: str, code: str) -> str:
    """A ResponseStatus: 4 is "invalid operation", the code says why."""
    said = {"requestURL": path, "statusCode": 4, "statusString": "Invalid Operation", "subStatusCode": code}
    return xml("ResponseStatus", said)


def user_check(tries_left: int, locked_for: int | None) -> str:
    """The body of a 401, as devices write it."""
    lock = {"lockStatus": "unlock" if locked_for is None else "lock", "unlockTime": locked_for or 0}
    said = {"statusValue": 401, "statusString": "Unauthorized", "isActivated": "true"}
    return xml("userCheck", {**said, **lock, "retryLoginTime": tries_left})


def session_login() -> str:
    """How a panel wants to be logged in to; it says so to anybody."""
    said = {"sessionID": "a1" * 32, "challenge": "b2" * 16, "iterations": 100, "isIrreversible": "true"}
    return xml("SessionLoginCap", {**said, "sessionIDVersion": "2.1", "salt": SALT, "salt2": SALT[::-1]})


def device_info(profile: Profile, serial: str) -> str:
    return xml(
        "DeviceInfo",
        {
            "deviceName": profile.name,
            "model": profile.model,
            "serialNumber": serial,
            "macAddress": "02:00:5e:10:00:01",
            "firmwareVersion": profile.firmware,
            "firmwareReleasedDate": profile.build,
            "deviceType": profile.device_type,
        },
    )


def capabilities(profile: Profile) -> str:
    sockets = f"<videoInputPortNums>{profile.analog}</videoInputPortNums>"
    proxies = f"<inputProxyNums>{profile.channels}</inputProxyNums>" if profile.channels else ""
    return document("DeviceCap", f"<SysCap><VideoCap>{sockets}</VideoCap></SysCap>\n<RacmCap>{proxies}</RacmCap>\n")


def channel_states(profile: Profile) -> str:
    state = "<InputProxyChannelStatus><id>{}</id><online>true</online></InputProxyChannelStatus>\n"
    return document("InputProxyChannelStatusList", "".join(state.format(1 + n) for n in range(profile.channels)))


def storage() -> str:
    disk = {"id": 1, "hddName": "hdda", "status": "ok", "capacity": 3815447, "freeSpace": 0, "property": "RW"}
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in disk.items())
    return document("storage", f'<hddList size="1"><hdd>{inside}</hdd></hddList>\n')
