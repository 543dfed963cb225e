"""What `prepare` puts into .venv, and when it leaves it alone."""

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest


def make_wheel(folder: Path) -> Path:
    """A package `latch` with one module, as pip installs it."""
    path = folder / "latch-1.0-py3-none-any.whl"
    files = {
        "latch.py": "CLOSED = True\n",
        "latch-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: latch\nVersion: 1.0\n",
        "latch-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={digest(text)},{len(text)}\n" for name, text in files.items())
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        wheel.writestr("latch-1.0.dist-info/RECORD", record + "latch-1.0.dist-info/RECORD,,\n")
    return path


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def wheel(project, tmp_path):
    """The wheel that requirements.txt asks for, by its hash."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    path = make_wheel(folder)
    known = hashlib.sha256(path.read_bytes()).hexdigest()
    (project / "requirements.txt").write_text(f"latch==1.0 --hash=sha256:{known}\n")
    return path


@pytest.fixture
def prepare(run, wheel, real_python):
    def start():
        script = "set -eu; . script/lib.sh; prepare requirements.txt; .venv/bin/python -c 'import latch'"
        return run("sh", "-c", script, PYTHON=real_python, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheel.parent))

    return start


def test_it_installs_once_and_then_touches_nothing(prepare, project, wheel):
    assert prepare().returncode == 0
    wheel.unlink()  # a second installation would fail

    again = prepare()

    assert (again.returncode, again.stderr) == (0, "")


def test_a_changed_lock_is_installed(prepare, project, wheel):
    (project / "requirements.txt").rename(project / "later.txt")
    (project / "requirements.txt").touch()
    assert "latch" in prepare().stderr  # not there yet
    (project / "later.txt").rename(project / "requirements.txt")

    assert prepare().returncode == 0


def test_a_package_with_another_hash_is_refused(prepare, project, wheel):
    with zipfile.ZipFile(wheel, "a") as changed:
        changed.writestr("more.py", "")

    done = prepare()

    assert done.returncode == 1
    assert "HASH" in done.stderr.upper()
    assert done.stderr.endswith("The packages could not be installed; see above.\n")
    assert not list(project.glob(".venv/.filled-from-*"))


def test_a_venv_whose_python_is_gone_is_made_anew(prepare, project):
    assert prepare().returncode == 0
    (project / ".venv/bin/python3").unlink()

    assert prepare().returncode == 0


def test_a_venv_that_was_never_finished_is_made_anew(prepare, project):
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/pyvenv.cfg").write_text("home = /nowhere\n")

    assert prepare().returncode == 0


def test_a_moved_checkout_gets_commands_that_work(prepare, project):
    assert prepare().returncode == 0
    moved = project.rename(project.with_name("moved"))
    project.symlink_to(moved)

    assert prepare().returncode == 0
    assert f"{moved}/.venv/bin/python" in (moved / ".venv/bin/pip").read_text()
