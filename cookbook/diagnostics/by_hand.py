"""Forward and backward pass of a dense network, written out in NumPy.

For learning: every intermediate value of the chain rule can be looked at, and all of it
agrees with what Keras computes. (The neural network assignments, source 001,
ask for the forward half.)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from cookbook._names import unknown_name
from cookbook.diagnostics._arrays import to_array


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh(0.5 * z))  # the same function, without overflow


def _softmax(z: np.ndarray) -> np.ndarray:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _softmax_backward(a: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    # Every output depends on every input: ∂a_i/∂z_j = a_i (δ_ij - a_j).
    return a * (upstream - (upstream * a).sum(axis=-1, keepdims=True))


Forward = Callable[[np.ndarray], np.ndarray]
Backward = Callable[[np.ndarray, np.ndarray], np.ndarray]

# Activation a(z), and ∂L/∂z from the outputs a and the upstream gradient ∂L/∂a.
ACTIVATIONS: dict[str, tuple[Forward, Backward]] = {
    "linear": (lambda z: z, lambda a, upstream: upstream),
    "relu": (lambda z: np.maximum(z, 0.0), lambda a, upstream: upstream * (a > 0)),
    "sigmoid": (_sigmoid, lambda a, upstream: upstream * a * (1.0 - a)),
    "tanh": (np.tanh, lambda a, upstream: upstream * (1.0 - a**2)),
    "softmax": (_softmax, _softmax_backward),
}


def _rows(y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    return np.asarray(y, np.float64).reshape(outputs.shape)


def _squares(a: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    error = a - _rows(y, a)
    return float((error**2).mean()), 2.0 * error / error.size


def _binary(a: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    truth = _rows(y, a)
    loss = -(truth * np.log(a) + (1.0 - truth) * np.log(1.0 - a)).mean()
    return float(loss), (a - truth) / (a * (1.0 - a)) / a.size


def _categorical(a: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    truth = np.eye(a.shape[-1])[np.ravel(y).astype(int)]
    return float(-(truth * np.log(a)).sum(axis=-1).mean()), -truth / a / len(a)


# Mean loss over the batch and its gradient with respect to the network's outputs.
LOSSES: dict[str, Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]] = {
    "mean_squared_error": _squares,
    "binary_crossentropy": _binary,
    "sparse_categorical_crossentropy": _categorical,
}


@dataclass(frozen=True, kw_only=True)
class LayerByHand:
    """One dense layer: z = a_previous · W + b, a = activation(z).

    Attributes:
        kernel: W, `float64[inputs, units]`.
        bias: b, `float64[units]`.
        activation: One of `ACTIVATIONS`.
    """

    kernel: np.ndarray
    bias: np.ndarray
    activation: str


@dataclass(frozen=True, kw_only=True)
class Pass:
    """Everything one forward and backward pass computes; index l counts layers from 0.

    Attributes:
        loss: Mean loss of the batch.
        activations: Input x, then a of every layer, `float64[batch, units]`.
        deltas: ∂L/∂z of every layer, `float64[batch, units]`.
        kernel_gradients: ∂L/∂W of every layer = a_previousᵀ · delta.
        bias_gradients: ∂L/∂b of every layer = sum of delta over the batch.
    """

    loss: float
    activations: tuple[np.ndarray, ...]
    deltas: tuple[np.ndarray, ...]
    kernel_gradients: tuple[np.ndarray, ...]
    bias_gradients: tuple[np.ndarray, ...]


class NetworkByHand:
    """A chain of dense layers in float64 NumPy.

    Forward, for each layer: z = a_previous · W + b and a = f(z). Backward, from the last:

        delta = ∂L/∂a ⊙ f'(z)        (softmax: the full Jacobian)
        ∂L/∂W = a_previousᵀ · delta   ∂L/∂b = Σ_batch delta
        ∂L/∂a_previous = delta · Wᵀ

    Args:
        layers: At least one; each takes what the one before gives.

    Raises:
        ValueError: If there is no layer, widths do not fit or an activation is unknown.

    Example:
        >>> layer = LayerByHand(kernel=np.ones((2, 1)), bias=np.zeros(1), activation="linear")
        >>> result = NetworkByHand([layer]).run([[1.0, 2.0]], [0.0], loss="mean_squared_error")
        >>> result.loss, result.kernel_gradients[0].ravel().tolist()  # (w1 + 2 w2)²
        (9.0, [6.0, 12.0])
    """

    def __init__(self, layers: list[LayerByHand]) -> None:
        if not layers:
            raise ValueError("A network has at least one layer. Got none.")
        for layer in layers:
            if layer.activation not in ACTIVATIONS:
                raise ValueError(unknown_name("activation", layer.activation, ACTIVATIONS))
        for left, right in itertools.pairwise(layers):
            if left.kernel.shape[1] != right.kernel.shape[0]:
                raise ValueError(
                    "A layer takes as many inputs as the one before has units. "
                    f"Got kernels {left.kernel.shape} and {right.kernel.shape}."
                )
        self.layers = tuple(layers)

    @classmethod
    def from_keras(cls, model: keras.Model) -> NetworkByHand:
        """Copies a chain of `Dense` (and `Flatten`-free) Keras layers.

        Args:
            model: Built model whose layers are an input and `Dense` layers.

        Raises:
            ValueError: If another kind of layer is met.
        """
        layers = []
        for layer in model.layers:
            if isinstance(layer, keras.layers.InputLayer):
                continue
            if not isinstance(layer, keras.layers.Dense):
                raise ValueError(
                    "Only Dense layers are written out by hand. "
                    f"Got {type(layer).__name__} {layer.name!r}: build the chain from Dense."
                )
            kernel = to_array(layer.kernel).astype(np.float64)
            bias = np.zeros(kernel.shape[1])
            if layer.use_bias:
                bias = to_array(layer.bias).astype(np.float64)
            name = layer.activation.__name__
            layers.append(LayerByHand(kernel=kernel, bias=bias, activation=name))
        return cls(layers)

    def forward(self, x: object) -> list[np.ndarray]:
        """The input and the activation of every layer.

        Args:
            x: `float[batch, inputs]`.

        Returns:
            `[x, a_0, a_1, ...]`; the last is the network's output.
        """
        values = [np.asarray(x, np.float64)]
        for layer in self.layers:
            z = values[-1] @ layer.kernel + layer.bias
            values.append(ACTIVATIONS[layer.activation][0](z))
        return values

    def run(self, x: object, y: object, *, loss: str) -> Pass:
        """One forward and one backward pass.

        Args:
            x: `float[batch, inputs]`.
            y: Targets: `float[batch, units]`, or `int[batch]` for
                `"sparse_categorical_crossentropy"`. The two cross-entropies take
                probabilities: end the network with sigmoid or softmax.
            loss: One of `LOSSES`.

        Raises:
            ValueError: If the loss is unknown.
        """
        if loss not in LOSSES:
            raise ValueError(unknown_name("loss", loss, LOSSES))
        activations = self.forward(x)
        value, upstream = LOSSES[loss](activations[-1], np.asarray(y))
        deltas: list[np.ndarray] = []
        for layer, outputs in zip(reversed(self.layers), reversed(activations), strict=False):
            deltas.insert(0, ACTIVATIONS[layer.activation][1](outputs, upstream))
            upstream = deltas[0] @ layer.kernel.T
        pairs = list(zip(activations, deltas, strict=False))  # inputs of a layer, its delta
        return Pass(
            loss=value,
            activations=tuple(activations),
            deltas=tuple(deltas),
            kernel_gradients=tuple(a.T @ delta for a, delta in pairs),
            bias_gradients=tuple(delta.sum(axis=0) for _, delta in pairs),
        )
