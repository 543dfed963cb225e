"""Sitehand as it is really served: by gunicorn, on a free port of loopback, from a data folder of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
PATIENCE = 30  # seconds until a server that is starting must answer
HOST = "127.0.0.1"
EMAIL, PASSWORD, COMPANY = "ada@example.com", "Ladder-and-light-7", "Northlight Security"


def environment(data: Path, **settings: str) -> dict[str, str]:
    """This process's, without settings of whoever runs the tests."""
    given = {name: text for name, text in os.environ.items() if not name.startswith("SITEHAND_")}
    own = {"DATA": str(data), "ALLOWED_NETWORKS": "127.0.0.0/8", "PROBES_PER_MINUTE": "1000", "LOG_LEVEL": "ERROR"}
    return given | {f"SITEHAND_{name}": text for name, text in (own | settings).items()}


def run(data: Path, *command: str) -> str:
    """Run a Python module to its end; gives what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment(data), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def flask(data: Path, *command: str) -> str:
    return run(data, "flask", "--app", "wsgi", *command)


def create_company(data: Path) -> None:
    person = ("--company", COMPANY, "--name", "Ada Admin", "--email", EMAIL, "--password", PASSWORD)
    flask(data, "create-company", *person)


def furnish(data: Path) -> dict[str, Any]:
    """Fill the company with tests/world.py; gives `pages` and `devices` of that world."""
    return dict(json.loads(run(data, "tests.browser.furnish")))


@contextmanager
def served(data: Path, app: str = "wsgi:app") -> Iterator[str]:
    """Serve until the context ends; gives the URL. Without the engine states stay as they were furnished."""
    port = free_port()
    env = environment(data, ENGINE="off") | {"HOST": HOST, "PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", app]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        url = f"http://{HOST}:{port}"
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{url}/healthz") as reply:
                assert reply.status == 200
                return
        except URLError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not come up at {url}")
