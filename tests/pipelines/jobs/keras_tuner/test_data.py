"""Whatever Keras' `fit` takes is taken, and what cannot be trained on is named at once."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from pipelines.jobs.keras_tuner.arrays import (
    fold_parts,
    split_rows,
    store_arrays,
    stored_arrays,
    whole_parts,
)
from pipelines.jobs.keras_tuner.data import ArrayData, ArrayRows

X = np.arange(40, dtype="float32").reshape(20, 2)
Y = np.arange(20) % 2
NAMED = {"a": X[:, :1], "b": (X[:, 1:], X)}


def test_dictionaries_and_tuples_keep_their_rows_together(tmp_path):
    data = ArrayData.of((NAMED, {"one": Y, "two": X}, np.arange(20.0)))
    store_arrays(tmp_path / "rows.npz", data, seed=0, whole=False)
    parts = stored_arrays(tmp_path / "rows.npz")
    assert parts.keys() == {"x", "y", "weight", "x_val", "y_val", "weight_val"}
    assert len(parts["x_val"]["a"]) == 4
    for end in ("", "_val"):
        rows = parts[f"weight{end}"].astype(int)
        np.testing.assert_array_equal(parts[f"x{end}"]["b"][1], X[rows])
        np.testing.assert_array_equal(parts[f"x{end}"]["a"], X[rows, :1])
        np.testing.assert_array_equal(parts[f"y{end}"]["one"], Y[rows])
    whole = whole_parts(parts)
    assert sorted(whole["weight"]) == list(range(20))
    np.testing.assert_array_equal(whole["x"]["b"][1], X[whole["weight"].astype(int)])


def test_plain_arrays_are_divided_as_before(tmp_path):
    from sklearn.model_selection import train_test_split

    parts = split_rows(ArrayRows.of("data", (X, Y)), seed=3)
    x, x_val, y, y_val = train_test_split(X, Y, test_size=0.2, random_state=3, stratify=Y)
    for name, expected in {"x": x, "x_val": x_val, "y": y, "y_val": y_val}.items():
        np.testing.assert_array_equal(parts[name], expected)


def test_folds_of_several_inputs_hold_each_row_once(tmp_path):
    store_arrays(tmp_path / "rows.npz", ArrayData.of((NAMED, Y)), seed=0, whole=True)
    held_out = [fold_parts(tmp_path / "rows.npz", fold, 4)["x_val"]["b"][1] for fold in range(4)]
    np.testing.assert_array_equal(np.sort(np.concatenate(held_out), axis=0), X)


def test_a_dataset_is_read_once():
    dataset = tf.data.Dataset.from_tensor_slices(({"a": X}, Y)).batch(8)
    data = ArrayData.of(dataset, validation_data=dataset.take(1))
    assert (
        data.fingerprint
        == ArrayData.of(({"a": X}, Y), validation_data=({"a": X[:8]}, Y[:8])).fingerprint
    )
    assert len(data.rows) == 20
    with pytest.raises(ValueError, match=r"needs an end\. Got a dataset that repeats for ever"):
        ArrayData.of(dataset.repeat())


def test_names_are_part_of_what_data_are():
    fingerprints = {
        ArrayData.of((x, Y)).fingerprint for x in (X, {"a": X}, {"b": X}, (X,), {"a": X + 1})
    }
    assert len(fingerprints) == 5


def test_lists_of_numbers_are_arrays_and_booleans_are_numbers():
    rows = ArrayRows.of("data", ([[1.0], [2.0]], [True, False]))
    assert rows.x.shape == (2, 1)
    assert rows.y.tolist() == [1, 0]


HOLES = X.copy()
HOLES[3, 1], HOLES[5, 0] = np.nan, np.inf
REFUSED = [
    ((NAMED, Y[:9]), r"one number of rows, at least 1. Got 20 in x\['a'\], 20 in x\['b'\]\[0\]"),
    (({"a": HOLES}, Y), r"Got nan in x\['a'\], row 3 at \[1\]; 2 of 20 rows hold such values"),
    ((X, Y, np.full(20, np.inf)), "Got inf in weight, row 0; 20 of 20 rows"),
    ((X, np.array([1, "a"] * 10, object)), "Got y with values of the types int, str"),
    ((X[0], 3), r"needs arrays with rows. Got y without any"),
    ([X, Y], "tuned on arrays.*Got `data` of type list"),
    (iter([(X, Y)]), r"Got a generator: say how many are read by steps_per_epoch"),
]


@pytest.mark.parametrize(("data", "message"), REFUSED)
def test_other_data_are_refused_with_their_place(data, message):
    with pytest.raises(ValueError, match=message):
        ArrayData.of(data)


def test_validation_rows_have_the_form_of_the_others():
    with pytest.raises(
        ValueError, match=r"`test_data` has the form of `data`. Got x beside x\['a'\]"
    ):
        ArrayData.of(({"a": X}, Y), test_data=(X, Y))
