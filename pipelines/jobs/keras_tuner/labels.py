"""Labels that a compiled model cannot be trained on are refused before the first trial."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.jobs.keras_tuner.structures import Structure, leaves, place, take_rows

if TYPE_CHECKING:
    from pipelines.jobs.keras_tuner.data import ArrayData

_NUMBERED = "number the classes by `classes, y = np.unique(y, return_inverse=True)`"


def check_labels(model: Any, data: ArrayData) -> None:
    """Refuses texts, and class numbers that a loss does not take.

    Nothing is said about a model with a training step of its own, and about losses that are not
    of classes.

    Args:
        model: A model of `build(hp)`.
        data: What it is to be trained and tested on.

    Raises:
        ValueError: If the labels of any part do not fit.
    """
    parts = (("data", data.rows), ("validation_data", data.validation), ("test_data", data.test))
    for name, rows in parts:
        for path, labels in leaves(rows.y) if rows is not None else ():
            if labels.dtype.kind in "US":
                found = sorted(set(labels.reshape(-1)[:1000].tolist()))
                raise ValueError(
                    f"`{name}`: labels that are texts ({', '.join(map(repr, found[:3]))}"
                    f"{', ...' if len(found) > 3 else ''}) in {place('y', path)}; Keras takes "
                    f"numbers: {_NUMBERED}."
                )
    outputs = _outputs(model, data.rows.x)
    if outputs is None:
        return
    for name, rows in parts:
        for where, loss, labels, width in _pairs(model, outputs, None if rows is None else rows.y):
            fault = _fault(loss, labels, width)
            if fault is not None:
                raise ValueError(f"`{name}`: {fault}{where}.")


def _outputs(model: Any, x: Structure) -> Structure | None:
    """What the model gives for a row; None where that says nothing about its training."""
    import keras
    import tensorflow as tf

    if (
        not getattr(model, "compiled", False)
        or type(model).train_step is not keras.Model.train_step
    ):
        return None
    try:
        found = model(tf.nest.map_structure(tf.convert_to_tensor, take_rows(x, slice(1))))
    except (
        Exception
    ):  # `fit` may adapt what a call does not take; if it does not, the trial says so
        return None
    return tuple(found) if isinstance(found, list) else found


def _pairs(
    model: Any, outputs: Structure, y: Structure | None
) -> Iterator[tuple[str, Any, np.ndarray, int]]:
    """Place, loss, labels and width of each output that has them all."""
    names = list(getattr(model, "output_names", None) or ())
    for path, output in leaves(outputs):
        if len(path) > 1:
            continue
        keys = [*path]
        if path and isinstance(path[0], int) and path[0] < len(names):
            keys.append(names[path[0]])
        loss, labels = (_at(one, keys) for one in (getattr(model, "loss", None), y))
        if isinstance(labels, np.ndarray) and len(getattr(output, "shape", ())) >= 1:
            where = f", for the output {keys[-1]!r}" if keys else ""
            yield where, loss, labels, int(output.shape[-1])


def _at(structure: Any, keys: list[str | int]) -> Any:
    """The part for an output, by its name or position; one for all is that of each."""
    if isinstance(structure, Mapping):
        return next((structure[key] for key in keys if key in structure), None)
    if isinstance(structure, list | tuple):
        numbers = [key for key in keys if isinstance(key, int) and key < len(structure)]
        return structure[numbers[0]] if numbers else None
    return structure


def _fault(loss: Any, labels: np.ndarray, width: int) -> str | None:
    """What is wrong with the labels, or None."""
    name = _loss_name(loss)
    shape = labels.shape[1:]
    if name == "sparse_categorical_crossentropy":
        if len(shape) == 1 and shape[0] == width > 1:
            return (
                f"labels with {width} columns for {name}, which takes class numbers: take "
                "`y.argmax(axis=1)`, or compile with categorical_crossentropy"
            )
        ignored = getattr(loss, "ignore_class", None)
        counted = labels if ignored is None else labels[labels != ignored]
        return _out_of_range(counted, width, last=width - 1)
    if name in ("binary_crossentropy", "binary_focal_crossentropy"):
        return _out_of_range(labels, width, last=1)
    if name in ("categorical_crossentropy", "categorical_focal_crossentropy"):
        columns = shape[-1] if shape else 1
        if columns != width:
            return (
                f"labels with {columns} {'column' if columns == 1 else 'columns'} for a model with "
                f"{width} outputs and {name}, which takes one column a class: take "
                f"`keras.utils.to_categorical(y, {width})`, or compile with "
                "sparse_categorical_crossentropy"
            )
    return None


def _out_of_range(labels: np.ndarray, width: int, *, last: int) -> str | None:
    if not labels.size or (labels.min() >= 0 and labels.max() <= last):
        return None
    low, high = (f"{value:g}" for value in (labels.min(), labels.max()))
    outputs = f"{width} {'output' if width == 1 else 'outputs'}"
    return (
        f"labels {low} to {high} for a model with {outputs} (0 to {last} are expected): {_NUMBERED}"
    )


def _loss_name(loss: Any) -> str:
    """`sparse_categorical_crossentropy` of the text, the function and the object."""
    text = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).lower()
