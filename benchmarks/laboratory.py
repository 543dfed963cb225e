"""Recorded devices of the laboratory beside this repository (../shared/lab), served and added for benchmarks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.farm import free_port

LAB = Path(__file__).parents[2] / "shared" / "lab"
CAPTURES = ("DS-2CD2386G2-IU", "DS-2CD2532F-IWS", "DS-2DE3A20IW-D", "DS-7608NXI-I2", "DS-7708N-I4", "iDS-7204HUHI-M1")
PASSWORD = "Abcd1234!"
LOG = 200_000  # requests of a device that are kept


@dataclass
class Lab:
    """Devices that are served, and their control."""

    control: str
    addresses: list[tuple[str, int]]

    def tell(self, method: str, what: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        with urlopen(Request(f"http://{self.control}/devices{what}", data, method=method), timeout=60) as answer:
            return json.load(answer)

    def fault(self, number: int | str, **fault: Any) -> None:
        self.tell("POST", f"/{number}/fault", fault)

    def mend(self, number: int | str) -> None:
        self.tell("DELETE", f"/{number}/fault")

    def state(self, number: int | str, **values: Any) -> None:
        self.tell("POST", f"/{number}/state", values)

    def log(self, number: int) -> list[dict[str, Any]]:
        return list(self.tell("GET", f"/{number}/log"))

    def visits(self, number: int) -> list[float]:
        """When each check of the device began (time.time()): each begins with the one request without a login."""
        return [one["t"] for one in self.log(number) if not one["auth"]]

    def refusals(self, number: int) -> int:
        """Logins that the device refused."""
        return sum(1 for one in self.log(number) if one["auth"] and one.get("status") == 401)

    def locked(self) -> int:
        told = [self.tell("GET", f"/{number}") for number in range(len(self.addresses))]
        return sum(1 for one in told if any(until for _count, until in one["locked"].values()))


@contextmanager
def laboratory(devices: int, host: str = "127.77.0.1", *options: str) -> Iterator[Lab]:
    """So many recorded devices on addresses from `host` on, at one free port, in a process of their own."""
    control, port = f"127.0.0.1:{free_port()}", free_port()
    captures = [option for name in CAPTURES for option in ("--capture", str(LAB / "captures" / f"{name}.json"))]
    command = [sys.executable, str(LAB / "replay.py"), *captures, "--fleet", str(devices), "--host", host]
    command += ["--port", str(port), "--password", PASSWORD, "--control", control, "--log-size", str(LOG), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline(), "the laboratory did not come up"
            lab = Lab(control, [])
            lab.addresses = [(name, int(at)) for name, at in (d["address"].split(":") for d in lab.tell("GET", ""))]
            yield lab
        finally:
            process.kill()


def add_devices(
    addresses: list[tuple[str, int]], sites: int, password: str = PASSWORD, status: str = "online"
) -> list[int]:
    """Devices on sites 1 to `sites`, as they stand after somebody has added them; gives their ids."""
    from webapp import db
    from webapp.common import clock
    from webapp.devices.models import Device, DeviceState

    now, made = clock.now(), []
    with db.database.connection_context(), db.transaction():
        for number, (host, port) in enumerate(addresses):
            given = {"host": host, "port": port, "username": "admin", "added_at": now, "changed_at": now}
            device = Device(site=1 + number % sites, name=f"Device {number}", type=kind(number), **given)
            device.save(force_insert=True)
            device.password_sealed = device.seal_password(password)
            device.save()
            DeviceState.set(device.id, now, status, checked_at=now if status == "online" else None)
            made.append(device.id)
    return made


def kind(number: int) -> str:
    name = CAPTURES[number % len(CAPTURES)]
    return "dvr" if name.startswith("iDS-7") else "nvr" if name.startswith("DS-7") else "network_camera"
