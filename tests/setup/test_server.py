"""script/server for real: it comes up, says where, and goes without a trace."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def environment(tmp_path, port):
    """As in a terminal of somebody who has set nothing of ours but where to serve."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("SITEHAND_")}
    folders = {"SITEHAND_DATA": str(tmp_path / "data"), "TMPDIR": str(tmp_path)}
    return mine | folders | {"HOST": "127.0.0.1", "PORT": str(port)}


@contextmanager
def started(environment: dict[str, str], *options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        ["script/server", *options],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until_it_answers(process, int(environment["PORT"]), options)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_it_answers(process: subprocess.Popen[str], port: int, options: tuple[str, ...]) -> None:
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    process.kill()
    pytest.fail(f"script/server {' '.join(options)} did not come up:\n{process.communicate()[0]}")


def health(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/healthz")
    return connection.getresponse().status


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def ctrl_c(process: subprocess.Popen[str]) -> None:
    """What a terminal does: the signal goes to every process in the foreground."""
    os.killpg(process.pid, signal.SIGINT)


def test_it_serves_and_stops_on_ctrl_c(environment, port, tmp_path):
    with started(environment) as server:
        assert health(port) == 200
        ctrl_c(server)
        said = server.communicate(timeout=30)[0]

    assert server.returncode == 0
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in said
    assert is_free(port)
    assert (tmp_path / "data/sitehand.db").exists()


def test_it_starts_again_on_the_same_data_and_stops_on_term(environment, port):
    for _ in range(2):
        with started(environment) as server:
            assert health(port) == 200
            server.terminate()
            server.communicate(timeout=30)
        assert server.returncode == 0
        assert is_free(port)


def test_clients_that_fall_silent_in_a_request_are_hung_up_on(environment, port):
    heads = [b"GET / HTTP/1.1\r\nHo", b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nem"]
    with started(environment | {"REQUEST_SECONDS": "1"}), ExitStack() as held:
        for n in range(40):  # more than there are threads
            client = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(heads[n % 2])

        assert health(port) == 200


def test_with_https_it_serves_its_own_certificate(environment, port, tmp_path):
    with started(environment, "--https") as server:
        server.terminate()
        said = server.communicate(timeout=30)[0]

    assert f"https://127.0.0.1:{port}" in said
    assert (tmp_path / "data/tls/key.pem").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("stop", [ctrl_c, subprocess.Popen.terminate])
def test_the_demo_leaves_nothing_behind(environment, port, tmp_path, stop):
    with started(environment, "--demo") as server:
        assert list(tmp_path.glob("sitehand-demo.*"))
        assert health(port) == 200
        stop(server)
        said = server.communicate(timeout=30)[0]

    assert server.returncode == 0, said
    assert "Traceback" not in said
    assert is_free(port)
    assert not list(tmp_path.glob("sitehand-demo.*"))
    assert not (tmp_path / "data").exists()


def test_a_setting_that_does_not_exist_is_refused(environment):
    done = subprocess.run(
        ["script/server"], cwd=ROOT, env=environment | {"SITEHAND_COLOUR": "red"}, capture_output=True, text=True
    )

    assert done.returncode != 0
    assert "SITEHAND_COLOUR is not a setting" in done.stderr
    assert "Traceback" not in done.stderr
