"""The private names of Keras that the package needs, in one place, each with a guard.

A name that Keras moves is refused by a message that says so; a test holds every row of
`INTERNALS` against the installed version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras


class KerasMovedError(RuntimeError):
    """The installed Keras lacks a private name that the package needs."""


@dataclass(frozen=True)
class Internal:
    """A private name, and what it is needed for.

    Attributes:
        owner: What has the name, for people.
        name: The attribute.
        need: Which feature needs it.
        example: Makes an object that has it.
    """

    owner: str
    name: str
    need: str
    example: Callable[[], Any]

    def check(self) -> None:
        """Raises `KerasMovedError` if the installed Keras has no such name."""
        if not hasattr(self.example(), self.name):
            raise self.moved()

    def moved(self) -> KerasMovedError:
        """The error that says what is missing, what needs it, and the way out."""
        return KerasMovedError(
            f"Keras {keras.__version__} has no `{self.owner}.{self.name}`, which is needed for "
            f"{self.need}: install a version that pyproject.toml allows."
        )

    def of(self, holder: Any) -> Any:
        """The attribute of an object.

        Raises:
            KerasMovedError: If the object has none.
        """
        if not hasattr(holder, self.name):
            raise self.moved()
        return getattr(holder, self.name)


def _dense_model() -> keras.Model:
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])


def _built_adam() -> keras.optimizers.Optimizer:
    optimizer = keras.optimizers.Adam()
    optimizer.build([keras.Variable([0.0])])
    return optimizer


_HISTORY = Internal(
    "KerasTensor", "_keras_history", "the last activation of a model", lambda: keras.Input((1,))
)
_FIRST_EPOCH = Internal(
    "Model", "_initial_epoch", "going on with a training bit by bit", _dense_model
)
_FLATTEN = Internal("Layer", "_flatten_layers", "layers inside of layers", _dense_model)
_RATE = Internal(
    "Optimizer", "_learning_rate", "schedules that change while they run", keras.optimizers.SGD
)
_INDEX = Internal(
    "Optimizer", "_get_variable_index", "momenta that follow a schedule", keras.optimizers.SGD
)
_MOMENTS = tuple(
    Internal("Adam", name, "Adam with a momentum that follows a schedule", _built_adam)
    for name in ("_momentums", "_velocities")
)
_LOSS_ARGUMENTS = Internal(
    "LossFunctionWrapper",
    "_fn_kwargs",
    "judging a loss with its last activation",
    keras.losses.BinaryCrossentropy,
)
_GLOBAL_SEED = Internal(
    "keras.src.random.seed_generator",
    "global_seed_generator",
    "the state of random numbers without a seed of their own",
    lambda: keras.src.random.seed_generator,
)
INTERNALS = (
    *(_HISTORY, _FIRST_EPOCH, _FLATTEN, _RATE, _INDEX),
    *(*_MOMENTS, _LOSS_ARGUMENTS, _GLOBAL_SEED),
)
"""Every private name of Keras in this package."""


def source_of(tensor: Any) -> tuple[Any, int]:
    """The layer or operation that made a symbolic tensor, and which of its outputs that is."""
    history = _HISTORY.of(tensor)
    return history.operation, history.tensor_index


def set_first_epoch(model: keras.Model, epoch: int | None) -> None:
    """Sets with which epoch the running `fit` goes on; None leaves it to `fit`."""
    _FIRST_EPOCH.of(model)  # setting a name that nobody reads would start again silently
    setattr(model, _FIRST_EPOCH.name, epoch)


def nested_layers(layer: keras.layers.Layer, *, include_self: bool = True) -> Iterator[Any]:
    """A layer or model and all layers inside it, of wrappers too."""
    return iter(_FLATTEN.of(layer)(include_self=include_self))


def rate_of(optimizer: Any) -> Any:
    """The variable or schedule behind an optimizer's `learning_rate`, which is a value."""
    return _RATE.of(optimizer)


def variable_index(optimizer: Any, variable: Any) -> int:
    """Place of a variable among those that an optimizer was built with."""
    return int(_INDEX.of(optimizer)(variable))


def adam_moments(optimizer: Any, variable: Any) -> tuple[Any, Any]:
    """Adam's averages of a variable's gradient and of its square."""
    index = variable_index(optimizer, variable)
    first, second = (moment.of(optimizer)[index] for moment in _MOMENTS)
    return first, second


def global_seed_state() -> Any:
    """State of the generator behind `seed=None`, which Keras gives no way to read."""
    return _GLOBAL_SEED.of(keras.src.random.seed_generator)().state


def loss_argument(loss: Any, name: str) -> Any:
    """An argument that a loss was made with, or None."""
    found = getattr(loss, name, None)
    if found is None and isinstance(loss, _wrapper()):
        return _LOSS_ARGUMENTS.of(loss).get(name)
    return found


def loss_object(loss: Any) -> Any:
    """The object that `compile` makes of one loss, be it a name, a function or an object."""
    found = keras.losses.get(loss)
    if isinstance(found, keras.losses.Loss):
        return found
    return _wrapper()(found, name=getattr(found, "__name__", None))


def _wrapper() -> type:
    """The class that Keras' losses of functions share."""
    return keras.losses.BinaryCrossentropy.__mro__[1]
