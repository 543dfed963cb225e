"""What health checks cost: `python -m benchmarks.checks N CONCURRENCY [--light]` prints one JSON line. Not on Windows.

Checks N devices once, each by four HTTP transactions (401, status, deviceInfo, Storage), or with `--light` by two (401,
status), with CONCURRENCY under way at once: through the product's own pool, its judge and its one writer, into a SQLite
database that knows the devices. FARM_PORT is the port of devices that run already (see `benchmarks.farm`, which also
says at which addresses); without it a farm is started.

- per_s: checks a second. cpu_per_1000: CPU seconds of this process for 1000 checks, stored. rss_mb: its largest size.
- online, failed: how many devices are online then by what is stored, and how many are not.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks import pages
from benchmarks.farm import PASSWORD, USERNAME, address, farm
from webapp import config, db, engine
from webapp.common import logs, vault
from webapp.config import Settings
from webapp.devices.models import Device, DeviceState, Status
from webapp.devices.services.dialing import policy
from webapp.health.models import roster
from webapp.health.models.roster import Due
from webapp.health.services.leading import Leader
from webapp.health.services.visits import Visited
from webapp.health.services.watch import Watch
from webapp.health.services.writer import Writer
from webapp.protocols.curl import Endpoint
from webapp.protocols.isapi import health
from webapp.protocols.isapi.health import Findings, Missing
from webapp.protocols.isapi.status import STATUS
from webapp.protocols.isapi.storage import STORAGE
from webapp.protocols.isapi.system import DEVICE_INFO
from webapp.protocols.pool import Errand, Outcome, Pool
from webapp.protocols.talk import Talk

LAST_STORAGE = replace(STORAGE, last=True)
INTERVAL, TIMEOUT, DEADLINE, TICK = 60, 8.0, 10.0, 0.01  # seconds


def light() -> Talk[Visited]:
    return Visited((yield from health.light(last=True)), None, rebooted=False)


def full() -> Talk[Visited]:
    status = yield STATUS
    info = yield DEVICE_INFO
    storage = yield LAST_STORAGE
    findings = Findings(storage=storage, channels=None, info=info, clock=Missing("unsupported"))
    return Visited(health.Light(status, "status"), findings, rebooted=False)


def everybody() -> Iterator[Due]:
    """All devices, read as the engine reads them: those of one second after the other."""
    for second in range(INTERVAL):
        yield from roster.in_slots(INTERVAL, [second])


class Round:
    """One check of each device. Every hundredth of a second it fills up to so many under way, as a schedule would."""

    def __init__(self, pool: Pool, writer: Writer, concurrency: int, is_light: bool) -> None:
        self.pool, self.writer, self.concurrency = pool, writer, concurrency
        self.talk = light if is_light else full
        self.ended = 0
        self.guard = threading.Lock()

    def run(self, devices: int) -> None:
        waiting = everybody()
        while self.ended < devices:
            while self.pool.in_flight < self.concurrency and (device := next(waiting, None)):
                self.pool.submit(self.errand(device))
            time.sleep(TICK)

    def errand(self, device: Due) -> Errand:
        password = vault.unseal(device.password_sealed, "device", device.company_id, device.id, "password")
        to = Endpoint(device.host, "", device.port, device.username, password)
        return Errand(self.talk(), to, partial(self.done, device), policy(), TIMEOUT, DEADLINE, trusted=True)

    def done(self, device: Due, outcome: Outcome) -> None:
        self.writer.put(device, outcome)
        with self.guard:
            self.ended += 1


@contextmanager
def house(port: int, devices: int) -> Iterator[Path]:
    """A database of the product's own making that knows so many devices of the farm."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(data=Path(name), allowed_networks="127.0.0.0/8")
        config.use(settings)
        logs.configure("ERROR")
        vault.use(settings.data / "vault.key")
        db.connect(settings.database)
        with db.database.connection_context():
            db.migrate()
            fill(port, devices)
            yield settings.data


def fill(port: int, devices: int) -> None:
    from webapp.accounts.models import Company
    from webapp.common import clock
    from webapp.sites.models import Site

    now = clock.now()
    with db.transaction():
        Company.create(name="Bench", created_at=now)
        pages.insert(Site, [{"company": 1, "zone": "UTC", "created_at": now, "name": "A", "name_folded": "a"}])
        dates = {"added_at": now, "changed_at": now}
        pages.insert(Device, (device(n, port) | dates for n in range(devices)))
        pages.insert(DeviceState, ({"device": n + 1, "since": now, "status": Status.ONLINE} for n in range(devices)))


def device(number: int, port: int) -> dict[str, object]:
    sealed = vault.seal(PASSWORD, "device", 1, number + 1, "password")
    given = {"site": 1, "name": f"Device {number}", "host": address(number), "port": port, "username": USERNAME}
    known = {"serial": "DS-2CD2386G2-IU20210101AAWRF00000001", "firmware": "V5.7.3 build 220112"}  # as the farm says
    return given | known | {"password_sealed": sealed, "type": "nvr", "type_detected": "nvr"}


def cpu() -> float:
    """Seconds that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def by_pool(writer: Writer, devices: int, concurrency: int, is_light: bool) -> None:
    pool = Pool(in_flight=max(concurrency, 512))
    pool.start()
    Round(pool, writer, concurrency, is_light).run(devices)
    pool.stop(1)


def measure(
    port: int, devices: int, concurrency: int, is_light: bool = False, carry: Callable[..., None] = by_pool
) -> dict[str, float]:
    """`carry` checks each device once and puts what comes of it into a writer."""
    with house(port, devices) as data:
        engine.set_aside()
        leader = Leader(data)
        leader.try_to_lead()
        writer = Writer(Watch(INTERVAL, TIMEOUT), leader)
        writer.thread.start()
        began, used = time.monotonic(), cpu()
        carry(writer, devices, concurrency, is_light)
        writer.stop(60)
        seconds, used = time.monotonic() - began, cpu() - used
        leader.release()
        online = DeviceState.select().where(DeviceState.status == Status.ONLINE, ~DeviceState.ms.is_null()).count()
    return {
        "per_s": round(devices / seconds, 1),
        "cpu_per_1000": round(1000 * used / devices, 4),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "online": online,
        "failed": devices - online,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checks")
    parser.add_argument("devices", type=int)
    parser.add_argument("concurrency", type=int)
    parser.add_argument("--light", action="store_true", help="status only")
    options = parser.parse_args()
    with farm() as port:
        print(json.dumps(measure(port, options.devices, options.concurrency, options.light)))


if __name__ == "__main__":
    main()
