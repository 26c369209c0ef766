"""The loss of a model as a function of its flattened weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from cookbook._keras_internals import nested_layers
from cookbook.diagnostics._arrays import to_array
from cookbook.diagnostics.autodiff import hessian_vector_product, value_and_gradients
from cookbook.diagnostics.rematerialisation import remembering


class LossFunction:
    """L(θ) on one batch, with gradient and Hessian-vector product, side-effect free.

    θ holds all trainable weights of the model, flattened one after the other in the order
    of `model.trainable_variables`. The model itself stays as it is: batch normalisation
    moves no statistics and every call of L draws the same dropout mask. Regularisation
    losses of the layers belong to L.

    Args:
        model: Built model, compiled with a loss.
        x: Inputs, first axis the batch.
        y: Targets for the compiled loss.
        sample_weight: `float[batch]` or None.
        training: Whether layers act as in training. With batch normalisation L then
            depends on the batch as a whole.

    Attributes:
        size: Number of trainable parameters.

    Raises:
        ValueError: If the model is not compiled with a loss or has nothing to train.

    Example:
        >>> layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
        >>> model = keras.Sequential([keras.Input((2,)), layer])
        >>> model.compile(loss="mse")
        >>> loss = LossFunction(model, np.array([[1.0, 2.0]]), np.array([[0.0]]))
        >>> loss.value(), loss.gradient().tolist()  # (w1 + 2 w2)² at w = (1, 1)
        (9.0, [6.0, 12.0])
    """

    def __init__(
        self,
        model: keras.Model,
        x: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        training: bool = False,
    ) -> None:
        if not getattr(model, "compiled", False):
            raise ValueError(
                "A loss function needs a compiled model. "
                f"Got {model.name!r}: call `compile(loss=...)` first."
            )
        if not model.trainable_variables:
            raise ValueError(f"Nothing of {model.name!r} is trainable: build or unfreeze it.")
        self.model = model
        self._batch = (x, y, sample_weight)
        self._training = training
        self._variables = list(model.trainable_variables)
        self._shapes = [tuple(variable.shape) for variable in self._variables]
        self.size = sum(int(np.prod(shape)) for shape in self._shapes)
        self._product = hessian_vector_product(self._loss)

    def point(self) -> np.ndarray:
        """The model's present weights, `float[size]`."""
        return self._flat([to_array(v) for v in self._variables])

    def value(self, point: np.ndarray | None = None) -> float:
        """L at a point.

        Args:
            point: `float[size]`; the present weights if None.
        """
        return float(to_array(self._loss(self._parts(point))))

    def gradient(self, point: np.ndarray | None = None) -> np.ndarray:
        """∇L at a point, `float[size]`.

        Args:
            point: `float[size]`; the present weights if None.
        """
        return self._flat(self.gradients(point))

    def gradients(self, point: np.ndarray | None = None) -> list[np.ndarray]:
        """∇L at a point, one array per trainable variable, in its shape.

        Args:
            point: `float[size]`; the present weights if None.
        """
        _, found = value_and_gradients(self._loss, self._parts(point))
        return [to_array(gradient) for gradient in found]

    def hessian_vector_product(
        self, vector: np.ndarray, point: np.ndarray | None = None
    ) -> np.ndarray:
        """∇²L · v at a point.

        Args:
            vector: `float[size]`, the v.
            point: `float[size]`; the present weights if None.

        Returns:
            `float[size]`.

        Raises:
            ValueError: On TensorFlow, if a batch (in training), layer or group normalisation
                is met. They use `tf.nn.moments`, which stops the gradient through the
                mean: the first derivative survives, the second is wrong by a tenth and more.
        """
        self._check_second_derivatives()
        found = self._product(self._parts(point), self._parts(vector))
        return self._flat([to_array(part) for part in found])

    def _check_second_derivatives(self) -> None:
        if keras.backend.backend() != "tensorflow":
            return
        for layer in nested_layers(self.model):
            if _uses_moments(layer, training=self._training):
                raise ValueError(
                    "TensorFlow's second derivative of a normalisation by the data's own "
                    f"moments is wrong. Got {layer.name!r}: use training=False for batch "
                    "normalisation, or run with KERAS_BACKEND=jax."
                )

    def _loss(self, values: Sequence[Any]) -> Any:
        x, y, weight = self._batch
        mapping = list(zip(self._variables, values, strict=True))
        scope = keras.StatelessScope(state_mapping=mapping, collect_losses=True)
        with remembering(self.model), scope:
            outputs = self.model(x, training=self._training)
            return self.model.compute_loss(
                x=x, y=y, y_pred=outputs, sample_weight=weight, training=self._training
            )

    def _flat(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate([np.ravel(part) for part in parts])

    def _parts(self, flat: np.ndarray | None) -> list[np.ndarray]:
        if flat is None:
            return [to_array(v) for v in self._variables]
        if np.shape(flat) != (self.size,):
            raise ValueError(
                f"A point of this loss is one vector of {self.size} numbers. "
                f"Got shape {np.shape(flat)}: flatten the weights in the model's order."
            )
        ends = np.cumsum([int(np.prod(shape)) for shape in self._shapes])[:-1]
        pieces = np.split(np.asarray(flat), ends)
        return [
            piece.reshape(shape).astype(variable.dtype)
            for piece, shape, variable in zip(pieces, self._shapes, self._variables, strict=True)
        ]


def _uses_moments(layer: keras.Layer, *, training: bool) -> bool:
    if isinstance(layer, keras.layers.BatchNormalization):
        return layer.trainable and training
    return isinstance(layer, keras.layers.LayerNormalization | keras.layers.GroupNormalization)
