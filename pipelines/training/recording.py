"""The end of a training: scores, the one look at the test split, and the MLflow run."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.figures import history_figure
from pipelines.training.kept_files import KeptFiles, kept_files
from pipelines.training.records import TrainingRecord, send_record
from pipelines.training.run import TrainRequest, TrainResult
from pipelines.training.saved import keep_summary
from pipelines.training.saving import save_model, served_example
from tuning.tracking import Provenance, Tracker, TrackingError, git_commit
from tuning.tracking.content import run_name, score_key

if TYPE_CHECKING:
    import keras
    import numpy as np

    from pipelines.datasets.containers import Dataset, Split
    from pipelines.tasks.base import Task
    from pipelines.training.experiment import Experiment


def record(
    request: TrainRequest,
    experiment: Experiment,
    model: keras.Model,
    history: dict[str, list[float]],
    *,
    seconds: float,
    tracker: Tracker | None,
    start: int,
) -> TrainResult:
    """Scores a trained model beside its baseline, saves it, and then logs both.

    Args:
        request: What was trained.
        experiment: Gives data and task.
        model: The trained model.
        history: One list per metric.
        seconds: Wall time of the epochs.
        tracker: The experiment, reached before the training; None where MLflow is told nothing.
        start: When the training began, milliseconds since 1970.

    Returns:
        Metrics, history, run and model.
    """
    task, dataset = experiment.task, experiment.dataset
    metrics = _scores(task, model, dataset.validation)
    test = dataset.test.open("the end of a training")
    baseline, simple = task.baseline(test)
    baseline_metrics = task.scores(simple, test.y)
    predictions = task.predict(model, test.x)
    test_metrics = _scores(task, model, test, predictions=predictions)
    path = save_model(experiment, model, _new_folder(request))
    metric, _ = experiment.entry.main_metric
    name, score = _run_name(request), (metric, test_metrics[metric])
    keep_summary(path.parent, name=name, recipe=request.recipe, score=score, seconds=seconds)
    notes, run_id, run_url = list(dataset.notes), "", ""
    if tracker is not None:
        finals = {"test": test_metrics, "baseline": baseline_metrics}
        record = TrainingRecord(
            experiment=request.recipe,
            name=name,
            params=experiment.params,
            tags=_tags(request, dataset, baseline),
            metrics={score_key(of, k): v for of, found in finals.items() for k, v in found.items()},
            history={**history, "step": list(range(1, _epochs(history) + 1))},
            dataset=dataset.name,
            fingerprint=dataset.fingerprint,
            start=start,
        )
        kept = kept_files(experiment, model, test=test, predictions=predictions)
        _keep(record, experiment, model, kept, folder=path.parent, history=history)
        try:
            run = send_record(path.parent, tracker)
        except TrackingError as error:
            notes.append(f"MLflow has no run of this training ({error}); `cookbook sync` sends it")
        else:
            run_id, run_url = run.run_id, run.url
            path = path.parent.with_name(run_id) / path.name  # the folder got the run's name
    rate = len(dataset.train) * _epochs(history) / seconds
    return TrainResult(
        recipe=request.recipe,
        metrics=metrics,
        test_metrics=test_metrics,
        baseline=baseline,
        baseline_metrics=baseline_metrics,
        history=history,
        seconds=seconds,
        samples_per_second=rate,
        images_per_second=rate if dataset.modality == "image" else None,
        notes=tuple(notes),
        run_id=run_id,
        run_url=run_url,
        model_path=path,
    )


def _scores(
    task: Task, model: keras.Model, split: Split, predictions: np.ndarray | None = None
) -> dict[str, float]:
    """Scores of the model's predictions, and those that the task is asked for apart."""
    found = task.predict(model, split.x) if predictions is None else predictions
    return {**task.scores(found, split.y), **task.scores_apart(model, split)}


def _tags(request: TrainRequest, dataset: Dataset, baseline: str) -> dict[str, Any]:
    provenance = Provenance(
        git_commit=git_commit(), dataset=dataset.name, fingerprint=dataset.fingerprint
    )
    own = {"seed": request.seed, "role": "training", "baseline": baseline}
    return {**provenance.run_tags(), **own}


def _keep(
    record: TrainingRecord,
    experiment: Experiment,
    model: keras.Model,
    kept: KeptFiles,
    *,
    folder: Path,
    history: dict[str, list[float]],
) -> None:
    """Writes a record with its figures and texts beside the saved model."""
    figures = {"history": history_figure(history), **kept.figures}
    record.keep(folder, served_example(experiment, model), figures=figures, texts=kept.texts)


def _run_name(request: TrainRequest) -> str:
    """The name that was given, else the recipe and what was asked for beside its defaults."""
    if request.name is not None:
        return request.name
    path = request.data.get("path")
    data = {} if path is None else {"data": Path(path).name}
    return run_name(request.recipe, {**data, **request.params, "seed": request.seed})


def _new_folder(request: TrainRequest) -> Path:
    """A folder of one training; when MLflow knows the training, it is named after its run."""
    return request.root / "models" / f"{request.recipe}-{secrets.token_hex(6)}"


def _epochs(history: Mapping[str, list[float]]) -> int:
    # Not every model has a metric "loss": two adversaries have two.
    return max(map(len, history.values()), default=0)
