"""Predictions beside their inputs, as `cookbook predict` shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import softmax

from pipelines.formatting import format_value
from pipelines.preprocessing.frames import categories_of
from pipelines.preprocessing.numbers import parse_numbers, without_marks
from pipelines.serving.masks import MaskOutput
from pipelines.serving.outputs import ClassOutput, NumberOutput, class_logits, make_output
from pipelines.tasks.scores import class_scores, number_scores

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.serving.bundle import Bundle

MOST_CLASSES = 10  # with a column each; of more classes the best one is shown alone
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Scores:
    """How well a table with the target's column was predicted.

    Attributes:
        values: Scores of the rows that have a target which the model knows; empty without any.
        rows: All rows; 0 without such a column.
        missing: Rows without a target.
        unknown: The targets that the model does not know, a class or text a row.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    rows: int = 0
    missing: int = 0
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, float], column: pd.Series, known: np.ndarray) -> Scores:
        """Counts what was not scored.

        Args:
            values: The scores.
            column: The targets, one a row.
            known: `bool[rows]`, which of them were scored.
        """
        missing = column.isna().to_numpy()
        unknown = tuple(str(value) for value in column[~known & ~missing])
        return cls(values=values, rows=len(column), missing=int(missing.sum()), unknown=unknown)

    def sentence(self) -> str:
        """What a person reads; empty where there is nothing to score.

        Example:
            >>> Scores(values={"accuracy": 0.5}, rows=3, missing=1).sentence()
            'scored 2 of 3 rows (1 without a target): accuracy 0.5'
        """
        scored = self.rows - self.missing - len(self.unknown)
        if not scored and not self.unknown:
            return ""
        names = list(dict.fromkeys(self.unknown))
        shown = ", ".join(map(repr, names[:_SHOWN])) + ", ..." * (len(names) > _SHOWN)
        left_out = [
            f"{self.missing} without a target" * bool(self.missing),
            f"{len(self.unknown)} that the model does not know: {shown}" * bool(self.unknown),
        ]
        why = ", ".join(filter(None, left_out))
        parts = ", ".join(f"{name} {format_value(value)}" for name, value in self.values.items())
        return (
            f"scored {scored} of {self.rows} rows"
            + (f" ({why})" if why else "")
            + (f": {parts}" if parts else "")
        )


def predict_beside(bundle: Bundle, raw: Any) -> tuple[pd.DataFrame, Scores]:
    """Predicts, and shows inputs and the probability of each class.

    Args:
        bundle: A saved model.
        raw: As for `Bundle.predict`.

    Returns:
        One row per input: its columns, file name or text, then the prediction. And the scores of
        a table that has the target's column.
    """
    output = make_output(bundle.config["outputs"])
    if isinstance(output, MaskOutput):
        return _inputs(bundle, raw, output.frame(bundle.outputs(raw))), Scores()
    if not isinstance(output, ClassOutput | NumberOutput):
        return bundle.predict(raw), Scores()
    outputs = bundle.outputs(raw)
    found = output.frame(outputs)
    if isinstance(output, ClassOutput) and len(output.classes) <= MOST_CLASSES:
        found = found.assign(**_probabilities(output, outputs))
    return _inputs(bundle, raw, found), _scores(bundle, raw, output, outputs)


def _probabilities(output: ClassOutput, outputs: np.ndarray) -> dict[str, np.ndarray]:
    shares = softmax(class_logits(outputs), axis=-1)
    return {f"p({name})": shares[:, index] for index, name in enumerate(output.classes)}


def _inputs(bundle: Bundle, raw: Any, found: pd.DataFrame) -> pd.DataFrame:
    """Puts the inputs before the predictions; arrays of pixels are not shown."""
    import pandas as pd

    if isinstance(raw, pd.DataFrame):
        inputs = raw.reset_index(drop=True)
    elif isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        inputs = pd.DataFrame({"image" if bundle.input_kind == "image" else "text": raw})
    else:
        return found
    # A table may have a column called `prediction` itself.
    taken = {name: f"input {name}" for name in inputs.columns if name in found.columns}
    return pd.concat([inputs.rename(columns=taken), found], axis=1)


def _scores(bundle: Bundle, raw: Any, output: Any, outputs: np.ndarray) -> Scores:
    import pandas as pd

    target = bundle.config.get("target")
    if not isinstance(raw, pd.DataFrame) or target not in raw.columns:
        return Scores()
    column = raw[target]
    if isinstance(output, NumberOutput):
        column = without_marks(column)
        numbers = parse_numbers(column, decimal=bundle.config.get("target_decimal", "."))
        known = np.isfinite(numbers)
        predicted = output.frame(outputs)["prediction"].to_numpy(float)
        values = number_scores(predicted[known], numbers[known]) if known.any() else {}
        return Scores.of(values, column, known)
    places = {name: index for index, name in enumerate(output.classes)}
    classes = np.array([places.get(str(name), -1) for name in categories_of(column)])
    known = classes >= 0
    found = class_scores(class_logits(outputs)[known], classes[known]) if known.any() else {}
    return Scores.of(found, column, known)
