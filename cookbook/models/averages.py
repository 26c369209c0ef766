"""Several trained models as one, which gives the average of what they predict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from cookbook.layers.members import MemberAverage


def averaged(models: Sequence[keras.Model], *, kind: str) -> keras.Model:
    """Builds one model from trained ones.

    The best of many short trials is partly luck; the average of the best few is less so, as each
    errs in its own way. Weights are those of the given models, which may differ in everything but
    their inputs and outputs.

    Source: Breiman 1996, Stacked regressions and bagging; Caruana et al. 2004, Ensemble selection
    from libraries of models.

    Args:
        models: At least one, all from the same inputs to `[batch, outputs]`.
        kind: `"values"` for the mean of the outputs; `"probabilities"` for logits, whose softmax
            is the mean of the models' probabilities. A single logit is that of a sigmoid.

    Returns:
        An uncompiled functional model with the inputs and outputs of each.

    Raises:
        ValueError: If there is no model, inputs or outputs differ, or there is no such kind.

    Example:
        >>> first, second = (
        ...     keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]) for _ in range(2))
        >>> x = keras.ops.ones((1, 2))
        >>> found = averaged([first, second], kind="values")(x)
        >>> bool(abs(found - (first(x) + second(x)) / 2) < 1e-6)
        True
    """
    shapes = [([one.shape for one in model.inputs], model.output_shape) for model in models]
    if not models or any(shape != shapes[0] for shape in shapes) or len(shapes[0][1]) != 2:
        found = ", ".join(
            f"{model.name!r} from {a} to {b}" for model, (a, b) in zip(models, shapes, strict=True)
        )
        raise ValueError(
            "Models that are averaged have the same inputs and one row of outputs. Got "
            f"{found or 'none'}: leave out those that differ."
        )
    inputs = keras.tree.map_structure(
        lambda one: keras.Input(batch_shape=one.shape, dtype=one.dtype, name=one.name),
        _inputs(models[0]),
    )
    outputs = [_named(model, number)(inputs) for number, model in enumerate(models)]
    return keras.Model(inputs, _average(outputs, kind), name=models[0].name)


def of_mirror_images(model: keras.Model) -> keras.Model:
    """Builds a model that sees images as in a mirror, with the weights of the given one.

    The average of both is less wrong than either, as far as a mirror image is of the same class:
    most photographs are, digits are not.

    Source: Krizhevsky et al. 2012, ImageNet classification with deep convolutional neural networks,
    section 4.1.

    Args:
        model: From `float[batch, height, width, channels]`.

    Returns:
        An uncompiled functional model with the inputs and outputs of the given one.

    Example:
        >>> model = keras.Sequential([keras.Input((1, 2, 1)), keras.layers.Flatten()])
        >>> mirrored = of_mirror_images(model)(keras.ops.array([[[[1.0], [2.0]]]]))
        >>> keras.ops.convert_to_numpy(mirrored).tolist()
        [[2.0, 1.0]]
    """
    given = model.inputs[0]
    images = keras.Input(batch_shape=given.shape, dtype=given.dtype, name=given.name)
    return keras.Model(images, model(keras.ops.flip(images, axis=2)), name=f"{model.name}_mirrored")


def _named(model: keras.Model, number: int) -> keras.Model:
    """The same layers under a name that no other of the models has."""
    return keras.Model(_inputs(model), model.outputs[0], name=f"{model.name}_{number}")


def _inputs(model: keras.Model) -> Any:
    # A sequential model knows its inputs as a list only.
    return model.inputs[0] if len(model.inputs) == 1 else model.input


def _average(outputs: Sequence[Any], kind: str) -> Any:
    average = MemberAverage(kind, dtype="float32", name="average")
    members = keras.ops.stack([keras.ops.cast(one, "float32") for one in outputs], axis=1)
    if kind != "probabilities" or members.shape[-1] > 1:
        return average(members)
    # A sigmoid is the softmax of zero and its logit.
    pairs = average(keras.ops.concatenate([keras.ops.zeros_like(members), members], axis=-1))
    return pairs[:, 1:] - pairs[:, :1]
