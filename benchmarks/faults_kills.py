"""The engine is killed, again and again (Z22, Z35)."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.faults_world import WRONG, World, end, until
from benchmarks.laboratory import Lab, laboratory


def kills(times: int = 50, interval: int = 3, healthy: int = 16) -> dict[str, Any]:
    """kill -9 of the worker at random moments, each time with one more device whose password is refused."""
    chance, found = random.Random(35), Counter[str]()
    starts, firsts = [], []
    with tempfile.TemporaryDirectory() as name, laboratory(healthy + times) as lab:
        world = World(Path(name), f"sqlite:///{name}/sitehand.db", interval).create()
        world.add(lab.addresses[:healthy])
        for number in range(times):
            world.add([lab.addresses[healthy + number]], WRONG, "checking")
            before = kept(world)
            began, at = time.monotonic(), time.time()
            with world.worker() as process:
                starts.append(time.monotonic() - began)
                time.sleep(chance.uniform(0.1, 2.5 * interval))
                seen = kept(world)
                process.kill()
                process.wait()
            found["lost"] += lost(before, seen) + lost(seen, kept(world))
            found["broken"] += world.integrity() != "ok"
            firsts += [first - at for first in map(first_after(at), visits(lab, healthy)) if first]
        with world.worker() as process:
            time.sleep(2 * interval + 2)
            found["ended_badly"] += not end(process)
        tries = Counter(lab.refusals(healthy + number) for number in range(times))
        told = [state[0] for one, state in world.states().items() if one > healthy]
        return {
            "kills": times,
            "lost": found["lost"],
            "integrity_broken": found["broken"],
            "refused_tries_by_device": {str(n): tries[n] for n in sorted(tries)},
            "said_sign_in_failed": told.count("auth_failed"),
            "locked": lab.locked(),
            "start_s_most": round(max(starts), 2),
            "first_check_after_start_s_most": round(max(firsts), 2),
            "wanted_s": round(interval + max(starts), 2),
            "ended_badly": found["ended_badly"],
        } | world.counts(lab, healthy)


def aimed(times: int = 10, interval: int = 2) -> dict[str, Any]:
    """kill -9 just after a device has refused a password, again and again, before it can be written."""
    with tempfile.TemporaryDirectory() as name, laboratory(1) as lab:
        world = World(Path(name), f"sqlite:///{name}/sitehand.db", interval).create()
        world.add(lab.addresses, WRONG, "checking")
        asked = 0
        for _ in range(times):
            with world.worker():
                if until(lambda before=asked: lab.refusals(0) > before, 3 * interval, pause=0.02) is None:  # type: ignore[misc]
                    break
            asked = lab.refusals(0)
        return {
            "kills": times,
            "refused_tries": lab.refusals(0),
            "wanted_at_most": 2,
            "locked": lab.locked(),
            "said": world.states()[1][:2],
        }


def kept(world: World) -> dict[tuple[Any, ...], bytes]:
    """All that a reader sees: samples of each hour, events, states that say more than up."""
    hours = world.rows("SELECT hour, device_id, samples FROM device_hour")
    events = world.rows("SELECT id, device_id, kind, became FROM device_event")
    return {(hour, device): bytes(samples) for hour, device, samples in hours} | {tuple(one): b"" for one in events}


def lost(before: dict[tuple[Any, ...], bytes], after: dict[tuple[Any, ...], bytes]) -> int:
    """Those that are gone, and hours of which a minute is: it may have become worse only."""
    return sum(1 for key, value in before.items() if key not in after or not goes_on(value, after[key]))


def goes_on(before: bytes, after: bytes) -> bool:
    return len(before) <= len(after) and all(one <= now for one, now in zip(before, after, strict=False))


def visits(lab: Lab, devices: int) -> Iterator[list[float]]:
    return (lab.visits(number) for number in range(devices))


def first_after(at: float) -> Any:
    return lambda moments: next((one for one in moments if one > at), None)
