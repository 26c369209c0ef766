"""Quantile regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops
from typing_extensions import override

from cookbook._ranges import INSIDE_ONE, check_range


@keras.saving.register_keras_serializable("cookbook")
class Quantile(keras.losses.Loss):
    r"""Pinball loss: its minimiser is a quantile of the target, not its mean.

    With error `e = y - p` and quantile `q`: `loss = max(q e, (q - 1) e)`. A prediction that
    is too low costs `q` per unit, one that is too high costs `1 - q`. For `q = 0.5` this is
    half the absolute error.

    Source: Koenker and Bassett 1978, Regression quantiles.

    Args:
        quantiles: One quantile in (0, 1), or several, strictly increasing.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: `float[..., outputs]`; with several quantiles `float[..., 1]`.
        y_pred: `float[..., outputs]`; with several quantiles one column for each.

    Raises:
        ValueError: If a quantile is not inside (0, 1) or the quantiles do not increase.

    Example:
        >>> import numpy as np
        >>> loss = Quantile(0.9)
        >>> low, high = np.array([[0.0]]), np.array([[1.0]])
        >>> round(float(loss(high, low)), 3), round(float(loss(low, high)), 3)
        (0.9, 0.1)
    """

    def __init__(
        self,
        quantiles: float | Sequence[float] = 0.5,
        *,
        name: str = "quantile",
        **options: Any,
    ) -> None:
        super().__init__(name=name, **options)
        self.quantiles = (
            [float(quantiles)]
            if isinstance(quantiles, int | float)
            else [float(quantile) for quantile in quantiles]
        )
        for quantile in self.quantiles:
            check_range("quantile", quantile, INSIDE_ONE)
        if not self.quantiles or sorted(set(self.quantiles)) != self.quantiles:
            raise ValueError(
                "`quantiles` must be strictly increasing and at least one. "
                f"Got quantiles={self.quantiles}: sort them and remove doubles."
            )

    @override
    def call(self, y_true: Any, y_pred: Any) -> Any:
        count = len(self.quantiles)
        if len(y_true.shape) == len(y_pred.shape) - 1:
            y_true = ops.expand_dims(y_true, -1)
        if count > 1 and (y_pred.shape[-1] != count or y_true.shape[-1] != 1):
            raise ValueError(
                "Several quantiles need one prediction for each and one target: "
                f"y_pred [..., {count}] and y_true [..., 1]. Got y_pred "
                f"{tuple(y_pred.shape)} and y_true {tuple(y_true.shape)}: "
                f"give the model {count} outputs."
            )
        error = y_true - y_pred
        quantiles = ops.cast(ops.convert_to_tensor(self.quantiles), error.dtype)
        return ops.mean(ops.maximum(quantiles * error, (quantiles - 1.0) * error), axis=-1)

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "quantiles": self.quantiles}
