"""The losses that the report's networks start with; `benchmarks.initial_losses` measures them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("initial_losses.json")


@dataclass(frozen=True, kw_only=True)
class InitialLosses:
    """Cross-entropy of an untrained network's first batch, in nats.

    Attributes:
        command: What measured.
        seconds: Wall time of the whole command.
        losses: Name of the recipe to one loss for each seed.
    """

    command: str
    seconds: float
    losses: dict[str, list[float]]


def initial_losses() -> InitialLosses:
    """Reads the measured losses."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return InitialLosses(**{name: found[name] for name in ("command", "seconds", "losses")})
