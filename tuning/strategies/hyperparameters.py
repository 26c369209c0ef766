"""Where `tuning.keras_tuner.hyperparameters` was in version 0.1.0; its names load from there."""

from __future__ import annotations

from tuning._lazy import lazy_attributes

_PLACE = "tuning.keras_tuner.hyperparameters"

__getattr__, __dir__ = lazy_attributes(
    __name__,
    {name: f"{_PLACE}:{name}" for name in ("build_model", "fit_model", "space_from_build")},
)
