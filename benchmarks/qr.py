"""Codes through pixels: `python -m benchmarks.qr [N [SEED]]` prints one JSON line.

N (1,000) codes with random devices are sealed, drawn at error correction M, shown by real Chromium as SVG and as PNG
in turn, photographed off its page, read by zxing and, where it is vendored, by jsQR in that page, opened, and compared.
A quarter has no password. One in ten goes through the real key derivation, in seal() and in open_sealed(); the other
encrypted ones share a key that was derived once. Every tenth carries as many devices as fit.

`make_ms` is the CPU for sealing the code of one device and drawing it as SVG, without the key derivation;
`make_full_ms` that for as many devices as fit; `png_ms` the PNG besides; `derive_cpu_s` one derivation.
"""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import segno
import zxingcpp
from playwright.sync_api import Page, sync_playwright

from webapp.protocols.dial import canonical
from webapp.qr import seal, speakable
from webapp.qr.record import TYPES, Carried, DeviceRecord, pack

JSQR = Path(__file__).parent.parent / "static" / "vendor" / "jsqr-1.4.0" / "jsQR.js"
SCREEN = {"width": 480, "height": 480}
MODULE = 4  # pixels, on the screen and in the files
QUIET = 4  # modules around a code
REAL, FULL, UNSEALED = 10, 10, 4  # one in so many
NOW = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)
LETTERS = [  # of the scripts that names are made of
    "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789",
    "äöüßéèçñøåłžşığ ÄÖÜÉÇÑØÅŁŽŞİĞ",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя ΑΒΓΔαβγδ",
    "中文门口摄像机仓库日本語カメラひらがな 한국어카메라",
    "مخزن كاميرا البوابة עברית हिन्दी ไทย",
    "📷🎥🚪🏠💡🔒❄️👨‍👩‍👧",
]
# Shows a code as a phone or a sheet of labels would, and gives a photograph's pixels back.
SHOW = """source => new Promise(done => {
    document.body.innerHTML = '<img alt="">';
    const image = document.body.firstChild;
    image.onload = () => done([image.width, image.height]);
    image.src = source;
})"""
LOOK = """async photograph => {
    const image = await createImageBitmap(await (await fetch(photograph)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const { data, width, height } = canvas.getImageData(0, 0, image.width, image.height);
    let grey = "";
    for (let at = 0; at < data.length; at += 4) grey += String.fromCharCode(data[at]);
    const found = window.jsQR && jsQR(data, width, height);
    return { width, height, grey: btoa(grey), jsqr: window.jsQR ? (found ? found.data : "") : null };
}"""


@dataclass(frozen=True, slots=True)
class Code:
    """A text with what is in it, and what opens it: a password, a key, or neither."""

    text: str
    carried: Carried
    password: str | None
    key: bytes | None

    def open(self, text: str) -> Carried:
        """What a text that was read carries. Raises NotRead."""
        if self.key:
            return seal.opened(seal.whole(text), self.key)
        return seal.open_sealed(text, self.password, now=NOW)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the two readers made of one picture; "" for nothing, None for a reader that is not there."""

    zxing: str
    jsqr: str | None


def text_of(dice: random.Random, most: int) -> str:
    """1 to `most` characters of one or two scripts."""
    letters = "".join(dice.sample(LETTERS, dice.choice([1, 1, 2])))
    return "".join(dice.choices(letters, k=dice.randint(1, most)))


def host_of(dice: random.Random) -> str:
    """An IPv4 address, an IPv6 address or a name, a third each."""
    form = dice.randrange(3)
    if form == 0:
        return str(IPv4Address(dice.getrandbits(32)))
    if form == 1:
        return str(IPv6Address(0x20010DB8 << 96 | dice.getrandbits(dice.choice([16, 64, 96]))))
    return canonical(f"{dice.choice(['cam', 'gate-7', 'münchen', 'x' * 40, '摄像机'])}.{dice.randrange(10**6)}.example")


def device_of(dice: random.Random, with_password: bool) -> DeviceRecord:
    return DeviceRecord(
        name=text_of(dice, dice.choice([20, 20, 20, 60])),
        host=host_of(dice),
        port=dice.choice([80, 443, 8000, dice.randint(1, 65535)]),
        https=dice.random() < 0.5,
        username=dice.choice(["admin", "admin", text_of(dice, 16)]),
        type=str(dice.choice(TYPES)),
        password=text_of(dice, 24) if with_password and dice.random() < 0.9 else None,
    )


def codes(count: int, seed: int) -> Iterator[tuple[Code, float]]:
    """So many codes, the same for the same seed but for salts and passwords, with the CPU seconds that sealing took.

    Those seconds leave the key derivation out; for the codes with the real one they are 0.
    """
    dice, salt = random.Random(seed), os.urandom(seal.SALT)
    key = seal.derive(speakable.make(), salt)
    for number in range(count):
        encrypted = number % UNSEALED != 0
        listed = [device_of(dice, encrypted) for _ in range(30 if number % FULL == 0 else 1)]
        carried = Carried(seal.split(listed, encrypted)[0], NOW, dice.choice([None, NOW + timedelta(days=7)]))
        if encrypted and number % (2 * REAL) in {1, REAL}:  # of one device, and of as many as fit
            password = speakable.make()
            yield Code(seal.seal(carried, password), carried, password, None), 0
            continue
        began = time.thread_time()
        nonce = os.urandom(seal.NONCE)
        text = seal.encrypted_text(pack(carried), key, salt, nonce) if encrypted else seal.seal(carried, None)
        yield Code(text, carried, None, key if encrypted else None), time.thread_time() - began


@dataclass(frozen=True, slots=True)
class Drawn:
    """A code as data URIs; CPU seconds for the first, and for the second besides."""

    version: int
    svg: str
    png: str
    took: float
    png_took: float


def draw(text: str) -> Drawn:
    began = time.thread_time()
    code = segno.make(text, error="m", mode="alphanumeric", boost_error=False)
    svg = code.svg_data_uri(scale=MODULE, border=QUIET, light="white")
    drawn = time.thread_time()
    png = code.png_data_uri(scale=MODULE, border=QUIET)
    return Drawn(int(code.version), svg, png, drawn - began, time.thread_time() - drawn)


def read(page: Page, picture: str) -> Reading:
    """Show a picture, given as a data URI, in the page, and read it off a screenshot."""
    width, height = page.evaluate(SHOW, picture)
    photograph = page.screenshot(clip={"x": 0, "y": 0, "width": width + 16, "height": height + 16})
    seen = page.evaluate(LOOK, f"data:image/png;base64,{base64.b64encode(photograph).decode()}")
    grey = memoryview(base64.b64decode(seen["grey"])).cast("B", shape=[seen["height"], seen["width"]])
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return Reading(found[0].text if len(found) == 1 else "", seen["jsqr"])


def prepare(page: Page) -> None:
    page.set_viewport_size({"width": SCREEN["width"], "height": SCREEN["height"]})
    page.set_content("<!doctype html><body>")
    if JSQR.exists():
        page.add_script_tag(path=JSQR)


def measure(page: Page, count: int, seed: int) -> dict[str, Any]:
    prepare(page)
    counted: Counter[str] = Counter()
    drawings: list[Drawn] = []
    took: dict[bool, list[float]] = {True: [], False: []}  # of codes with as many devices as fit, of others
    for number, (code, sealing) in enumerate(codes(count, seed)):
        drawn = draw(code.text)
        drawings.append(drawn)
        took[number % FULL == 0].append(sealing + drawn.took)
        reading = read(page, drawn.png if (number + number // FULL) % 2 else drawn.svg)
        counted.update(judged(code, reading))
    counts: dict[str, Any] = dict(counted) | ({} if JSQR.exists() else {"jsqr": None})
    counts["largest_version"] = max(drawn.version for drawn in drawings)
    timed = {
        "make_ms": in_ms(took[False]),
        "make_full_ms": in_ms(took[True]),
        "png_ms": in_ms([drawn.png_took for drawn in drawings]),
    }
    return counts | timed | {"derive_cpu_s": derivation()}


def judged(code: Code, reading: Reading) -> dict[str, int]:
    """What to count of one code."""
    right = reading.zxing == code.text
    return {
        "codes": 1,
        "devices": len(code.carried.devices),
        "encrypted": seal.is_encrypted(code.text),
        "derived": code.password is not None,
        "zxing": right,
        "jsqr": reading.jsqr == code.text,
        "opened": right and code.open(reading.zxing) == code.carried,
    }


def in_ms(seconds: list[float]) -> dict[str, float]:
    """Median and largest, in milliseconds."""
    return {"median": round(statistics.median(seconds) * 1000, 1), "max": round(max(seconds) * 1000, 1)}


def derivation() -> float:
    """CPU seconds of one key, the median of five."""
    costs = []
    for _ in range(5):
        before = time.process_time()
        seal.derive("lusab-babad-gutih-tugad", bytes(seal.SALT))
        costs.append(time.process_time() - before)
    return round(statistics.median(costs), 3)


@contextmanager
def chromium() -> Iterator[Page]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        sys.exit("The codes are shown by Chromium, which is not installed.")
    with sync_playwright() as driver:
        flags = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = driver.chromium.launch(executable_path=path, args=flags)
        yield browser.new_page()
        browser.close()


def main(count: int = 1000, seed: int = 1) -> None:
    with chromium() as page:
        print(json.dumps(measure(page, count, seed)))


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:3]))
