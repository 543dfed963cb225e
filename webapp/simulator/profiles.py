"""Who the pretend devices are, and what they say. All names and serial numbers are invented."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
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

    @property
    def recorder(self) -> bool:
        return bool(self.analog or self.channels)


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


@dataclass(slots=True)
class Condition:
    """How a device fares. May be changed while it runs."""

    disks: list[str] = field(default_factory=list)  # the status word of each bay or card; none: no storage at all
    offline: dict[int, str] = field(default_factory=dict)  # network channels that fail, with their chanDetectResult
    dark: set[int] = field(default_factory=set)  # video sockets without a picture
    clock: int = 0  # seconds that its clock is ahead
    reboots: int = 7

    @classmethod
    def usual(cls, profile: Profile) -> "Condition":
        """A recorder with a free bay and a camera whose password was changed; cameras have no card."""
        if not profile.recorder:
            return cls()
        return cls(disks=["ok", "notexist"], offline={4: "errorUserNameOrPasswd"} if profile.channels else {})


def answer(profile: Profile, path: str, serial: str, uptime: int, condition: Condition) -> tuple[int, str, str]:
    """Status, content type and body of an authorised GET; 403 notSupport for what the model has not."""
    if profile.panel and path == "/ISAPI/SecurityCP/capabilities":
        return 200, "application/json", '{"HostCap": {"isSptArm": true}}'
    if write := documents(profile, serial, uptime, condition).get(path):
        return 200, "application/xml", write()
    return 403, "application/xml", refusal(path, "notSupport")


def documents(profile: Profile, serial: str, uptime: int, condition: Condition) -> dict[str, Callable[[], str]]:
    """What the model can tell, by path."""
    found = {
        "/ISAPI/System/deviceInfo": lambda: device_info(profile, serial),
        "/ISAPI/System/capabilities": lambda: capabilities(profile),
        "/ISAPI/Security/userCheck": welcome,
    }
    if profile.device_type != "VIS":  # door stations have no status page
        found["/ISAPI/System/status"] = lambda: status(profile, uptime, condition)
    if not profile.panel:
        found["/ISAPI/System/time"] = lambda: clock(condition)
    if profile.channels:
        found["/ISAPI/ContentMgmt/InputProxy/channels"] = lambda: channels(profile)
        found["/ISAPI/ContentMgmt/InputProxy/channels/status"] = lambda: channel_states(profile, condition.offline)
    if profile.analog:
        found["/ISAPI/System/Video/inputs/channels"] = lambda: inputs(profile, condition.dark)
    if condition.disks:
        found["/ISAPI/ContentMgmt/Storage"] = lambda: storage(condition.disks)
    return found


def xml(root: str, values: dict[str, object]) -> str:
    return document(root, "".join(element(name, escape(str(value))) for name, value in values.items()))


def document(root: str, inside: str) -> str:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{declaration}<{root} version="2.0" xmlns="{NAMESPACE}">\n{inside}</{root}>\n'


def refusal(path: str, code: str) -> str:
    """A ResponseStatus: 4 is "invalid operation", the code says why."""
    said = {"requestURL": path, "statusCode": 4, "statusString": "Invalid Operation", "subStatusCode": code}
    return xml("ResponseStatus", said)


def welcome() -> str:
    return xml("userCheck", {"statusValue": 200, "statusString": "OK", "isActivated": "true"})


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


def status(profile: Profile, uptime: int, condition: Condition) -> str:
    """Recorders tell their memory in MB, cameras in percent and free kB."""
    used, free = ("734.953125", "395.894531") if profile.recorder else ("61", "94208")
    busy = element("CPUList", element("CPU", element("cpuUtilization", 23)))
    memory = element("Memory", element("memoryUsage", f"\n{used}") + element("memoryAvailable", f"\n{free}"))
    times = element("currentDeviceTime", local_time(condition)) + element("deviceUpTime", uptime)
    reboots = element("totalRebootCount", condition.reboots)
    return document("DeviceStatus", times + busy + element("MemoryList", memory) + reboots)


def clock(condition: Condition) -> str:
    return xml("Time", {"timeMode": "NTP", "localTime": local_time(condition), "timeZone": "CST-1:00:00"})


def local_time(condition: Condition) -> str:
    now = datetime.now(UTC) + timedelta(seconds=condition.clock)
    return now.astimezone(timezone(timedelta(hours=1))).isoformat(timespec="seconds")


def channels(profile: Profile) -> str:
    place = "<addressingFormatType>ipaddress</addressingFormatType><ipAddress>192.0.2.{0}</ipAddress>"
    source = f"<sourceInputPortDescriptor>{place}</sourceInputPortDescriptor>"
    one = "<InputProxyChannel><id>{0}</id><name>Camera {0:02}</name>" + source + "</InputProxyChannel>\n"
    return document("InputProxyChannelList", "".join(one.format(1 + n) for n in range(profile.channels)))


def channel_states(profile: Profile, offline: dict[int, str]) -> str:
    inside = "".join(channel_state(1 + n, offline.get(1 + n)) for n in range(profile.channels))
    return document("InputProxyChannelStatusList", inside)


def channel_state(channel: int, fault: str | None) -> str:
    online = element("online", "false" if fault else "true")
    said = element("id", channel) + online + element("chanDetectResult", fault or "connect")
    return element("InputProxyChannelStatus", said)


def inputs(profile: Profile, dark: set[int]) -> str:
    one = "<VideoInputChannel><id>{0}</id><name>Camera {0:02}</name><resDesc>{1}</resDesc></VideoInputChannel>\n"
    sockets = range(1, 1 + profile.analog)
    said = ("NO VIDEO" if socket in dark else "1920*1080P25" for socket in sockets)
    return document("VideoInputChannelList", "".join(map(one.format, sockets, said)))


def storage(disks: list[str]) -> str:
    inside = "".join(disk(1 + bay, status) for bay, status in enumerate(disks))
    return document("storage", f"<hddList>{inside}</hddList>\n<nasList/>\n<workMode>quota</workMode>\n")


def disk(bay: int, status: str) -> str:
    """A disk that overwrites its oldest pictures, as they all do after some weeks."""
    size = 0 if status == "notexist" else 3815447
    said = {"id": bay, "hddName": f"hdd{bay}", "status": status, "capacity": size, "freeSpace": 0, "property": "RW"}
    return element("hdd", "".join(element(name, value) for name, value in said.items()))


def element(name: str, inside: object) -> str:
    return f"<{name}>{inside}</{name}>\n"
