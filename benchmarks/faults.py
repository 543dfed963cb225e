"""Does the product bear what goes wrong? `python -m benchmarks.faults [NAME …]` prints a JSON line for each.

Runs the product in its own processes beside recorded devices of the laboratory (../shared/lab), breaks something, and
counts at the devices, in the database and on the pages what came of it. Linux only. Without names all of them
run, in about 45 minutes; `NAME=NUMBER` sets how often or how long (minutes of `engines`, kills of `kills`).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.faults_clock import clock
from benchmarks.faults_devices import hostile, uplink
from benchmarks.faults_engines import engines
from benchmarks.faults_kills import aimed, kills
from benchmarks.faults_store import disk, lock

FAULTS: dict[str, Callable[..., dict[str, Any]]] = {
    fault.__name__: fault for fault in (kills, aimed, engines, lock, disk, clock, hostile, uplink)
}


def main(*wanted: str) -> None:
    os.nice(5)
    for one in wanted or tuple(FAULTS):
        name, _, number = one.partition("=")
        began = time.monotonic()
        found = FAULTS[name](*([float(number) if "." in number else int(number)] if number else []))
        print(json.dumps({"fault": name} | found | {"took_s": round(time.monotonic() - began)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
