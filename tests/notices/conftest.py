"""Mail servers on loopback: one that takes everything, and such that say no in a way of their own."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.mailbox import Mailbox, Talk
from webapp import config


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as made:
        yield made


@pytest.fixture
def settings(mailbox: Mailbox) -> dict[str, Any]:
    return {"mail_url": mailbox.url, "base_url": "https://sitehand.example"}


@contextmanager
def server_that(**answers: str) -> Iterator[str]:
    """The setting of a mail server that answers these verbs so: server_that(rcpt="550 no such user")."""
    said: dict[str, Callable[..., str]] = {f"on_{verb}": lambda self, line, a=a: a for verb, a in answers.items()}
    said["say"] = lambda self, text: Talk.say(self, answers.get("quit", text) if text.startswith("221") else text)
    refusing = type("Refusing", (Talk,), said)
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), refusing)
    server.daemon_threads = True
    server.letters = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"mailto://robot:pass@127.0.0.1:{server.server_address[1]}?from=robot@example.com&mode=insecure"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def nobody_listens() -> Iterator[str]:
    """The setting of a mail server that is down."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"mailto://robot:pass@127.0.0.1:{taken.getsockname()[1]}?from=robot@example.com&mode=insecure"


def use(mail_url: str) -> None:
    """Let this app send by another mail server from now on."""
    config.use(replace(config.current(), mail_url=mail_url))
