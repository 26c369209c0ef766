"""What the targets of plain arrays are, so that a model on them can be measured and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import log_softmax

from pipelines.jobs.keras_tuner.structures import Structure, leaves, row_count
from pipelines.tasks.scores import class_scores, number_scores

# Names that Keras gives to what is measured here.
_SAME = {
    "acc": "accuracy",
    "binary_accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
    "binary_crossentropy": "crossentropy",
    "categorical_crossentropy": "crossentropy",
    "sparse_categorical_crossentropy": "crossentropy",
    "mean_absolute_error": "mae",
    "mean_squared_error": "mse",
    "root_mean_squared_error": "rmse",
}
# Rows times features (times classes) up to which the simple methods take seconds.
_WORK = 5e7
_FLOOR = 1e-7


@dataclass(frozen=True)
class Targets:
    """One kind of targets.

    Attributes:
        truth: Targets as given to what `measure` takes, `[rows]`.
        read: A model's outputs to the predictions that `measure` takes.
        measure: `(predictions, truth) -> metrics`.
        baseline: `(x, y, test_x) -> (name, predictions)` of a simple method trained on `x`, `y`.
        main_metric: The metric that sums it up, and what is better.
        classes: Number of classes, or None for numbers.
    """

    truth: Callable[[Any], np.ndarray] = field(repr=False)
    read: Callable[[np.ndarray], np.ndarray] = field(repr=False)
    measure: Callable[[np.ndarray, Any], Mapping[str, float]] = field(repr=False)
    baseline: Callable[[Structure, np.ndarray, Structure], tuple[str, np.ndarray]] = field(
        repr=False
    )
    main_metric: tuple[str, str]
    classes: int | None = None


def known_name(metric: str) -> str:
    """The name that `Targets.measure` gives to one of Keras' metrics.

    Example:
        >>> known_name("val_sparse_categorical_accuracy"), known_name("val_loss")
        ('accuracy', 'loss')
    """
    plain = metric.removeprefix("val_")
    return _SAME.get(plain, plain)


def read_targets(y: Any, outputs: Any, loss: str) -> Targets | None:
    """Finds out what the targets are.

    Args:
        y: Targets, `[rows]`, `[rows, 1]` or one-hot `[rows, classes]`.
        outputs: What a model predicts for these rows.
        loss: Name of the loss: it tells two classes from numbers.

    Returns:
        Classes, numbers, or None for anything else (several outputs, sequences, masks).

    Example:
        >>> read_targets([0, 1, 2], np.eye(3), "sparse_categorical_crossentropy").classes
        3
    """
    several = isinstance(y, Mapping | tuple)
    if several or not isinstance(outputs, np.ndarray) or outputs.ndim > 2:
        return None
    y, width = np.asarray(y), outputs.shape[1] if outputs.ndim == 2 else 1
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if not np.issubdtype(y.dtype, np.number) and y.dtype != bool:
        return None
    if y.ndim == 2:
        one_hot = y.shape[1] == width and _is_one_hot(y)
        return _classes(width, lambda rows: np.asarray(rows).argmax(axis=1)) if one_hot else None
    if y.ndim != 1:
        return None
    if width == 1 and not ("crossentropy" in loss.lower() and set(np.unique(y)) <= {0, 1}):
        return _NUMBERS
    whole = bool(np.all(y == np.floor(y)) and y.min() >= 0 and y.max() < max(width, 2))
    return _classes(max(width, 2), _class_numbers) if whole else None


def _class_numbers(y: Any) -> np.ndarray:
    return np.asarray(y).reshape(len(y)).astype(np.int64)


def _is_one_hot(y: np.ndarray) -> bool:
    return bool(np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=1) == 1))


def _classes(count: int, truth: Callable[[Any], np.ndarray]) -> Targets:
    return Targets(
        truth=truth,
        read=log_probabilities,
        measure=class_scores,
        baseline=lambda x, y, test_x: _classify(x, y, test_x, count),
        main_metric=("accuracy", "maximize"),
        classes=count,
    )


def log_probabilities(outputs: np.ndarray) -> np.ndarray:
    """Log-probabilities of the classes, whether a model returns logits or probabilities.

    Args:
        outputs: `[rows, classes]`, or one column about the second of two classes.

    Returns:
        `float64[rows, classes]`.

    Example:
        >>> np.exp(log_probabilities(np.array([[0.25], [1.0]]))).round(3).tolist()
        [[0.75, 0.25], [0.0, 1.0]]
        >>> np.exp(log_probabilities(np.array([[0.0, 0.0]]))).tolist()
        [[0.5, 0.5]]
    """
    values = np.asarray(outputs, np.float64).reshape(len(outputs), -1)
    inside = bool(np.all((values >= 0) & (values <= 1)))
    if values.shape[1] == 1:
        if inside:
            return np.log(np.clip(np.hstack([1 - values, values]), _FLOOR, 1.0))
        values = np.hstack([np.zeros_like(values), values])
    elif inside and np.allclose(values.sum(axis=1), 1.0, atol=1e-3):
        return np.log(np.clip(values, _FLOOR, 1.0))
    return np.asarray(log_softmax(values, axis=1))


def _classify(x: Structure, y: np.ndarray, test_x: Structure, count: int) -> tuple[str, np.ndarray]:
    """Logistic regression, or the most frequent class where that cannot be trained in seconds."""
    rows, test_rows = _flat(x), _flat(test_x)
    numbers = np.bincount(y, minlength=count)
    if rows is None or test_rows is None or rows.size * count > _WORK or (numbers > 0).sum() < 2:
        shares = np.maximum(numbers / len(y), _FLOOR)
        return "most frequent class", np.tile(np.log(shares), (row_count(test_x), 1))
    from pipelines.baselines.classifiers import make_classifier

    model: Any = make_classifier("logistic regression").fit(rows, y)
    found = np.full((row_count(test_x), count), np.log(_FLOOR))
    # A class that no training row has is not among the columns.
    found[:, model.classes_] = model.predict_log_proba(test_rows)
    return "logistic regression", found


def _measure_numbers(predictions: np.ndarray, y: Any) -> dict[str, float]:
    # The squared error too: Keras models are often compiled with it.
    return {**number_scores(predictions, y), "mse": float(np.mean((predictions - y) ** 2))}


def _regress(x: Structure, y: np.ndarray, test_x: Structure) -> tuple[str, np.ndarray]:
    """Gradient boosting, or the mean where that cannot be trained in seconds."""
    rows, test_rows = _flat(x), _flat(test_x)
    if rows is None or test_rows is None or rows.size > _WORK:
        return "mean", np.full(row_count(test_x), y.mean())
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(random_state=0).fit(rows, y)
    return "gradient boosting", model.predict(test_rows)


def _flat(x: Structure) -> np.ndarray | None:
    """Rows as finite numbers, `float32[rows, features]`, or None."""
    arrays = [array for _, array in leaves(x)]
    if any(not np.issubdtype(one.dtype, np.number) and one.dtype != bool for one in arrays):
        return None
    rows = np.hstack([one.reshape(len(one), -1).astype(np.float32) for one in arrays])
    return rows if np.isfinite(rows).all() else None


def _column(values: Any) -> np.ndarray:
    return np.asarray(values, np.float64).reshape(len(values))


_NUMBERS = Targets(
    truth=_column,
    read=_column,
    measure=_measure_numbers,
    baseline=_regress,
    main_metric=("mae", "minimize"),
)
