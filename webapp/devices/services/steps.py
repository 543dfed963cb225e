"""The five steps of a probe, as they are shown while it goes on (D9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from webapp.common import clock
from webapp.devices.models import Probe

NAMES = ("dns", "tcp", "service", "login", "type")


@dataclass(slots=True)
class Step:
    name: str
    state: str = "waiting"  # running | ok | failed | skipped
    ms: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Progress:
    """Writes each step into the probe's row as it begins and ends."""

    token: str
    steps: list[Step] = field(default_factory=lambda: [Step(name) for name in NAMES])

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time one step; an exception marks it as the one that failed."""
        step = next(step for step in self.steps if step.name == name)
        step.state, began = "running", clock.monotonic()
        self.write()
        try:
            yield step
        except BaseException:
            step.state = "failed"
            raise
        else:
            step.state = "ok"
        finally:
            step.ms = round((clock.monotonic() - began) * 1000)
            self.write()

    def write(self) -> None:
        Probe.write(self.token, steps=json.dumps([asdict(step) for step in self.steps]))


def fresh() -> str:
    return json.dumps([asdict(Step(name)) for name in NAMES])
