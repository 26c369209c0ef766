"""KerasTuner's `hp` object, which says what it is asked for."""

from __future__ import annotations

from typing import Any

import keras_tuner
from typing_extensions import override

from tuning.internals import PrivateName, require

__all__ = ["PRIVATE_NAMES", "OpenHyperParameters"]

PRIVATE_NAMES = (
    PrivateName(
        package="keras-tuner",
        owner="keras_tuner:HyperParameters",
        name="_retrieve",
        user="tuning.keras_tuner",
        parameters=("self", "hp"),
    ),
)
require(PRIVATE_NAMES)


class OpenHyperParameters(keras_tuner.HyperParameters):
    """Calls `on_asked` before it answers; a value that is set there is the answer."""

    def on_asked(self, hp: Any) -> None:
        """Called with each parameter that is asked for where its conditions hold.

        Args:
            hp: A `keras_tuner` Int, Float, Choice, Boolean or Fixed.
        """

    @override
    def _retrieve(self, hp: Any) -> Any:
        if self.is_active(hp):
            self.on_asked(hp)
        return super()._retrieve(hp)
