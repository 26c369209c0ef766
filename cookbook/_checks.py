"""Arguments that builders and layers refuse, each with the rule, the value and the way out."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any


def check_image_shape(
    builder: str, input_shape: Sequence[int], *, minimum: int, reason: str, way_out: str
) -> tuple[int, int, int]:
    """Returns `(height, width, channels)` if the image is large enough.

    Args:
        builder: Name of the builder, for the message.
        input_shape: What the caller gave.
        minimum: Smallest height and width in pixels.
        reason: What the builder does to the image, for example `"halves it 3 times"`.
        way_out: What the caller may change.

    Raises:
        ValueError: If the shape has not three positive entries or is too small.

    Example:
        >>> check_image_shape("lenet", [32, 32, 3], minimum=16, reason="", way_out="")
        (32, 32, 3)
    """
    shape = tuple(input_shape)
    if len(shape) != 3 or not all(_is_positive_int(size) for size in shape):
        raise ValueError(
            f"`input_shape` must be (height, width, channels), three positive integers with the "
            f"channels last. Got input_shape={shape!r}: a grey image has 1 channel, and the "
            f"batch is not part of the shape."
        )
    height, width, channels = (int(size) for size in shape)
    if min(height, width) < minimum:
        raise ValueError(
            f"`{builder}` {reason}, so it needs at least {minimum}x{minimum} pixels. "
            f"Got input_shape={(height, width, channels)}: {way_out}."
        )
    return height, width, channels


def check_input_shape(input_shape: Sequence[int]) -> tuple[int, ...]:
    """Returns the shape of one sample as a tuple of positive integers.

    Raises:
        ValueError: If it is empty or an entry is not a positive integer.

    Example:
        >>> check_input_shape([8])
        (8,)
    """
    shape = tuple(input_shape) if isinstance(input_shape, Sequence) else (None,)
    if not shape or not all(_is_positive_int(size) for size in shape):
        raise ValueError(
            f"`input_shape` is the shape of one sample, one positive integer per axis and without "
            f"the batch. Got input_shape={input_shape!r}: write (8,) for 8 features."
        )
    return tuple(int(size) for size in shape if size is not None)


def check_count(argument: str, value: int, *, least: int = 1) -> int:
    """Returns an integer of at least `least`.

    Raises:
        ValueError: If the value is no integer or is too small.

    Example:
        >>> check_count("num_classes", 10, least=2)
        10
    """
    if not _is_positive_int(value, least):
        raise ValueError(
            f"`{argument}` must be an integer of at least {least}. Got {argument}={value!r}."
        )
    return int(value)


def check_widths(
    argument: str, values: Sequence[int], *, may_be_empty: bool = False
) -> tuple[int, ...]:
    """Returns layer sizes as a tuple of positive integers.

    Raises:
        ValueError: If a size is no positive integer, or there is none where one is needed.

    Example:
        >>> check_widths("widths", [32, 64])
        (32, 64)
    """
    sizes = tuple(values) if isinstance(values, Sequence) and not isinstance(values, str) else None
    if sizes is None or not all(_is_positive_int(size) for size in sizes):
        raise ValueError(
            f"`{argument}` must be a sequence of positive integers, one per layer. "
            f"Got {argument}={values!r}: write (64,) for one layer."
        )
    if not sizes and not may_be_empty:
        raise ValueError(f"`{argument}` needs at least one entry. Got {argument}={values!r}.")
    return tuple(int(size) for size in sizes)


def check_rate(argument: str, value: float) -> float:
    """Returns a probability of dropping something.

    Raises:
        ValueError: If the value is not in [0, 1).

    Example:
        >>> check_rate("dropout", 0.5)
        0.5
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 <= value < 1:
        raise ValueError(
            f"`0 <= {argument} < 1` must hold: it is the share that is dropped. "
            f"Got {argument}={value!r}."
        )
    return float(value)


def check_penalty(argument: str, value: float) -> float:
    """Returns the factor of a weight penalty.

    Raises:
        ValueError: If the value is negative or not finite.

    Example:
        >>> check_penalty("l2", 1e-4)
        0.0001
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, numbers.Real)
        or not 0 <= value < float("inf")
    ):
        raise ValueError(
            f"`{argument}` must be a finite number of at least 0. Got {argument}={value!r}."
        )
    return float(value)


def check_seed(seed: int | None) -> int | None:
    """Returns a seed; 0 is one, `None` means that Keras draws its own.

    Raises:
        ValueError: If the seed is negative or no integer.

    Example:
        >>> check_seed(0)
        0
    """
    return None if seed is None else check_count("seed", seed, least=0)


_TRAINING = frozenset({"fit", "train_step", "compute_loss", "compute_metrics"})


def check_plain_training(model: Any, form: str, *, made: type) -> None:
    """Refuses to take the layers of a model whose class trains them in its own way.

    Args:
        model: Any Keras model.
        form: How it is to be trained, for the message.
        made: Class of the model that is made of the layers, which may replace one of its own.

    Raises:
        ValueError: If a class of the model that is neither Keras' nor one of `made` changes the
            training.

    Example:
        >>> import keras
        >>> check_plain_training(keras.Sequential(), "a curriculum", made=keras.Model)
    """
    kinds = [kind for kind in type(model).__mro__ if kind not in made.__mro__]
    own = [kind for kind in kinds if not kind.__module__.startswith("keras.")]
    # Without symbolic outputs `call` is the network itself, and there are no layers to take.
    lost = _TRAINING | {"call"} if getattr(model, "outputs", None) else _TRAINING
    if any(not lost.isdisjoint(vars(kind)) for kind in own):
        raise ValueError(
            f"{type(model).__name__} computes its training in its own way, which has no place for "
            f"{form}: leave it out."
        )


def _is_positive_int(value: object, least: int = 1) -> bool:
    return (
        isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= least
    )
