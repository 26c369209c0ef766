"""Predictions beside their inputs, as `cookbook predict` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import softmax

from pipelines.preprocessing.frames import categories_of
from pipelines.preprocessing.numbers import parse_numbers, without_marks
from pipelines.serving.masks import MaskOutput
from pipelines.serving.outputs import ClassOutput, NumberOutput, class_logits, make_output
from pipelines.tasks.scores import class_scores, number_scores

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.serving.bundle import Bundle

MOST_CLASSES = 10  # with a column each; of more classes the best one is shown alone


def predict_beside(bundle: Bundle, raw: Any) -> tuple[pd.DataFrame, dict[str, float]]:
    """Predicts, and shows inputs and the probability of each class.

    Args:
        bundle: A saved model.
        raw: As for `Bundle.predict`.

    Returns:
        One row per input: its columns, file name or text, then the prediction. And the scores,
        empty unless the inputs are a table that has the target's column with known values.
    """
    output = make_output(bundle.config["outputs"])
    if isinstance(output, MaskOutput):
        return _inputs(bundle, raw, output.frame(bundle.outputs(raw))), {}
    if not isinstance(output, ClassOutput | NumberOutput):
        return bundle.predict(raw), {}
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


def _scores(bundle: Bundle, raw: Any, output: Any, outputs: np.ndarray) -> dict[str, float]:
    import pandas as pd

    target = bundle.config.get("target")
    if not isinstance(raw, pd.DataFrame) or target not in raw.columns:
        return {}
    if isinstance(output, NumberOutput):
        decimal = bundle.config.get("target_decimal", ".")
        numbers = parse_numbers(without_marks(raw[target]), decimal=decimal)
        known = np.isfinite(numbers)
        predicted = output.frame(outputs)["prediction"].to_numpy(float)
        return number_scores(predicted[known], numbers[known]) if known.any() else {}
    places = {name: index for index, name in enumerate(output.classes)}
    classes = np.array([places.get(str(name), -1) for name in categories_of(raw[target])])
    known = classes >= 0
    return class_scores(class_logits(outputs)[known], classes[known]) if known.any() else {}
