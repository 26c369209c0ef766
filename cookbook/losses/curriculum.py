"""Curriculum by the loss: rows that are easy now come first, hard ones join later."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops
from typing_extensions import override

from cookbook._checks import check_plain_training
from cookbook._keras_internals import loss_object
from cookbook._ranges import AT_LEAST_ONE, BELOW_ONE, check_range


@keras.saving.register_keras_serializable("cookbook")
class CurriculumModel(keras.Model):
    """A functional model that trains on the easiest rows first; made by `easiest_first`."""

    @override
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The compiled loss; in training without the rows that are too hard yet."""
        if training and y is not None:
            weights = self._easy(y, y_pred)
            if sample_weight is not None:
                weights = weights * _beside(sample_weight, len(weights.shape))
            sample_weight = weights
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def _easy(self, y: Any, y_pred: Any) -> Any:
        """`rows / kept` for rows with the smallest losses, 0 for the others, `float32[rows, ...]`.

        The factor keeps the size of the mean loss. There is a weight for each loss, as a row may
        have several, of its steps or pixels.
        """
        found = self.__dict__.get("curriculum")
        if found is None:
            raise ValueError(
                f"A curriculum is not saved with its model. Got {self.name!r} without one: call "
                "easiest_first(model, ...) again and compile."
            )
        share, total_steps = found
        loss = loss_object(self.loss)
        losses = ops.cast(loss.call(y, ops.stop_gradient(y_pred)), "float32")
        if not losses.shape:
            raise ValueError(
                f"The loss {loss.name!r} is one number a batch, so no row is easier than "
                "another: take a loss of rows, or leave the curriculum out."
            )
        shape, axes = ops.shape(losses), len(losses.shape)
        if axes > 1:
            losses = ops.mean(losses, axis=tuple(range(1, axes)))
        done = ops.cast(self.optimizer.iterations, "float32") / total_steps
        left_out = share * ops.maximum(1.0 - done, 0.0)
        count = ops.cast(ops.shape(losses)[0], "float32")
        kept = ops.maximum(ops.ceil((1.0 - left_out) * count), 1.0)
        hardest = ops.take(ops.sort(losses), ops.cast(kept, "int32") - 1)
        easy = ops.cast(losses <= hardest, "float32")
        # Rows of equal losses join together: there may be more than `kept`.
        return ops.broadcast_to(_beside(easy * count / ops.sum(easy), axes), shape)


def _beside(weights: Any, axes: int) -> Any:
    """Weights of rows with so many axes, so that they multiply rows and not columns."""
    return ops.expand_dims(weights, tuple(range(len(weights.shape), axes)))


def easiest_first(model: keras.Model, *, share: float, total_steps: int) -> CurriculumModel:
    """Gives a model that shares all layers with another one and trains by a curriculum.

    Of each batch the share of the rows with the largest losses counts nothing at first; it falls
    evenly to 0 at the end of the training. Rows with wrong labels have large losses before a
    network has learnt them by heart, so that they join last.

    Source: Kumar et al. 2010, Self-paced learning; Neural network assignments (source 001), Loss
    functions, on label noise.

    Args:
        model: A functional or sequential model.
        share: What is left out at first, in [0, 1).
        total_steps: Updates of the whole training, at least 1.

    Returns:
        A model to be compiled with one loss that has a value for each row.

    Raises:
        ValueError: If the model trains in its own way, or a number is out of its range.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        >>> trained = easiest_first(model, share=0.5, total_steps=10)
        >>> trained.compile("sgd", keras.losses.MeanSquaredError())
        >>> x, y = ops.ones((2, 1)), ops.array([[0.0], [9.0]])
        >>> guess = ops.array([[1.0], [0.0]])  # squared errors 1 and 81; the first alone counts
        >>> float(trained.compute_loss(x, y, guess))
        1.0
    """
    check_plain_training(model, "a curriculum", made=CurriculumModel)
    check_range("share", share, BELOW_ONE)
    check_range("total_steps", total_steps, AT_LEAST_ONE)
    inputs = model.inputs[0] if isinstance(model, keras.Sequential) else model.input
    outputs = model.outputs[0] if isinstance(model, keras.Sequential) else model.output
    trained = CurriculumModel(inputs, outputs, name=model.name)
    trained.__dict__["curriculum"] = (float(share), math.ceil(total_steps))
    return trained
