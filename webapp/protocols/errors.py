"""Why a device could not be talked to: one class for each thing a person can do, one code for each sentence."""


class DeviceError(Exception):
    """A device did not give what was asked; the text is for the log, never for the page.

    `code` is stable snake_case: pages choose their sentence by it.
    """

    code = "device_error"

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.code)


class NotAllowed(DeviceError):
    """Policy forbids the address or the port, so nothing was sent.

    code: local_only | loopback | own_address | metadata | mixed_answers | port_denied
    """

    def __init__(self, code: str = "local_only", text: str = "") -> None:
        self.code = code
        super().__init__(text)


class Unreachable(DeviceError):
    """No connection. Check address, port, power.

    code: no_such_name | dns_timeout | refused | timeout | no_route | reset | tls
    """

    def __init__(self, code: str = "timeout", text: str = "") -> None:
        self.code = code
        super().__init__(text)


class Unauthorized(DeviceError):
    """The device knows neither user name nor password, or has locked us out. Never retried by itself.

    code: wrong_password | locked. `tries_left` counts logins, `locked_for` is in seconds; None where the device is
    silent. While locked the right password is refused as well, so `locked` says nothing about the password.
    """

    code = "wrong_password"

    def __init__(
        self, text: str = "", tries_left: int | None = None, locked_for: int | None = None, locked: bool = False
    ) -> None:
        if locked or locked_for is not None:
            self.code = "locked"
        super().__init__(text)
        self.tries_left = tries_left
        self.locked_for = locked_for


class NearLock(DeviceError):
    """So few tries are left that an automatic one could lock the device: no password was sent."""

    code = "near_lock"


class NotActivated(DeviceError):
    """Fresh from the box: it wants an administrator password before anything else."""

    code = "not_activated"


def is_final(error: DeviceError) -> bool:
    """Whether a refusal says that no login can follow: the device is locked, or not activated."""
    return isinstance(error, NotActivated) or (isinstance(error, Unauthorized) and error.code == "locked")


class LowPrivilege(DeviceError):
    """The password is right, but this user may not ask for this."""

    code = "low_privilege"


class Unsupported(DeviceError):
    """This model has no such function. Remember it; do not ask again."""

    code = "unsupported"


class BadReply(DeviceError):
    """Something answered, but not as a device does.

    code: not_web | not_isapi | redirect | too_big | bad_reply; `location` is where a redirect points, never followed.
    """

    def __init__(self, code: str = "bad_reply", text: str = "", location: str = "") -> None:
        self.code = code
        super().__init__(text)
        self.location = location


class NoDigest(DeviceError):
    """The device wants a password but offers no digest, so it gets none. Turn on digest in the device."""

    code = "no_digest"


class KeyChanged(DeviceError):
    """Another HTTPS key than the stored one answered; nothing was sent. `seen` is its pin, "" when unreadable."""

    code = "key_changed"

    def __init__(self, text: str = "", seen: str = "") -> None:
        super().__init__(text)
        self.seen = seen
