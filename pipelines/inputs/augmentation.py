"""Augmentation of whole batches, as a pure function of (images, labels, seed)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import tensorflow as tf

from cookbook._lazy import load_object
from cookbook._names import unknown_name
from pipelines.inputs.geometry import gather_pixels, pixel_places
from pipelines.inputs.presets import AUGMENTATIONS, PRESETS
from pipelines.inputs.randomness import fold

Rest = Callable[[Any, Any, Any], tuple[Any, Any]]
Spec = str | Sequence[Any] | Mapping[str, Any] | None


class Operation(Protocol):
    """One random change of a batch.

    Rules:
        1. The result is a function of (images, labels, seed): the same seed gives the same
           batch, eagerly, in `tf.data.map` and in a `tf.function`.
        2. Shape and type of images and labels stay; values stay within `value_range`.
        3. At strength 0 nothing changes.
        4. Images of a batch draw independently of each other.
        5. Mixed labels are weights of classes: each row still sums to 1.
    """

    mixes_labels: ClassVar[bool]

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Changes a batch.

        Args:
            images: `[batch, height, width, channels]`.
            labels: `[batch, ...]`; class weights `float[batch, classes]` for those that mix.
            seed: `int32[2]`.

        Returns:
            Images and labels.
        """


@dataclass(frozen=True)
class Augmentation:
    """Operations one after the other, each with its own seed.

    Flips, crops and shifts that follow each other are fused into one gather.

    Args:
        operations: In the order of application.
    """

    operations: tuple[Operation, ...] = ()

    @property
    def mixes_labels(self) -> bool:
        """Whether labels must be class weights (one-hot) because images are mixed."""
        return any(operation.mixes_labels for operation in self.operations)

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Applies every operation to a batch."""
        return _apply(list(enumerate(self.operations)), images, labels, seed)

    def split(self) -> tuple[Moves, Rest]:
        """The moves of whole pixels at the front, and the rest.

        Moves do not depend on the type of the pixels, so they can run on 8-bit images before
        these are scaled, which moves a quarter of the bytes.

        Returns:
            Two functions `(images, labels, seed) -> (images, labels)`; one after the other
            they give what the whole gives.
        """
        numbered = list(enumerate(self.operations))
        front = next((i for i, op in numbered if not hasattr(op, "sources")), len(numbered))

        def rest(images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
            return _apply(numbered[front:], images, labels, seed)

        return Moves(tuple(self.operations[:front])), rest


@dataclass(frozen=True)
class Moves:
    """The first operations of an augmentation, all of which move whole pixels.

    Args:
        operations: In the order of application; there may be none.
    """

    operations: tuple[Any, ...]

    @property
    def fills(self) -> bool:
        """Whether black pixels can come in."""
        return any(operation.fills for operation in self.operations)

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Moves the pixels of a batch."""
        return _apply(list(enumerate(self.operations)), images, labels, seed)

    def places(self, size: Sequence[Any], seed: Any) -> tf.Tensor:
        """Where each pixel comes from, see `pixel_places`.

        Args:
            size: Batch, height and width.
            seed: `int32[2]`.
        """
        seeds = [fold(seed, number) for number in range(len(self.operations))]
        return pixel_places(self.operations, seeds, size)


def _apply(
    numbered: Sequence[tuple[int, Any]], images: Any, labels: Any, seed: Any
) -> tuple[Any, Any]:
    moves: list[tuple[Any, Any]] = []
    for number, operation in numbered:
        own = fold(seed, number)
        if hasattr(operation, "sources"):
            moves.append((operation, own))
            continue
        images, moves = _move(images, moves), []
        images, labels = operation(images, labels, own)
    return _move(images, moves), labels


def _move(images: Any, moves: Sequence[tuple[Any, Any]]) -> Any:
    if not moves:
        return tf.convert_to_tensor(images)
    return gather_pixels(images, [m[0] for m in moves], [m[1] for m in moves])


def make_augmentation(
    spec: Spec | Augmentation, *, value_range: tuple[Any, Any] = (0.0, 1.0)
) -> Augmentation:
    """Builds an augmentation from its name or description.

    Args:
        spec: Name of a preset (`"flip-crop"`) or of one operation (`"cutout"`), a mapping
            `{"name": "cutout", "fraction": 0.25}`, a sequence of those, or `None`.
        value_range: What black and white are in the images, as numbers or one number per
            channel: (0, 1) for scaled images, `ImagePreprocessor.value_range` for
            standardized ones.

    Returns:
        A function `(images, labels, seed) -> (images, labels)`.

    Raises:
        ValueError: If a name or an argument is unknown, or a strength is out of range.

    Example:
        >>> augment = make_augmentation(["horizontal_flip", {"name": "cutout", "fraction": 0.5}])
        >>> images, labels = augment(tf.zeros((2, 4, 4, 3)), tf.constant([0, 1]), (0, 7))
        >>> tuple(images.shape), augment.mixes_labels
        ((2, 4, 4, 3), False)
    """
    if isinstance(spec, Augmentation):
        return spec
    return Augmentation(tuple(_operation(dict(step), value_range) for step in _steps(spec)))


def _steps(spec: Any) -> list[Mapping[str, Any]]:
    if spec is None:
        return []
    if isinstance(spec, str):
        if spec in PRESETS:
            return list(PRESETS[spec])
        return [{"name": spec}]
    if isinstance(spec, Mapping):
        return [spec]
    return [step for item in spec for step in _steps(item)]


def _operation(step: dict[str, Any], value_range: tuple[Any, Any]) -> Operation:
    name = step.pop("name", None)
    if name not in AUGMENTATIONS:
        raise ValueError(unknown_name("augmentation", name, [*AUGMENTATIONS, *PRESETS]))
    operation = load_object(AUGMENTATIONS[name])
    known = list(inspect.signature(operation).parameters)
    for argument in step:
        if argument not in known:
            raise ValueError(unknown_name(f"argument of {name}", argument, known))
    if "value_range" in known:
        step.setdefault("value_range", value_range)
    made: Operation = operation(**step)
    return made
