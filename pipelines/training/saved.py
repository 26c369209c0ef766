"""What is known of a saved training without MLflow: one small file beside its model."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.serving.files import MODEL_FILE, holds_model
from tuning.files import whole_file

FILE = "training.json"


@dataclass(frozen=True, kw_only=True)
class SavedTraining:
    """One training in a listing.

    Attributes:
        run: Id of its run, which is the name of its folder.
        name: The recipe, its data and what was set beside the defaults.
        recipe: Name of the recipe; None, as all that follows, where the file is not there or
            only half of it, which earlier versions left.
        metric: What the recipe is judged by.
        value: The metric on the test rows.
        seconds: Wall time of the epochs.
        finished: When the model was saved.
    """

    run: str
    name: str
    recipe: str | None = None
    metric: str | None = None
    value: float | None = None
    seconds: float | None = None
    finished: datetime

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "finished": self.finished.isoformat(timespec="seconds")}


def keep_summary(
    folder: Path, *, name: str, recipe: str, score: tuple[str, float], seconds: float
) -> None:
    """Writes the file beside a saved model.

    Args:
        folder: Folder of the model.
        name: Shown name.
        recipe: Name of the recipe.
        score: Main metric and its value on the test rows.
        seconds: Wall time of the epochs.
    """
    facts = {"name": name, "recipe": recipe, "metric": score[0], "value": score[1]}
    text = json.dumps({**facts, "seconds": round(seconds, 2)})
    with whole_file(folder / FILE) as partial:
        partial.write_text(text, encoding="utf-8")


def saved_trainings(root: Path) -> list[SavedTraining]:
    """The trainings whose models lie below a folder, the newest first.

    Args:
        root: Folder of the embedded stores.
    """
    found = [_read(folder) for folder in (root / "models").glob("*") if holds_model(folder)]
    return sorted(found, key=lambda training: training.finished, reverse=True)


def _read(folder: Path) -> SavedTraining:
    finished = datetime.fromtimestamp((folder / MODEL_FILE).stat().st_mtime, UTC)
    facts: dict[str, Any] = {"name": folder.name}
    # An earlier version left half of the file where it was killed: its model is whole.
    with contextlib.suppress(FileNotFoundError, ValueError):
        facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return SavedTraining(run=folder.name, finished=finished, **facts)
