"""Which last activations fit which losses."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras

from cookbook._keras_internals import loss_argument, source_of
from cookbook.losses._pairing_rules import KNOWN_ACTIVATIONS, KNOWN_LOSSES, Judgement, judge


class PairingWarning(UserWarning):
    """The last activation of a model and its loss do not fit."""


@dataclass(frozen=True)
class Verdict:
    """How a last activation and a loss go together.

    Attributes:
        output: Name of the model's output, `""` if an activation was given.
        activation: Name of the last activation.
        loss: Name of the loss.
        judgement: `"fits"`, `"weak"` (learns, but badly or for some data only) or `"fails"`.
        reason: What happens, and what to do about it.
    """

    output: str
    activation: str
    loss: str
    judgement: Judgement
    reason: str


def check_pairing(
    model: keras.Model | str | Mapping[str, str], loss: Any = None
) -> tuple[Verdict, ...]:
    """Judges every pair of last activation and loss.

    Source: Neural network assignments (source 001), activation functions and losses, Q7, with
    the logits flag added.

    Args:
        model: A built functional or sequential model, the name of an activation, or one
            name for each output.
        loss: A loss, its name, a list or a mapping with one entry per output; by default the
            loss that the model was compiled with.

    Returns:
        One verdict per output that has a loss; none for a loss this table does not know.

    Raises:
        ValueError: If there is no loss to judge.

    Example:
        >>> check_pairing("sigmoid", "mean_squared_error")[0].judgement
        'weak'
        >>> check_pairing("softmax", "sparse_categorical_crossentropy")[0].judgement
        'fits'
    """
    if loss is None and isinstance(model, keras.Model):
        loss = getattr(model, "loss", None)
    if loss is None:
        raise ValueError(
            "There must be a loss to judge. Got loss=None and a model that is not compiled "
            "with one: give `loss` or compile the model."
        )
    activations = _activations(model)
    verdicts = (
        _judge(output, activations[output], single)
        for output, single in _losses(tuple(activations), loss).items()
        if single is not None
    )
    return tuple(verdict for verdict in verdicts if verdict is not None)


def warn_pairing(model: keras.Model | str, loss: Any = None) -> tuple[Verdict, ...]:
    """Judges like `check_pairing` and emits a `PairingWarning` for each pair that does not fit.

    Returns:
        All verdicts.
    """
    verdicts = check_pairing(model, loss)
    for verdict in verdicts:
        if verdict.judgement != "fits":
            place = f"output {verdict.output!r}: " if verdict.output else ""
            warnings.warn(
                f"{place}{verdict.activation} with {verdict.loss}: {verdict.reason}.",
                PairingWarning,
                stacklevel=2,
            )
    return verdicts


def compile_checked(model: keras.Model, **options: Any) -> keras.Model:
    """Compiles a model and warns if its last activation does not fit its loss.

    Args:
        model: A functional or sequential model that is built.
        **options: Arguments of `keras.Model.compile`, `loss` among them.

    Returns:
        The same model.
    """
    model.compile(**options)
    warn_pairing(model, options.get("loss"))
    return model


def last_activation(output: Any) -> str:
    """Names the activation that made a symbolic output.

    Layers that only move or drop numbers (reshape, flatten, dropout, crop, identity) are
    looked through, models in the model are looked into.

    Args:
        output: A `keras.KerasTensor` of a functional model.

    Returns:
        The name of a Keras activation, `"linear"` where a layer has none.
    """
    layer, place = source_of(output)
    while isinstance(layer, (keras.Model, *_TRANSPARENT)):
        if isinstance(layer, keras.Model) and not getattr(layer, "outputs", None):
            break  # a class of the user's, whose layers are called out of sight
        output = layer.outputs[place] if isinstance(layer, keras.Model) else layer.input
        layer, place = source_of(output)
    for kind, name in _ACTIVATION_LAYERS:
        if isinstance(layer, kind):
            return name
    if isinstance(layer, keras.layers.TimeDistributed | keras.layers.Bidirectional):
        layer = getattr(layer, "layer", None) or layer.forward_layer
    function = getattr(layer, "activation", None)
    # Operations such as keras.ops.softmax are named after what they compute.
    name = type(layer).__name__.lower() if function is None else _function_name(function)
    return name if name in KNOWN_ACTIVATIONS else "linear"


_TRANSPARENT = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
    keras.layers.Cropping3D,
    keras.layers.Dropout,
    keras.layers.Identity,
    keras.layers.RepeatVector,
)
_ACTIVATION_LAYERS: tuple[tuple[type, str], ...] = (
    (keras.layers.Softmax, "softmax"),
    (keras.layers.LeakyReLU, "leaky_relu"),
    (keras.layers.PReLU, "prelu"),
    (keras.layers.ELU, "elu"),
    (keras.layers.ReLU, "relu"),
)


def _function_name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__)).lower()


def _activations(model: keras.Model | str | Mapping[str, str]) -> dict[str, str]:
    if isinstance(model, str):
        return {"": model}
    if isinstance(model, Mapping):
        return dict(model)
    outputs = getattr(model, "outputs", None)
    if not outputs:
        raise ValueError(
            "The last activation can only be read from a built functional or sequential "
            f"model. Got {type(model).__name__}: give the name of the activation instead."
        )
    names = getattr(model, "output_names", None) or [str(i) for i in range(len(outputs))]
    return {name: last_activation(output) for name, output in zip(names, outputs, strict=True)}


def _losses(outputs: tuple[str, ...], loss: Any) -> dict[str, Any]:
    if isinstance(loss, Mapping):
        return {name: loss.get(name) for name in outputs}
    if isinstance(loss, list | tuple):
        return dict(zip(outputs, loss, strict=True))
    return dict.fromkeys(outputs, loss)


def _judge(output: str, activation: str, loss: Any) -> Verdict | None:
    if isinstance(loss, str) and loss not in KNOWN_LOSSES:
        loss = keras.losses.get(loss)  # short names such as "mse"
    judged = activation
    while hasattr(loss, "loss"):  # class-weighted losses carry the one they weigh
        if getattr(loss, "probabilities", False) and activation == "linear":
            judged = "softmax"  # which the wrapper applies itself
        loss = loss.loss
    name = loss if isinstance(loss, str) else _loss_name(loss)
    from_logits = bool(_option(loss, "from_logits"))
    found = judge(judged, name, from_logits=from_logits)
    return None if found is None else Verdict(output, activation, name, *found)


def _loss_name(loss: Any) -> str:
    """The registry's name of a loss, whatever name the user gave the instance."""
    function = getattr(loss, "fn", loss)  # Keras wraps its loss functions
    if hasattr(function, "__name__"):
        return str(function.__name__)
    words = type(function).__name__.replace("IoU", "Iou")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in words).lstrip("_")


def _option(loss: Any, name: str) -> Any:
    return loss_argument(loss, name)
