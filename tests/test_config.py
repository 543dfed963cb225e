"""Settings: what is not one, and what none of them can mean, is said at start in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from webapp.config import PREFIX, ROOT, BadSetting, Settings

OPERATIONS = ROOT / "docs" / "operations.md"


def given(**environment):
    return Settings.from_environment({PREFIX + name: text for name, text in environment.items()})


def test_nothing_set_is_enough():
    settings = Settings.from_environment({"PATH": "/bin", "PORT": "80"})
    assert settings.database == f"sqlite:///{settings.data / 'sitehand.db'}" and settings.allowed_networks == ""


def test_each_kind_is_read():
    settings = given(DATA="/tmp/x", TRUSTED_PROXIES="1", CHECK_TIMEOUT="2.5", ENGINE=" off ", DEMO="yes")
    assert (settings.data, settings.trusted_proxies) == (Path("/tmp/x"), 1)
    assert (settings.check_timeout, settings.engine, settings.demo) == (2.5, "off", True)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("NO_SUCH_THING", "1", "is not a setting"),
        ("ALLOWED_NETWORK", "10.0.0.0/8", "is not a setting"),
        ("data", "x", "is not a setting"),
        ("TRUSTED_PROXIES", "one", "must be a number"),
        ("TRUSTED_PROXIES", "-1", "at least 0"),
        ("CHECK_INTERVAL", "0", "at least 1"),
        ("CHECK_INTERVAL", "", "must be a number"),
        ("CHECK_TIMEOUT", "0", "at least 0.1"),
        ("CHECK_TIMEOUT", "nan", "at least 0.1"),
        ("PROBES_PER_MINUTE", "0", "at least 1"),
        ("PROBES_PER_MINUTE", "1.5", "must be a number"),
        ("ENGINE", "magic", "one of"),
        ("LOG_LEVEL", "loud", "one of"),
        ("BASE_URL", "sitehand.example", "http:// or https://"),
        ("BASE_URL", "javascript:alert(1)", "http:// or https://"),
        ("MAIL_URL", "smtp://x", "mailto://"),
        ("MAIL_URL", "mailtos://user:pass@mail.example", "SITEHAND_BASE_URL"),
        ("DATABASE_URL", "mysql://x/y", "sqlite:/// or postgresql://"),
        ("DATABASE_URL", "sitehand.db", "sqlite:/// or postgresql://"),
        ("ALLOWED_NETWORKS", "10.0.0.0/33", "ALLOWED_NETWORKS"),
        ("ALLOWED_NETWORKS", "my network", "ALLOWED_NETWORKS"),
        ("ALLOWED_NETWORKS", "10.0.0.0/8-192.168.0.0/16", "ALLOWED_NETWORKS"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence(name, text, said):
    with pytest.raises(BadSetting) as error:
        given(**{name: text})
    sentence = str(error.value)
    assert said in sentence and f"SITEHAND_{name}" in sentence and "\n" not in sentence


def test_secrets_are_not_shown():
    settings = given(MAIL_URL="mailtos://u:Kamera-123@mail.example", BASE_URL="https://x", METRICS_TOKEN="Kamera-123")
    assert "Kamera-123" not in repr(settings)
    with pytest.raises(BadSetting) as error:
        given(MAIL_URL="smtp://u:Kamera-123@mail.example", BASE_URL="https://x")
    assert "Kamera-123" not in str(error.value)


def test_a_database_password_is_not_shown():
    assert "Kamera-123" not in repr(given(DATABASE_URL="postgresql://u:Kamera-123@127.0.0.1/x"))


def test_the_server_does_not_start_with_a_slip(tmp_path):
    environment = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {"SITEHAND_DATA": str(tmp_path / "data"), "SITEHAND_CHECK_INTERVALL": "60"}
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and done.stderr.startswith("SITEHAND_CHECK_INTERVALL is not a setting.")
    assert "Traceback" not in done.stderr and not (tmp_path / "data").exists()


@pytest.mark.parametrize("setting", [PREFIX + field.name.upper() for field in fields(Settings)])
def test_every_setting_is_in_the_operators_handbook(setting):
    assert setting in OPERATIONS.read_text()


def test_every_setting_says_what_it_is():
    source = (ROOT / "webapp" / "config.py").read_text()
    for field in fields(Settings):
        _, _, after = source.partition(f"\n    {field.name}: ")
        assert after.split("\n")[1].strip().startswith('"""'), field.name
