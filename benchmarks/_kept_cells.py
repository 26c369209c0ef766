"""Cells of a comparison that are kept as they end, so that an interrupted run goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks._table_methods import OURS, PLAIN
from pipelines.code_version import code_digest
from pipelines.installed import installed_versions

_ROOT = Path(__file__).resolve().parents[1]
# What the predictions of every method come from, those of ours, and those of searches.
_EVERYONE = (
    *("benchmarks/_public_tables.py", "benchmarks/_table_methods.py", "pipelines/preprocessing"),
)
_OURS = (
    *("cookbook/layers", "cookbook/models/tabular.py", "pipelines/tasks/tables.py"),
    "pipelines/recipes/catalog/tabular.py",
)
_SEARCHES = ("benchmarks/_table_searches.py",)
_OUR_SEARCHES = (
    *("tuning/engine", "tuning/strategies", "pipelines/jobs/candidates.py"),
    *("pipelines/jobs/recipe/refit.py", "cookbook/models/averages.py"),
)
_LIBRARIES = ("keras", "lightgbm", "numpy", "optuna", "scikit-learn", "tensorflow-cpu")


@dataclass(frozen=True, order=True)
class Cell:
    """One method on one fold of one table."""

    table: str
    fold: int
    method: str


def deciding_code(method: str, trials: int = 0, average: int = 1) -> str:
    """Digest of the code and the libraries that decide what a method predicts.

    Args:
        method: Its name.
        trials: Of its search; 0 for none.
        average: How many of the best trials are averaged.
    """
    versions = installed_versions(_LIBRARIES)
    is_ours = method in (OURS, PLAIN)
    places = [*_EVERYONE, *(_OURS if is_ours else ())]
    if trials:
        places += [*_SEARCHES, *(_OUR_SEARCHES if is_ours else ())]
    digest = code_digest(*(_ROOT / place for place in places))
    known = [digest, *(f"{name}{versions.get(name)}" for name in sorted(versions))]
    search = [f"{trials} trials"] if trials else []
    return "-".join([*known, *search, *([f"{average} averaged"] if average > 1 else [])])


class KeptCells:
    """A file with one line for each measured cell; lines of other code are not read.

    Args:
        path: The file; `None` keeps nothing.
        codes: Method to what `deciding_code` says of it.

    Example:
        >>> kept = KeptCells(None, codes={})
        >>> kept.add(Cell("wine", 0, "linear"), {"log_loss": 0.1})
        >>> kept[Cell("wine", 0, "linear")]
        {'log_loss': 0.1}
    """

    def __init__(self, path: Path | None, *, codes: Mapping[str, str]) -> None:
        self._path, self._codes = path, codes
        self._found: dict[Cell, dict[str, float]] = {}
        if path is None or not path.exists():
            return
        text = path.read_text()
        if text and not text.endswith("\n"):
            path.write_text(text + "\n")  # cut off while a line was written
        for line in text.splitlines():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue  # the one that was cut off
            if row.get("code") == codes.get(row.get("method"), ""):
                self._found[Cell(row["table"], row["fold"], row["method"])] = row["scores"]

    def __contains__(self, cell: Cell) -> bool:
        return cell in self._found

    def __getitem__(self, cell: Cell) -> dict[str, float]:
        return self._found[cell]

    def add(self, cell: Cell, scores: dict[str, float]) -> None:
        """Keeps the scores of a cell."""
        self._found[cell] = scores
        if self._path is not None:
            row = {"code": self._codes[cell.method], **asdict(cell), "scores": scores}
            with self._path.open("a") as file:
                file.write(json.dumps(row) + "\n")
