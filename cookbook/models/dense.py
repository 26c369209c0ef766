"""Feed-forward networks: linear and logistic regression, and the multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from cookbook._checks import check_count, check_input_shape, check_rate, check_widths
from cookbook.models._parts import Activation, Initializer, Parts


def linear(
    input_shape: Sequence[int],
    num_outputs: int = 1,
    *,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: Initializer = "glorot_uniform",
    seed: int | None = None,
) -> keras.Model:
    """Builds linear regression: `y = x W + b`.

    With a squared loss and `l2` this is ridge regression, with `l1` the lasso's objective.

    Args:
        input_shape: Shape of one sample, for example `(13,)`; more axes are flattened.
        num_outputs: Number of target values, at least 1.
        l1: Factor of the sum of absolute weights, at least 0; the bias is free.
        l2: Factor of the sum of squared weights, at least 0 (no half).
        initializer: Kernel initialiser, a name in `cookbook.initializers` or an object.
        seed: Seed of the weights; `None` lets Keras draw.

    Returns:
        An uncompiled functional model,
        `float32[batch, *input_shape] -> float32[batch, num_outputs]`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> linear((13,)).count_params()
        14
    """
    shape = check_input_shape(input_shape)
    parts = Parts(initializer=initializer, l1=l1, l2=l2, seed=seed)
    features = keras.Input(shape, name="features")
    outputs = parts.logits(_flat(features), check_count("num_outputs", num_outputs))
    return keras.Model(features, outputs, name="linear")


def logistic(
    input_shape: Sequence[int],
    num_classes: int = 2,
    *,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: Initializer = "zeros",
    seed: int | None = None,
) -> keras.Model:
    """Builds logistic regression: one logit for two classes, one per class for more.

    The loss is convex, so zeros are a fair start: every class begins equally likely.

    Args:
        input_shape: Shape of one sample, for example `(30,)`; more axes are flattened.
        num_classes: Number of classes, at least 2. With 2 the single logit is the log-odds of
            class 1: use `BinaryCrossentropy(from_logits=True)`.
        l1: Factor of the sum of absolute weights, at least 0; the bias is free.
        l2: Factor of the sum of squared weights, at least 0 (no half).
        initializer: Kernel initialiser, a name in `cookbook.initializers` or an object.
        seed: Seed of the weights; `None` lets Keras draw.

    Returns:
        An uncompiled functional model, `float32[batch, *input_shape] -> float32[batch, 1]` for
        two classes and `float32[batch, num_classes]` for more.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> logistic((30,)).output_shape, logistic((30,), 3).output_shape
        ((None, 1), (None, 3))
    """
    shape = check_input_shape(input_shape)
    classes = check_count("num_classes", num_classes, least=2)
    parts = Parts(initializer=initializer, l1=l1, l2=l2, seed=seed)
    features = keras.Input(shape, name="features")
    outputs = parts.logits(_flat(features), 1 if classes == 2 else classes)
    return keras.Model(features, outputs, name="logistic")


def mlp(
    input_shape: Sequence[int],
    num_outputs: int,
    *,
    widths: Sequence[int] = (64, 64),
    activation: Activation = "relu",
    batch_norm: bool = False,
    dropout: float = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    initializer: Initializer = "he_normal",
    seed: int | None = None,
) -> keras.Model:
    """Builds a multi-layer perceptron that returns logits or regression values.

    Every hidden layer is dense, batch normalisation, activation, dropout, in this order. With
    both switched on a dropped input reaches the next normalisation, whose statistics then
    differ between training and test (Li et al. 2019): so with `batch_norm` the dropout acts
    only once, behind the last normalisation.

    Args:
        input_shape: Shape of one sample, for example `(8,)`; more axes are flattened.
        num_outputs: Number of logits or target values, at least 1.
        widths: Units of each hidden layer; `()` makes a linear model.
        activation: Name of a Keras activation ("relu", "elu", "swish", "tanh", ...), also
            "leaky_relu" (slope 0.01) and "prelu" (one learned slope per unit), or a function.
        batch_norm: Whether to normalise before the activation; the hidden layers then carry
            no bias.
        dropout: Drop rate behind the hidden activations, in [0, 1).
        l1: Factor of the sum of absolute kernel weights, at least 0.
        l2: Factor of the sum of squared kernel weights, at least 0 (no half).
        initializer: Kernel initialiser, a name in `cookbook.initializers` or an object.
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model,
        `float32[batch, *input_shape] -> float32[batch, num_outputs]`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> mlp((8,), 1, widths=(64,)).count_params()
        641
    """
    shape = check_input_shape(input_shape)
    widths = check_widths("widths", widths, may_be_empty=True)
    check_rate("dropout", dropout)
    parts = Parts(activation=activation, initializer=initializer, l1=l1, l2=l2, seed=seed)
    features = keras.Input(shape, name="features")
    x = hidden_layers(parts, _flat(features), widths, batch_norm=batch_norm, dropout=dropout)
    outputs = parts.logits(x, check_count("num_outputs", num_outputs))
    return keras.Model(features, outputs, name="mlp")


def hidden_layers(
    parts: Parts, x: Any, widths: Sequence[int], *, batch_norm: bool, dropout: float
) -> Any:
    """Puts the hidden layers of `mlp` on a tensor `[batch, features]`."""
    for index, width in enumerate(widths, start=1):
        x = parts.dense(x, width, f"hidden{index}", use_bias=not batch_norm)
        if batch_norm:
            x = parts.norm(x, f"hidden{index}_norm")
        x = parts.activate(x, f"hidden{index}_activation")
        if not batch_norm or index == len(widths):
            x = parts.dropout(x, dropout, f"hidden{index}_dropout")
    return x


def _flat(x: Any) -> Any:
    return x if len(x.shape) == 2 else keras.layers.Flatten(name="flatten")(x)
