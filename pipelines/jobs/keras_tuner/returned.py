"""What a `HyperModel.fit` of the user's own returns, as epochs of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from tuning import TrialError

Epochs = list[dict[str, float]]


def returned_epochs(found: Any, metric: str, *, named: bool) -> Epochs:
    """Metrics of epochs that no callback was told of.

    Args:
        found: What `fit` returned: a number, a dictionary of metrics, a Keras history, or a list
            of numbers or dictionaries, whose mean counts, as in KerasTuner.
        metric: The metric of the search, which a bare number is.
        named: Whether a person named that metric: only then is it known what a number means.

    Returns:
        One dictionary an epoch; empty for what says nothing.

    Raises:
        TrialError: If a number has no name, or it is none of these.

    Example:
        >>> returned_epochs([1.0, 3.0], "steps", named=True)
        [{'steps': 2.0}]
        >>> returned_epochs({"val_loss": 0.5}, "val_loss", named=False)
        [{'val_loss': 0.5}]
    """
    if found is None:
        return []
    history = getattr(found, "history", None)
    if isinstance(history, Mapping):
        length = max(map(len, history.values()), default=0)
        return [{name: float(values[n]) for name, values in history.items()} for n in range(length)]
    if isinstance(found, list) and found:
        parts = [returned_epochs(one, metric, named=named)[-1] for one in found]
        return [{name: float(np.mean([part[name] for part in parts])) for name in parts[0]}]
    if isinstance(found, Mapping):
        return [{str(name): float(value) for name, value in found.items()}]
    if isinstance(found, Real) or getattr(found, "shape", None) == ():
        if not named:
            raise TrialError(
                f"`HyperModel.fit` returned the number {float(found):g} without saying what is "
                "better. Return {'val_loss': number}, or name it: objective=('error', 'minimize')."
            )
        return [{metric: float(found)}]
    raise TrialError(
        "`HyperModel.fit` returns a Keras history, a number or a dictionary of metrics. Got "
        f"{type(found).__name__}."
    )
