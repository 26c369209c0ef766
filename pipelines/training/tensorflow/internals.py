"""The private names of Keras that trainings need, with what happens when one moves.

What a training cannot do without is refused. What makes it faster or smaller is left out with one
warning: the numbers are the same, and nobody waits longer without knowing why.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from cookbook._keras_internals import Internal, nested_layers


class SlowPathWarning(UserWarning):
    """A shortcut is left out because the installed Keras has moved what it needs."""


def _built(kind: type, **arguments: Any) -> Any:
    optimizer = kind(**arguments)
    optimizer.build([keras.Variable([1.0])])
    return optimizer


_FUSED = "optimizer updates by one kernel"
BUILD = Internal(
    "Model",
    "_symbolic_build",
    "compiled epochs",
    lambda: keras.Sequential([keras.layers.Dense(1)]),
)
UPDATE = Internal("Optimizer", "_backend_update_step", _FUSED, keras.optimizers.SGD)
INDEX = Internal("Optimizer", "_get_variable_index", _FUSED, keras.optimizers.SGD)
ADAM_MOMENTS = Internal(
    "Adam", "_momentums", _FUSED, functools.partial(_built, keras.optimizers.Adam)
)
ADAM_SQUARES = Internal(
    "Adam", "_velocities", _FUSED, functools.partial(_built, keras.optimizers.Adam)
)
RMSPROP_SQUARES = Internal(
    "RMSprop", "_velocities", _FUSED, functools.partial(_built, keras.optimizers.RMSprop)
)
RMSPROP_MOMENTS = Internal(
    "RMSprop",
    "_momentums",
    _FUSED,
    functools.partial(_built, keras.optimizers.RMSprop, momentum=0.9),
)
_DECAY = "weight decay by one rate"
DECAY = Internal("Optimizer", "_apply_weight_decay", _DECAY, keras.optimizers.AdamW)
DECAYING = Internal("Optimizer", "_use_weight_decay", _DECAY, keras.optimizers.AdamW)
LOSS_OPTIONS = Internal(
    "LossFunctionWrapper",
    "_fn_kwargs",
    "compiled functions that trials share",
    keras.losses.Huber,
)
REDUCTION = Internal(
    "TFOptimizer",
    "_all_reduce_sum_gradients",
    "searches whose memory does not grow",
    keras.optimizers.SGD,
)
INTERNALS = (
    BUILD,
    UPDATE,
    INDEX,
    ADAM_MOMENTS,
    ADAM_SQUARES,
    RMSPROP_SQUARES,
    RMSPROP_MOMENTS,
    DECAY,
    DECAYING,
    LOSS_OPTIONS,
    REDUCTION,
)
"""Every private name of Keras in this folder."""


def are_there(holder: Any, *needed: Internal) -> bool:
    """Whether an object has all the names of a shortcut; a missing one is warned of once.

    Args:
        holder: The object.
        needed: The private names that the shortcut uses.
    """
    missing = [internal for internal in needed if not hasattr(holder, internal.name)]
    for internal in missing:
        _warn(internal)
    return not missing


def replace_method(holder: Any, method: Internal, own: Callable[..., None]) -> bool:
    """Puts a faster method in the place of one of Keras'.

    Args:
        holder: The object.
        method: Which of its methods.
        own: What is called in its place.

    Returns:
        Whether it was: not twice, and not where variables are spread over devices, which Keras
        handles itself.
    """
    if tf.distribute.has_strategy() or method.name in vars(holder):
        return False
    setattr(holder, method.name, own)
    return True


@functools.cache
def _warn(internal: Internal) -> None:
    warnings.warn(
        f"{internal.moved()} Until then it is left out: same numbers, more time or memory.",
        SlowPathWarning,
        stacklevel=3,
    )


def build_for(model: keras.Model, batch: Any) -> None:
    """Makes a model's metrics and optimizer variables, as the first step of `fit` does.

    Raises:
        KerasMovedError: If the installed Keras builds models in another way.
    """
    BUILD.of(model)(data_batch=batch)


def layers_of(model: keras.Model, *, include_self: bool = True) -> list[Any]:
    """A model's layers, those inside of layers too."""
    return list(nested_layers(model, include_self=include_self))
