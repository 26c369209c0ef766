"""What one training of an arm gave, and the file that keeps it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One arm trained with one seed.

    Attributes:
        metrics: Name to final value.
        x: Positions of the curves' values, `float[points]`.
        curves: Name to values, `float[points]`.
        seconds: Wall time, building and tracing included.
        diverged: Why there are no metrics; empty if there are.
    """

    metrics: Mapping[str, float] = field(default_factory=dict)
    x: Sequence[float] = ()
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    seconds: float = 0.0
    diverged: str = ""

    def timed(self, seconds: float) -> Outcome:
        """The same outcome with its wall time."""
        return replace(self, seconds=round(seconds, 3))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, where what is not finite is null.

        Example:
            >>> Outcome(metrics={"loss": 1.0, "ratio": math.inf}).to_dict()["metrics"]
            {'loss': 1.0, 'ratio': None}
        """
        return {
            "metrics": {name: _plain(value) for name, value in self.metrics.items()},
            "x": [float(value) for value in self.x],
            "curves": {name: [_plain(v) for v in values] for name, values in self.curves.items()},
            "seconds": self.seconds,
            "diverged": self.diverged,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Outcome:
        """The outcome that `to_dict` wrote."""
        return cls(
            metrics={name: _number(value) for name, value in plain["metrics"].items()},
            x=tuple(plain["x"]),
            curves={name: [_number(v) for v in values] for name, values in plain["curves"].items()},
            seconds=float(plain["seconds"]),
            diverged=plain["diverged"],
        )


class OutcomeFile:
    """Finished trainings in a file with one JSON object a line.

    Every training is written at once, so an interrupted comparison goes on where it stopped. A
    last line that was cut off is ignored, and its training is done again.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = dict(self._read())

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: str) -> Outcome | None:
        """The outcome of a training, if it is there."""
        return self._known.get(key)

    def add(self, key: str, outcome: Outcome) -> None:
        """Writes an outcome to the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"training": key, **outcome.to_dict()}, allow_nan=False)
        whole = not self.path.exists() or self.path.read_bytes()[-1:] in (b"", b"\n")
        with self.path.open("a", encoding="utf-8") as file:
            # A line that was cut off must not swallow this one.
            file.write(f"{line}\n" if whole else f"\n{line}\n")
        self._known[key] = outcome

    def _read(self) -> list[tuple[str, Outcome]]:
        if not self.path.exists():
            return []
        found = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                plain = json.loads(line)
            except json.JSONDecodeError:
                continue
            found.append((plain["training"], Outcome.from_dict(plain)))
        return found


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
