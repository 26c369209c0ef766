"""Networks that only comparisons need: other starts, deep narrow stacks, readers of pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras

from cookbook._names import unknown_name
from cookbook.initializers.registry import make_initializer
from cookbook.models.dense import mlp
from cookbook.models.recurrent_layers import recurrent_layer

STACKS = ("plain", "residual", "batch norm")


def mlp_with_head(
    input_shape: Sequence[int],
    num_outputs: int,
    *,
    widths: Sequence[int] = (64, 32),
    activation: str = "relu",
    initializer: str = "he_normal",
    head_initializer: str = "zeros",
) -> keras.Model:
    """Builds `cookbook.models.mlp` whose last kernel starts differently.

    Args:
        input_shape: Shape of one sample.
        num_outputs: Number of logits, at least 1.
        widths: Units of each hidden layer.
        activation: Hidden activation.
        initializer: Name in `cookbook.initializers` for the hidden kernels.
        head_initializer: The same for the kernel of the logits.

    Returns:
        An uncompiled model, `float32[batch, *input_shape] -> float32[batch, num_outputs]`.

    Raises:
        ValueError: If a name is unknown.

    Example:
        >>> model = mlp_with_head((4,), 3, widths=(8,))
        >>> float(abs(model.layers[-1].kernel).numpy().max())
        0.0
    """
    model = mlp(
        input_shape,
        num_outputs,
        widths=widths,
        activation=activation,
        initializer=make_initializer(initializer),
    )
    kernel = model.layers[-1].kernel
    kernel.assign(make_initializer(head_initializer)(kernel.shape))
    return model


def stack(
    input_shape: Sequence[int],
    num_outputs: int,
    *,
    depth: int = 16,
    width: int = 32,
    activation: str = "relu",
    initializer: str = "he_normal",
    kind: str = "plain",
) -> keras.Model:
    """Builds a deep narrow classifier whose dense layers are named `hidden1`, `hidden2`, ...

    A residual block adds `activation(dense(x)) / sqrt(depth)` to `x`: without the factor the sum
    of `depth` branches would grow with the depth, and the comparison would be about that.

    Args:
        input_shape: Shape of one sample.
        num_outputs: Number of logits, at least 1.
        depth: Hidden layers, at least 2.
        width: Units of each.
        activation: Hidden activation.
        initializer: Name in `cookbook.initializers` for all kernels.
        kind: `"plain"`, `"residual"`, or `"batch norm"` (before the activation).

    Returns:
        An uncompiled model, `float32[batch, *input_shape] -> float32[batch, num_outputs]`.

    Raises:
        ValueError: If `kind` is unknown or the depth too small.

    Example:
        >>> stack((8,), 2, depth=2, width=4).count_params()  # 36 + 20 + 10
        66
    """
    if kind not in STACKS:
        raise ValueError(unknown_name("kind of stack", kind, STACKS))
    if depth < 2:
        raise ValueError(f"`depth >= 2` must hold. Got depth={depth}.")
    features = keras.Input(tuple(input_shape), name="features")
    x = keras.layers.Flatten(name="flatten")(features) if len(input_shape) > 1 else features
    for index in range(1, depth + 1):
        dense = keras.layers.Dense(
            width,
            use_bias=kind != "batch norm",
            kernel_initializer=make_initializer(initializer),
            name=f"hidden{index}",
        )
        branch = dense(x)
        if kind == "batch norm":
            # Keras' momentum of 0.99 needs more steps than a short training has.
            branch = keras.layers.BatchNormalization(momentum=0.9, name=f"norm{index}")(branch)
        branch = keras.layers.Activation(activation, name=f"activation{index}")(branch)
        if kind == "residual" and index > 1:
            branch = keras.layers.Rescaling(depth**-0.5, name=f"scale{index}")(branch)
            branch = keras.layers.Add(name=f"sum{index}")([x, branch])
        x = branch
    head = keras.layers.Dense(
        num_outputs, kernel_initializer=make_initializer(initializer), name="logits"
    )
    return keras.Model(features, head(x), name="stack")


def pixel_reader(
    input_shape: Sequence[int],
    num_outputs: int,
    *,
    cell: str = "simple_rnn",
    units: Sequence[int] = (32,),
    activation: str = "tanh",
    gain: float = 1.0,
) -> keras.Model:
    """Builds a recurrent classifier that reads an image pixel by pixel.

    Args:
        input_shape: Shape of one sample; its numbers are the time steps.
        num_outputs: Number of logits, at least 1.
        cell: `"simple_rnn"`, `"lstm"` or `"gru"`.
        units: Size of each recurrent layer's state.
        activation: Of the candidate state.
        gain: Factor of the orthogonal recurrent weights: below 1 what passes from step to step
            shrinks, above 1 it grows, where the activation does not hold it.

    Returns:
        An uncompiled model, `float32[batch, *input_shape] -> float32[batch, num_outputs]`.

    Example:
        >>> pixel_reader((8, 8, 1), 10, units=(4,)).get_layer("pixels").output.shape
        (None, 64, 1)
    """
    pixels = keras.Input(tuple(input_shape), name="image")
    x = keras.layers.Reshape((math.prod(input_shape), 1), name="pixels")(pixels)
    for index, size in enumerate(units, start=1):
        layer = recurrent_layer(
            cell,
            size,
            activation=activation,
            return_sequences=index < len(units),
            name=f"recurrent{index}",
        )
        x = layer(x)
        if gain != 1.0:
            kernel = layer.cell.recurrent_kernel
            kernel.assign(gain * kernel)
    head = keras.layers.Dense(num_outputs, name="logits")
    return keras.Model(pixels, head(x), name="pixel_reader")
