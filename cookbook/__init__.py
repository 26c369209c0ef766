"""Keras 3 models, losses, optimizers, schedules, callbacks and diagnostics.

Imports keras and numpy only, so everything also runs on the JAX and PyTorch backends.

Example:
    >>> import cookbook
    >>> cookbook.models.lenet((32, 32, 3), 10).count_params()
    62006
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_attributes

if TYPE_CHECKING:
    from cookbook import callbacks as callbacks
    from cookbook import decoding as decoding
    from cookbook import diagnostics as diagnostics
    from cookbook import initializers as initializers
    from cookbook import layers as layers
    from cookbook import losses as losses
    from cookbook import models as models
    from cookbook import optimizers as optimizers
    from cookbook import saving as saving
    from cookbook import schedules as schedules

__all__ = [
    "callbacks",
    "decoding",
    "diagnostics",
    "initializers",
    "layers",
    "losses",
    "models",
    "optimizers",
    "saving",
    "schedules",
]

__getattr__, __dir__ = lazy_attributes(__name__, {name: f"cookbook.{name}" for name in __all__})
