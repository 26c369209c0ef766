"""Cells of a comparison that are kept as they end, so that an interrupted run goes on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.code_version import code_digest
from pipelines.installed import installed_versions

_ROOT = Path(__file__).resolve().parents[1]
# What a method's predictions come from.
_DECIDING = (
    *("cookbook/layers", "cookbook/models/tabular.py", "pipelines/preprocessing"),
    *("pipelines/tasks/tables.py", "pipelines/recipes/catalog/tabular.py"),
    *("benchmarks/_public_tables.py", "benchmarks/_table_methods.py"),
)
_LIBRARIES = ("keras", "lightgbm", "numpy", "scikit-learn", "tensorflow-cpu")


@dataclass(frozen=True, order=True)
class Cell:
    """One method on one fold of one table."""

    table: str
    fold: int
    method: str


def deciding_code() -> str:
    """Digest of the code and the libraries that decide what a method predicts."""
    versions = installed_versions(_LIBRARIES)
    digest = code_digest(*(_ROOT / place for place in _DECIDING))
    return "-".join([digest, *(f"{name}{versions.get(name)}" for name in sorted(versions))])


class KeptCells:
    """A file with one line for each measured cell; lines of other code are not read.

    Args:
        path: The file; `None` keeps nothing.
        code: What `deciding_code` says.

    Example:
        >>> kept = KeptCells(None, code="")
        >>> kept.add(Cell("wine", 0, "linear"), {"log_loss": 0.1})
        >>> kept[Cell("wine", 0, "linear")]
        {'log_loss': 0.1}
    """

    def __init__(self, path: Path | None, *, code: str) -> None:
        self._path, self._code = path, code
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
            if row.get("code") == code:
                self._found[Cell(row["table"], row["fold"], row["method"])] = row["scores"]

    def __contains__(self, cell: Cell) -> bool:
        return cell in self._found

    def __getitem__(self, cell: Cell) -> dict[str, float]:
        return self._found[cell]

    def add(self, cell: Cell, scores: dict[str, float]) -> None:
        """Keeps the scores of a cell."""
        self._found[cell] = scores
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(
                    json.dumps({"code": self._code, **asdict(cell), "scores": scores}) + "\n"
                )
