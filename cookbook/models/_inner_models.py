"""Part of a functional model, to be called in its training."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras


def inner_call(model: keras.Model, output: Any) -> Callable[..., Any]:
    """The layers of a model from its input up to a tensor.

    A function and no model: Keras would save the layers of an attribute twice.

    Args:
        model: A functional model; its weights are shared.
        output: One of its tensors.
    """
    return functools.partial(keras.Model(model.input, output).call)
