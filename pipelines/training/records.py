"""What MLflow is told of a training, kept beside the model until it was told.

A trained model is never lost: it is saved first and recorded second. A record that could not be
sent waits in the folder of the model, and `cookbook sync` sends it.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.serving.files import MODEL_FILE
from pipelines.training.examples import read_example, write_example
from tuning.files import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tuning.tracking import Run, Tracker

FOLDER = "record"
_FACTS, _FILES, _RUN = "record.json", "files", "run.txt"


@dataclass(frozen=True, kw_only=True)
class TrainingRecord:
    """One run of MLflow, before it is written.

    Attributes:
        experiment: Name of the experiment.
        name: Shown name of the run.
        params: Hyperparameters.
        tags: Tags.
        metrics: Final values.
        history: One list per metric, one value per epoch, and `step`.
        dataset: Name of the data.
        fingerprint: Hash of the data.
        start: Begin of the training, milliseconds since 1970.
        end: Its end.
    """

    experiment: str
    name: str
    params: Mapping[str, Any]
    tags: Mapping[str, Any]
    metrics: Mapping[str, float]
    history: Mapping[str, list[float]]
    dataset: str
    fingerprint: str
    start: int
    end: int = field(default_factory=lambda: int(time.time() * 1000))

    def keep(
        self,
        model_folder: Path,
        example: tuple[Any, Any],
        *,
        figures: Mapping[str, Figure],
        texts: Mapping[str, str],
    ) -> None:
        """Writes the record beside a saved model; it is complete when its facts are there.

        Args:
            model_folder: Folder of the model.
            example: A few raw inputs, and the model's answers.
            figures: Figures by file name without ending.
            texts: Text files by name.
        """
        folder = model_folder / FOLDER
        (folder / _FILES / "figures").mkdir(parents=True, exist_ok=True)
        for label, figure in figures.items():
            figure.savefig(folder / _FILES / "figures" / f"{label}.png")
        for file, text in texts.items():
            (folder / _FILES / file).write_text(text, encoding="utf-8")
        write_example(folder, *example)
        with whole_file(folder / _FACTS) as partial:
            partial.write_text(json.dumps(asdict(self), default=_plain), encoding="utf-8")


def send_record(model_folder: Path, tracker: Tracker) -> Run:
    """Writes the run of a kept record, and renames the model's folder after it.

    Args:
        model_folder: Folder of the model.
        tracker: The experiment that the record names.

    Returns:
        The run; what was cut off before goes on in the same one.

    Raises:
        TrackingError: If MLflow does not accept it; the record stays.
    """
    from pipelines.training.saving import log_model

    folder = model_folder / FOLDER
    record = _read(folder)
    run = _begun(folder, tracker, record)
    run.log(metrics=record.metrics, history=record.history, start=record.start)
    run.dataset(record.dataset, record.fingerprint)
    run.file(folder / _FILES)
    if "internal.model" not in run.tags():
        log_model(run, read_example(folder), model_folder / MODEL_FILE)
        run.log(tags={"internal.model": "true"})
    run.finish(end=record.end)
    shutil.rmtree(folder)
    target = model_folder.with_name(run.run_id)
    if model_folder != target:
        model_folder.replace(target)
    return run


def waiting_records(root: Path) -> Iterator[tuple[Path, str]]:
    """Folders of models whose record was not sent, with the experiment that it names.

    Args:
        root: Folder of the embedded stores.
    """
    for facts in sorted((root / "models").glob(f"*/{FOLDER}/{_FACTS}")):
        yield facts.parents[1], _read(facts.parent).experiment


def _read(folder: Path) -> TrainingRecord:
    return TrainingRecord(**json.loads((folder / _FACTS).read_text(encoding="utf-8")))


def _begun(folder: Path, tracker: Tracker, record: TrainingRecord) -> Run:
    """The run that an earlier try began, or a new one."""
    begun = folder / _RUN
    if begun.exists():
        return tracker.run(begun.read_text(encoding="utf-8"))
    run = tracker.start(record.name, params=record.params, tags=record.tags, start=record.start)
    begun.write_text(run.run_id, encoding="utf-8")
    return run


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)
