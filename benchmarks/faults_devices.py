"""Devices that lie, drip, flood and hang, and all of them silent at once (Z22, Z36)."""

from __future__ import annotations

import http.client
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.faults_visitor import Visitor, text_of
from benchmarks.faults_world import World, resident, until
from benchmarks.laboratory import Lab, laboratory

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "slow", "delay": 5},
    {"kind": "drip"},
    {"kind": "hang"},
    {"kind": "hang_headers"},
    {"kind": "reset"},
    {"kind": "reset", "after": 20},
    {"kind": "close"},
    {"kind": "truncate"},
    {"kind": "bad_length"},
    {"kind": "huge"},
    {"kind": "endless"},
    {"kind": "wrong_type"},
    {"kind": "login_page"},
    {"kind": "redirect"},
    {"kind": "http", "status": 500},
    {"kind": "http", "status": 503},
    {"kind": "xmlbomb"},
    {"kind": "xxe"},
    {"kind": "gzipbomb", "mb": 64},
    {"kind": "badgzip"},
    {"kind": "gb2312"},
    {"kind": "empty"},
    {"kind": "garbage"},
    {"kind": "json_for_xml"},
    {"kind": "stale"},
    {"kind": "nochallenge"},
    {"kind": "drip", "pre_auth": True},
    {"kind": "hang_headers", "pre_auth": True},
    {"kind": "reset", "pre_auth": True},
    {"kind": "close", "pre_auth": True},
    {"kind": "endless", "pre_auth": True},
    {"kind": "garbage", "pre_auth": True},
    {"kind": "login_page", "pre_auth": True},
    {"kind": "http", "status": 503, "pre_auth": True},
)
HEALTHY = 20
OF_ALL = {"false_offline", "torn_hours"}  # counts that are not of some devices alone


def hostile(interval: int = 4) -> dict[str, Any]:
    """Each kind of hostile device one after the other, beside healthy ones."""
    with (
        tempfile.TemporaryDirectory() as name,
        laboratory(HEALTHY, "127.78.0.1") as well,
        laboratory(len(FAULTS) + 3) as ill,
    ):
        world = World(Path(name), f"sqlite:///{name}/sitehand.db", interval, timeout=1.5).create()
        world.add(well.addresses)
        world.add(ill.addresses)
        with world.worker() as engine:
            time.sleep(12 * interval)
            before, sizes, told = resident(engine.pid) >> 10, [], {}
            for number, fault in enumerate(FAULTS):
                told[name_of(fault)] = suffered(world, ill, number, fault)
                sizes.append(resident(engine.pid) >> 10)
            others = states_of_life(world, ill, len(FAULTS))
            time.sleep(5 * interval)
            after = resident(engine.pid) >> 10
        events = "SELECT COUNT(*) FROM device_event WHERE became <> 'online' AND kind = 'status' AND device_id <="
        return {
            "interval_s": interval,
            "told": told,
            "rebooted_replaced_locked": others,
            "not_back": not_back(world),
            "healthy": {name: n for name, n in world.counts(well, HEALTHY).items() if name not in OF_ALL},
            "healthy_told_ill": int(world.rows(f"{events} {HEALTHY}")[0][0]),
            "refused_logins_most": max(ill.refusals(number) for number in range(len(FAULTS))),
            "locked_by_us": ill.locked() - 1,
            "pss_before_kib": before,
            "pss_most_kib": max(sizes),
            "pss_after_kib": after,
            "unhandled_errors": errors(world),
        }


def name_of(fault: dict[str, Any]) -> str:
    return " ".join([fault["kind"], *(f"{key}={value}" for key, value in fault.items() if key != "kind")])


def suffered(world: World, lab: Lab, number: int, fault: dict[str, Any]) -> str:
    """What is told of a device with a fault, when it was, and how often it was asked meanwhile."""
    one, before = HEALTHY + number + 1, len(lab.log(number))
    lab.fault(number, **fault)
    after = until(lambda: world.states()[one][0] != "online", 15)
    status, why, at = world.states()[one]
    fresh = time.time() - at < 2 * world.interval
    asked = len(lab.log(number)) - before
    lab.mend(number)
    return f"{status} {why} after {after} s, {asked} requests{'' if fresh else ', state is old'}"


def states_of_life(world: World, lab: Lab, first: int) -> dict[str, Any]:
    """A device that was off and on again, one in another's place, and one that somebody has locked."""
    lab.state(first, uptime=1)
    lab.state(first + 1, uptime=1, identity={"serialNumber": "ANOTHER-1"})
    lock(lab, first + 2)
    logins = sum(1 for one in lab.log(first + 2) if one["auth"])
    time.sleep(5 * world.interval)
    reboots = world.rows(
        f"SELECT COUNT(*) FROM device_event WHERE kind = 'reboot' AND device_id = {HEALTHY + first + 1}"
    )
    told = world.states()
    return {
        "reboots_seen": int(reboots[0][0]),
        "rebooted": told[HEALTHY + first + 1][0],
        "replaced": told[HEALTHY + first + 2][0],
        "locked": told[HEALTHY + first + 3][0],
        "logins_at_locked": sum(1 for one in lab.log(first + 2) if one["auth"]) - logins,
    }


def lock(lab: Lab, number: int) -> None:
    """Wrong logins by somebody else, as many as the device takes."""
    host, port = lab.addresses[number]
    for _ in range(5):
        connection = http.client.HTTPConnection(host, port, timeout=10)
        connection.request("GET", "/ISAPI/System/status", headers={"Authorization": 'Digest username="nobody"'})
        connection.getresponse().read()
        connection.close()


def not_back(world: World) -> list[str]:
    """Devices that had a fault and are not online now that it is over."""
    names = {HEALTHY + number + 1: name_of(fault) for number, fault in enumerate(FAULTS)}
    told = world.states()
    return [f"{name}: {' '.join(told[one][:2])}" for one, name in names.items() if told[one][0] != "online"]


def errors(world: World) -> int:
    """What the engine logged that nobody had thought of."""
    return sum(file.read_text(errors="replace").count('"level": "error"') for file in world.logs)


def uplink(interval: int = 10, devices: int = 40) -> dict[str, Any]:
    """All devices of ten sites are silent for a minute and come back; the engine that led is killed in the middle."""
    with tempfile.TemporaryDirectory() as name, laboratory(devices) as lab:
        world = World(Path(name), f"sqlite:///{name}/sitehand.db", interval).create()
        world.add(lab.addresses)
        with world.worker() as first, world.serving() as server:
            server.sign_in()
            visitor = Visitor(server)
            time.sleep(2 * interval)
            lab.fault("*", kind="hang_headers", pre_auth=True)
            told_after = until(lambda: is_told(visitor), 6 * interval, 0.5)
            time.sleep(2 * interval)
            first.kill()
            again_after = (
                until(lambda: not is_told(visitor), 3 * interval, 0.5),
                until(lambda: is_told(visitor), 6 * interval, 0.5),
            )
            time.sleep(interval)
            shown = visitor.shown_statuses()
            outages = world.outages()
            lab.mend("*")
            mended = time.time()
            back = until(lambda: all(at > mended for _status, _why, at in world.states().values()), 60)
            quiet = until(lambda: not is_told(visitor), 60, 0.5)
            time.sleep(2 * interval)
            whole = world.outages()
            alone = one_site(world, lab)
        return {
            "interval_s": interval,
            "devices": devices,
            "told_after_s": told_after,
            "gone_and_told_again_by_the_next_engine_after_s": again_after,
            "shown_while_gone": shown,
            "false_offline_while_gone": outages,
            "false_offline_after": whole,
            "all_fresh_after_s": back,
            "no_longer_told_after_s": quiet,
            "one_site_alone": alone,
            "negative_ages": sorted(visitor.negative),
        }


def is_told(visitor: Visitor) -> bool:
    return "Our own connection seems to be gone" in text_of(visitor, "/")


def one_site(world: World, lab: Lab) -> dict[str, Any]:
    """The devices of one site alone are silent: those are the site's outage, not ours."""
    mine = [number for number in range(len(lab.addresses)) if number % 10 == 0]
    before = world.outages()
    for number in mine:
        lab.fault(number, kind="hang_headers", pre_auth=True)
    after = until(lambda: world.outages() - before == len(mine), 6 * world.interval)
    return {"devices": len(mine), "said_offline": world.outages() - before, "after_s": after}
