"""Random image layers that a model carries and that act in training only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras

from cookbook._names import unknown_name

# Strengths usual for 32x32 pictures: an eighth of the side is the 4 pixels of the CIFAR crop.
_LAYERS: dict[str, Callable[..., keras.Layer]] = {
    "flip": lambda **options: keras.layers.RandomFlip("horizontal", **options),
    "shift": lambda **options: keras.layers.RandomTranslation(0.125, 0.125, **options),
    "rotation": lambda **options: keras.layers.RandomRotation(10 / 360, **options),
    "zoom": lambda **options: keras.layers.RandomZoom(0.1, **options),
    "contrast": lambda **options: keras.layers.RandomContrast(
        0.2, value_range=(0.0, 1.0), **options
    ),
    "brightness": lambda **options: keras.layers.RandomBrightness(
        0.2, value_range=(0.0, 1.0), **options
    ),
}


def augment(x: Any, names: Sequence[str], next_seed: Callable[[], int | None]) -> Any:
    """Puts the named layers on images with pixels in [0, 1], in the given order.

    Args:
        x: `float32[batch, height, width, channels]`.
        names: Any of "brightness" (a fifth of the range), "contrast" (a fifth), "flip" (left
            to right), "rotation" (10 degrees), "shift" (an eighth of the side), "zoom"
            (a tenth).
        next_seed: Gives the seed of each layer.

    Raises:
        ValueError: If a name is unknown or given twice, or if `names` is a plain string.
    """
    if isinstance(names, str) or len(set(names)) != len(names):
        raise ValueError(
            f"`augmentation` is a sequence of different names. Got augmentation={names!r}: "
            f"write ('flip', 'shift')."
        )
    for name in names:
        if name not in _LAYERS:
            raise ValueError(unknown_name("augmentation", name, _LAYERS))
        x = _LAYERS[name](seed=next_seed(), name=f"augment_{name}")(x)
    return x
