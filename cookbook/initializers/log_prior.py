"""Biases that start at the frequencies of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from typing_extensions import override


@keras.saving.register_keras_serializable("cookbook")
class LogPrior(keras.initializers.Initializer):
    """Log-frequencies of the classes, for the bias of the layer that returns logits.

    With `n[c]` samples of class `c`: `b[c] = log(n[c] / sum(n))`, so that a model with small
    weights starts at the entropy of the labels instead of `ln C`. One output is one logit:
    with the counts `(negatives, positives)` it starts at `log(positives / negatives)`.

    Source: Lin et al. 2017, Focal loss, section 4.1.

    Args:
        samples_per_class: Samples of each class, at least one each, two classes at least.

    Raises:
        ValueError: If there are fewer classes or a class has no sample, or at the call if
            the layer has another number of outputs.

    Example:
        >>> [round(float(b), 3) for b in LogPrior((1, 3))((2,))]
        [-1.386, -0.288]
    """

    def __init__(self, samples_per_class: Sequence[int]) -> None:
        self.samples_per_class = [int(count) for count in samples_per_class]
        if len(self.samples_per_class) < 2 or min(self.samples_per_class) < 1:
            raise ValueError(
                "There must be two classes or more with a sample each. Got "
                f"samples_per_class={self.samples_per_class}: leave out empty classes."
            )

    @override
    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        counts = np.asarray(self.samples_per_class, dtype="float64")
        shape = tuple(shape)
        if shape == (1,) and counts.size == 2:
            logits = np.log(counts[1:] / counts[:1])
        elif shape == counts.shape:
            logits = np.log(counts / counts.sum())
        else:
            raise ValueError(
                "The bias must have one value per class. Got shape "
                f"{shape} for {counts.size} classes: use it on the layer that returns logits."
            )
        return ops.convert_to_tensor(logits, dtype=dtype or keras.config.floatx())

    @override
    def get_config(self) -> dict[str, Any]:
        return {"samples_per_class": self.samples_per_class}
