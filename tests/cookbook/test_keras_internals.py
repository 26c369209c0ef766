"""Every private name of Keras that the package needs is where it was."""

from __future__ import annotations

import re
from pathlib import Path

import keras
import pytest

from cookbook import _keras_internals
from cookbook._keras_internals import INTERNALS, KerasMovedError, nested_layers, source_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("internal", INTERNALS, ids=lambda row: f"{row.owner}.{row.name}")
def test_a_private_name_of_keras_is_there(internal):
    internal.check()


def test_a_moved_name_is_refused_with_what_needs_it():
    with pytest.raises(KerasMovedError, match=r"no `KerasTensor\._keras_history`.*last activation"):
        source_of(object())
    with pytest.raises(KerasMovedError, match=r"`Layer\._flatten_layers`"):
        nested_layers(object())


def test_no_other_file_names_them():
    fence = Path(_keras_internals.__file__)
    names = "|".join(re.escape(row.name) for row in INTERNALS)
    files = [file for file in (ROOT / "cookbook").rglob("*.py") if file != fence]
    assert not [file.name for file in files if re.search(rf"\w\.({names})\b", file.read_text())]


def test_the_first_epoch_is_read_by_fit():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    _keras_internals.set_first_epoch(model, 2)
    history = model.fit(keras.ops.ones((2, 1)), keras.ops.ones((2, 1)), epochs=3, verbose=0)
    assert history.epoch == [2]
