"""The end of a search over a `build(hp)` function: refit, one look at the test rows, a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.installed import pinned
from pipelines.jobs.keras_tuner.array_targets import known_name, read_targets
from pipelines.jobs.keras_tuner.objective import stored_arrays
from pipelines.jobs.mlflow.delivery import KERAS, Delivery
from pipelines.jobs.recipe.finish import Candidate, epochs_of, judge, record_at
from pipelines.jobs.repeats import refit_seeds, spread
from pipelines.serving.files import MODEL_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.jobs.keras_tuner.array_targets import Targets
    from pipelines.jobs.keras_tuner.objective import BuildObjective, BuildPlan
    from pipelines.jobs.mlflow.review import Review
    from tuning import SearchResult
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
    plan: BuildPlan, found: SearchResult, review: Review, ending: StudyEnding
) -> dict[str, Any]:
    """Refits winner and defaults, compares them on the test rows, and saves the winner.

    Args:
        plan: The search.
        found: Its trials.
        review: Takes the winner's model.
        ending: Records that the test rows are read.

    Returns:
        The result as the study records it.
    """
    best = found.best
    if best is None:
        return {"trials": found.n_trials}
    chosen = Candidate(params=dict(best.params), epochs=epochs_of(best, plan.build.epochs))
    seeds = refit_seeds(plan.settings.seed, plan.seeds)
    winners = [_refit(plan.build, chosen, seed) for seed in seeds]
    path = plan.settings.directory / MODEL_FILE
    winners[0].save(path)
    _keep(plan, path.parent, winners[0], review)
    final: dict[str, Any] = {
        "trials": found.n_trials,
        "best_trial": best.number,
        "epochs": chosen.epochs,
        "seeds": plan.seeds,
        "model_path": str(path),
        **found.choice,
    }
    if plan.test is None:
        return {**final, "verdict": UNTESTED}
    standard = _default_candidate(plan, found)
    defaults = winners
    if standard != chosen:
        defaults = [_refit(plan.build, standard, seed) for seed in seeds]
    reads = ending.record_reading()
    return {**final, **_compare(plan, winners, defaults), "test_reads": reads}


def _default_candidate(plan: BuildPlan, found: SearchResult) -> Candidate:
    """The defaults of `hp`, with the epochs that their own trial found where there is one."""
    point = plan.space.defaults
    epochs = epochs_of(record_at(found, point), plan.build.epochs)
    return Candidate(params=point, epochs=epochs)


def _refit(build: BuildObjective, candidate: Candidate, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    x, y = _training_rows(build)
    rows = {"x": x, "y": y}
    return build.train(candidate.params, rows, [], seed=seed, epochs=candidate.epochs)


def _training_rows(build: BuildObjective) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation rows together."""
    parts = stored_arrays(build.arrays)
    if "x_val" not in parts:
        return parts["x"], parts["y"]
    x, y = (np.concatenate([parts[key], parts[f"{key}_val"]]) for key in ("x", "y"))
    return x, y


def _compare(plan: BuildPlan, winners: Sequence[Any], defaults: Sequence[Any]) -> dict[str, Any]:
    """Scores winner, defaults and a simple method on the test rows."""
    x, y = (np.asarray(part) for part in plan.test or ())
    name, direction = plan.settings.metrics[0]
    ours = [_evaluated(model, x, y) for model in winners]
    theirs = ours if defaults is winners else [_evaluated(model, x, y) for model in defaults]
    outputs = [model.predict(x, verbose=0) for model in winners]
    targets = read_targets(y, outputs[0], f"{getattr(winners[0], 'loss', '')}")
    if targets is None or not _agree(targets, outputs[0], y, ours[0], metric=name):
        return _without_verdict(name, ours, theirs, rows=len(x))
    read = [targets.read(one) for one in outputs]
    other = read
    if defaults is not winners:
        other = [targets.read(model.predict(x, verbose=0)) for model in defaults]
    train_x, train_y = _training_rows(plan.build)
    scores = judge(
        read,
        other,
        targets.truth(y),
        measure=targets.measure,
        metrics=((known_name(name), direction), targets.main_metric),
        baseline=targets.baseline(train_x, targets.truth(train_y), x),
    ).to_dict()
    # What the model was compiled with belongs to its test as well.
    scores["test_metrics"] = {**ours[0], **scores["test_metrics"]}
    scores["default_metrics"] = {**theirs[0], **scores["default_metrics"]}
    return scores


def _evaluated(model: Any, x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Loss and compiled metrics; nothing of a model that trains itself without them."""
    if not getattr(model, "compiled", False):
        return {}
    found = model.evaluate(x, y, verbose=0, return_dict=True)
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


def _keep(plan: BuildPlan, directory: Path, model: Any, review: Review) -> None:
    """Keeps what MLflow gets, and gives it to the review."""
    delivery = Delivery(
        kind=KERAS,
        registration=dict(plan.registration),
        requirements=tuple(pinned(_REQUIREMENTS)),
    )
    delivery.keep(directory, stored_arrays(plan.build.arrays)["x"][:2])
    review.keep(delivery, directory, model=model)
