"""A small mail server on loopback that takes whatever is sent to it and keeps it."""

from __future__ import annotations

import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self


@dataclass
class Mailbox:
    """`with Mailbox() as mailbox:` listens; `url` is its setting, `letters` what came: (recipients, message)."""

    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self.server.daemon_threads = True
        self.server.letters = self.letters  # type: ignore[attr-defined]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        port = self.server.server_address[1]
        return f"mailto://robot:pass@127.0.0.1:{port}?from=robot@example.com&mode=insecure"

    def text(self, number: int = 0) -> str:
        """What the letter says, as plain text."""
        body = self.letters[number][1].get_body(("plain", "html"))
        assert body
        return str(body.get_content())


class Talk(socketserver.StreamRequestHandler):
    """One connection's SMTP, as much of it as a client needs to sign in and to hand over a letter."""

    def handle(self) -> None:
        self.to: list[str] = []
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            answer = getattr(self, f"on_{verb.lower()}", lambda _line: "250 ok")
            self.say(answer(line))

    def say(self, text: str) -> None:
        self.wfile.write(text.replace("\n", "\r\n").encode() + b"\r\n")

    def on_ehlo(self, _line: str) -> str:
        return "250-here\n250 AUTH PLAIN"

    def on_auth(self, line: str) -> str:
        if len(line.split(" ")) < 3:
            self.say("334 ")
            self.rfile.readline()
        return "235 welcome"

    def on_rcpt(self, line: str) -> str:
        self.to.append(line.partition("<")[2].partition(">")[0])
        return "250 ok"

    def on_data(self, _line: str) -> str:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()).rstrip(b"\r\n") != b".":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server.letters.append((self.to, message))  # type: ignore[attr-defined]
        self.to = []
        return "250 taken"
