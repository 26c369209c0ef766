"""The end of a search over a `build(hp)` function: refit, one look at the test rows, a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.installed import pinned
from pipelines.jobs import candidates
from pipelines.jobs.intervals import spread
from pipelines.jobs.keras_tuner.array_targets import known_name, read_targets
from pipelines.jobs.keras_tuner.arrays import stored_arrays, whole_parts
from pipelines.jobs.keras_tuner.saving import save_winner
from pipelines.jobs.keras_tuner.structures import leaves, take_rows
from pipelines.jobs.mlflow.delivery import KERAS, Delivery
from pipelines.jobs.verdict import judge
from pipelines.jobs.winner_evaluation import keep_evaluation
from pipelines.tasks.diagnostics import calibration_report, confusion_counts, residual_report

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.jobs.keras_tuner.array_targets import Targets
    from pipelines.jobs.keras_tuner.data import ArrayRows
    from pipelines.jobs.keras_tuner.objective import BuildObjective
    from pipelines.jobs.keras_tuner.structures import Structure
    from pipelines.jobs.keras_tuner.target import HyperModelTarget
    from pipelines.jobs.mlflow.review import Review
    from tuning import SearchResult, SearchSettings
    from tuning.engine.ending import StudyEnding

_REQUIREMENTS = ("keras", "tensorflow-cpu", "tensorflow")
UNTESTED = (
    "Not tested: without test rows (`test=(x, y)`) it is not known how good the winner is on new "
    "rows, nor whether it beats the default hyperparameters."
)
UNJUDGED = (
    "No verdict: the metric cannot be measured row by row (targets that are neither classes nor "
    "numbers, or a metric of your own), so the difference to the default hyperparameters has no "
    "interval, and no simple method is compared."
)


def finish_build(
    target: HyperModelTarget,
    found: SearchResult,
    settings: SearchSettings,
    *,
    review: Review,
    ending: StudyEnding,
) -> dict[str, Any]:
    """Refits winner and defaults, compares them on the test rows, and saves the winner.

    Args:
        target: What was searched.
        found: Its trials.
        settings: How it was searched.
        review: Takes the winner's model.
        ending: Records that the test rows are read.

    Returns:
        The result as the study records it.
    """
    build, chosen = target.build(settings), candidates.winner(target, found)
    seeds = candidates.refit_seeds(settings.seed, target.seeds)
    winners = [_refit(build, chosen, seed) for seed in seeds]
    x = stored_arrays(build.arrays)["x"]
    saved = save_winner(winners[0], settings.directory, x)
    if "model_path" in saved and _has_signature(x):
        _keep(target, build, settings.directory, model=winners[0], review=review)
    final: dict[str, Any] = {
        "trials": found.n_trials,
        "best_trial": found.best_trial,
        "epochs": chosen.epochs,
        "seeds": target.seeds,
        **saved,
        **found.choice,
    }
    if target.data.test is None:
        keep_evaluation(settings, {}, history=_history(winners[0]))
        return {**final, "verdict": UNTESTED}
    defaults = winners
    if not candidates.is_same_point(target.space, chosen.params, target.default_point):
        standard = candidates.defaults(target, found, settings)
        defaults = [_refit(build, standard, seed) for seed in seeds]
    reads = ending.record_reading()
    scores = _compare(target, build, winners, defaults, settings=settings)
    return {**final, **scores, "test_reads": reads}


def _has_signature(x: Structure) -> bool:
    """Whether MLflow can describe the inputs: an array, or arrays by name."""
    return all(
        len(path) <= 1 and all(isinstance(key, str) for key in path) for path, _ in leaves(x)
    )


def _refit(build: BuildObjective, candidate: candidates.Candidate, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    rows = whole_parts(stored_arrays(build.arrays))
    return build.train(candidate.params, rows, [], seed=seed, epochs=candidate.epochs)


def _compare(
    target: HyperModelTarget,
    build: BuildObjective,
    winners: Sequence[Any],
    defaults: Sequence[Any],
    *,
    settings: SearchSettings,
) -> dict[str, Any]:
    """Scores winner, defaults and a simple method on the test rows."""
    test = target.data.test
    if test is None:
        return {}
    x, y = test.x, test.y
    name, direction = settings.metrics[0]
    ours = [_evaluated(model, test) for model in winners]
    theirs = ours if defaults is winners else [_evaluated(model, test) for model in defaults]
    outputs = [model.predict(x, verbose=0) for model in winners]
    targets = read_targets(y, outputs[0], f"{getattr(winners[0], 'loss', '')}")
    if targets is None or not _agree(targets, outputs[0], y, ours[0], metric=name):
        keep_evaluation(settings, {}, history=_history(winners[0]))
        return _without_verdict(name, ours, theirs, rows=len(test))
    read = [targets.read(one) for one in outputs]
    other = read
    if defaults is not winners:
        other = [targets.read(model.predict(x, verbose=0)) for model in defaults]
    reports = _reports(targets, read[0], targets.truth(y))
    keep_evaluation(settings, reports, history=_history(winners[0]))
    training = whole_parts(stored_arrays(build.arrays))
    scores = judge(
        read,
        other,
        targets.truth(y),
        measure=targets.measure,
        metrics=((known_name(name), direction), targets.main_metric),
        baseline=targets.baseline(training["x"], targets.truth(training["y"]), x),
    ).to_dict()
    # What the model was compiled with belongs to its test as well.
    scores["test_metrics"] = {**ours[0], **scores["test_metrics"]}
    scores["default_metrics"] = {**theirs[0], **scores["default_metrics"]}
    return scores


def _reports(targets: Targets, predictions: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """What the figures of the report show of the winner."""
    if targets.classes is None:
        return {"residuals": residual_report(truth, predictions)}
    counts = confusion_counts(predictions, truth, targets.classes).tolist()
    names = [str(number) for number in range(targets.classes)]
    calibration = calibration_report(predictions, truth)
    return {"confusion": {"classes": names, "counts": counts}, "calibration": calibration}


def _history(model: Any) -> Mapping[str, Sequence[float]]:
    """The training curve that Keras left with the model; empty of a `fit` of one's own."""
    return getattr(getattr(model, "history", None), "history", {})


def _evaluated(model: Any, test: ArrayRows) -> dict[str, float]:
    """Loss and compiled metrics; nothing of a model that trains itself without them."""
    if not getattr(model, "compiled", False):
        return {}
    found = model.evaluate(test.x, test.y, sample_weight=test.weight, verbose=0, return_dict=True)
    return {name: float(value) for name, value in found.items()}


def _agree(
    targets: Targets, outputs: np.ndarray, y: np.ndarray, evaluated: Mapping[str, float], *,
    metric: str,
) -> bool:  # fmt: skip
    """Whether the model's own metric is what is measured here under its name."""
    own = evaluated.get(metric.removeprefix("val_"))
    measured = targets.measure(targets.read(outputs), targets.truth(y)).get(known_name(metric))
    if own is None or measured is None:
        return True
    return math.isclose(own, measured, rel_tol=1e-3, abs_tol=1e-3)


def _without_verdict(
    name: str,
    ours: Sequence[Mapping[str, float]],
    theirs: Sequence[Mapping[str, float]],
    *,
    rows: int,
) -> dict[str, Any]:
    metric = name.removeprefix("val_")
    scores: dict[str, Any] = {
        "metric": metric,
        "test_metrics": dict(ours[0]),
        "default_metrics": dict(theirs[0]),
        "verdict": UNJUDGED,
        "test_rows": rows,
    }
    if len(ours) > 1 and metric in ours[0]:
        scores["over_seeds"] = {
            who: spread([score[metric] for score in found])
            for who, found in (("winner", ours), ("default", theirs))
        }
    return scores


def _keep(
    target: HyperModelTarget, build: BuildObjective, directory: Path, *, model: Any, review: Review
) -> None:
    """Keeps what MLflow gets, and gives it to the review."""
    delivery = Delivery(
        kind=KERAS,
        registration=dict(target.registration),
        requirements=tuple(pinned(_REQUIREMENTS)),
    )
    delivery.keep(directory, take_rows(stored_arrays(build.arrays)["x"], slice(2)))
    review.keep(delivery, directory, model=model)
