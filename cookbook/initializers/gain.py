"""The gain an activation needs so that signals keep their size through depth."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import keras
import numpy as np

from cookbook._names import unknown_name
from cookbook._ranges import POSITIVE, check_range

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

# Integration limit and points: the normal density is below 1e-22 outside.
_POINTS = np.linspace(-10.0, 10.0, 20001)


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-z))


_SMOOTH: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0.0))),
    "gelu": lambda z: z * np.array([0.5 * (1.0 + math.erf(x / math.sqrt(2.0))) for x in z]),
    "silu": lambda z: z * _sigmoid(z),
    "mish": lambda z: z * np.tanh(np.log1p(np.exp(z))),
    "selu": lambda z: _SELU_SCALE * np.where(z > 0, z, _SELU_ALPHA * np.expm1(np.minimum(z, 0.0))),
}

_CONVENTIONS = {"linear": 1.0, "sigmoid": 1.0, "softmax": 1.0, "tanh": 5.0 / 3.0}

GAIN_ACTIVATIONS = tuple(sorted((*_CONVENTIONS, *_SMOOTH, "relu", "leaky_relu", "prelu", "swish")))
"""Activations that have a gain."""


def gain_for(activation: str, *, negative_slope: float | None = None) -> float:
    """Gain that keeps the second moment of signals through a layer.

    For an activation `f` and `z ~ N(0, 1)`: `gain = 1 / sqrt(E[f(z) ** 2])`, with weights of
    standard deviation `gain / sqrt(fan_in)`. That is `sqrt(2)` for ReLU,
    `sqrt(2 / (1 + a ** 2))` for a leaky ReLU of slope `a`, 1 for SELU (which is made for it);
    ELU, GELU, SiLU and Mish are integrated. For `linear`, `sigmoid` and `softmax` it is 1 and
    for `tanh` 5 / 3 by convention.

    Source: He et al. 2015 (the R&D report, source 003, calls the standard deviation a variance and
    gives "sigmoid" as the example, see `docs/errata.md`); LeCun et al. 1998 for the range of tanh.

    Args:
        activation: A name in `GAIN_ACTIVATIONS`.
        negative_slope: Slope of a leaky ReLU below zero; by default Keras' 0.3 of the
            LeakyReLU layer, and 0.0 for PReLU, whose slopes start at zero.

    Returns:
        The gain, positive.

    Raises:
        ValueError: If the activation is unknown, or has no slope and one is given.

    Example:
        >>> gain_for("relu") ** 2, round(gain_for("selu"), 3), round(gain_for("gelu"), 3)
        (2.0000000000000004, 1.0, 1.534)
    """
    name = "silu" if activation == "swish" else activation
    if name in ("leaky_relu", "prelu"):
        default = 0.3 if name == "leaky_relu" else 0.0
        slope = default if negative_slope is None else negative_slope
        return math.sqrt(2.0 / (1.0 + slope**2))
    if negative_slope is not None:
        raise ValueError(
            "Only leaky_relu and prelu have a slope. Got "
            f"activation={activation!r}, negative_slope={negative_slope}: leave it out."
        )
    if name == "relu":
        return math.sqrt(2.0)
    if name in _CONVENTIONS:
        return _CONVENTIONS[name]
    if name not in _SMOOTH:
        raise ValueError(unknown_name("gain for an activation", activation, GAIN_ACTIVATIONS))
    density = np.exp(-(_POINTS**2) / 2.0) / math.sqrt(2.0 * math.pi)
    return 1.0 / math.sqrt(float(np.trapezoid(_SMOOTH[name](_POINTS) ** 2 * density, _POINTS)))


def initializer_for(
    activation: str,
    *,
    distribution: Literal["normal", "uniform"] = "normal",
    negative_slope: float | None = None,
    seed: int | None = None,
) -> keras.initializers.Initializer:
    """Makes the usual initialiser for the kernel of a layer with an activation.

    Glorot for `linear`, `sigmoid`, `softmax` and `tanh`, which bound or keep signals in both
    directions; variance `gain ** 2 / fan_in` for the others, which is He's for ReLU and
    LeCun's for SELU.

    Args:
        activation: A name in `GAIN_ACTIVATIONS`.
        distribution: `"normal"` (cut at two standard deviations, its variance corrected) or
            `"uniform"`.
        negative_slope: Slope of a leaky ReLU below zero.
        seed: Seed; 0 is a seed.

    Returns:
        A Keras initialiser.

    Raises:
        ValueError: If the activation or the distribution is unknown.

    Example:
        >>> round(initializer_for("relu").scale, 6)
        2.0
    """
    kinds = {"normal": "truncated_normal", "uniform": "uniform"}
    if distribution not in kinds:
        raise ValueError(unknown_name("distribution", distribution, kinds))
    gain = gain_for(activation, negative_slope=negative_slope)
    both_ways = activation in _CONVENTIONS
    return keras.initializers.VarianceScaling(
        scale=1.0 if both_ways else gain**2,
        mode="fan_avg" if both_ways else "fan_in",
        distribution=kinds[distribution],
        seed=seed,
    )


def glorot_with_gain(
    gain: float | str = 1.0,
    *,
    distribution: Literal["normal", "uniform"] = "uniform",
    seed: int | None = None,
) -> keras.initializers.Initializer:
    """Makes Glorot's (Xavier's) initialiser times a gain: variance `2 gain^2 / (in + out)`.

    Source: Glorot and Bengio 2010; the R&D report on LeNet, ResNet and recurrent networks (source
    003), equation 10.

    Args:
        gain: A positive number, or the name of the activation whose gain it is.
        distribution: `"uniform"`, in `±gain sqrt(6 / (in + out))`, or `"normal"` (cut at two
            standard deviations, its variance corrected).
        seed: Seed; 0 is a seed.

    Returns:
        A Keras initialiser.

    Raises:
        ValueError: If the gain is not positive, or a name is unknown.

    Example:
        >>> weights = glorot_with_gain(2.0, seed=0)((300, 300))
        >>> bool(abs(weights).numpy().max() <= 2 * (6 / 600) ** 0.5)
        True
    """
    kinds = {"normal": "truncated_normal", "uniform": "uniform"}
    if distribution not in kinds:
        raise ValueError(unknown_name("distribution", distribution, kinds))
    factor = gain_for(gain) if isinstance(gain, str) else gain
    check_range("gain", factor, POSITIVE)
    return keras.initializers.VarianceScaling(
        scale=factor**2, mode="fan_avg", distribution=kinds[distribution], seed=seed
    )
