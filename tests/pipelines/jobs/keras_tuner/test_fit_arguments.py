"""What Keras' `fit` takes beside arrays: weights of classes, generators, and what `fit` returns."""

from __future__ import annotations

import itertools

import keras
import keras_tuner
import numpy as np
import pytest

from pipelines import tune
from pipelines.jobs.failures import check_failures
from pipelines.jobs.keras_tuner.batches import read_batches
from pipelines.jobs.keras_tuner.class_weights import check_class_weight, row_weights
from pipelines.jobs.keras_tuner.data import ArrayData
from pipelines.jobs.keras_tuner.objective import BuildObjective
from pipelines.jobs.keras_tuner.returned import returned_epochs
from pipelines.training.reporting import EpochMemory
from tuning import JobError, TrialError
from tuning.storage.records import TrialRecord

X, Y = np.arange(40, dtype="float32").reshape(20, 2) / 40, np.arange(20) % 2


def test_weights_of_classes_are_those_of_scikit_learn():
    from sklearn.utils.class_weight import compute_sample_weight

    labels = np.array([0, 0, 0, 1, 2, 2])
    expected = compute_sample_weight("balanced", labels)
    assert row_weights("balanced", labels) == pytest.approx(expected)
    assert row_weights("balanced", np.eye(3)[labels]) == pytest.approx(expected)
    assert row_weights({1: 5.0}, labels, np.arange(6.0)).tolist() == [0, 1, 2, 15, 4, 5]


@pytest.mark.parametrize(
    ("value", "y", "message"),
    [
        ({3: 1.0}, Y, r"No class named '3'\. Known: 0, 1\."),
        ({1: -1.0}, Y, "a finite number of at least 0"),
        (2.0, Y, r"is 'balanced', or a mapping"),
        ("balanced", {"a": Y, "b": Y}, "give .x, y, sample_weight."),
        ("balanced", Y + 0.5, "give .x, y, sample_weight."),
    ],
)
def test_what_is_no_weight_of_a_class_is_refused(value, y, message):
    with pytest.raises(ValueError, match=message):
        check_class_weight(value, y)


def _endless():
    for number in itertools.count():
        yield X[:4] + number, Y[:4]


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 5

    def __getitem__(self, index):
        return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]


def test_generators_and_sequences_of_batches_are_read_once():
    data = ArrayData.of(_endless(), steps_per_epoch=3, validation_data=Batches())
    assert data.rows.x[:, 0].tolist() == pytest.approx([*X[:4, 0], *X[:4, 0] + 1, *X[:4, 0] + 2])
    assert (
        data.fingerprint
        == ArrayData.of((data.rows.x, data.rows.y), validation_data=(X, Y)).fingerprint
    )


@pytest.mark.parametrize(
    ("data", "steps", "message"),
    [
        (_endless(), None, "Nobody knows how many batches `data` has"),
        (_endless(), 0, "At least one batch"),
        (iter([(X, Y)]), 2, "has 1 batches. Got 2 steps"),
        (iter([(X, Y), (X, Y, Y)]), 2, "do not fit together"),
        (iter([]), 1, "Got no batch"),
    ],
)
def test_batches_without_end_or_form_are_refused(data, steps, message):
    with pytest.raises(ValueError, match=message):
        read_batches("data", data, steps=steps)


def test_a_recipe_refuses_what_is_for_functions():
    with pytest.raises(ValueError, match=r"params=.'class_weight': 'balanced'."):
        tune("wine-mlp", class_weight="balanced")
    with pytest.raises(ValueError, match="`steps_per_epoch` is for a build"):
        tune("wine-mlp", steps_per_epoch=3)


def test_a_model_that_is_not_compiled_is_refused_before_the_search(tmp_path):
    def build(hp):
        return keras.Sequential([keras.layers.Dense(hp.Int("units", 1, 2))])

    with pytest.raises(ValueError, match=r"returns a compiled model.*model\.compile"):
        tune(build, (X, Y), trials=1, root=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_function_that_returns_nothing_is_refused_before_the_search(tmp_path):
    def build(hp):
        keras.Sequential([keras.layers.Dense(hp.Int("units", 1, 2))])

    with pytest.raises(ValueError, match=r"Got None: end it with `return model`"):
        tune(build, (X, Y), trials=1, root=tmp_path)
    assert not list(tmp_path.iterdir())


class Returns(keras_tuner.HyperModel):
    """A `fit` that trains in its own way and tells no callback."""

    def __init__(self, found):
        super().__init__()
        self.found = found

    def build(self, hp):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(hp.Int("units", 1, 2))])
        model.compile("sgd", "mse")
        return model

    def fit(self, hp, model, x, y, **kwargs):
        self.weights = kwargs.get("sample_weight")
        return self.found


def _trained(found, *, named=True, **options):
    hypermodel, memory = Returns(found), EpochMemory(lambda *_: None, lambda *_: None)
    objective = BuildObjective(
        hypermodel=hypermodel, arrays=None, metric="error", maximize=False, epochs=1, batch_size=4,
        named=named, **options,
    )  # fmt: skip
    objective.train({"units": 1}, {"x": X, "y": Y}, [memory], seed=0)
    return memory.epochs, hypermodel.weights


@pytest.mark.parametrize(
    ("found", "epochs"),
    [
        (0.5, [{"error": 0.5}]),
        (np.float32(0.5), [{"error": 0.5}]),
        ({"error": 0.25, "seconds": 3}, [{"error": 0.25, "seconds": 3.0}]),
        ([1.0, 2.0], [{"error": 1.5}]),
        (None, []),
    ],
)
def test_what_fit_returns_is_the_trials_result(found, epochs):
    assert _trained(found)[0] == epochs


def test_a_number_needs_a_name():
    with pytest.raises(TrialError, match=r"objective=\('error', 'minimize'\)"):
        _trained(0.5, named=False)
    with pytest.raises(TrialError, match="Got str"):
        returned_epochs("good", "error", named=True)


def test_a_fit_of_ones_own_gets_the_weights_of_classes():
    assert _trained(1.0, class_weight={1: 2.0})[1].tolist() == [1.0, 2.0] * 10


def _record(number, state, reason=None):
    return TrialRecord(number=number, state=state, reason=reason)


def test_a_study_whose_trials_all_failed_says_so_again():
    failed = [_record(n, "failed", f"RuntimeError: file {n} is missing") for n in range(3)]
    with pytest.raises(JobError, match="Every one of 3 trials failed in the same way: Runtime"):
        check_failures(failed)
    check_failures([*failed, _record(3, "complete")])
    check_failures([*failed, _record(3, "failed", "another reason")])
    check_failures([])
