"""Any classification loss on integer labels and logits, whatever form it takes itself."""

from __future__ import annotations

from typing import Any, Literal, get_args

import keras
from keras import ops
from typing_extensions import override

from cookbook._names import unknown_name
from cookbook._nested import from_nested_config, nested_config

Form = Literal["labels", "one_hot", "labels_or_one_hot", "binary", "masks"]


@keras.saving.register_keras_serializable("cookbook")
class FromLabels(keras.losses.Loss):
    """Gives a loss the targets and outputs that it takes.

    A model of `C` classes returns `C` logits, or for two classes one logit: the log-odds of
    class 1. From these and the labels this makes what the loss compares:

    - `"labels"`: whole numbers and `C` logits (0 and the log-odds of a single logit);
    - `"one_hot"`: rows of class weights and `C` logits; soft labels stay as they are;
    - `"masks"`: the same, one mask per class of images whose every pixel has a label;
    - `"labels_or_one_hot"`: the labels as they come, and `C` logits;
    - `"binary"`: for two classes 0 or 1 and one logit, which is `logits[1] - logits[0]` where
      the model returns both; for more classes one against the rest, class by class.

    Args:
        loss: The loss.
        form: Which targets it takes.
        probabilities: Whether it takes the softmax of the logits; numbers below Keras' epsilon
            are raised to it, so that their powers have a gradient.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: `int[...]` or `int[..., 1]`, labels in [0, C); or class weights `float[..., C]`.
        y_pred: Logits `float[..., C]`, or `float[..., 1]` for two classes.

    Raises:
        ValueError: If the form is unknown, or a loss on labels gets class weights.

    Example:
        >>> import numpy as np
        >>> loss = FromLabels(keras.losses.BinaryCrossentropy(from_logits=True), "binary")
        >>> labels = np.array([1, 0])
        >>> both = float(loss(labels, np.array([[1.0, 3.0], [0.0, 0.0]])))
        >>> one = float(loss(labels, np.array([[2.0], [0.0]])))
        >>> both == one
        True
    """

    def __init__(
        self,
        loss: keras.losses.Loss,
        form: Form,
        *,
        probabilities: bool = False,
        name: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name=name or loss.name, **options)
        if form not in get_args(Form):
            raise ValueError(unknown_name("form of targets", form, get_args(Form)))
        self.loss = loss
        self.form = form
        self.probabilities = probabilities

    @override
    def call(self, y_true: Any, y_pred: Any) -> Any:
        same_rank = len(y_true.shape) == len(y_pred.shape)
        soft = same_rank and y_true.shape[-1] != 1
        if not soft:
            y_true = ops.cast(ops.squeeze(y_true, axis=-1) if same_rank else y_true, "int32")
        if self.form == "binary":
            return self.loss.call(*_binary(y_true, y_pred, soft=soft))
        if y_pred.shape[-1] == 1:
            y_pred = ops.concatenate([ops.zeros_like(y_pred), y_pred], axis=-1)
        if self.form == "labels" and soft:
            raise ValueError(
                f"The loss {self.loss.name!r} takes class labels. Got class weights of shape "
                f"{tuple(y_true.shape)}: take a loss on one-hot labels."
            )
        if self.form in ("one_hot", "masks") and not soft:
            y_true = ops.one_hot(y_true, y_pred.shape[-1], dtype=y_pred.dtype)
        if self.probabilities:
            epsilon = keras.config.epsilon()
            y_pred = ops.clip(ops.softmax(y_pred, axis=-1), epsilon, 1.0)
        return self.loss.call(y_true, y_pred)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            **nested_config(loss=self.loss),
            "form": self.form,
            "probabilities": self.probabilities,
        }

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> FromLabels:
        return from_nested_config(cls, config, "loss")


def _binary(y_true: Any, y_pred: Any, *, soft: bool) -> tuple[Any, Any]:
    """Targets and outputs of a loss on single logits; one against the rest for many classes."""
    classes = y_pred.shape[-1]
    if classes == 2:
        y_pred = y_pred[..., 1:] - y_pred[..., :1]
    if classes <= 2:
        y_true = y_true[..., 1:] if soft else ops.expand_dims(y_true, -1)
    elif not soft:
        y_true = ops.one_hot(y_true, classes)
    return ops.cast(y_true, y_pred.dtype), y_pred
