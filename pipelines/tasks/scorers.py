"""Further scores of predictions, by scikit-learn: what a run reports and a search may ask for.

Names and directions are in `pipelines.tasks.registry`, which is read before scikit-learn is
imported. A score that the rows do not define is None: ROC AUC of one class, or a percentage of 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from scipy.special import softmax

Scorer = Callable[[np.ndarray, np.ndarray], float | None]
TOP = 5


def _balanced_accuracy(logits: np.ndarray, y: np.ndarray) -> float:
    from sklearn.metrics import recall_score

    # `balanced_accuracy_score` without its warning about classes that no row has.
    labels, predicted = np.unique(y), logits.argmax(axis=1)
    return float(recall_score(y, predicted, labels=labels, average="macro", zero_division=0))


def _averaged(logits: np.ndarray, y: np.ndarray, *, score: str, average: str) -> float:
    from sklearn import metrics

    function = getattr(metrics, f"{score}_score")
    return float(function(y, logits.argmax(axis=1), average=average, zero_division=0))


def _matthews(logits: np.ndarray, y: np.ndarray) -> float:
    from sklearn.metrics import matthews_corrcoef

    return float(matthews_corrcoef(y, logits.argmax(axis=1)))


def _one_against_rest(logits: np.ndarray, y: np.ndarray, *, score: str) -> float | None:
    """Mean over the classes that the rows have of how well a probability tells one apart."""
    from sklearn import metrics

    classes = np.unique(y)
    if len(classes) < 2:
        return None
    function, probabilities = getattr(metrics, f"{score}_score"), softmax(logits, axis=1)
    return float(np.mean([function(y == one, probabilities[:, one]) for one in classes]))


def _top(logits: np.ndarray, y: np.ndarray) -> float | None:
    from sklearn.metrics import top_k_accuracy_score

    classes = logits.shape[1]
    if classes <= TOP:
        return None
    return float(top_k_accuracy_score(y, logits, k=TOP, labels=np.arange(classes)))


CLASS_SCORERS: Mapping[str, Scorer] = {
    "balanced_accuracy": _balanced_accuracy,
    **{
        f"{score}_{average}": partial(_averaged, score=score, average=average)
        for score in ("precision", "recall", "f1")
        for average in ("macro", "weighted")
    },
    "mcc": _matthews,
    "roc_auc": partial(_one_against_rest, score="roc_auc"),
    "average_precision": partial(_one_against_rest, score="average_precision"),
    "top_5_accuracy": _top,
}
"""Scores of logits `float[rows, classes]` against class numbers `int[rows]`."""


def number_scorers(quantiles: Sequence[float] = (0.5,), *, median: int = 0) -> dict[str, Scorer]:
    """Scores of predicted numbers, or of predicted quantiles.

    Args:
        quantiles: What the last axis of predictions holds, each in (0, 1); for one of them the
            predictions have no such axis.
        median: Which of them is the prediction.

    Returns:
        `mape`, the mean of `|error / target|` (0.1 is 10 %), None where a target is 0; and
        `pinball`, the mean quantile loss (Koenker and Bassett 1978), half the MAE for the median.

    Example:
        >>> scorers = number_scorers([0.9])
        >>> scorers["mape"](np.array([1.0, 3.0]), np.array([2.0, 4.0]))
        0.375
        >>> round(scorers["pinball"](np.array([1.0, 3.0]), np.array([2.0, 4.0])), 6)
        0.9
    """

    def columns(predictions: np.ndarray) -> np.ndarray:
        return np.asarray(predictions).reshape(-1, len(quantiles))

    def mape(predictions: np.ndarray, y: np.ndarray) -> float | None:
        from sklearn.metrics import mean_absolute_percentage_error

        truth = np.asarray(y, np.float64).ravel()
        if not truth.all():
            return None
        return float(mean_absolute_percentage_error(truth, columns(predictions)[:, median]))

    def pinball(predictions: np.ndarray, y: np.ndarray) -> float:
        from sklearn.metrics import mean_pinball_loss

        truth, found = np.asarray(y, np.float64).ravel(), columns(predictions)
        losses = [
            mean_pinball_loss(truth, found[:, i], alpha=alpha) for i, alpha in enumerate(quantiles)
        ]
        return float(np.mean(losses))

    return {"mape": mape, "pinball": pinball}


def class_report(logits: np.ndarray, y: Any, classes: Sequence[str]) -> dict[str, Any]:
    """Precision, recall, F1 and support of every class, and their averages.

    Args:
        logits: `float[rows, classes]`.
        y: Class numbers, `int[rows]`.
        classes: Names in the order of the numbers.

    Returns:
        `classes` by name, `accuracy`, `macro avg` and `weighted avg`, each as in
        `sklearn.metrics.classification_report`; also for classes without a row.

    Example:
        >>> report = class_report(np.eye(2), [0, 1], ["cat", "dog"])
        >>> report["classes"]["dog"]["precision"], report["accuracy"]
        (1.0, 1.0)
    """
    from sklearn.metrics import classification_report

    numbers = np.arange(len(classes))
    # By number, as a class may be called "accuracy".
    found: dict[str, Any] = classification_report(
        y,
        np.asarray(logits).argmax(axis=1),
        labels=numbers,
        target_names=[str(number) for number in numbers],
        output_dict=True,
        zero_division=0,
    )
    return {
        "classes": {name: found.pop(str(number)) for number, name in enumerate(classes)},
        **found,
    }
