"""Our full check beside others' work, in rounds that take turns. Linux only, since it reads /proc.

`python -m benchmarks.compare_checks [N] [ROUNDS]` prints one JSON line: CPU seconds for 1000 of each, as medians.

- full_check: four transactions by digest, parsed and stored, as `benchmarks.checks` does it for N devices.
- blackbox_get: one plain GET by prometheus-blackbox-exporter (Debian's package). ratio: ours to that.
- requests_check: the same full check, parsed and stored as ours, carried by `requests` with its digest in a
  ThreadPoolExecutor, for N / 5 devices. cheaper: that to ours.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import requests
from requests.auth import HTTPDigestAuth

from benchmarks import pages
from benchmarks.checks import TIMEOUT, everybody, full, measure
from benchmarks.farm import PASSWORD, USERNAME, address, farm, free_port
from webapp.health.models.roster import Due
from webapp.health.services.writer import Writer
from webapp.protocols.errand import Outcome
from webapp.protocols.talk import Call, Reply, hold

CONCURRENCY, ASKERS = 100, 16
CONFIG = "modules: {http: {prober: http, timeout: 8s, http: {preferred_ip_protocol: ip4}}}\n"


@contextmanager
def blackbox() -> Iterator[tuple[int, int]]:
    """Run an exporter; gives its process and its port."""
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as config:
        config.write(CONFIG)
        config.flush()
        command = ["prometheus-blackbox-exporter", f"--config.file={config.name}", "--log.level=error"]
        with subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"]) as process:
            try:
                pages.wait_for(port, process)
                yield process.pid, port
            finally:
                process.terminate()


def cpu_of(pid: int) -> float:
    """Seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def plain_gets(pid: int, port: int, farm_port: int, devices: int) -> float:
    """CPU seconds of the exporter for 1000 plain GETs."""

    def ask(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for number in range(first, devices, ASKERS):
            connection.request("GET", f"/probe?module=http&target=http://{address(number)}:{farm_port}/plain")
            if b"probe_success 1" not in connection.getresponse().read():
                raise RuntimeError("the exporter found a device down")

    used = cpu_of(pid)
    with ThreadPoolExecutor(ASKERS) as threads:
        list(threads.map(ask, range(ASKERS)))  # raises what any of them raised
    return 1000 * (cpu_of(pid) - used) / devices


def by_requests(writer: Writer, _devices: int, concurrency: int, _is_light: bool) -> None:
    with ThreadPoolExecutor(concurrency) as threads:
        for device in everybody():
            threads.submit(check_by_requests, writer, device)


def check_by_requests(writer: Writer, device: Due) -> None:
    began = time.monotonic()
    with requests.Session() as session:
        session.auth = HTTPDigestAuth(USERNAME, PASSWORD)
        result = hold(full(), partial(ask, session, f"http://{device.host}:{device.port}"))
    writer.put(device, Outcome(result, ms=round(1000 * (time.monotonic() - began))))


def ask(session: requests.Session, origin: str, call: Call) -> Any:
    reply = session.get(origin + call.path, timeout=TIMEOUT)
    return call.parse(Reply(reply.status_code, reply.headers.get("Content-Type", ""), reply.content, reply.headers))


def main(devices: int = 2000, rounds: int = 3) -> None:
    ours, theirs, by_threads = [], [], []
    with farm() as farm_port, blackbox() as (pid, port):
        for _ in range(rounds):
            theirs.append(plain_gets(pid, port, farm_port, devices))
            ours.append(measure(farm_port, devices, CONCURRENCY)["cpu_per_1000"])
            by_threads.append(measure(farm_port, devices // 5, CONCURRENCY, carry=by_requests)["cpu_per_1000"])
    mine, plain, threads = (statistics.median(column) for column in (ours, theirs, by_threads))
    costs = {"full_check": mine, "blackbox_get": plain, "ratio": mine / plain}
    costs |= {"requests_check": threads, "cheaper": threads / mine}
    print(json.dumps({name: round(number, 3) for name, number in costs.items()}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
