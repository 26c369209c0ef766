"""Weight decay that leaves biases and normalisation alone, also after a reload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras


class _SelectiveDecay:
    """Mixin over a Keras optimizer.

    Keras decays every variable, biases and batch-norm scales too, and forgets
    `exclude_from_weight_decay` when a model is saved: the reloaded optimizer would decay what
    the first one spared. Here the names are an argument, so they are part of the config.
    """

    def __init__(self, *args: Any, undecayed: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.undecayed = tuple(undecayed)
        self.exclude_from_weight_decay(var_names=list(undecayed))  # type: ignore[attr-defined]

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        return {**config, "undecayed": list(self.undecayed)}


def _derive(base: type[keras.optimizers.Optimizer]) -> type[keras.optimizers.Optimizer]:
    name = f"Selective{base.__name__}"
    derived = type(name, (_SelectiveDecay, base), {"__doc__": _SelectiveDecay.__doc__})
    derived.__module__ = __name__
    return keras.saving.register_keras_serializable("cookbook")(derived)


_DERIVED = {
    base: _derive(base)
    for base in (
        keras.optimizers.SGD,
        keras.optimizers.Adagrad,
        keras.optimizers.Adadelta,
        keras.optimizers.RMSprop,
        keras.optimizers.Adam,
        keras.optimizers.AdamW,
        keras.optimizers.Adamax,
        keras.optimizers.Nadam,
        keras.optimizers.Lion,
        keras.optimizers.Muon,
    )
}


def with_selective_decay(
    kind: type[keras.optimizers.Optimizer],
) -> type[keras.optimizers.Optimizer]:
    """Gives the subclass of an optimizer that takes `undecayed=`.

    Args:
        kind: A Keras optimizer class.

    Returns:
        Its subclass, or `kind` itself if it takes `undecayed` already.

    Raises:
        ValueError: If there is no such subclass.

    Example:
        >>> with_selective_decay(keras.optimizers.AdamW).__name__
        'SelectiveAdamW'
    """
    if issubclass(kind, _SelectiveDecay):
        return kind
    if kind not in _DERIVED:
        known = ", ".join(sorted(base.__name__ for base in _DERIVED))
        raise ValueError(
            f"Weight decay can spare variables in {known}. Got {kind.__name__}: "
            "call its `exclude_from_weight_decay` yourself."
        )
    return _DERIVED[kind]
