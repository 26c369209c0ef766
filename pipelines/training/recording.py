"""The end of a training: scores, the one look at the test split, and the MLflow run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.figures import history_figure
from pipelines.training.data import data_text
from pipelines.training.run import TrainRequest, TrainResult
from pipelines.training.saving import log_model, save_model
from tuning.tracking import Provenance, Tracker, default_tracking_uri, git_commit

if TYPE_CHECKING:
    import keras

    from pipelines.datasets.containers import Dataset
    from pipelines.training.experiment import Experiment
    from tuning.tracking import Run


def record(
    request: TrainRequest,
    experiment: Experiment,
    model: keras.Model,
    history: dict[str, list[float]],
    *,
    seconds: float,
) -> TrainResult:
    """Scores a trained model beside its baseline, and logs both.

    Args:
        request: What was trained.
        experiment: Gives data and task.
        model: The trained model.
        history: One list per metric.
        seconds: Wall time of the epochs.

    Returns:
        Metrics, history, run and model.
    """
    task, dataset = experiment.task, experiment.dataset
    metrics = task.score(model, dataset.validation)
    test = dataset.test.open("the end of a training")
    baseline, predictions = task.baseline(test)
    baseline_metrics = task.measure(predictions, test.y)
    test_metrics = task.score(model, test)
    with _start(request, experiment, baseline) as run:
        path = save_model(experiment, model, request.root / "models" / run.run_id)
        finals = {"test": test_metrics, "baseline": baseline_metrics}
        run.log(
            metrics={f"{of}_{key}": v for of, found in finals.items() for key, v in found.items()},
            history={**history, "step": list(range(1, _epochs(history) + 1))},
        )
        run.figure(history_figure(history), "figures/history.png")
        for label, figure in task.figures(model, test).items():
            run.figure(figure, f"figures/{label}.png")
        _describe(run, dataset, task.notes(model))
        log_model(run, task.raw_example(), path)
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
        notes=tuple(dataset.notes),
        run_id=run.run_id,
        run_url=run.url,
        model_path=path,
    )


def _start(request: TrainRequest, experiment: Experiment, baseline: str) -> Run:
    dataset = experiment.dataset
    provenance = Provenance(
        git_commit=git_commit(), dataset=dataset.name, fingerprint=dataset.fingerprint
    )
    tracker = Tracker(
        request.tracking_uri or default_tracking_uri(request.root), experiment=request.recipe
    )
    facts: dict[str, Any] = {"seed": request.seed, "role": "training", "baseline": baseline}
    return tracker.start(
        f"{request.recipe} seed {request.seed}",
        params=experiment.params,
        tags={**provenance.run_tags(), **facts},
    )


def _describe(run: Run, dataset: Dataset, notes: Mapping[str, str]) -> None:
    run.dataset(dataset.name, dataset.fingerprint)
    if text := data_text(dataset):
        run.text(text, "data.txt")
    for file, text in notes.items():
        run.text(text, file)


def _epochs(history: Mapping[str, list[float]]) -> int:
    # Not every model has a metric "loss": two adversaries have two.
    return max(map(len, history.values()), default=0)
