"""Static files as they go over the wire: one style sheet, hashed names, compressed once, immutable."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
from whitenoise import WhiteNoise

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PREFIX = "/static/"
STYLES = "css/app.css"  # all of static/css, joined in the order of their names
WORKER = "js/sw.js"  # is served at /sw.js, since its folder is its reach
OFFLINE = "/offline"
SHELL = (STYLES, "js/app.js", "vendor/htmx-2.0.11/htmx.min.js", "icons.svg", "icon.svg")
SERVED = {".css", ".js", ".svg", ".png", ".webp", ".woff2", ".wasm"}
COMPRESSED = {".css", ".js", ".svg", ".wasm"}
HASHED = re.compile(r"\.[0-9a-f]{10}\.[a-z0-9]+$")


@dataclass(frozen=True)
class Assets:
    """The static files of one release. `urls` maps names such as "css/app.css" to URLs with a hash in them."""

    root: Path
    digest: str
    urls: Mapping[str, str]
    worker: str
    """The service worker's source, its list of files filled in."""

    def url(self, name: str) -> str:
        """The URL of a file below static/; KeyError when there is none, so a page with a wrong name fails its test."""
        return self.urls[name]

    def install(self, app: WSGIApplication) -> WhiteNoise:
        """The app with /static/ in front of it, compressed as the browser likes and immutable."""
        return WhiteNoise(
            app,
            root=str(self.root),
            prefix=PREFIX,
            autorefresh=False,
            allow_all_origins=False,
            immutable_file_test=is_immutable,
        )


@cache
def build(source: Path, target_root: Path) -> Assets:
    """Prepares the files of `source` below `target_root`/<digest>/, unless an earlier start has done so.

    Written beside its place and renamed, so another process sees all of it or nothing.
    """
    contents = dict(read(source))
    urls = {name: PREFIX + hashed(name, data) for name, data in contents.items()}
    worker = (source / WORKER).read_text()
    digest = short(Path(__file__).read_bytes(), worker.encode(), *(urls[name].encode() for name in sorted(urls)))
    root = target_root / digest
    if not root.is_dir():
        place(root, {url.removeprefix(PREFIX): contents[name] for name, url in urls.items()})
    return Assets(root, digest, urls, filled(worker, digest, urls))


def read(source: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of everything that is served, the style sheets as one."""
    yield STYLES, b"".join(path.read_bytes() for path in sorted((source / "css").glob("*.css")))
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.suffix in SERVED and path.parent != source / "css" and name != WORKER:
            yield name, path.read_bytes()


def short(*parts: bytes) -> str:
    return sha256(b"\0".join(parts)).hexdigest()[:10]


def hashed(name: str, data: bytes) -> str:
    """ "css/app.css" → "css/app.1f2e3d4c5b.css"."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{short(data)}{dot}{ending}"


def filled(worker: str, digest: str, urls: Mapping[str, str]) -> str:
    shell = [urls[name] for name in SHELL if name in urls] + [OFFLINE]
    return worker.replace("__SHELL__", json.dumps(shell)).replace("__VERSION__", digest)


def place(root: Path, files: Mapping[str, bytes]) -> None:
    """Writes `files` into `root` at one stroke; whoever comes second finds the work done."""
    root.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".making-", dir=root.parent))
    try:
        for name, data in files.items():
            write(draft / name, data)
        draft.chmod(0o755)
        draft.rename(root)
    except OSError:
        if not root.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write(path: Path, data: bytes) -> None:
    """The file, and beside it its .br and .gz where compressing is worth it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if path.suffix in COMPRESSED:
        path.with_name(path.name + ".br").write_bytes(brotli.compress(data, quality=11))
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))


def is_immutable(path: str, url: str) -> bool:
    return HASHED.search(url) is not None
