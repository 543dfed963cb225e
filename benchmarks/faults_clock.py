"""The machine's clock is set by two hours, ahead and back (Z34).

A library of our own that is loaded first moves what the C library tells of the time of day: for Python, SQLite and all
else in the process. Debian's libfaketime 0.9.10 cannot: with it Python's `time.sleep` fails (EINVAL), since it mistakes
absolute moments on the monotonic clock.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.faults_store import DEVICES, told
from benchmarks.faults_visitor import Visitor
from benchmarks.faults_world import World
from benchmarks.laboratory import Lab, laboratory

JUMPS = (0, 7200, 0, -7200, 0)  # seconds that the clock is set ahead of the right time
LIBRARY = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile long *ahead;
__attribute__((constructor)) static void begin(void) {
  int file = open(getenv("CLOCK_AHEAD"), O_RDONLY | O_CLOEXEC);
  void *shared = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
  if (file >= 0) close(file);
  if (shared != MAP_FAILED) ahead = shared;
}
int clock_gettime(clockid_t clock, struct timespec *told) {
  int failed = syscall(SYS_clock_gettime, clock, told);
  if (!failed && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) told->tv_sec += *ahead;
  return failed;
}
int gettimeofday(struct timeval *restrict told, void *restrict zone) {
  struct timespec now;
  int failed = clock_gettime(CLOCK_REALTIME, &now);
  if (!failed && told) { told->tv_sec = now.tv_sec; told->tv_usec = now.tv_nsec / 1000; }
  return failed;
}
time_t time(time_t *told) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (told) *told = now.tv_sec;
  return now.tv_sec;
}
"""


def clock(interval: int = 5, seconds: int = 30) -> dict[str, Any]:
    """The product's clock jumps; devices keep the right time."""
    if not shutil.which("cc"):
        return {"left_out": "needs a C compiler"}
    with tempfile.TemporaryDirectory() as name, laboratory(DEVICES) as lab:
        world = World(Path(name), f"sqlite:///{name}/sitehand.db", interval).create()
        world.add(lab.addresses)
        ahead = Path(name) / "ahead"
        ahead.write_bytes(bytes(8))
        world.extra = {"LD_PRELOAD": str(built(Path(name))), "CLOCK_AHEAD": str(ahead)}
        with world.serving() as server:
            server.sign_in()
            visitor = Visitor(server)
            time.sleep(interval + 5)
            phases = [jumped(world, lab, visitor, ahead, jump, seconds) for jump in JUMPS]
        hours = world.rows("SELECT hour, SUM(n) FROM device_hour GROUP BY 1 ORDER BY 1")
        present = int(time.time()) // 3600
        return {
            "interval_s": interval,
            "phases": phases,
            "checks_kept_by_hour_from_now": {str(int(hour) - present): int(n) for hour, n in hours},
            "negative_ages": sorted(visitor.negative),
        } | told(world, lab, visitor)


def built(folder: Path) -> Path:
    source, library = folder / "ahead.c", folder / "ahead.so"
    source.write_text(LIBRARY)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", str(library), str(source)], check=True)
    return library


def set_clock(file: Path, ahead: int) -> None:
    with file.open("r+b", buffering=0) as shared:
        shared.write(ahead.to_bytes(8, "little", signed=True))


def jumped(world: World, lab: Lab, visitor: Visitor, file: Path, ahead: int, seconds: int) -> dict[str, Any]:
    """What happens in the time after the clock was set."""
    asked, kept = count(lab), sum(world.counted().values())
    set_clock(file, ahead)
    began, moved, signed_out = time.monotonic(), None, visitor.signed_out
    while time.monotonic() - began < seconds:
        visitor.look_round()
        told_at = [state[2] for state in world.states().values()]
        if moved is None and all(abs(at - ahead - time.time()) < 2 * world.interval for at in told_at):
            moved = round(time.monotonic() - began, 1)
        time.sleep(1)
    return {
        "ahead_s": ahead,
        "checks": count(lab) - asked,
        "wanted": round(DEVICES * seconds / world.interval),
        "kept": sum(world.counted().values()) - kept,
        "all_states_on_this_clock_after_s": moved,
        "signed_out": visitor.signed_out - signed_out,
        "shown": visitor.shown_statuses(),
        "false_offline": world.outages(),
    }


def count(lab: Lab) -> int:
    return sum(len(lab.visits(number)) for number in range(DEVICES))
