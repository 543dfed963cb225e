"""Recorded devices, where the laboratory is at hand beside this repository; never a part of it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

LAB = Path(__file__).parents[1].parent / "shared" / "lab"
CAPTURES = LAB / "captures"
PASSWORD = "Abcd1234!"
AT_HAND = (LAB / "replay.py").exists()


@dataclass
class Recorded:
    """A recorded device at an address, and the control of what it does."""

    host: str
    port: int
    control: str

    def tell(self, method: str, what: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        with urlopen(Request(f"http://{self.control}/devices/0/{what}", data, method=method)) as answer:
            return json.load(answer)

    def logins(self) -> list[int]:
        """The status of each request that carried a password, in order."""
        return [entry.get("status") for entry in self.tell("GET", "log") if entry["auth"]]


@contextmanager
def replay(capture: str, *options: str) -> Iterator[Recorded]:
    """Serve one recording until the context ends."""
    port, control_port = free_port(), free_port()
    command = [sys.executable, str(LAB / "replay.py"), "--capture", str(CAPTURES / capture), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--password", PASSWORD, "--control", f"127.0.0.1:{control_port}", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()
            yield Recorded("127.0.0.1", port, f"127.0.0.1:{control_port}")
        finally:
            process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
