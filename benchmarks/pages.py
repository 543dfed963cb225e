"""What the list pages cost: `python -m benchmarks.pages` prints one JSON line. Linux only, since it reads /proc.

- `devices`: CPU of one request of the list of a company's 50 devices, served as `script/server` serves it, and of the
  very same bytes from a bare WSGI function under the same gunicorn settings; their ratio, and the target for it.
- `sites`: time of one request of the site list with 1,000 sites and 10,000 devices, and with 50 and 500; their ratio.

Each figure is the median of rounds in which the two sides take turns, in ms. All is on loopback, in a temporary folder.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pycurl

ROOT = Path(__file__).parent.parent
ROUNDS, REQUESTS, CONNECTIONS = 7, 1000, 8
TICK = os.sysconf("SC_CLK_TCK")
PERSON = {"email": "bench@example.com", "password": "Bench-4711-mark"}
COMPANIES = {"tiny": (5, 50), "small": (50, 500), "large": (1000, 10_000)}  # sites, devices
HOP_BY_HOP = {"connection", "date", "keep-alive", "server", "transfer-encoding", "set-cookie"}


@dataclass
class Server:
    """A gunicorn that was started, and what a signed-in browser sends to it."""

    port: int
    pid: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, connection: http.client.HTTPConnection, path: str, form: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        headers = {"Accept-Encoding": "br, gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "identity"}
            connection.request("POST", path, urlencode(form), headers)
        reply = connection.getresponse()
        return reply, reply.read()

    def get(self, path: str) -> tuple[http.client.HTTPResponse, bytes]:
        """One page over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            return self.ask(connection, path)
        finally:
            connection.close()

    def sign_in(self) -> None:
        """Through the form, as a person does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/sign-in", headers={"Accept-Encoding": "identity"})
        reply = connection.getresponse()
        hidden = re.findall(r'<input[^>]*name="csrf_token"[^>]*value="([^"]*)"', reply.read().decode())
        self.keep_cookies(reply)
        reply, _ = self.ask(connection, "/sign-in", PERSON | {"csrf_token": hidden[0]})
        if reply.status != 303:
            raise RuntimeError(f"signing in answered {reply.status}")
        self.keep_cookies(reply)
        connection.close()

    def keep_cookies(self, reply: http.client.HTTPResponse) -> None:
        for cookie in reply.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value

    def hammer(self, path: str, count: int = REQUESTS, connections: int = CONNECTIONS) -> None:
        """Ask for a page `count` times over a few kept connections, by libcurl, which leaves the server little rest."""
        multi, started, ended = pycurl.CurlMulti(), 0, 0
        for _ in range(connections):
            multi.add_handle(self.handle(path))
            started += 1
        while ended < count:
            multi.perform()
            multi.select(1)
            for curl in multi.info_read()[1]:
                if curl.getinfo(pycurl.RESPONSE_CODE) != 200:
                    raise RuntimeError(f"{path} answered {curl.getinfo(pycurl.RESPONSE_CODE)}")
                ended += 1
                multi.remove_handle(curl)
                if started < count:
                    multi.add_handle(curl)
                    started += 1

    def handle(self, path: str) -> pycurl.Curl:
        curl = pycurl.Curl()
        curl.setopt(pycurl.URL, f"http://127.0.0.1:{self.port}{path}")
        curl.setopt(pycurl.HTTPHEADER, ["Accept-Encoding: br, gzip"])
        curl.setopt(pycurl.COOKIE, "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        curl.setopt(pycurl.WRITEFUNCTION, len)
        return curl

    def cpu(self) -> float:
        """Seconds of CPU that gunicorn and its worker have used."""
        return sum(used for pid, parent, used in processes() if self.pid in {pid, parent})


def processes() -> Iterator[tuple[int, int, float]]:
    """(id, parent's id, seconds of CPU) of every process."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        yield int(stat.parent.name), int(values[1]), (int(values[11]) + int(values[12])) / TICK


@contextmanager
def serving(app: str, config: Path, environment: dict[str, str]) -> Iterator[Server]:
    """gunicorn with a config file, on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", str(config), app]
    process = subprocess.Popen(command, cwd=ROOT, env=environment | {"HOST": "127.0.0.1", "PORT": str(port)})
    try:
        wait_for(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("gunicorn did not come up")


def settings(data: Path) -> dict[str, str]:
    """The environment of the product, with nothing in the background."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("SITEHAND_")}
    return mine | {"SITEHAND_DATA": str(data), "SITEHAND_ENGINE": "off"}


def make_company(data: Path, sites: int, devices: int) -> None:
    """A database of the product's own making with one company, filled with many rows at once."""
    person = ["--email", PERSON["email"], "--password", PERSON["password"]]
    for command in (["migrate"], ["create-company", "--company", "Bench", "--name", "Bo", *person]):
        flask = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
        subprocess.run(flask, cwd=ROOT, env=settings(data), check=True, stdout=subprocess.DEVNULL)
    fill(f"sqlite:///{data / 'sitehand.db'}", sites, devices)


def fill(url: str, sites: int, devices: int) -> None:
    from webapp import db
    from webapp.common import clock
    from webapp.devices.models import Device, DeviceState
    from webapp.sites.models import Site

    now, per_site = clock.now(), devices // sites
    db.connect(url)
    with db.database.connection_context(), db.transaction():
        insert(Site, ({"company": 1, "zone": "Europe/Berlin", "created_at": now} | site(n) for n in range(sites)))
        dates = {"added_at": now, "changed_at": now}
        insert(Device, ({"site": n // per_site + 1} | dates | device(n) for n in range(devices)))
        insert(DeviceState, ({"device": n + 1, "since": now, "checked_at": now} | state(n) for n in range(devices)))


def insert(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    waiting = iter(rows)
    while some := list(islice(waiting, 100)):
        model.insert_many(some).execute()


def site(n: int) -> dict[str, Any]:
    name, city = f"Bakery {n:04}", f"Town {n % 90}"
    search = f"{name} {n} Mill Lane {city}".casefold()
    return {"name": name, "name_folded": name.casefold(), "address": f"{n} Mill Lane", "city": city, "search": search}


def device(n: int) -> dict[str, Any]:
    name, model = f"Entrance camera {n:05}", "DS-2CD2386G2-IU" if n % 5 else "DS-7608NXI-I2"
    kind = "network_camera" if n % 5 else "nvr"
    host = f"device-{n}.example.com"
    found = {"type": kind, "type_detected": kind, "model": model, "serial": f"{model}{n:09}", "firmware": "V5.7.17"}
    return {"name": name, "host": host, "port": 80, "username": "admin", "search": f"{name} {host}".casefold()} | found


def state(n: int) -> dict[str, Any]:
    if n % 20:
        return {"status": "online", "reason": "", "ms": 40 + n % 60}
    return {"status": "offline", "reason": "timeout", "ms": None}


def bare() -> Callable[..., list[bytes]]:
    """A WSGI function that answers everything with the reply in the file BENCH_REPLY."""
    saved = json.loads(Path(os.environ["BENCH_REPLY"]).read_text())
    body = base64.b64decode(saved["body"])
    headers = [(name, value) for name, value in saved["headers"]]

    def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", headers)
        return [body]

    return app


def save_reply(server: Server, path: str, file: Path) -> int:
    """Keep what the product answers, headers included; gives the bytes of its body."""
    reply, body = server.get(path)
    headers = [pair for pair in reply.getheaders() if pair[0].lower() not in HOP_BY_HOP]
    file.write_text(json.dumps({"headers": headers, "body": base64.b64encode(body).decode()}))
    return len(body)


def plain_config(folder: Path) -> Path:
    """The product's gunicorn settings without its background work."""
    file = folder / "bare.conf.py"
    file.write_text(f"exec(open({str(ROOT / 'gunicorn.conf.py')!r}).read())\ndel post_worker_init, worker_exit\n")
    return file


def cpu_ms(server: Server, path: str) -> float:
    before = server.cpu()
    server.hammer(path)
    return 1000 * (server.cpu() - before) / REQUESTS


def page_ms(server: Server, path: str) -> float:
    before = time.perf_counter()
    server.hammer(path, REQUESTS // 5, connections=1)
    return 1000 * (time.perf_counter() - before) / (REQUESTS // 5)


def in_turns(
    measure: Callable[[Server, str], float], path: str, one: Server, other: Server
) -> tuple[float, float, float]:
    """Medians of both, and of their ratio in each round; to a thousandth."""
    for server in (one, other):
        measure(server, path)
    pairs = [(measure(one, path), measure(other, path)) for _ in range(ROUNDS)]
    columns = [a for a, _ in pairs], [b for _, b in pairs], [a / b for a, b in pairs]
    one_side, other_side, ratio = (round(statistics.median(column), 3) for column in columns)
    return one_side, other_side, ratio


def main() -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder, conf = Path(name), ROOT / "gunicorn.conf.py"
        servers = {}
        for kind, (sites, devices) in COMPANIES.items():
            make_company(folder / kind, sites, devices)
            servers[kind] = running.enter_context(serving("wsgi:app", conf, settings(folder / kind)))
            servers[kind].sign_in()
        size = save_reply(servers["tiny"], "/devices", folder / "reply.json")
        environment = dict(os.environ) | {"BENCH_REPLY": str(folder / "reply.json")}
        floor = running.enter_context(serving("benchmarks.pages:bare()", plain_config(folder), environment))

        cpu, bare_cpu, cost = in_turns(cpu_ms, "/devices", servers["tiny"], floor)
        many, few, growth = in_turns(page_ms, "/sites", servers["large"], servers["small"])
    of_devices = {"cpu_ms": cpu, "bare_cpu_ms": bare_cpu, "ratio": cost, "target": 3.5, "bytes": size}
    of_sites = {"ms": many, "small_ms": few, "ratio": growth, "target": 1.5}
    print(json.dumps({"rounds": ROUNDS, "devices": of_devices, "sites": of_sites}))


if __name__ == "__main__":
    main()
