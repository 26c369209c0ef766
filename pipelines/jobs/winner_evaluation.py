"""What the study keeps of the winner on the test rows, so that its report can draw it anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tuning import open_study
from tuning.storage.records import EVALUATION, annotate_study

if TYPE_CHECKING:
    from tuning import SearchSettings

_MOST_CLASSES = 30  # of a whole confusion matrix
_PAIRS = 20  # of classes that are confused most, where there are more
_NAMES = ("calibration", "residuals")


def keep_evaluation(
    settings: SearchSettings,
    reports: Mapping[str, Any],
    *,
    history: Mapping[str, Sequence[float]] | None = None,
) -> None:
    """Writes values for the figures of the report.

    Args:
        settings: Names the study and its store.
        reports: `confusion`, `calibration`, `residuals`, as far as the task has them.
        history: Training curve of the refitted winner, metric to one value per epoch.
    """
    kept = {name: reports[name] for name in _NAMES if reports.get(name)}
    if "confusion" in reports:
        kept["confusion"] = kept_confusion(**reports["confusion"])
    if history:
        kept["learning"] = {name: _finite(values) for name, values in history.items()}
    found = {name: values for name, values in kept.items() if values}
    annotate_study(open_study(settings.study, settings.url), EVALUATION, found)


def kept_confusion(classes: Sequence[str], counts: Sequence[Sequence[int]]) -> dict[str, Any]:
    """A confusion matrix, or of many classes the pairs that are confused most.

    Args:
        classes: Names of the classes.
        counts: `[true class, predicted class]`.

    Example:
        >>> kept_confusion(["a", "b"], [[3, 1], [0, 2]])["counts"]
        [[3, 1], [0, 2]]
        >>> kept_confusion([str(one) for one in range(31)], np.eye(31)[::-1])["pairs"][0]
        ['0', '30', 1]
    """
    if len(classes) <= _MOST_CLASSES:
        return {"classes": list(classes), "counts": [list(row) for row in counts]}
    wrong = np.array(counts)
    np.fill_diagonal(wrong, 0)
    worst = np.argsort(-wrong, axis=None, kind="stable")[:_PAIRS]
    places = zip(*np.unravel_index(worst, wrong.shape), strict=True)
    pairs = [[classes[a], classes[b], int(wrong[a, b])] for a, b in places if wrong[a, b]]
    return {"pairs": pairs} if pairs else {}


def _finite(values: Sequence[float]) -> list[float | None]:
    """Values that every JSON reader takes: what is no number is missing."""
    return [float(value) if np.isfinite(value) else None for value in values]
