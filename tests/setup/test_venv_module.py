"""A Debian machine whose Python came without its venv module."""

import sys

import pytest

PACKAGE = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


@pytest.fixture(autouse=True)
def without_venv(command, real_python, tmp_path):
    """A python3 that lacks the module until the file `installed` is there."""
    missing = f'[ -e "{tmp_path}/installed" ] || exit 1'
    command("python3", f'case "$*" in *"import ensurepip, venv"*) {missing} ;; esac\nexec "{real_python}" "$@"')


def prepare(run):
    return run("sh", "-c", "set -eu; . script/lib.sh; prepare requirements.txt")


def test_without_root_the_command_to_type_is_named(run, command):
    command("id", "echo 1000")
    command("sudo", "exit 1")
    command("apt-get", "echo must not run >&2; exit 1")

    done = prepare(run)

    assert done.returncode == 1
    assert done.stderr == f"Python's venv module is missing, install it first: sudo apt-get install {PACKAGE}\n"


def test_elsewhere_than_on_debian_it_says_what_is_missing(run, command):
    command("id", "echo 0")

    done = prepare(run)

    assert done.returncode == 1
    assert done.stderr.startswith("Python's venv module is missing:")
    assert "apt-get" not in done.stderr


def test_root_gets_it_installed(run, command, project, tmp_path):
    command("id", "echo 0")
    command("apt-get", f'echo "$*" >>"{tmp_path}/calls"; case "$*" in *{PACKAGE}) touch "{tmp_path}/installed" ;; esac')

    done = prepare(run)

    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == ["-q update", f"-q install -y --no-install-recommends {PACKAGE}"]
    assert (project / ".venv/bin/pip").exists()


def test_sudo_that_asks_nothing_is_used(run, command, tmp_path):
    command("id", "echo 1000")
    command("sudo", f'echo "$*" >>"{tmp_path}/calls"; [ "$1" = -n ] && shift && exec "$@"')
    command("apt-get", 'echo "no such package" >&2; exit 100')

    done = prepare(run)

    assert done.returncode == 1
    assert "no such package" in done.stderr
    assert (
        f"-n env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends {PACKAGE}"
        in (tmp_path / "calls").read_text()
    )
