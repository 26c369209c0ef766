"""Distillation: a small classifier learns what a larger one answers, and not the labels alone."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override

from cookbook._checks import check_plain_training
from cookbook._ranges import POSITIVE, PROBABILITY, check_range


@keras.saving.register_keras_serializable("cookbook")
class DistilledModel(keras.Model):
    """A functional model that also learns from a teacher; made by `distilled`."""

    @override
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The compiled loss; in training the weighted mean of it and of the teacher's."""
        own = super().compute_loss(x, y, y_pred, sample_weight, training)
        if not training:
            return own
        found = self.__dict__.get("teaching")
        if found is None:
            raise ValueError(
                f"A teacher is not saved with its pupil. Got {self.name!r} without one: call "
                "distilled(model, teacher, ...) again and compile."
            )
        teacher, loss, share = found
        answers = keras.ops.cast(teacher(x, training=False), "float32")
        taught = loss.compute_loss(keras.ops.stop_gradient(answers), y_pred)
        # Penalties of weights are no part of what is averaged.
        penalties = keras.ops.sum(self.losses) if self.losses else 0.0
        return (1 - share) * (own - penalties) + share * taught + penalties


def distilled(
    model: keras.Model, teacher: keras.Model, *, share: float, temperature: float
) -> DistilledModel:
    """Gives a model that shares all layers with another one and learns from a teacher too.

    With logits z of the model and v of the teacher, p = softmax(v / T) and q = softmax(z / T), a
    batch costs `(1 - share) * loss + share * T² * mean(sum(p * log(p / q)))`. What the teacher
    thinks of the wrong classes says more of an image than its label does.

    Source: Hinton et al. 2015, Distilling the knowledge in a neural network.

    Args:
        model: A functional or sequential classifier that returns logits `[batch, classes]`.
        teacher: A trained one with the same inputs and classes; its weights stay.
        share: What the teacher's loss counts, in [0, 1]; the labels count the rest.
        temperature: T > 0: the larger, the more small probabilities count.

    Returns:
        A model to be compiled with one loss. Rows' weights count in the loss of the labels only.

    Raises:
        ValueError: If the model trains in its own way, a number is out of its range, or the two
            take or give other shapes.

    Example:
        >>> import numpy as np
        >>> small, large = (
        ...     keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, use_bias=False)])
        ...     for _ in range(2))
        >>> trained = distilled(small, large, share=1.0, temperature=2.0)
        >>> trained.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        >>> x, y = np.ones((1, 1)), np.zeros(1)
        >>> abs(float(trained.compute_loss(x, y, large(x)))) < 1e-6  # as the teacher answers
        True
    """
    check_plain_training(model, "a teacher", made=DistilledModel)
    check_range("share", share, PROBABILITY)
    check_range("temperature", temperature, POSITIVE)
    shapes = [(one.inputs[0].shape, one.outputs[0].shape) for one in (model, teacher)]
    if shapes[0] != shapes[1] or len(shapes[0][1]) != 2 or shapes[0][1][1] < 2:
        (ours, classes), (theirs, answers) = shapes
        raise ValueError(
            "A teacher has the inputs of its pupil, and both return logits [batch, classes] of at "
            f"least two classes. Got {model.name!r} from {ours} to {classes}, taught by "
            f"{teacher.name!r} from {theirs} to {answers}: take a teacher of the same data."
        )
    trained = DistilledModel(model.inputs[0], model.outputs[0], name=model.name)
    # Named by text, as is the default, Keras 3.15 takes it of the logits and not of probabilities.
    divergence = keras.losses.KLDivergence()
    loss = keras.distillation.LogitsDistillation(float(temperature), loss=divergence)
    # No attribute of Keras': the teacher would be saved and trained with its pupil.
    trained.__dict__["teaching"] = (teacher, loss, float(share))
    return trained
