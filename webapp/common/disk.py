"""How full the disk is on which a folder lies (Z33)."""

from __future__ import annotations

import shutil
from pathlib import Path

NEARLY_FULL = 0.9


def used(folder: Path) -> float:
    """The share of the disk that is used, of what an ordinary user may use: 0 to 1."""
    usage = shutil.disk_usage(folder)
    return usage.used / (usage.used + usage.free) if usage.used + usage.free else 1.0
