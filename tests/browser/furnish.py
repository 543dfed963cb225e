"""Fills the company of a data folder, in a process of its own as an operator's command would: see `served.furnish`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from tests.world import build
from webapp import create_app
from webapp.accounts.models import Account
from webapp.db import in_connection


def fill() -> dict[str, Any]:
    account = Account.get()
    return asdict(build(account.company, account))


if __name__ == "__main__":
    app = create_app()
    with app.app_context():
        print(json.dumps(in_connection(fill)))
