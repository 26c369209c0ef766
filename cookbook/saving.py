"""What a process must know before it loads a saved model."""

from __future__ import annotations

import importlib

OWN_OBJECTS = (
    "cookbook.initializers.log_prior",
    "cookbook.layers.members",
    "cookbook.layers.numeric_embeddings",
    "cookbook.losses.from_labels",
    "cookbook.losses.in_units",
    "cookbook.losses.overlap",
    "cookbook.losses.quantile",
    "cookbook.losses.saved",
    "cookbook.losses.smoothing",
    "cookbook.losses.weighted",
    "cookbook.models.attention",
    "cookbook.models.gan",
    "cookbook.models.gan_players",
    "cookbook.models.language_models",
    "cookbook.models.perceptron",
    "cookbook.models.recurrent_layers",
    "cookbook.models.seq2seq_layers",
    "cookbook.models.tabular",
    "cookbook.models.wide_and_deep",
    "cookbook.optimizers.gradient_free_training",
    "cookbook.optimizers.scheduled_momentum",
    "cookbook.optimizers.selective_decay",
    "cookbook.optimizers.spsa",
    "cookbook.schedules.around",
    "cookbook.schedules.cyclical",
    "cookbook.schedules.one_cycle",
    "cookbook.schedules.plateau",
)
"""Modules whose classes Keras must find by name."""


def register() -> None:
    """Makes every own class known to `load_model`: layers, losses, optimizers, schedules and more.

    Keras finds its own classes by name, those of other packages only after their modules are
    imported; without this call a fresh process fails with "Could not locate class".

    Example:
        >>> register()
        >>> import keras
        >>> keras.saving.get_registered_object("cookbook>Quantile").__name__
        'Quantile'
    """
    for module in OWN_OBJECTS:
        importlib.import_module(module)
