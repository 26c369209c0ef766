"""Searches that are kept as they end, so that an interrupted benchmark of hours goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.code_version import code_digest
from pipelines.installed import installed_versions

_ROOT = Path(__file__).resolve().parents[1]
# What a searcher's points and a task's values come from.
_DECIDING = (
    *(
        "tuning/strategies",
        "tuning/seeds.py",
        "tuning/space/space.py",
        "tuning/space/dimensions.py",
    ),
    *("tuning/space/ranges.py", "benchmarks/_searchers.py", "benchmarks/_task.py"),
    *("benchmarks/_tasks.py", "benchmarks/_recorded.py", "benchmarks/_recipe_models.py"),
)
_LIBRARIES = ("cmaes", "keras-tuner", "numpy", "optuna", "scikit-learn", "scipy", "torch")


@dataclass(frozen=True, order=True)
class Unit:
    """One search.

    Attributes:
        seed: Of the search and of the noise.
        searcher: Who searches.
        task: Where.
    """

    seed: int
    searcher: str
    task: str


def deciding_code() -> str:
    """Digest of the code and the libraries that decide where a search goes."""
    versions = installed_versions(_LIBRARIES)
    digest = code_digest(*(_ROOT / place for place in _DECIDING))
    return "-".join([digest, *(f"{name}{versions[name]}" for name in sorted(versions))])


class KeptSearches:
    """A file with one line for each finished search.

    Lines of other code, other libraries or other budgets stay there and are not read.

    Args:
        path: The file; None keeps nothing.
        code: What `deciding_code` says.
        budgets: After how many trials the best is read.

    Example:
        >>> kept = KeptSearches(None, code="", budgets=(25,))
        >>> kept.add(Unit(1, "ours", "branin"), [0.5])
        >>> kept[Unit(1, "ours", "branin")]
        [0.5]
    """

    def __init__(self, path: Path | None, *, code: str, budgets: Sequence[int]) -> None:
        self._path = path
        self._shared = {"code": code, "budgets": list(budgets)}
        self._found: dict[Unit, list[float]] = {}
        if path is not None and path.exists():
            text = path.read_text()
            self._found = dict(self._read(text))
            if text and not text.endswith("\n"):
                path.write_text(text + "\n")  # cut off while a line was written

    def __contains__(self, unit: Unit) -> bool:
        return unit in self._found

    def __getitem__(self, unit: Unit) -> list[float]:
        return self._found[unit]

    def add(self, unit: Unit, best: list[float]) -> None:
        """Keeps the true value of the incumbent after each budget."""
        self._found[unit] = best
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps({**self._shared, **vars(unit), "best": best}) + "\n")

    def _read(self, text: str) -> Iterator[tuple[Unit, list[float]]]:
        for line in text.splitlines():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue  # the one that was cut off
            if {name: row.get(name) for name in self._shared} == self._shared:
                yield Unit(row["seed"], row["searcher"], row["task"]), row["best"]
