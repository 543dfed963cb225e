"""Where script/server can listen is asked before anything slow, and refused in one sentence."""

import socket

import pytest


@pytest.fixture
def taken():
    """A port that somebody else serves on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def serve(run, project, real_python):
    def start(**environment):
        done = run("script/server", PYTHON=real_python, **environment)
        assert not (project / ".venv").exists()
        return done

    return start


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_taken_port_names_one_that_is_free(serve, taken, host):
    done = serve(HOST=host, PORT=str(taken))

    assert done.returncode == 1
    sentence, _, advice = done.stderr.rstrip("\n").partition("; choose another: ")
    assert sentence == f"Port {taken} is taken by another program"
    assert advice.startswith("PORT=")
    assert advice.endswith(" script/server")
    other = int(advice.removeprefix("PORT=").removesuffix(" script/server"))
    assert 0 < other < 65536
    assert other != taken


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80 80", "８０００"])
def test_a_port_that_is_none_is_said_so(serve, port):
    done = serve(HOST="127.0.0.1", PORT=port)

    assert done.returncode == 1
    assert done.stderr == f"PORT must be a number from 1 to 65535, and is {port!r}.\n"


def test_a_host_that_is_not_ours_is_said_so(serve):
    done = serve(HOST="192.0.2.55", PORT="8000")

    assert done.returncode == 1
    assert done.stderr.startswith("HOST is '192.0.2.55', which cannot be served on:")
    assert done.stderr.count("\n") == 1
