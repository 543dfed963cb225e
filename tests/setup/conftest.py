"""A copy of the scripts in a folder of its own, and a PATH on which only what a test puts there can be found."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLAIN_TOOLS = ["sh", "cat", "cksum", "dirname", "env", "find", "grep", "ls", "mktemp", "rm", "tail", "touch", "true"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with scripts and with nothing to install."""
    folder = tmp_path / "a checkout"
    shutil.copytree(ROOT / "script", folder / "script")
    (folder / "requirements.txt").touch()
    return folder


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder for PATH with the few plain commands that the scripts use, and with no Python."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in PLAIN_TOOLS:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


@pytest.fixture
def command(tools: Path) -> Callable[[str, str], None]:
    """Puts a command of our own, a piece of sh, on the PATH of `run`."""

    def put(name: str, text: str) -> None:
        path = tools / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    return put


@pytest.fixture
def run(project: Path, tools: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command in the project with an empty environment but for PATH and what the test gives."""

    def start(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=project,
            env={"PATH": str(tools)} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return start


@pytest.fixture
def real_python() -> str:
    """The Python under this one's virtual environment."""
    return os.path.realpath(sys.executable)
