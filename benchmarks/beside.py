"""What the checks cost the pages beside them: `python -m benchmarks.beside [DEVICES]` prints one JSON line. Linux only.

Two servers of the same company with DEVICES (10,000) monitored devices of the farm (`benchmarks.farm`), one with its
engine running, one without. A few connections ask each for the list of devices, in turns.

- p99_ms, quiet_p99_ms and their ratio: medians of the rounds. checks_per_s: those that were written meanwhile.
- engine_cores: CPU of the server with the engine while nobody asks for pages, in cores.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks import pages
from benchmarks.checks import device
from benchmarks.farm import farm

ROUNDS, REQUESTS, CONNECTIONS, WARM = 5, 400, 2, 75


def make(data: Path, port: int, devices: int) -> None:
    """A company whose devices are those of the farm, just checked."""
    from webapp import config, db
    from webapp.common import clock, vault
    from webapp.devices.models import Device, DeviceState

    pages.make_company(data, sites=1, devices=0)
    config.use(config.Settings(data=data))
    vault.use(data / "vault.key")
    now = clock.now()
    with db.database.connection_context(), db.transaction():
        dates = {"added_at": now, "changed_at": now}
        pages.insert(Device, (device(n, port) | dates for n in range(devices)))
        state = {"since": now, "checked_at": now, "status": "online"}
        pages.insert(DeviceState, ({"device": n + 1} | state for n in range(devices)))


def p99(server: pages.Server) -> float:
    times: list[float] = []
    threads = [threading.Thread(target=ask, args=(server, times)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 1000 * sorted(times)[int(0.99 * len(times))]


def ask(server: pages.Server, times: list[float]) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for _ in range(REQUESTS // CONNECTIONS):
        began = time.perf_counter()
        server.ask(connection, "/devices")
        times.append(time.perf_counter() - began)
    connection.close()


def written(data: Path) -> int:
    import sqlite3

    with sqlite3.connect(data / "sitehand.db") as database:
        return int(database.execute("SELECT COALESCE(SUM(n), 0) FROM device_hour").fetchone()[0])


def main(devices: int = 10_000) -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        data, port, conf = Path(name), running.enter_context(farm()), pages.ROOT / "gunicorn.conf.py"
        servers = {}
        for kind in ("threads", "off"):
            make(data / kind, port, devices)
            environment = pages.settings(data / kind) | {"SITEHAND_ENGINE": kind}
            environment |= {"SITEHAND_ALLOWED_NETWORKS": "127.0.0.0/8"}
            servers[kind] = running.enter_context(pages.serving("wsgi:app", conf, environment))
            servers[kind].sign_in()
        time.sleep(WARM)  # the first turn of each device asks for everything
        used, began, before = servers["threads"].cpu(), time.monotonic(), written(data / "threads")
        time.sleep(20)
        cores = (servers["threads"].cpu() - used) / (time.monotonic() - began)
        pairs = [(p99(servers["threads"]), p99(servers["off"])) for _ in range(ROUNDS + 1)][1:]
        per_s = (written(data / "threads") - before) / (time.monotonic() - began)
    with_engine, quiet = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    figures = {"p99_ms": round(with_engine, 2), "quiet_p99_ms": round(quiet, 2), "ratio": round(ratio, 2)}
    print(
        json.dumps({"devices": devices} | figures | {"checks_per_s": round(per_s, 1), "engine_cores": round(cores, 3)})
    )


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
