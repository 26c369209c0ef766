"""The named layers that the builders put together, each with a seed of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from cookbook._checks import check_penalty, check_rate, check_seed
from cookbook._names import unknown_name
from cookbook.initializers.registry import weight_initializer

# Keras' defaults are 0.99 and 1e-3. The sources print PyTorch's values; they also fit short
# runs better: 0.99 needs some 500 steps before the moving statistics mean anything.
NORM_MOMENTUM = 0.9
NORM_EPSILON = 1e-5

# Keras' layer has 0.3 and Keras' function 0.2; Maas et al. 2013 and the sources have 0.01.
LEAKY_SLOPE = 0.01

_NOT_ACTIVATIONS = {"get", "serialize", "deserialize"}

Activation = str | Callable[..., Any]
Initializer = Any
"""Name in `cookbook.initializers` or of Keras, or an initialiser object."""


def output_dtype() -> str:
    """The dtype of a model's outputs: that of the weights, also under mixed precision.

    Sixteen bits are too few to add up the logits of many classes, and neither tables nor
    scores outside of TensorFlow take them.

    Example:
        >>> output_dtype()
        'float32'
    """
    dtype: str = keras.config.dtype_policy().variable_dtype
    return dtype


def known_activations() -> list[str]:
    """Names that the builders' `activation` argument takes.

    Example:
        >>> {"relu", "swish", "elu", "prelu", "leaky_relu"} <= set(known_activations())
        True
    """
    names = {name for name in dir(keras.activations) if not name.startswith("_")}
    return sorted((names - _NOT_ACTIVATIONS) | {"prelu", "swish"})


def activation_layer(activation: Activation, name: str, *, spatial: bool = False) -> keras.Layer:
    """Makes an activation layer from its name.

    Args:
        activation: One of `known_activations()` or a function on tensors. `"leaky_relu"` has
            slope 0.01; `"prelu"` learns one slope per unit, or per channel of a map.
        name: Name of the layer.
        spatial: Whether the input is `[batch, height, width, channels]`.

    Raises:
        ValueError: If no activation has that name.

    Example:
        >>> activation_layer("leaky_relu", "act").negative_slope
        0.01
    """
    if activation == "prelu":
        return keras.layers.PReLU(shared_axes=[1, 2] if spatial else None, name=name)
    if activation == "leaky_relu":
        return keras.layers.LeakyReLU(negative_slope=LEAKY_SLOPE, name=name)
    if isinstance(activation, str) and activation not in known_activations():
        raise ValueError(unknown_name("activation", activation, known_activations()))
    return keras.layers.Activation(activation, name=name)


class Parts:
    """Puts layers on tensors and gives every random one the next seed of one stream.

    A layer's seed depends on the model's seed and on the number of random layers before it,
    so two layers of the same shape never start with the same weights.

    Attributes:
        activation: Name or function of the hidden activations.
        initializer: Name or object of the kernels' initialiser.
        l1: Factor of the sum of absolute kernel weights.
        l2: Factor of the sum of squared kernel weights (no half: PyTorch's
            `weight_decay=w` under plain SGD is `l2=w / 2`).
        bias: Start value of all biases.
        seed: Seed of the model, or `None`.
    """

    def __init__(
        self,
        *,
        activation: Activation = "relu",
        initializer: Initializer = "glorot_uniform",
        l1: float = 0.0,
        l2: float = 0.0,
        bias: float = 0.0,
        seed: int | None = None,
    ) -> None:
        self.activation = activation
        self.initializer = initializer
        self.l1 = check_penalty("l1", l1)
        self.l2 = check_penalty("l2", l2)
        self.bias = bias
        self.seed = check_seed(seed)
        self._drawn = 0

    def next_seed(self, base: int | None = None) -> int | None:
        """Derives the next layer's seed from the model's, or from `base` where there is none."""
        base = self.seed if self.seed is not None else base
        self._drawn += 1
        if base is None:
            return None
        state = np.random.SeedSequence([base, self._drawn]).generate_state(1)
        return int(state[0] >> 1)

    def kernel(self) -> keras.initializers.Initializer:
        """Makes the next kernel's initialiser: a copy with its own seed."""
        initializer = weight_initializer(self.initializer)
        config = initializer.get_config() if hasattr(initializer, "get_config") else {}
        if "seed" not in config:
            return initializer
        given = config["seed"] if isinstance(config["seed"], int) else None
        return type(initializer).from_config({**config, "seed": self.next_seed(given)})

    def dense(self, x: Any, units: int, name: str, *, use_bias: bool = True) -> Any:
        """Dense layer without activation."""
        options = {**self._kernel_options(), **self._bias_options()}
        return keras.layers.Dense(units, use_bias=use_bias, **options, name=name)(x)

    def logits(self, x: Any, units: int) -> Any:
        """Last layer, see `output_dtype`."""
        options = {**self._kernel_options(), **self._bias_options()}
        return keras.layers.Dense(units, **options, dtype=output_dtype(), name="logits")(x)

    def conv(
        self,
        x: Any,
        filters: int,
        kernel_size: int,
        name: str,
        *,
        strides: int = 1,
        padding: str = "same",
        use_bias: bool = True,
    ) -> Any:
        """Convolution without activation."""
        how: dict[str, Any] = {"strides": strides, "padding": padding, "use_bias": use_bias}
        return self.conv_layer(filters, kernel_size, name, **how)(x)

    def conv_layer(
        self, filters: int, kernel_size: int, name: str, **how: Any
    ) -> keras.layers.Conv2D:
        """The same as a layer, for more places than one; `how` is that of Keras."""
        options = {**self._kernel_options(), **self._bias_options()}
        return keras.layers.Conv2D(filters, kernel_size, **how, **options, name=name)

    def depthwise(self, x: Any, kernel_size: int, name: str, *, strides: int = 1) -> Any:
        """One filter per channel, without bias: batch normalisation follows everywhere here."""
        options = {"depthwise_" + key[7:]: value for key, value in self._kernel_options().items()}
        return keras.layers.DepthwiseConv2D(
            kernel_size, strides=strides, padding="same", use_bias=False, **options, name=name
        )(x)

    def _bias_options(self) -> dict[str, Any]:
        """Keras' own zeros are left to Keras, so that saved configurations stay as they were."""
        return {"bias_initializer": keras.initializers.Constant(self.bias)} if self.bias else {}

    def norm(self, x: Any, name: str, *, start_at_zero: bool = False) -> Any:
        """Batch normalisation with the sources' momentum 0.9 and epsilon 1e-5."""
        return keras.layers.BatchNormalization(
            momentum=NORM_MOMENTUM,
            epsilon=NORM_EPSILON,
            gamma_initializer="zeros" if start_at_zero else "ones",
            name=name,
        )(x)

    def activate(self, x: Any, name: str) -> Any:
        """Hidden activation, one slope per channel on maps."""
        return activation_layer(self.activation, name, spatial=len(x.shape) == 4)(x)

    def dropout(self, x: Any, rate: float, name: str, *, spatial: bool = False) -> Any:
        """Inverted dropout, of whole channels if `spatial`; nothing at rate 0."""
        if not check_rate("dropout", rate):
            return x
        layer = keras.layers.SpatialDropout2D if spatial else keras.layers.Dropout
        return layer(rate, seed=self.next_seed(), name=name)(x)

    def drop_branch(self, x: Any, rate: float, name: str) -> Any:
        """Stochastic depth: drops the whole branch of single samples (Huang et al. 2016)."""
        if not rate:
            return x
        noise_shape = (None, *(1 for _ in x.shape[1:]))
        return keras.layers.Dropout(rate, noise_shape, seed=self.next_seed(), name=name)(x)

    def _kernel_options(self) -> dict[str, Any]:
        regularizer = keras.regularizers.L1L2(self.l1, self.l2) if self.l1 or self.l2 else None
        return {"kernel_initializer": self.kernel(), "kernel_regularizer": regularizer}
