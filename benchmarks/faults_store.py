"""The database is locked by somebody else, and its disk is full (Z32, Z33)."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.faults_visitor import Visitor, text_of
from benchmarks.faults_world import World, until
from benchmarks.laboratory import Lab, laboratory

DEVICES = 20
HOLD = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
held.execute("ROLLBACK")
"""


def told(world: World, lab: Lab, visitor: Visitor) -> dict[str, Any]:
    """What is counted in each of these, after the product has ended."""
    return world.counts(lab, DEVICES) | {
        "answers": dict(sorted(visitor.answers.items())),
        "slowest_page_s": round(visitor.slowest, 1),
        "said_when_refusing": sorted(visitor.texts),
        "integrity": world.integrity(),
    }


def lock(interval: int = 10) -> dict[str, Any]:
    """Another process holds the database for 3 s, then for 30 s."""
    found: dict[str, Any] = {"interval_s": interval}
    for seconds in (3, 30):
        found[f"{seconds}_s"] = locked(seconds, interval)
    return found


def locked(seconds: int, interval: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, laboratory(DEVICES) as lab:
        world = World(Path(name), f"sqlite:///{name}/sitehand.db", interval).create()
        world.add(lab.addresses)
        with world.serving() as server:
            server.sign_in()
            visitor = Visitor(server)
            time.sleep(interval + 5)
            command = [sys.executable, "-c", HOLD, f"{name}/sitehand.db", str(seconds)]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
                assert holder.stdout
                assert holder.stdout.readline()
                writer = threading.Thread(target=write_until, args=(visitor, holder))
                writer.start()
                while holder.poll() is None:
                    visitor.look_round()
                    time.sleep(0.5)
                writer.join()
            freed = time.time()
            back = until(lambda: fresh(world, freed), 90)
            visitor.write()
            time.sleep(2)
            shown = visitor.shown_statuses()
        return {"all_fresh_after_s": back, "shown": shown} | told(world, lab, visitor)


def write_until(visitor: Visitor, holder: subprocess.Popen[bytes]) -> None:
    while holder.poll() is None:
        visitor.write()
        time.sleep(0.5)


def fresh(world: World, since: float) -> bool:
    """Whether every device has been checked after a moment (time.time())."""
    return all(at > since and status == "online" for status, _why, at in world.states().values())


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(file: Path) -> int:
    """Write until there is no room for a byte more; gives the bytes."""
    with file.open("ab", buffering=0) as out:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while True:
                    out.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    return file.stat().st_size


def disk(interval: int = 5, seconds: int = 60) -> dict[str, Any]:
    """A disk of 16 MiB is full for a minute. Needs root, to mount one."""
    if os.geteuid() != 0:
        return {"left_out": "needs root"}
    with tempfile.TemporaryDirectory() as name, small_disk(Path(name)), laboratory(DEVICES) as lab:
        world = World(Path(name), f"sqlite:///{name}/sitehand.db", interval).create()
        world.add(lab.addresses)
        with world.serving() as server:
            server.sign_in()
            visitor = Visitor(server)
            time.sleep(2 * interval)
            filled, banner, outages = fill_up(Path(name) / "filler"), 0, world.outages()
            ending = time.monotonic() + seconds
            while time.monotonic() < ending:
                visitor.look_round()
                visitor.write()
                fill_up(Path(name) / "filler")
                banner += "disk is" in text_of(visitor, "/")
                time.sleep(1)
            unknown = [one[2] for one in world.states().values()]
            stopped = time.time() - max(unknown)
            (Path(name) / "filler").unlink()
            freed = time.time()
            back = until(lambda: fresh(world, freed), 120)
            written = visitor.write()
        return {
            "interval_s": interval,
            "filled_mib": filled >> 20,
            "newest_state_was_old_s": round(stopped, 1),
            "pages_with_banner": banner,
            "outages_before": outages,
            "all_fresh_after_s": back,
            "saving_afterwards": written,
        } | told(world, lab, visitor)
