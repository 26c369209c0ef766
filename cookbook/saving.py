"""What a process must know before it loads a saved model."""

from __future__ import annotations

import importlib
import pkgutil

SAVED_ROOMS = ("initializers", "layers", "losses", "models", "optimizers", "schedules")
"""Packages of `cookbook` whose classes Keras writes into saved models."""


def register() -> None:
    """Makes every own class known to `load_model`: layers, losses, optimizers, schedules and more.

    Call it before `keras.saving.load_model` in a process that built no model. Keras finds its
    own classes by name, those of other packages only after their modules are imported; without
    this call a fresh process fails with "Could not locate class".

    Example:
        >>> register()
        >>> import keras
        >>> keras.saving.get_registered_object("cookbook>Quantile").__name__
        'Quantile'
    """
    for room in SAVED_ROOMS:
        package = importlib.import_module(f"cookbook.{room}")
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
