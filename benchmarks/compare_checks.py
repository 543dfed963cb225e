"""Our full check beside one plain GET by prometheus-blackbox-exporter (Debian's package), in rounds that take turns.

`python -m benchmarks.compare_checks [N] [ROUNDS]` prints one JSON line: CPU seconds for 1000 of each, as medians, and
their ratio. Linux only, since it reads /proc.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.checks import measure
from benchmarks.farm import address, farm, free_port

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
            time.sleep(1)
            try:
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
                raise SystemExit("the exporter found a device down")

    used = cpu_of(pid)
    askers = [threading.Thread(target=ask, args=(first,)) for first in range(ASKERS)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    return 1000 * (cpu_of(pid) - used) / devices


def main(devices: int = 2000, rounds: int = 3) -> None:
    ours, theirs = [], []
    with farm() as farm_port, blackbox() as (pid, port):
        for _ in range(rounds):
            theirs.append(plain_gets(pid, port, farm_port, devices))
            ours.append(measure(farm_port, devices, CONCURRENCY)["cpu_per_1000"])
    full, plain = statistics.median(ours), statistics.median(theirs)
    print(json.dumps({"full_check": round(full, 3), "blackbox_get": round(plain, 3), "ratio": round(full / plain, 2)}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
