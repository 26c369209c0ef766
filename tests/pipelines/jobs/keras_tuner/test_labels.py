"""Labels that do not fit are refused in one line, before the first trial."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from pipelines.jobs.keras_tuner.data import ArrayData
from pipelines.jobs.keras_tuner.labels import check_labels
from pipelines.jobs.keras_tuner.plan import plan_build

X = np.zeros((6, 3), "float32")
CLASSES = np.arange(6) % 3
NAMED = {"a": CLASSES, "b": np.zeros(6)}


def model_of(loss, width=3, **options):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(width)])
    model.compile("sgd", loss, **options)
    return model


def model_of_two(loss):
    inputs = keras.Input((3,))
    outputs = {name: keras.layers.Dense(n, name=name)(inputs) for name, n in (("a", 3), ("b", 1))}
    model = keras.Model(inputs, outputs)
    model.compile("sgd", loss)
    return model


SPARSE = "sparse_categorical_crossentropy"
FITTING = [
    (model_of(SPARSE), CLASSES),
    (model_of(keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)), CLASSES - 1),
    (model_of("categorical_crossentropy"), np.eye(3)[CLASSES]),
    (model_of("binary_crossentropy", 1), CLASSES > 0),
    (model_of("binary_crossentropy", 1), np.full(6, 0.3)),
    (model_of("mse", 1), CLASSES * 100.0 - 50),
    (model_of("hinge", 1), np.array([-1, 1] * 3)),
    (model_of_two({"a": SPARSE, "b": "mse"}), NAMED),
]


@pytest.mark.parametrize(("model", "y"), FITTING)
def test_labels_that_fit_are_left_alone(model, y):
    check_labels(model, ArrayData.of((X, y)))


REFUSED = [
    (model_of(SPARSE), CLASSES + 1, r"labels 1 to 3 for a model with 3 outputs \(0 to 2 are"),
    (model_of(keras.losses.SparseCategoricalCrossentropy()), CLASSES - 1, "labels -1 to 1 for"),
    (model_of(keras.losses.sparse_categorical_crossentropy), np.eye(3)[CLASSES], "argmax"),
    (model_of("categorical_crossentropy"), CLASSES, r"1 column for .*to_categorical\(y, 3\)"),
    (
        model_of("binary_crossentropy", 1),
        np.array([1, 2] * 3),
        r"labels 1 to 2 .* 1 output \(0 to 1",
    ),
    (
        model_of("mse", 1),
        np.array(["no", "yes"] * 3),
        r"labels that are texts \('no', 'yes'\) in y",
    ),
    (
        model_of_two({"a": SPARSE, "b": "mse"}),
        {"a": CLASSES + 1, "b": np.zeros(6)},
        r"labels 1 to 3 .*for the output 'a'",
    ),
]


@pytest.mark.parametrize(("model", "y", "message"), REFUSED)
def test_labels_that_do_not_fit_are_refused(model, y, message):
    with pytest.raises(ValueError, match=message) as caught:
        check_labels(model, ArrayData.of((X, y)))
    assert str(caught.value).startswith("`data`: ")
    assert "\n" not in str(caught.value)


def test_every_part_is_looked_at():
    data = ArrayData.of((X, CLASSES), test_data=(X[:2], np.array([0, 3])))
    with pytest.raises(ValueError, match="`test_data`: labels 0 to 3"):
        check_labels(model_of(SPARSE), data)


class OwnStep(keras.Model):
    """A model that trains in its own way."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        return {}


def test_a_training_step_of_ones_own_is_not_judged():
    model = OwnStep()
    model.compile("sgd", SPARSE)
    check_labels(model, ArrayData.of((X, CLASSES + 1)))


def test_a_search_is_refused_before_its_first_trial(tmp_path):
    with pytest.raises(ValueError, match=r"labels 1 to 3 for a model with 3 outputs"):
        plan_build(lambda hp: model_of(SPARSE), (X, CLASSES + 1), root=tmp_path, trials=2)
