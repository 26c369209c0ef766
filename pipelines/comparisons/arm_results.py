"""What one training of an arm gave, and the file that keeps it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipelines.code_version import CodeVersion


@dataclass(frozen=True, kw_only=True)
class ArmResult:
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

    def timed(self, seconds: float) -> ArmResult:
        """The same result with its wall time."""
        return replace(self, seconds=round(seconds, 3))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, where what is not finite is null.

        Example:
            >>> ArmResult(metrics={"loss": 1.0, "ratio": math.inf}).to_dict()["metrics"]
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
    def from_dict(cls, plain: Mapping[str, Any]) -> ArmResult:
        """The result that `to_dict` wrote."""
        return cls(
            metrics={name: _number(value) for name, value in plain["metrics"].items()},
            x=tuple(plain["x"]),
            curves={name: [_number(v) for v in values] for name, values in plain["curves"].items()},
            seconds=float(plain["seconds"]),
            diverged=plain["diverged"],
        )


class MixedCodeError(ValueError):
    """The finished trainings were made by another version of the code."""


class ArmResults:
    """Finished trainings in a file with one JSON object a line, the version of the code first.

    Every training is written at once, so an interrupted comparison continues where it stopped. A
    truncated last line is ignored, and its training is repeated. A finished comparison leaves them
    beside the file: the same version of the code takes them up, so that more seeds train no others.

    Args:
        path: The file; it need not exist.
        code: The version of the code that trains.

    Attributes:
        earlier_seconds: Wall time of the trainings that an earlier call finished.

    Raises:
        MixedCodeError: If the file has trainings of another version, or of an unknown one.
    """

    def __init__(self, path: Path, *, code: CodeVersion) -> None:
        self.path = path
        self._code = code
        self._finished = path.with_name(f"finished-{path.name}")
        self._take_up()
        lines = _lines(self.path)
        self._known = {
            line["training"]: ArmResult.from_dict(line) for line in lines if "training" in line
        }
        self._refuse_other_code([line["code"] for line in lines if "code" in line])
        self.earlier_seconds = sum(result.seconds for result in self._known.values())

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: str) -> ArmResult | None:
        """The result of a training, if it is there."""
        return self._known.get(key)

    def add(self, key: str, result: ArmResult) -> None:
        """Writes a result to the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self._known:
            self.path.write_text(json.dumps({"code": self._code.to_dict()}) + "\n", "utf-8")
        line = json.dumps({"training": key, **result.to_dict()}, allow_nan=False)
        whole = self.path.read_bytes()[-1:] in (b"", b"\n")
        with self.path.open("a", encoding="utf-8") as file:
            # A truncated line must not swallow this one.
            file.write(f"{line}\n" if whole else f"\n{line}\n")
        self._known[key] = result

    def finish(self) -> None:
        """Puts the trainings aside when the comparison is recorded."""
        if self.path.exists():
            self.path.replace(self._finished)

    def _take_up(self) -> None:
        """Goes on from a finished comparison; one of another version is done with."""
        if self.path.exists() or not self._finished.exists():
            return
        first = next(iter(_lines(self._finished)), {})
        if "code" in first and CodeVersion.from_dict(first["code"]).matches(self._code):
            self._finished.replace(self.path)

    def _refuse_other_code(self, written: Sequence[Mapping[str, Any]]) -> None:
        """Results of two versions in one table would compare the versions, not the arms."""
        found = CodeVersion.from_dict(written[0]) if written else None
        if not self._known or (found is not None and found.matches(self._code)):
            return
        way = "" if found is None or not found.commit else "continue with that version, or "
        raise MixedCodeError(
            f"{self.path}: all trainings of a comparison must come from one version of the code. "
            f"Got {len(self._known)} finished by {found or 'an unknown version'}; this is "
            f"{self._code}: {way}delete the file to start over."
        )


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
