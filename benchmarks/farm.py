"""A farm of devices for the benchmarks: Debian's lighttpd with digest, on every address of 127.0.0.0/8 at one port.

`python -m benchmarks.farm [PORT]` runs one until it is interrupted. Needs the package lighttpd.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

USERNAME, PASSWORD = "admin", "Kamera-123"
NAMESPACE = 'version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"'
DISKS = "".join(
    f"<hdd><id>{number}</id><hddName>hdd{number}</hddName><hddPath></hddPath><hddType>SATA</hddType><status>ok</status>"
    "<capacity>3815447</capacity><freeSpace>0</freeSpace><property>RW</property></hdd>"
    for number in (1, 2)
)
DOCUMENTS = {
    "/ISAPI/System/deviceInfo": f"""<?xml version="1.0" encoding="UTF-8"?>
<DeviceInfo {NAMESPACE}>
<deviceName>Front door</deviceName><deviceID>48443030-3836-3431-3438-0cc119d3ab57</deviceID>
<deviceDescription>IPCamera</deviceDescription><deviceLocation>hangzhou</deviceLocation>
<systemContact>support</systemContact><model>DS-2CD2386G2-IU</model>
<serialNumber>DS-2CD2386G2-IU20210101AAWRF00000001</serialNumber><macAddress>00:00:5e:00:53:01</macAddress>
<firmwareVersion>V5.7.3</firmwareVersion><firmwareReleasedDate>build 220112</firmwareReleasedDate>
<encoderVersion>V7.3</encoderVersion><encoderReleasedDate>build 210816</encoderReleasedDate>
<bootVersion>V1.3.4</bootVersion><bootReleasedDate>100316</bootReleasedDate><hardwareVersion>0x0</hardwareVersion>
<deviceType>IPCamera</deviceType><telecontrolID>88</telecontrolID><supportBeep>false</supportBeep>
</DeviceInfo>
""",
    "/ISAPI/System/status": f"""<?xml version="1.0" encoding="UTF-8"?>
<DeviceStatus {NAMESPACE}>
<currentDeviceTime>2026-11-22T20:31:50+01:00</currentDeviceTime><deviceUpTime>734953</deviceUpTime>
<CPUList><CPU><cpuDescription>2616.00</cpuDescription><cpuUtilization>41</cpuUtilization></CPU></CPUList>
<MemoryList><Memory><memoryDescription>DDR Memory</memoryDescription><memoryUsage>61</memoryUsage>
<memoryAvailable>94208</memoryAvailable></Memory></MemoryList>
<totalRebootCount>12</totalRebootCount>
</DeviceStatus>
""",
    "/ISAPI/ContentMgmt/Storage": f"""<?xml version="1.0" encoding="UTF-8"?>
<storage {NAMESPACE}>
<hddList size="2">{DISKS}</hddList><nasList size="0"></nasList><workMode>quota</workMode>
</storage>
""",
    "/plain": "ok\n",  # without a password
}
CONFIG = """server.modules = ("mod_auth", "mod_authn_file")
server.document-root = "{folder}/www"
server.port = {port}
server.bind = "0.0.0.0"
server.max-fds = 16384
server.max-connections = 8192
server.max-keep-alive-requests = 1000
server.listen-backlog = 4096
server.errorlog = "{folder}/error.log"
mimetype.assign = ("" => "application/xml")
auth.backend = "plain"
auth.backend.plain.userfile = "{folder}/users"
auth.require = ("/ISAPI/" => ("method" => "digest", "realm" => "DS-2CD2386G2-IU", "require" => "valid-user"))
"""


def address(number: int) -> str:
    """Of the device with this number, from 0."""
    return f"127.{20 + number // 62500}.{1 + number // 250 % 250}.{1 + number % 250}"


@contextmanager
def farm(port: int = 0) -> Iterator[int]:
    """Run devices until the context ends; gives their port. With FARM_PORT set somebody else runs them."""
    if given := os.environ.get("FARM_PORT"):
        yield int(given)
        return
    server = shutil.which("lighttpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if server is None:
        raise SystemExit("The farm needs lighttpd (apt-get install lighttpd), or FARM_PORT of one that runs.")
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="farm-") as folder:
        config = furnish(Path(folder), port)
        with subprocess.Popen([server, "-D", "-f", str(config)]) as process:
            try:
                wait_for(port, process)
                yield port
            finally:
                process.send_signal(signal.SIGINT)


def furnish(folder: Path, port: int) -> Path:
    """Write the documents, the password and the configuration; gives the latter's path."""
    for path, document in DOCUMENTS.items():
        file = folder / "www" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(document)
    (folder / "users").write_text(f"{USERNAME}:{PASSWORD}\n")
    config = folder / "lighttpd.conf"
    config.write_text(CONFIG.format(folder=folder, port=port))
    return config


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 5.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection((address(0), port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("lighttpd did not start")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), farm(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as running:
        print(f"devices at {address(0)}:{running} and on", flush=True)
        signal.pause()
