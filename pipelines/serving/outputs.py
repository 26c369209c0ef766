"""Turns what a model computes into what a person reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from scipy.special import softmax

from cookbook._names import unknown_name
from pipelines.preprocessing.targets import scale_back
from pipelines.serving.drawing import DrawingOutput
from pipelines.serving.masks import MaskOutput
from pipelines.serving.translating import TranslationOutput
from pipelines.serving.writing import ContinuationOutput

if TYPE_CHECKING:
    import pandas as pd


class Output(Protocol):
    """Names the columns of predictions."""

    def frame(self, outputs: np.ndarray) -> pd.DataFrame:
        """One row per input."""


@runtime_checkable
class WritingOutput(Protocol):
    """Calls the model itself, token by token."""

    def write(self, model: Any, preprocessing: Any, raw: Any) -> pd.DataFrame:
        """One row per input."""


def class_logits(outputs: np.ndarray) -> np.ndarray:
    """Logits with one column per class.

    Args:
        outputs: `float[rows, classes]`, or for two classes `float[rows, 1]`: the log-odds of the
            second one.

    Example:
        >>> class_logits(np.array([[2.0]])).tolist()
        [[0.0, 2.0]]
    """
    if outputs.shape[-1] > 1:
        return outputs
    return np.concatenate([np.zeros_like(outputs), outputs], axis=-1)


@dataclass(frozen=True)
class ClassOutput:
    """Logits to class names with their probability.

    Attributes:
        classes: Names in the order of the logits.

    Example:
        >>> frame = ClassOutput(("no", "yes")).frame(np.array([[0.0, 2.0]]))
        >>> frame["prediction"][0], round(float(frame["probability"][0]), 3)
        ('yes', 0.881)
    """

    classes: tuple[str, ...]

    def frame(self, outputs: np.ndarray) -> pd.DataFrame:
        """Columns `prediction` and `probability`."""
        import pandas as pd

        probabilities = softmax(class_logits(outputs), axis=-1)
        best = probabilities.argmax(axis=-1)
        return pd.DataFrame(
            {
                "prediction": [self.classes[index] for index in best],
                "probability": probabilities.max(axis=-1),
            }
        )


@dataclass(frozen=True)
class NumberOutput:
    """A standardised number back to the target's unit.

    Attributes:
        mean: Mean of the training targets, transformed where they were.
        deviation: Their standard deviation.
        power: The transformation, from `fit_power`, or None.
        range: Transformed numbers that it is undone in.
    """

    mean: float = 0.0
    deviation: float = 1.0
    power: Mapping[str, Any] | None = None
    range: Sequence[float] = ()

    def frame(self, outputs: np.ndarray) -> pd.DataFrame:
        """Column `prediction`."""
        import pandas as pd

        values = outputs.reshape(len(outputs), -1)[:, 0]
        return pd.DataFrame({"prediction": scale_back(values, vars(self))})


@dataclass(frozen=True)
class ForecastOutput:
    """The quantiles of each step in the unit of the series.

    Attributes:
        mean: Mean of the training targets.
        deviation: Their standard deviation.
    """

    mean: float = 0.0
    deviation: float = 1.0

    def frame(self, outputs: np.ndarray) -> pd.DataFrame:
        """Columns `prediction`, `low` and `high` (of step 1; then `prediction2` and so on)."""
        import pandas as pd

        values = np.sort(outputs * self.deviation + self.mean, axis=-1)
        columns = {}
        for step in range(values.shape[1]):
            number = "" if step == 0 else str(step + 1)
            for place, name in ((1, "prediction"), (0, "low"), (2, "high")):
                columns[f"{name}{number}"] = values[:, step, place]
        return pd.DataFrame(columns)


_OUTPUTS: Mapping[str, Any] = {
    "classes": ClassOutput,
    "continuation": ContinuationOutput,
    "drawing": DrawingOutput,
    "forecast": ForecastOutput,
    "masks": MaskOutput,
    "number": NumberOutput,
    "translation": TranslationOutput,
}


def make_output(config: Mapping[str, Any]) -> Output | WritingOutput:
    """Makes the output that a configuration describes.

    Args:
        config: `kind` and the fields of that kind.

    Raises:
        ValueError: If the kind is unknown.
    """
    fields = dict(config)
    kind = fields.pop("kind")
    if kind not in _OUTPUTS:
        raise ValueError(unknown_name("output", kind, _OUTPUTS))
    if "classes" in fields:
        fields["classes"] = tuple(fields["classes"])
    output: Output | WritingOutput = _OUTPUTS[kind](**fields)
    return output
