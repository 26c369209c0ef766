"""Dropout rates, penalties and learning rates as variables, so that functions serve other values.

A rate that is a Python number becomes a constant of the compiled function: the next trial,
which differs in that number only, would have to be traced again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

from cookbook._keras_internals import rate_of
from pipelines.training.tensorflow.internals import layers_of

_PENALTIES = (keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2)
_VARIABLE = "variable"


class LiftedValues:
    """The dropout rates, weight penalties and rates of schedules of one model, in variables.

    A value of 0 stays what it is: a layer that does nothing is another structure.

    Args:
        model: A built model; it is changed in place.

    Example:
        >>> def network(rate):
        ...     return keras.Sequential([keras.Input((2,)), keras.layers.Dropout(rate)])
        >>> values = LiftedValues(network(0.5))
        >>> values.take(network(0.25))
        >>> [float(variable) for variable in values.variables]
        [0.25]
    """

    def __init__(self, model: keras.Model) -> None:
        places = _places(model)
        self.variables = [tf.Variable(value, dtype=tf.float32) for _, _, value in places]
        lifted: dict[int, dict[str, tf.Variable]] = {}
        for variable, (holder, name, _) in zip(self.variables, places, strict=True):
            lifted.setdefault(id(holder), {})[name] = variable
            if isinstance(holder, keras.layers.Dropout):
                holder.call = _dropout(holder, variable)
            elif isinstance(holder, keras.optimizers.schedules.LearningRateSchedule):
                setattr(holder, name, variable)
        for weight in model.trainable_variables:
            if id(weight.regularizer) in lifted:
                weight.regularizer = _penalty(**lifted[id(weight.regularizer)])

    def take(self, model: keras.Model) -> None:
        """Takes over the values of a model of the same structure.

        Args:
            model: Built and not lifted.
        """
        for variable, (_, _, value) in zip(self.variables, _places(model), strict=True):
            variable.assign(value)


def without_values(config: Any, lifted: Mapping[str, tuple[str, ...]] | None = None) -> Any:
    """A serialized model or schedule without the numbers that `LiftedValues` holds, and seeds.

    A seed decides where weights and random states start, and these are copied.

    Args:
        config: What Keras serializes.
        lifted: Names of the values by class; those of layers and penalties when left out.

    Example:
        >>> without_values({"class_name": "L2", "config": {"l2": 0.1}})
        {'class_name': 'L2', 'config': {'l2': 'variable'}}
    """
    lifted = _LIFTED if lifted is None else lifted
    if isinstance(config, Mapping):
        plain = {
            key: value if key == "activity_regularizer" else without_values(value, lifted)
            for key, value in config.items()
            if key != "seed"
        }
        names = lifted.get(str(config.get("class_name")), ())
        inner = plain.get("config")
        if names and isinstance(inner, Mapping) and inner.get("noise_shape") is None:
            plain["config"] = {
                key: _VARIABLE if key in names and value else value
                for key, value in plain["config"].items()
            }
        return plain
    if isinstance(config, list | tuple):
        return [without_values(item, lifted) for item in config]
    return config


_LIFTED = {"Dropout": ("rate",), "L1": ("l1",), "L2": ("l2",), "L1L2": ("l1", "l2")}
_INITIAL = ("initial_learning_rate",)
LIFTED_RATES = {
    "CosineDecay": _INITIAL,
    "CosineDecayRestarts": _INITIAL,
    "ExponentialDecay": _INITIAL,
    "InverseTimeDecay": _INITIAL,
    "PolynomialDecay": _INITIAL,
    "Constant": ("rate",),
    "Cyclical": ("minimum", "maximum"),
    "OneCycle": ("maximum",),
}
"""Rates of the schedules that an optimizer's learning rate follows, by class."""


def _places(model: keras.Model) -> list[tuple[Any, str, float]]:
    """Holder, attribute and number of every value, in an order that the structure decides."""
    layers = [layer for layer in layers_of(model) if _is_plain_dropout(layer)]
    penalties: list[Any] = []
    for variable in model.trainable_variables:
        found = variable.regularizer
        if isinstance(found, _PENALTIES) and not any(found is other for other in penalties):
            penalties.append(found)
    holders = [(holder, _LIFTED) for holder in (*layers, *penalties)]
    holders += [(schedule, LIFTED_RATES) for schedule in _schedules(model)]
    return [
        (holder, name, float(getattr(holder, name)))
        for holder, lifted in holders
        for name in lifted.get(type(holder).__name__, ())
        if getattr(holder, name)
    ]


def _schedules(model: keras.Model) -> Iterator[Any]:
    """The schedule of a compiled model's learning rate, and those inside it."""
    optimizer = getattr(model, "optimizer", None)
    found = rate_of(optimizer) if isinstance(optimizer, keras.optimizers.Optimizer) else None
    while isinstance(found, keras.optimizers.schedules.LearningRateSchedule):
        yield found
        found = getattr(found, "schedule", None)


def _is_plain_dropout(layer: Any) -> bool:
    return type(layer) is keras.layers.Dropout and layer.noise_shape is None


def _dropout(layer: Any, rate: tf.Variable) -> Any:
    def call(inputs: Any, *, training: bool = False) -> Any:
        if not training:
            return inputs
        # The mask that Keras draws; its own function takes no rate that is a tensor.
        shape = tf.shape(inputs)
        drawn = keras.random.uniform(shape, dtype=inputs.dtype, seed=layer.seed_generator)
        kept = inputs / tf.cast(1.0 - rate, inputs.dtype)
        return tf.where(drawn >= tf.cast(rate, inputs.dtype), kept, tf.zeros_like(inputs))

    return call


def _penalty(*, l1: tf.Variable | None = None, l2: tf.Variable | None = None) -> Any:
    def penalty(weight: tf.Tensor) -> tf.Tensor:
        parts = []
        if l1 is not None:
            parts.append(l1 * tf.reduce_sum(tf.abs(weight)))
        if l2 is not None:
            parts.append(l2 * tf.reduce_sum(tf.square(weight)))
        return tf.add_n(parts)

    return penalty
