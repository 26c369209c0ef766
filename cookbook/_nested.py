"""Configurations of Keras objects that hold other ones: a loss around a loss, a model of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import keras

T = TypeVar("T")


def nested_config(**inner: Any) -> dict[str, Any]:
    """Entries of a configuration for the objects inside, by the names of their arguments."""
    return {name: keras.saving.serialize_keras_object(held) for name, held in inner.items()}


def from_nested_config(cls: type[T], config: Mapping[str, Any], *names: str) -> T:
    """An object from its configuration.

    Args:
        cls: Its class.
        config: Its arguments.
        names: Those that `nested_config` wrote.
    """
    inner = {name: keras.saving.deserialize_keras_object(config[name]) for name in names}
    return cls(**{**config, **inner})
