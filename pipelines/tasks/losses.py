"""The loss that a training names, given the targets and outputs that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from cookbook.losses.registry import LOSSES, make_loss

if TYPE_CHECKING:
    import keras

    from cookbook.losses._entry import LossEntry
    from cookbook.losses.from_labels import Form
    from pipelines.hyperparameters.options import TrainingOptions

_SPARSE = "sparse_categorical_crossentropy"
_SMOOTHED = "smoothed_sparse_categorical_crossentropy"


def chosen_loss(options: TrainingOptions, *, soft_labels: bool = False) -> LossEntry:
    """The loss that a classification is trained with.

    Args:
        options: Names the loss, or none for cross-entropy, and the label smoothing.
        soft_labels: Whether targets are class weights instead of labels.

    Raises:
        ValueError: If the loss takes no class weights, or no label smoothing.
    """
    name = options.loss or ("categorical_crossentropy" if soft_labels else _SPARSE)
    if name == _SPARSE and options.label_smoothing:
        name = _SMOOTHED
    entry = LOSSES[name]
    inner = LOSSES[_inner(entry, options)]
    if soft_labels and "labels" in (entry.targets, inner.targets):
        raise ValueError(
            f"The augmentation {options.augment!r} mixes images and their labels. Got "
            f"loss={options.loss!r}, which takes whole labels: take another augmentation, or a "
            "loss on class weights such as categorical_crossentropy."
        )
    if options.label_smoothing and _smoothing(entry) is None:
        smoothed = [one.name for one in LOSSES.values() if _smoothing(one) is not None]
        raise ValueError(
            f"`label_smoothing` belongs to the losses {', '.join(smoothed)}. Got label_smoothing="
            f"{options.label_smoothing} with loss={name!r}: leave one of them out."
        )
    return entry


def label_loss(
    options: TrainingOptions, *, counts: np.ndarray | None = None, soft_labels: bool = False
) -> keras.losses.Loss:
    """Makes the loss of a classification from labels and logits.

    Args:
        options: Names the loss and its parameters.
        counts: Training samples of each class, `int[classes]`, for losses that weight classes.
        soft_labels: Whether targets are class weights instead of labels.
    """
    entry = chosen_loss(options, soft_labels=soft_labels)
    given = dict(options.of("loss"))
    smoothing = _smoothing(entry)
    if options.label_smoothing and smoothing is not None:
        given.setdefault(smoothing, options.label_smoothing)
    if "loss" in entry.parameters:
        given["loss"] = _fitted(LOSSES[_inner(entry, options)], {})
    known = np.ones(1) if counts is None else np.asarray(counts)
    if entry.name == "class_balanced":
        given["samples_per_class"] = [max(1, int(count)) for count in known]
    elif "class_weights" in entry.parameters:
        given["class_weights"] = _class_weights(given.get("class_weights", "balanced"), known)
    return _fitted(entry, given)


def _fitted(entry: LossEntry, given: Mapping[str, Any]) -> keras.losses.Loss:
    from cookbook.losses.from_labels import FromLabels

    loss = make_loss(entry.name, **given)
    if entry.name in (_SPARSE, _SMOOTHED):
        # Already on labels and logits; without a wrapper its trace is the shortest. One logit
        # for two classes needs the wrapper: see `Classification.compile`.
        return loss
    return FromLabels(loss, cast("Form", entry.targets), probabilities=entry.probabilities)


def _class_weights(weights: Any, counts: np.ndarray) -> list[float]:
    """One weight per class, from what was given or from the samples (or pixels) of each."""
    if isinstance(weights, str):
        if weights != "balanced":
            raise ValueError(
                "`loss.class_weights` is 'balanced' or one number per class. Got "
                f"loss.class_weights={weights!r}."
            )
        # Each class weighs the same in all; a class without samples weighs nothing.
        return [float(counts.sum() / (len(counts) * n)) if n else 0.0 for n in counts]
    if len(weights) != len(counts):
        raise ValueError(
            f"`loss.class_weights` needs one number per class. Got {len(weights)} numbers for "
            f"{len(counts)} classes."
        )
    return [float(weight) for weight in weights]


def _inner(entry: LossEntry, options: TrainingOptions) -> str:
    """The loss whose samples are weighted, or the loss itself where it weights none."""
    if "loss" not in entry.parameters:
        return entry.name
    name = options.of("loss").get("loss", entry.parameters["loss"])
    known = [one.name for one in LOSSES.values() if one.targets in ("labels", "one_hot", "binary")]
    if name not in known:
        from cookbook._names import unknown_name

        raise ValueError(unknown_name("loss to weight", name, known))
    return str(name)


def _smoothing(entry: LossEntry) -> str | None:
    """The parameter of a loss that smooths labels, or None."""
    return next((n for n in ("label_smoothing", "smoothing") if n in entry.parameters), None)
