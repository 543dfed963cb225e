"""Who a device is and what it can do: /ISAPI/System.

Source: the vendor's ISAPI guide; firmware differences are noted where they are handled.
"""

from webapp.protocols.digest import challenges
from webapp.protocols.errors import BadReply, DeviceError, Unauthorized, Unsupported, is_final
from webapp.protocols.isapi.xml import clean, document, is_page, number, parsed, text
from webapp.protocols.talk import Call, Reply
from webapp.protocols.values import value_object


@value_object
class DeviceInfo:
    """All texts are clean: short, without controls. Absent is ""."""

    name: str
    model: str
    serial: str
    firmware: str  # "V5.7.17 build 240606"
    kind: str  # deviceType as the device says it, which can be wrong
    sub_kind: str = ""  # subDeviceType: "villaDoorStation"
    mac: str = ""

    @classmethod
    def parse(cls, reply: Reply) -> "DeviceInfo":
        info = document(reply, "DeviceInfo")
        return cls(
            name=clean(text(info, "deviceName")),
            model=clean(text(info, "model")),
            serial=clean(text(info, "serialNumber")),
            firmware=clean(f"{text(info, 'firmwareVersion')} {text(info, 'firmwareReleasedDate')}"),
            kind=clean(text(info, "deviceType")),
            sub_kind=clean(text(info, "subDeviceType")),
            mac=clean(text(info, "macAddress")),
        )


@value_object
class Capabilities:
    """How many pictures go in; None where the device is silent."""

    video_inputs: int | None  # analog sockets; cameras say 0 or 1
    proxy_inputs: int | None  # network cameras that a recorder takes

    @classmethod
    def parse(cls, reply: Reply) -> "Capabilities":
        capabilities = document(reply, "DeviceCap")
        return cls(
            video_inputs=number(capabilities, "SysCap/VideoCap/videoInputPortNums"),
            proxy_inputs=number(capabilities, "RacmCap/inputProxyNums"),
        )


@value_object
class Knock:
    """What a device shows to somebody who has not logged in."""

    isapi: bool  # it answers as our devices do; after a digest challenge no more can be known yet
    digest: bool  # it offers digest, so a password can be sent
    open: bool = False  # it tells everything to anybody
    realm: str = ""

    @classmethod
    def parse(cls, reply: Reply) -> "Knock":
        """Read the answer to an anonymous deviceInfo.

        Raises NotActivated; Unauthorized (locked); BadReply (redirect, not_isapi, bad_reply).
        """
        if reply.status == 401:
            return cls.refused(reply)
        try:
            document(reply, "DeviceInfo")
        except Unauthorized:
            return cls.refused(reply)  # a 401 in the body alone: of no password, since none was sent
        except Unsupported as error:
            raise BadReply("not_isapi", f"{error}, status {reply.status}") from error
        return cls(isapi=True, digest=False, open=True)

    @classmethod
    def refused(cls, reply: Reply) -> "Knock":
        offered = challenges(reply.headers.get("www-authenticate", ""))
        realm = clean(offered[0].get("realm", "")) if offered else ""
        try:
            document(reply, "DeviceInfo")
        except DeviceError as error:
            if is_final(error):
                raise
        return cls(isapi=bool(offered) or explains(reply), digest=bool(offered), realm=realm)


def explains(reply: Reply) -> bool:
    """Whether a refusal carries a reason in ISAPI's form."""
    try:
        return parsed(reply.body).tag in {"userCheck", "ResponseStatus"}
    except BadReply:
        return False


def activated(reply: Reply) -> bool:
    return text(document(reply, "ActivateStatus"), "Activated").lower() == "true"


def answered(reply: Reply) -> bool:
    """True for any answer that is no refusal and no web page; its form (XML or JSON) differs between panels."""
    if b"<userCheck" in reply.body[:500]:
        document(reply, "userCheck")
    if reply.status != 200 or is_page(reply) or b"ResponseStatus" in reply.body[:500]:
        raise Unsupported(f"status {reply.status}")
    return True


KNOCK = Call("GET", "/ISAPI/System/deviceInfo", Knock.parse, anonymous=True)
DEVICE_INFO = Call("GET", "/ISAPI/System/deviceInfo", DeviceInfo.parse)
CAPABILITIES = Call("GET", "/ISAPI/System/capabilities", Capabilities.parse)
ACTIVATE_STATUS = Call("GET", "/SDK/activateStatus", activated, anonymous=True)
SECURITY_CP = Call("GET", "/ISAPI/SecurityCP/capabilities?format=json", answered)
