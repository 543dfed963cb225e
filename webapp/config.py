"""Every setting: its unit, its default, its meaning. Read once from the environment, prefix SITEHAND_."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

from webapp.protocols.dial import Policy

PREFIX = "SITEHAND_"
LONGEST_TIMEOUT = 15  # seconds; a whole probe must end within two minutes
ROOT = Path(__file__).parent.parent


class BadSetting(Exception):
    """A setting that cannot be meant; the text is one sentence for the person who starts the server."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. A field's name in capitals, with SITEHAND_ before it, is its name in the environment."""

    data: Path = ROOT / "data"
    """Folder for database, keys and certificate. Kept private (0700)."""
    database_url: str = field(default="", repr=False)
    """sqlite:///path or postgresql://user:password@host/name; empty: DATA/sitehand.db."""
    allowed_networks: str = ""
    """CIDR blocks that devices may have beside global addresses, divided by commas; empty: none."""
    base_url: str = ""
    """Where people reach the server, for links in mail: https://name; empty: as the request says."""
    trusted_proxies: int = 0
    """How many reverse proxies stand in front and set X-Forwarded-For and -Proto."""
    probes_per_minute: int = 30
    """Connection tests one company may start in a minute (Z4)."""
    check_interval: int = 60
    """Seconds between two checks of a device; a figure older than three of them is shown as unknown."""
    check_timeout: float = 8.0
    """Seconds that one question to a device may take as a whole."""
    engine: str = "threads"
    """Where background work runs: threads (in this process) or off (nowhere; pages only)."""
    gateway_url: str = ""
    """Override of the cloud gateway's address, for tests; empty: by region."""
    mail_url: str = field(default="", repr=False)
    """Outgoing mail in Apprise form, mailto:// or mailtos://; empty: no mail is sent."""
    metrics_token: str = field(default="", repr=False)
    """Bearer token for /metrics; empty: the page does not exist."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    demo: bool = False
    """Shows the simulated devices' addresses on the add page. Set by script/server --demo."""

    def __post_init__(self) -> None:
        at_least(1, probes_per_minute=self.probes_per_minute, check_interval=self.check_interval)
        at_least(0, trusted_proxies=self.trusted_proxies)
        at_least(0.1, check_timeout=self.check_timeout)
        if self.check_timeout > LONGEST_TIMEOUT:
            raise BadSetting(f"SITEHAND_CHECK_TIMEOUT must be at most {LONGEST_TIMEOUT}, not {self.check_timeout}.")
        one_of(("threads", "off"), engine=self.engine)
        one_of(("DEBUG", "INFO", "WARNING", "ERROR"), log_level=self.log_level)
        if self.base_url and urlsplit(self.base_url).scheme not in {"http", "https"}:
            raise BadSetting(f"SITEHAND_BASE_URL must begin with http:// or https://, not {self.base_url!r}.")
        if self.mail_url and urlsplit(self.mail_url).scheme not in {"mailto", "mailtos"}:
            raise BadSetting("SITEHAND_MAIL_URL must begin with mailto:// or mailtos://.")
        if self.mail_url and not self.base_url:
            raise BadSetting("SITEHAND_MAIL_URL needs SITEHAND_BASE_URL, so that links in mail lead here.")
        if self.database and urlsplit(self.database).scheme not in {"sqlite", "postgresql", "postgres"}:
            raise BadSetting("SITEHAND_DATABASE_URL must begin with sqlite:/// or postgresql://.")
        try:
            Policy.parse(self.allowed_networks)
        except ValueError as error:
            raise BadSetting(f"SITEHAND_ALLOWED_NETWORKS: {error}") from error

    @property
    def database(self) -> str:
        return self.database_url or own_database(self.data)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises BadSetting for a name that is not a setting and for a value that is none."""
        given = {name: text for name, text in environment.items() if name.startswith(PREFIX)}
        known = {PREFIX + item.name.upper(): item for item in fields(cls)}
        if unknown := sorted(set(given) - set(known)):
            raise BadSetting(f"{unknown[0]} is not a setting. The settings are: {', '.join(sorted(known))}.")
        return cls(**{known[name].name: read(name, known[name].type, text) for name, text in given.items()})


@lru_cache(maxsize=8)
def own_database(folder: Path) -> str:
    """It is asked for at every check."""
    return f"sqlite:///{quote(str(folder / 'sitehand.db'))}"


READERS: dict[str, Any] = {"int": int, "float": float, "str": str.strip, "Path": Path}


def read(name: str, kind: Any, text: str) -> Any:
    if kind == "bool":
        return text.strip().lower() in {"1", "true", "yes", "on"}
    try:
        return READERS[kind](text)
    except ValueError as error:
        raise BadSetting(f"{name} must be a number, not {text!r}.") from error


def at_least(least: float, **values: float) -> None:
    for name, value in values.items():
        if not value >= least:
            raise BadSetting(f"{PREFIX}{name.upper()} must be at least {least}, not {value}.")


def one_of(choices: tuple[str, ...], **values: str) -> None:
    for name, value in values.items():
        if value not in choices:
            raise BadSetting(f"{PREFIX}{name.upper()} must be one of {', '.join(choices)}, not {value!r}.")


_current: Settings | None = None


def use(settings: Settings) -> None:
    """Take these settings for this process."""
    global _current
    _current = settings


def current() -> Settings:
    if _current is None:
        raise RuntimeError("config.use() has not been called")
    return _current
