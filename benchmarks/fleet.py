"""Do the checks tell the truth? `python -m benchmarks.fleet [DEVICES] [SECONDS] [INTERVAL]` prints one JSON line.

Serves recorded devices from the laboratory beside this repository (../shared/lab), adds them to the product as it is
served, switches faults on and off at random, asks for pages all the while, and compares what the product claimed with
what was done to each device:

- false_offline: said to be offline though nothing had been wrong for longer than a check takes.
- missed: wrong for more than three intervals, and not said to be.
- locked: devices that were brought to their lock, or near it.
- page_p95_ms: of the device list, a device, a site and the first page.
"""

from __future__ import annotations

import http.client
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import pages
from benchmarks.laboratory import Lab, add_devices, laboratory

SITES = 30
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "hang", "pre_auth": True},
    {"kind": "drip", "pre_auth": True},
    {"kind": "reset", "pre_auth": True},
    {"kind": "http", "status": 503, "pre_auth": True},
    {"kind": "garbage"},
    {"kind": "xmlbomb"},
    {"kind": "truncate"},
    {"kind": "endless"},
    {"kind": "login_page", "pre_auth": True},
    {"kind": "close", "pre_auth": True},
)


@dataclass
class Truth:
    """When a device was wrong: (from, to) on time.time(); the last may be open."""

    spans: list[list[float]] = field(default_factory=list)

    def begin(self) -> None:
        self.spans.append([time.time(), float("inf")])

    def end(self) -> None:
        if self.spans and self.spans[-1][1] == float("inf"):
            self.spans[-1][1] = time.time()

    def wrong_within(self, begin: float, end: float) -> bool:
        return any(first < end and last > begin for first, last in self.spans)


def open_database(data: Path) -> None:
    """Open the company's database here too, with sites 1 to SITES."""
    from webapp import config, db
    from webapp.common import clock, vault
    from webapp.sites.models import Site

    settings = config.Settings(data=data)
    config.use(settings)
    vault.use(data / "vault.key")
    db.connect(settings.database)
    with db.database.connection_context(), db.transaction():
        same = {"company": 1, "zone": "UTC", "created_at": clock.now()}
        pages.insert(Site, (same | pages.site(n) for n in range(1, SITES)))


class Trouble:
    """Switches faults on and off, one device after the other, and keeps what was done."""

    def __init__(self, lab: Lab, devices: int, interval: float, chance: random.Random) -> None:
        self.lab, self.interval, self.chance = lab, interval, chance
        self.truth = [Truth() for _ in range(devices)]
        self.wrong: dict[int, float] = {}  # until when

    def stir(self) -> None:
        now = time.time()
        for number in [number for number, until in self.wrong.items() if until <= now]:
            del self.wrong[number]
            self.lab.mend(number)
            self.lab.state(number, down=False)
            self.truth[number].end()
        if len(self.wrong) < len(self.truth) // 10:
            self.break_one(self.chance.randrange(len(self.truth)), now)

    def break_one(self, number: int, now: float) -> None:
        if number in self.wrong:
            return
        self.wrong[number] = now + self.chance.uniform(0.2, 5) * self.interval
        self.truth[number].begin()
        if self.chance.random() < 0.4:
            self.lab.state(number, down=True)
        else:
            self.lab.fault(number, **self.chance.choice(FAULTS))


class Reader(threading.Thread):
    """Somebody who looks at pages without a pause."""

    def __init__(self, server: pages.Server, devices: int) -> None:
        super().__init__(daemon=True)
        self.server, self.devices, self.ending = server, devices, threading.Event()
        self.times: list[float] = []
        self.troubles: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        chance = random.Random(1)
        while not self.ending.wait(0.25):
            one = chance.randrange(1, self.devices + 1)
            path = chance.choice(["/", "/devices", "/devices?status=down", f"/devices/{one}", "/sites", "/sites/1"])
            began = time.perf_counter()
            reply, _ = self.server.ask(connection, path)
            self.times.append(1000 * (time.perf_counter() - began))
            if reply.status != 200:
                self.troubles.append(f"{path} answered {reply.status}")


def verdict(data: Path, trouble: Trouble, interval: float, ended: float) -> dict[str, Any]:
    """What the product claimed, held against what was done."""
    from webapp import db
    from webapp.devices.models import DeviceEvent, DeviceState, Status

    db.connect(f"sqlite:///{data / 'sitehand.db'}")
    with db.database.connection_context():
        claims = [(e.device_id - 1, e.became, e.at.timestamp()) for e in DeviceEvent.select().order_by(DeviceEvent.at)]
        locked = DeviceState.select().where(DeviceState.status.in_([Status.LOCKED, Status.AUTH_FAILED])).count()
    said = [claim for claim in claims if claim[1] == Status.OFFLINE]
    slack = interval / 2 + 10  # three misses and their time-outs
    false = [c for c in said if not trouble.truth[c[0]].wrong_within(c[2] - slack, c[2])]
    missed = [
        (number, first)
        for number, truth in enumerate(trouble.truth)
        for first, last in truth.spans
        if min(last, ended) - first > 3 * interval and not told(claims, number, first, first + 3 * interval)
    ]
    return {"claims": len(said), "false_offline": len(false), "missed": len(missed), "locked": locked}


def told(claims: list[tuple[int, str, float]], number: int, first: float, last: float) -> bool:
    """Whether the device was said to be offline at some moment of the span, be it from before."""
    mine = [(became, at) for device, became, at in claims if device == number and at <= last]
    return bool(mine) and (mine[-1][0] == "offline" or any(b == "offline" and at >= first for b, at in mine))


def main(devices: int = 300, seconds: float = 600, interval: int = 60) -> None:
    with tempfile.TemporaryDirectory() as name, laboratory(devices) as lab:
        data = Path(name) / "data"
        environment = pages.settings(data) | {"SITEHAND_ENGINE": "threads", "SITEHAND_CHECK_INTERVAL": str(interval)}
        environment |= {"SITEHAND_ALLOWED_NETWORKS": "127.0.0.0/8", "SITEHAND_CHECK_TIMEOUT": str(min(8, interval / 6))}
        pages.make_company(data, sites=1, devices=0)
        open_database(data)
        add_devices(lab.addresses, SITES)
        trouble = Trouble(lab, devices, interval, random.Random(4711))
        with pages.serving("wsgi:app", pages.ROOT / "gunicorn.conf.py", environment) as server:
            server.sign_in()
            reader = Reader(server, devices)
            reader.start()
            time.sleep(interval + 5)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                trouble.stir()
                time.sleep(interval / 120)
            reader.ending.set()
            reader.join()
        found = verdict(data, trouble, interval, time.time())
    times = sorted(reader.times)
    faults = sum(len(truth.spans) for truth in trouble.truth)
    told_of_pages = {
        "pages": len(times),
        "failed_pages": len(reader.troubles),
        "page_p95_ms": round(times[int(0.95 * len(times))], 1),
    }
    print(
        json.dumps(
            {"devices": devices, "faults": faults}
            | found
            | told_of_pages
            | {"page_median_ms": round(statistics.median(times), 1)}
        )
    )


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:4]))
