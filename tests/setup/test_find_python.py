"""Which Python the scripts take, and what they say when there is none that fits."""

import pytest

TOO_OLD = 'case $1 in --version) echo "Python 3.10.13" ;; *) exit 1 ;; esac'
SCRIPTS = ["script/server", "script/test", "script/check", "script/lock"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_python_that_is_too_old_is_one_sentence(run, command, project, script):
    command("python3", TOO_OLD)

    done = run(script)

    assert done.returncode == 1
    assert done.stderr == (
        "Sitehand needs Python 3.11 or newer, and python3 is Python 3.10.13:"
        " install one, or name it with PYTHON=/path/to/python3.\n"
    )
    assert not (project / ".venv").exists()


def test_no_python_is_one_sentence(run):
    done = run("script/server")

    assert done.returncode == 1
    assert done.stderr.startswith("Sitehand needs Python 3.11 or newer, and python3 is not there:")
    assert done.stderr.count("\n") == 1


def test_a_newer_python_beside_an_old_one_is_found(run, command, real_python):
    command("python3", TOO_OLD)
    command("python3.13", f'exec "{real_python}" "$@"')

    done = run("sh", "-c", '. script/lib.sh; find_python; echo "$python"')

    assert done.stdout == "python3.13\n"


def test_the_python_that_is_named_is_taken_alone(run, command, real_python):
    command("python3", f'exec "{real_python}" "$@"')
    command("older", TOO_OLD)

    done = run("script/server", PYTHON="older")

    assert done.returncode == 1
    assert "older is Python 3.10.13" in done.stderr


def test_an_unknown_option_shows_the_usage(run):
    done = run("script/server", "--htps")

    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")
