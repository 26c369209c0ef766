"""What the one look at the test rows means: in two sentences, and as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from pipelines.evaluation import Interval, Measure, metric_interval
from pipelines.jobs.intervals import difference_over_seeds, spread
from pipelines.jobs.standing import BETTER, SAME, UNCLEAR, WORSE

_AGAINST_DEFAULTS = {
    BETTER: "The winner is better than the default hyperparameters beyond the noise.",
    WORSE: "The winner is worse than the default hyperparameters: keep the defaults.",
    UNCLEAR: "The winner is not better than the default hyperparameters by more than the noise.",
    SAME: "The winner is the default hyperparameters: the search found nothing better.",
}


@dataclass(frozen=True, kw_only=True)
class FinalScores:
    """What the one look at the test rows showed.

    Attributes:
        metric: The metric that the verdict is about.
        test_metrics: The winner's test metrics.
        interval: 95 % interval of its `metric` over the draw of the test rows.
        default_metrics: Test metrics of the default hyperparameters.
        difference: 95 % interval of winner minus default on the same rows.
        baseline: Name of a simple method.
        baseline_metrics: Its test metrics.
        baseline_difference: 95 % interval of winner minus simple method on the same rows.
        standing: What the winner is beside `defaults` and `baseline`: `"better"`, `"worse"`,
            `"unclear"` (within the noise) or, of the defaults, the `"same"`.
        verdict: What this means; a simple method that wins comes first.
        test_rows: Number of test rows.
        over_seeds: With several seeds, `winner` and `default` with `values`, `mean` and
            `deviation` of the metric; the figures above are those of the first seed, whose
            model is kept, but differences and verdict are about the means.
    """

    metric: str
    test_metrics: Mapping[str, float]
    interval: Interval
    default_metrics: Mapping[str, float]
    difference: Interval
    baseline: str
    baseline_metrics: Mapping[str, float]
    baseline_difference: Interval
    standing: Mapping[str, str]
    verdict: str
    test_rows: int
    over_seeds: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as the study stores them."""
        return asdict(self)


def judge(
    ours: Sequence[np.ndarray],
    theirs: Sequence[np.ndarray],
    y: Any,
    *,
    measure: Measure,
    metrics: Sequence[tuple[str, str]],
    baseline: tuple[str, np.ndarray],
) -> FinalScores:
    """Compares the predictions of winner, defaults and a simple method on the same rows.

    Args:
        ours: Predictions `[rows, ...]` of the winner, once per seed.
        theirs: Those of the defaults; `ours` itself when the winner has these hyperparameters.
        y: Targets `[rows, ...]`, or None where the predictions say everything.
        measure: `(predictions, y) -> metrics`.
        metrics: Metrics with their directions; the first one that is measured decides.
        baseline: Name and predictions `[rows, ...]` of the simple method.

    Returns:
        The scores with their intervals and a verdict.
    """
    scores, default_scores = ([measure(one, y) for one in found] for found in (ours, theirs))
    metric, direction = next(known for known in metrics if known[0] in scores[0])
    # A language model's targets are its inputs: rows of scores are drawn, without targets.
    targets = np.zeros(len(ours[0])) if y is None else np.asarray(y)

    def difference(others: Sequence[np.ndarray]) -> Interval:
        if others is ours:
            return Interval(0.0, 0.0)
        return difference_over_seeds(measure, ours, others, targets, metric=metric)

    differences = {"defaults": difference(theirs), "baseline": difference([baseline[1]])}
    maximize = direction == "maximize"
    standing = {name: compared(one, maximize=maximize) for name, one in differences.items()}
    if theirs is ours:
        standing["defaults"] = SAME
    over_seeds = {
        "winner": spread([score[metric] for score in scores]),
        "default": spread([score[metric] for score in default_scores]),
    }
    return FinalScores(
        metric=metric,
        test_metrics=scores[0],
        interval=metric_interval(measure, ours[0], targets, metric=metric),
        default_metrics=default_scores[0],
        difference=differences["defaults"],
        baseline=baseline[0],
        baseline_metrics=measure(baseline[1], y),
        baseline_difference=differences["baseline"],
        standing=standing,
        verdict=verdict(standing, baseline[0]),
        test_rows=len(ours[0]),
        over_seeds=over_seeds if len(ours) > 1 else {},
    )


def compared(difference: Interval, *, maximize: bool) -> str:
    """What the winner is beside something else.

    Args:
        difference: 95 % interval of winner minus the other.
        maximize: Whether larger is better.

    Example:
        >>> compared(Interval(0.01, 0.02), maximize=True), compared(Interval(-1, 1), maximize=True)
        ('better', 'unclear')
    """
    if difference.low <= 0 <= difference.high:
        return UNCLEAR
    return BETTER if (difference.low > 0) == maximize else WORSE


def verdict(standing: Mapping[str, str], baseline: str) -> str:
    """Two sentences: against the default hyperparameters, and against a simple method.

    Args:
        standing: What the winner is beside `defaults` and `baseline`.
        baseline: Name of the simple method.

    Returns:
        The sentences; if the simple method wins, it comes first.

    Example:
        >>> print(verdict({"defaults": "better", "baseline": "worse"}, "gradient boosting"))
        Gradient boosting, a simple method, is better than the winner beyond the noise: use it, or search further. The winner is better than the default hyperparameters beyond the noise.
    """  # noqa: E501 - the verdict is one line
    defaults = _AGAINST_DEFAULTS[standing["defaults"]]
    name = baseline[:1].upper() + baseline[1:]
    if standing["baseline"] == WORSE:
        wins = f"{name}, a simple method, is better than the winner beyond the noise"
        return f"{wins}: use it, or search further. {defaults}"
    if standing["baseline"] == BETTER:
        return f"{defaults} It is better than a simple method, {baseline}."
    return f"{defaults} It is not better than a simple method, {baseline}, by more than the noise."
