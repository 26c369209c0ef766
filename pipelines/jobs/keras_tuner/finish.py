"""The end of a search over a `build(hp)` function: refit, one look at the test rows, a verdict."""

from __future__ import annotations

import functools
import math
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.installed import pinned
from pipelines.jobs import candidates
from pipelines.jobs.checkpoints import REFITS, forget_refits, refits_folder
from pipelines.jobs.intervals import spread
from pipelines.jobs.keras_tuner.array_targets import known_name, read_targets
from pipelines.jobs.keras_tuner.arrays import stored_arrays, whole_parts
from pipelines.jobs.keras_tuner.refit import BuildRefit, Refitted, store_rows
from pipelines.jobs.keras_tuner.saving import loaded_winner, move_winner
from pipelines.jobs.keras_tuner.structures import leaves, take_rows
from pipelines.jobs.mlflow.delivery import KERAS, Delivery
from pipelines.jobs.verdict import judge
from pipelines.jobs.winner_evaluation import keep_evaluation
from pipelines.serving.files import MODEL_FILE
from pipelines.tasks.diagnostics import calibration_report, confusion_counts, residual_report
from tuning.workers.calls import Call, calling_pool, run_calls
from tuning.workers.local import LOG_NAME

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

_TEST = "test.npz"
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
FAILING = (
    "No verdict: the default hyperparameters fail ({reason}), so that there is nothing to compare "
    "the winner with."
)


def finish_build(
    target: HyperModelTarget,
    found: SearchResult,
    settings: SearchSettings,
    *,
    review: Review,
    ending: StudyEnding,
) -> dict[str, Any]:
    """Refits winner and defaults side by side, compares them on the test rows, saves the winner.

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
    test, standard, failure = target.data.test, None, None
    if test is not None:
        store_rows(settings.directory / REFITS / _TEST, test)
        if not candidates.is_same_point(target.space, chosen.params, target.default_point):
            failure = candidates.failure_of_defaults(target, found)
            standard = None if failure else candidates.defaults(target, found, settings)
    winners = _refits(target, build, chosen, settings, who="winner")
    defaults = _refits(target, build, standard, settings, who="defaults")
    ours, theirs, reads = _run(target, winners, defaults, settings=settings, ending=ending)
    saved = move_winner(winners[0].directory, settings.directory, kind=ours[0].kind)
    shutil.rmtree(settings.directory / REFITS, ignore_errors=True)
    forget_refits(settings)
    if "model_path" in saved:
        _keep(target, build, chosen, settings.directory, review=review)
    final: dict[str, Any] = {
        "trials": found.n_trials,
        "best_trial": found.best_trial,
        "epochs": chosen.epochs,
        "seeds": target.seeds,
        **saved,
        **found.choice,
    }
    if test is None:
        keep_evaluation(settings, {}, history=ours[0].history)
        return {**final, "verdict": UNTESTED}
    if failure is not None:
        keep_evaluation(settings, {}, history=ours[0].history)
        verdict = FAILING.format(reason=failure)
        scores = _without_verdict(settings.metrics[0][0], ours, [], verdict, rows=len(test))
    else:
        scores = _compare(build, ours, theirs, test, settings=settings)
    return {**final, **scores, "test_reads": reads}


def _has_signature(x: Structure) -> bool:
    """Whether MLflow can describe the inputs: an array, or arrays by name."""
    return all(
        len(path) <= 1 and all(isinstance(key, str) for key in path) for path, _ in leaves(x)
    )


def _refits(
    target: HyperModelTarget,
    build: BuildObjective,
    candidate: candidates.Candidate | None,
    settings: SearchSettings,
    *,
    who: str,
) -> list[Call]:
    """One refit for each seed of the test; the model of the winner's first one is kept."""
    if candidate is None:
        return []
    folder, tested = settings.directory / REFITS, target.data.test is not None
    seeds = candidates.refit_seeds(settings.seed, target.seeds if tested else 1)
    return [
        Call(
            function=BuildRefit(
                build=build,
                checkpoints=refits_folder(settings),
                test=folder / _TEST if tested else None,
                keeps=who == "winner" and number == 0,
            ),
            params=candidate.params,
            seed=seed,
            budget=candidate.epochs,
            directory=folder / who / str(number),
        )
        for number, seed in enumerate(seeds)
    ]


def _run(
    target: HyperModelTarget,
    winners: Sequence[Call],
    defaults: Sequence[Call],
    *,
    settings: SearchSettings,
    ending: StudyEnding,
) -> tuple[list[Refitted], list[Refitted], int]:
    """Refits side by side; a winner that is the defaults is compared with itself."""
    calls, reads = [*winners, *defaults], 0

    def may_read() -> bool:
        nonlocal reads
        reads = ending.record_reading()  # also one that is never heard of again
        return True

    log = settings.directory / LOG_NAME
    with calling_pool(settings, len(calls), log=log, preload=target.preload) as pool:
        outcomes = run_calls(pool, calls, may_go_on=may_read)
    refits = [
        Refitted.of(outcome, call.directory) for outcome, call in zip(outcomes, calls, strict=True)
    ]
    ours = refits[: len(winners)]
    return ours, refits[len(winners) :] or ours, reads


def _compare(
    build: BuildObjective,
    ours: Sequence[Refitted],
    theirs: Sequence[Refitted],
    test: ArrayRows,
    *,
    settings: SearchSettings,
) -> dict[str, Any]:
    """Scores winner, defaults and a simple method on the test rows."""
    name, direction = settings.metrics[0]
    first, y = ours[0], test.y
    targets = read_targets(y, first.outputs, first.loss)
    if targets is None or not _agree(targets, first, y, metric=name):
        keep_evaluation(settings, {}, history=first.history)
        return _without_verdict(name, ours, theirs, UNJUDGED, rows=len(test))
    read = _predictions(targets, ours)
    # A winner that is the defaults is the very same thing to `judge`.
    other = read if theirs is ours else _predictions(targets, theirs)
    reports = _reports(targets, read[0], targets.truth(y))
    keep_evaluation(settings, reports, history=first.history)
    training = whole_parts(stored_arrays(build.arrays))
    scores = judge(
        read,
        other,
        targets.truth(y),
        measure=targets.measure,
        metrics=((known_name(name), direction), targets.main_metric),
        baseline=targets.baseline(training["x"], targets.truth(training["y"]), test.x),
    ).to_dict()
    # What the model was compiled with belongs to its test as well.
    scores["test_metrics"] = {**first.metrics, **scores["test_metrics"]}
    scores["default_metrics"] = {**theirs[0].metrics, **scores["default_metrics"]}
    return scores


def _predictions(targets: Targets, refits: Sequence[Refitted]) -> list[np.ndarray]:
    return [targets.read(one.outputs) for one in refits if one.outputs is not None]


def _reports(targets: Targets, predictions: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """What the figures of the report show of the winner."""
    if targets.classes is None:
        return {"residuals": residual_report(truth, predictions)}
    counts = confusion_counts(predictions, truth, targets.classes).tolist()
    names = [str(number) for number in range(targets.classes)]
    calibration = calibration_report(predictions, truth)
    return {"confusion": {"classes": names, "counts": counts}, "calibration": calibration}


def _agree(targets: Targets, refit: Refitted, y: np.ndarray, *, metric: str) -> bool:
    """Whether the model's own metric is what is measured here under its name."""
    if refit.outputs is None:
        return False
    own = refit.metrics.get(metric.removeprefix("val_"))
    measured = targets.measure(targets.read(refit.outputs), targets.truth(y))
    value = measured.get(known_name(metric))
    if own is None or value is None:
        return True
    return math.isclose(own, value, rel_tol=1e-3, abs_tol=1e-3)


def _without_verdict(
    name: str, ours: Sequence[Refitted], theirs: Sequence[Refitted], verdict: str, *, rows: int
) -> dict[str, Any]:
    metric = name.removeprefix("val_")
    scores: dict[str, Any] = {
        "metric": metric,
        "test_metrics": dict(ours[0].metrics),
        "default_metrics": dict(theirs[0].metrics) if theirs else {},
        "verdict": verdict,
        "test_rows": rows,
    }
    if len(ours) > 1 and theirs and metric in ours[0].metrics:
        scores["over_seeds"] = {
            who: spread([one.metrics[metric] for one in found])
            for who, found in (("winner", ours), ("default", theirs))
        }
    return scores


def _keep(
    target: HyperModelTarget,
    build: BuildObjective,
    chosen: candidates.Candidate,
    directory: Path,
    *,
    review: Review,
) -> None:
    """Keeps what MLflow gets, and gives it to the review."""
    x = stored_arrays(build.arrays)["x"]
    if not _has_signature(x):
        return
    delivery = Delivery(
        kind=KERAS,
        registration=dict(target.registration),
        requirements=tuple(pinned(_REQUIREMENTS)),
    )
    example = take_rows(x, slice(2))
    delivery.keep(directory, (example, None))
    load = functools.partial(
        loaded_winner, target.hypermodel, chosen.params, example, file=directory / MODEL_FILE
    )
    review.keep(delivery, directory, load=load)
