"""Momentum as a moving average of gradients."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override

from cookbook.optimizers.selective_decay import _SelectiveDecay


@keras.saving.register_keras_serializable("cookbook")
class AveragedMomentum(_SelectiveDecay, keras.optimizers.SGD):
    """Steps along the exponential moving average of the gradients.

    `v = m v + (1 - m) g; w -= lr v`. Keras' momentum adds gradients up instead,
    `v = m v - lr g`: its steps are `1 / (1 - m)` times as long at the same learning rate, so that
    a rate that was found for one momentum does not fit another. Here the length of a step hardly
    depends on the momentum.

    Source: Notes on gradients, initialisation and tuning (source 004), with beta 0.95; Dahl et
    al. 2023 for the comparison of both forms.

    Args:
        learning_rate: Rate or schedule.
        momentum: `m`, in [0, 1).
        nesterov: Whether to look ahead, as in `keras.optimizers.SGD`.
        **options: Arguments of `keras.optimizers.SGD`, and `undecayed`: variable names that
            weight decay spares.

    Example:
        >>> variable = keras.Variable([1.0])
        >>> optimizer = AveragedMomentum(1.0, momentum=0.75)
        >>> optimizer.build([variable])
        >>> optimizer.apply([keras.ops.convert_to_tensor([1.0])])
        >>> float(variable[0])
        0.75
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        momentum: float = 0.9,
        *,
        nesterov: bool = False,
        name: str = "averaged_momentum",
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, momentum=momentum, nesterov=nesterov, name=name, **options)

    @override
    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        # By `ops`: TensorFlow gives an embedding's gradient as slices, which know no `*`.
        own = keras.ops.multiply(gradient, 1.0 - self.momentum)
        super().update_step(own, variable, learning_rate)
