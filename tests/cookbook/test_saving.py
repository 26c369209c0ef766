"""Every class that Keras must find by name is registered by one call."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

import cookbook
from cookbook.saving import SAVED_ROOMS, register

PACKAGE = Path(cookbook.__file__).parent
MARKED = {
    path.relative_to(PACKAGE).parts[0]
    for path in PACKAGE.rglob("*.py")
    if "@keras.saving.register_keras_serializable(" in path.read_text(encoding="utf-8")
}


def test_every_room_with_registered_classes_is_imported():
    assert set(SAVED_ROOMS) == MARKED


# Written into stored models: a class that changes its name can no longer be loaded.
@pytest.mark.parametrize(
    "name",
    [
        "CategoryCross",
        "FromLabels",
        "GAN",
        "InUnits",
        "LogPrior",
        "MemberDense",
        "Perceptron",
        "PiecewiseLinearEmbedding",
        "Quantile",
        "RecurrentDecoder",
        "SPSA",
        "ScheduledSGD",
        "Warmup",
    ],
)
def test_registered_names_stay_those_of_stored_models(name):
    register()
    assert keras.saving.get_registered_object(f"cookbook>{name}").__name__ == name
