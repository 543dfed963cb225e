"""Draws the pictures of the README from the running demo: `python -m benchmarks.screenshots`, or script/screenshots.

Starts the demo on a free port, adds a simulated recorder, waits for its first check, and writes docs/phone.png: its
page on a phone.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, ViewportSize, sync_playwright

from webapp.demo import PASSWORD

ROOT = Path(__file__).parent.parent
PHONE: ViewportSize = {"width": 412, "height": 915}


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("The pictures are drawn by Chromium, which is not installed.")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"HOST": "127.0.0.1", "PORT": str(port)}
    demo = subprocess.Popen(["script/server", "--demo"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        with sync_playwright() as driver:
            arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = driver.chromium.launch(executable_path=chromium, args=arguments)
            page = browser.new_page(viewport=PHONE, device_scale_factor=2, base_url=f"http://127.0.0.1:{port}")
            add_recorder(page)
            page.screenshot(path=ROOT / "docs" / "phone.png")
            browser.close()
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait()


def add_recorder(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill("admin@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/sites/1/devices/new/address")
    page.get_by_label("Device name").fill("Recorder, back office")
    page.get_by_label("IP address or domain").fill("127.0.10.3")
    page.get_by_label("Port").fill("8082")
    page.get_by_label("Password").fill("Kamera-123")
    page.get_by_role("button", name="Add device").click()
    page.wait_for_url("**/devices/*")
    told = page.locator("#health .items", has_text=re.compile(r"disks? (is|are) well"))
    told.wait_for(timeout=180_000)  # its first turn is in a minute
    page.reload()
    page.wait_for_timeout(300)


def wait_for(url: str) -> None:
    for _ in range(120):
        try:
            urlopen(url).close()
            return
        except OSError:
            time.sleep(0.5)
    sys.exit("The demo did not start.")


if __name__ == "__main__":
    main()
