"""What goes over the wire besides pages: small, hashed, compressed once, kept for good."""

import gzip
import json
import re
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import brotli
import pytest

from webapp.common import assets

STATIC = Path(__file__).parents[2] / "static"
CSS = sorted((STATIC / "css").glob("*.css"))
HTMX = "vendor/htmx-2.0.11/htmx.min.js"


def nothing(environ, start_response):
    start_response("404 NOT FOUND", [])
    return [b"from the app"]


def get(app, path, **headers):
    """Status, headers in lower case, body."""
    environ = {"PATH_INFO": path, "wsgi.input": BytesIO()} | {
        f"HTTP_{name.upper()}": text for name, text in headers.items()
    }
    setup_testing_defaults(environ)
    seen = {}

    def start(status, answered, exc_info=None):
        seen.update(status=status, headers={name.lower(): text for name, text in answered})

    body = b"".join(app(environ, start))
    return seen["status"], seen["headers"], body


@pytest.fixture
def built(tmp_path):
    return assets.build(STATIC, tmp_path / "made")


def on_the_wire(built, name):
    return len((built.root / (built.url(name).removeprefix("/static/") + ".gz")).read_bytes())


@pytest.mark.parametrize(("name", "kilobytes"), [("css/app.css", 10), ("js/app.js", 5), ("icons.svg", 4), (HTMX, 17)])
def test_it_stays_within_its_budget(built, name, kilobytes):
    assert on_the_wire(built, name) <= kilobytes * 1024


def test_the_first_load_is_light_on_bad_4g(built):
    assert sum(on_the_wire(built, name) for name in assets.SHELL) <= 35 * 1024


def test_a_name_carries_the_hash_of_its_content(built):
    url = built.url("css/app.css")
    joined = b"".join(path.read_bytes() for path in CSS)
    assert url == f"/static/css/app.{sha256(joined).hexdigest()[:10]}.css"


def test_a_changed_file_gets_another_name_and_another_release(tmp_path):
    source = tmp_path / "static"
    for name, text in {"css/a.css": "a{}", "js/sw.js": "__SHELL__ __VERSION__", "js/app.js": "1"}.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    before = assets.build(source, tmp_path / "made")
    (source / "css/a.css").write_text("b{}")
    assets.build.cache_clear()
    after = assets.build(source, tmp_path / "made")

    assert before.url("css/app.css") != after.url("css/app.css")
    assert before.url("js/app.js") == after.url("js/app.js")
    assert before.root != after.root


def test_an_unknown_name_is_refused(built):
    with pytest.raises(KeyError):
        built.url("css/none.css")


@pytest.mark.parametrize(
    ("accept", "encoding", "unpack"),
    [("gzip, deflate, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)],
)
def test_it_is_served_compressed_and_for_good(built, accept, encoding, unpack):
    status, headers, body = get(built.install(nothing), built.url("css/app.css"), accept_encoding=accept)

    assert status == "200 OK"
    assert headers["content-encoding"] == encoding
    assert headers["content-type"].startswith("text/css")
    assert "immutable" in headers["cache-control"]
    assert "max-age=315360000" in headers["cache-control"]
    assert headers["vary"] == "Accept-Encoding"
    assert "access-control-allow-origin" not in headers
    assert unpack(body) == b"".join(path.read_bytes() for path in CSS)


def test_a_browser_that_unpacks_nothing_gets_it_plain(built):
    _, headers, body = get(built.install(nothing), built.url("icons.svg"))
    assert "content-encoding" not in headers
    assert body == (STATIC / "icons.svg").read_bytes()
    assert headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize("path", ["/static/css/app.css", "/static/../wsgi.py", "/static/js/sw.js", "/sites"])
def test_everything_else_is_the_apps(built, path):
    assert get(built.install(nothing), path)[0] == "404 NOT FOUND"


def test_the_second_builder_finds_the_work_done(built):
    stamps = {path: path.stat().st_mtime_ns for path in built.root.rglob("*")}
    assets.build.cache_clear()
    again = assets.build(STATIC, built.root.parent)

    assert again.urls == built.urls
    assert {path: path.stat().st_mtime_ns for path in again.root.rglob("*")} == stamps


def test_a_builder_that_loses_the_race_leaves_nothing_behind(tmp_path):
    root = tmp_path / "made" / "0123456789"
    assets.place(root, {"a.css": b"first"})
    assets.place(root, {"a.css": b"second"})

    assert (root / "a.css").read_bytes() == b"first"
    assert list(root.parent.iterdir()) == [root]


def test_a_place_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "made").write_text("a file, not a folder")
    with pytest.raises(OSError, match="made"):
        assets.place(tmp_path / "made" / "0123456789", {"a.css": b""})


def test_the_service_worker_keeps_the_shell_and_the_offline_page_only(built):
    shell = json.loads(re.search(r"SHELL = (\[.*?\]);", built.worker)[1])

    assert shell == [built.url(name) for name in assets.SHELL] + ["/offline"]
    assert f'"sitehand-{built.digest}"' in built.worker
    assert "__" not in built.worker


def test_vendored_files_are_the_ones_that_were_checked():
    table = (STATIC / "vendor" / "README.md").read_text()
    listed = dict(re.findall(r"\| `([^`]+)` \|.*`([0-9a-f]{64})` \|", table))
    present = {path.relative_to(STATIC / "vendor").as_posix(): path for path in (STATIC / "vendor").rglob("*.js")}

    assert listed.keys() == present.keys()
    for name, path in present.items():
        assert sha256(path.read_bytes()).hexdigest() == listed[name]


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_styles_work_in_both_directions_and_load_nothing(path):
    text = re.sub(r"env\([^)]*\)", "", path.read_text())

    assert not re.search(
        r"(?:margin|padding|border|inset)-(?:left|right)\b|(?<![-\w])(?:left|right)\s*:|text-align:\s*(?:left|right)",
        text,
    )
    assert "url(" not in text
    assert "@import" not in text


def test_every_icon_that_a_template_names_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    templates = (STATIC.parent / "templates").rglob("*.html")
    named = {name for path in templates for name in re.findall(r'\bicon\("([\w-]+)"', path.read_text())}

    assert named
    assert named <= drawn
