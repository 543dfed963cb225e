"""The demo's devices: one of each sort that an installer meets, at addresses of this machine."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from webapp.simulator import profiles
from webapp.simulator.pretend import Behaviour, Pretend
from webapp.simulator.profiles import Profile

PASSWORD = "Kamera-123"
MORE_NETWORKS = range(11, 16)  # 127.0.11.0/24 to 127.0.15.0/24, for a second demo beside the first


@dataclass(frozen=True, slots=True)
class Member:
    """`password` is what the demo tells people to type; `real_password` what the device wants, where they differ."""

    name: str
    profile: Profile
    host: str
    port: int
    note: str
    behaviour: Behaviour = Behaviour.NORMAL
    username: str = "admin"
    password: str = PASSWORD
    real_password: str = ""
    https: bool = False

    @property
    def kind(self) -> str:
        return self.profile.device_type

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def device(self, host: str, port: int) -> Pretend:
        return Pretend(
            self.profile,
            host,
            port,
            self.username,
            self.real_password or self.password,
            self.behaviour,
            https=self.https,
            serial=f"{self.profile.serial[:-4]}{self.port}",  # no two alike
        )


FLEET: tuple[Member, ...] = (
    Member("Front door camera", profiles.CAMERA, "127.0.10.1", 8080, "A camera that works"),
    Member("Yard dome", profiles.DOME, "127.0.10.2", 8081, "A speed dome that works"),
    Member("Office recorder", profiles.NVR, "127.0.10.3", 8082, "A network recorder with 16 channels"),
    Member("Shop recorder", profiles.DVR, "127.0.10.4", 8083, "A recorder for analog cameras"),
    Member("Store camera", profiles.CAMERA, "127.0.10.5", 8443, "A camera with HTTPS", https=True),
    Member("Gate intercom", profiles.INTERCOM, "127.0.10.6", 8085, "A door station: no camera or recorder"),
    Member("Alarm panel", profiles.PANEL, "127.0.10.7", 8086, "An alarm panel: add it by serial number"),
    Member("Unit 7", profiles.OTHER_MAKE, "127.0.10.8", 8087, "Another make: set its type yourself"),
    Member(
        "Garage camera",
        profiles.CAMERA,
        "127.0.10.9",
        8088,
        "Its password is another one",
        real_password="Garage-4711",
    ),
    Member("Roof camera", profiles.CAMERA, "127.0.10.10", 8089, "Locked after wrong passwords", Behaviour.LOCKED),
    Member("Barn camera", profiles.CAMERA, "127.0.10.11", 8090, "Slow: 2 seconds an answer", Behaviour.SLOW),
    Member("Cellar camera", profiles.CAMERA, "127.0.10.12", 8091, "Connects and never answers", Behaviour.DEAD),
    Member("New camera", profiles.CAMERA, "127.0.10.13", 8092, "Not activated yet", Behaviour.INACTIVE),
    Member("Router", profiles.CAMERA, "127.0.10.14", 8093, "A web page, but no device", Behaviour.ROUTER),
    Member("Old portal", profiles.CAMERA, "127.0.10.15", 8094, "Sends you to another address", Behaviour.REDIRECT),
)


@contextmanager
def run(fleet: Sequence[Member] = FLEET) -> Iterator[list[tuple[Member, Pretend]]]:
    """Serve all of them from this process while the context lasts. Raises OSError when no address can be had.

    Where the machine has but one loopback address (macOS) they share it, and where a port is taken another is used:
    `Pretend.address` tells the truth.
    """
    with ExitStack() as stack:
        yield [(member, stack.enter_context(started(member))) for member in fleet]


@contextmanager
def started(member: Member) -> Iterator[Pretend]:
    device = first_free(member)
    try:
        yield device
    finally:
        device.stop()


def first_free(member: Member) -> Pretend:
    """The member at its address, or in the same place of the next network when another demo is there."""
    last = member.host.rpartition(".")[2]
    hosts = [member.host, *(f"127.0.{network}.{last}" for network in MORE_NETWORKS), "127.0.0.1"]
    for host in hosts:
        try:
            return member.device(host, member.port).start()
        except OSError:
            continue
    return member.device("127.0.0.1", 0).start()
