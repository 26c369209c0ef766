"""What holds of the arms before and after a training: closed forms."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest

from cookbook.losses.registry import make_loss
from pipelines.comparisons.first_steps import LossBeforeSteps, train_first_steps
from pipelines.comparisons.measuring import Setting, train_arm, train_equal_steps
from pipelines.comparisons.networks import mlp_with_head, stack
from pipelines.comparisons.registry import load_comparison
from pipelines.comparisons.request import ComparisonRequest
from pipelines.comparisons.splits import split_for_seed
from pipelines.comparisons.targets import FromLabelsAndLogits, with_outliers, with_wrong_labels
from pipelines.datasets.containers import Split
from pipelines.datasets.registry import load_dataset


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


@pytest.fixture(scope="module")
def diabetes():
    return load_dataset("diabetes")


def _setting(dataset, name, arm, *, seed=0, title="", **changes):
    part = next(p for p in load_comparison(name).parts if p.title == title)
    params = ComparisonRequest(comparison=name, tiny=True).arm_params(part, arm)
    rows = split_for_seed(dataset, seed, rows=64)
    return Setting(part=part, params={**params, **changes}, dataset=rows, seed=seed)


def test_every_optimizer_starts_from_the_same_weights_bit_by_bit(digits):
    part = load_comparison("compare-optimizers").parts[0]

    def start(arm, seed):
        setting = _setting(digits, "compare-optimizers", arm, seed=seed, title=part.title)
        return setting.experiment().build(total_steps=10).get_weights()

    first = start("sgd", 3)
    for arm in part.arms:
        for ours, theirs in zip(start(arm, 3), first, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert not np.array_equal(start("sgd", 4)[0], first[0])


@pytest.mark.parametrize("arm", ["zero head", "large head", "constant"])
def test_the_loss_starts_at_ln_10_unless_the_head_has_an_opinion(digits, arm):
    setting = _setting(digits, "compare-initialization", arm, first_steps=2)
    result = train_first_steps(setting)
    start = result.metrics["initial_loss"]
    assert len(result.x) == len(result.curves["first_loss"]) == 2
    assert result.metrics["early_loss"] == pytest.approx(np.mean(result.curves["first_loss"]))
    if arm == "large head":
        assert start > math.log(10) + 0.5
    elif arm == "zero head":
        assert start == pytest.approx(math.log(10), abs=1e-6)
    else:  # every class has the same logit
        assert start == pytest.approx(math.log(10), abs=1e-5)


def test_the_first_losses_are_those_of_training_and_change_nothing(digits):
    plain = _setting(digits, "compare-initialization", "he", first_steps=1).experiment()
    rows = digits.train.x[:64], np.asarray(digits.train.y)[:64]
    inputs = keras.Input(digits.train.x.shape[1:])
    hidden = keras.layers.Dense(8, kernel_initializer=keras.initializers.RandomNormal(stddev=100))
    normalised = keras.layers.BatchNormalization()(hidden(keras.layers.Flatten()(inputs)))
    head = keras.layers.Dense(10, kernel_initializer=keras.initializers.RandomNormal(stddev=1e-3))
    model = keras.Model(inputs, head(normalised))
    before = [np.array(weight) for weight in model.get_weights()]
    watcher = LossBeforeSteps(plain.task, Split(*rows), 1)
    watcher.set_model(model)
    watcher.on_train_batch_begin(0)
    # By the moving statistics it would be tenfold: they say 0 and 1 of values in the hundreds.
    assert watcher.losses == [pytest.approx(math.log(10), abs=0.01)]
    for weight, kept in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, kept)


def test_equal_weights_never_become_different(digits):
    experiment = _setting(digits, "compare-initialization", "constant").experiment()
    model, _ = experiment.train()
    kernel = model.layers[2].get_weights()[0]
    np.testing.assert_allclose(kernel, np.repeat(kernel[:, :1], kernel.shape[1], axis=1), atol=1e-6)


@pytest.mark.exhaustive
def test_equal_steps_are_those_of_the_reference(digits):
    small = _setting(digits, "compare-batch-sizes", "batch 8", title="equal steps", epochs=4)
    assert train_equal_steps(small).metrics["steps"] == 4 * 64 / 32
    part = next(p for p in load_comparison("compare-batch-sizes").parts if p.title != "equal steps")
    epochs = Setting(
        part=part,
        params={k: v for k, v in small.params.items() if k != "reference_batch_size"},
        dataset=small.dataset,
        seed=0,
    )
    assert train_arm(epochs).metrics["steps"] == 4 * 64 / 8


def test_splits_are_drawn_from_the_open_rows_only(digits):
    drawn, again, other = (split_for_seed(digits, seed, rows=200) for seed in (5, 5, 6))
    np.testing.assert_array_equal(drawn.train.x, again.train.x)
    assert not np.array_equal(drawn.train.x, other.train.x)
    assert (len(drawn.train), len(drawn.validation)) == (200, len(digits.validation))
    assert drawn.test is digits.test
    assert digits.test.opened_for is None
    pool = {image.tobytes() for image in digits.train_and_validation().x}
    rows = [image.tobytes() for image in (*drawn.train.x, *drawn.validation.x)]
    assert set(rows) <= pool
    shares = np.bincount(drawn.train.y) / 200
    np.testing.assert_allclose(shares, np.bincount(digits.train.y) / len(digits.train), atol=0.01)


def test_wrong_labels_are_so_many_and_wrong(digits):
    corrupted = with_wrong_labels(digits, share=0.2, seed=0)
    changed = np.asarray(corrupted.train.y) != np.asarray(digits.train.y)
    assert changed.sum() == round(0.2 * len(digits.train))
    assert corrupted.validation is digits.validation
    assert set(np.asarray(corrupted.train.y)[changed]) == set(range(10))
    with pytest.raises(ValueError, match=r"`0 <= share < 1` must hold.*Got share=1.5"):
        with_wrong_labels(digits, share=1.5, seed=0)


def test_outliers_are_five_deviations_away(diabetes):
    corrupted = with_outliers(diabetes, share=0.1, seed=0)
    clean = np.asarray(diabetes.train.y)
    added = np.asarray(corrupted.train.y) - clean
    assert (added > 0).sum() == round(0.1 * len(clean))
    np.testing.assert_allclose(added[added > 0], 5 * clean.std(), rtol=1e-5)
    assert corrupted.validation is diabetes.validation


LOGITS = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 0.5]], "float32")
LABELS = np.array([0, 2])
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
ONE_HOT = np.eye(3)[LABELS]
TRUE = PROBABILITIES[[0, 1], LABELS]
LOSSES = {
    "sparse_categorical_crossentropy": -np.log(TRUE),
    "smoothed_sparse_categorical_crossentropy": -(
        0.9 * np.log(TRUE) + 0.1 * np.log(PROBABILITIES).mean(axis=1)
    ),
    "categorical_focal_crossentropy": -0.25 * (1 - TRUE) ** 2 * np.log(TRUE),
    "categorical_generalized_crossentropy": (1 - TRUE**0.5) / 0.5,
    "categorical_hinge": np.maximum(0, 1 + np.array([0.0, 2.0]) - np.array([1.0, 0.5])),
    "mean_squared_error": ((ONE_HOT - PROBABILITIES) ** 2).mean(axis=1),
    "mean_absolute_error": np.abs(ONE_HOT - PROBABILITIES).mean(axis=1),
}


def test_every_loss_of_classes_has_a_closed_form_here():
    compared = {
        arm["classification_loss"]
        for part in load_comparison("compare-losses").parts
        for arm in part.arms.values()
        if "classification_loss" in arm
    }
    assert compared == set(LOSSES)


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_labels_and_logits_are_their_closed_forms(name):
    value = float(FromLabelsAndLogits(name)(LABELS, LOGITS))
    assert value == pytest.approx(LOSSES[name].mean(), rel=1e-4)
    column = float(FromLabelsAndLogits(name)(LABELS[:, None], LOGITS))
    assert column == pytest.approx(value)


def test_a_loss_of_numbers_is_refused_for_classes():
    assert make_loss("huber")
    with pytest.raises(ValueError, match="No loss of classes named 'huber'"):
        FromLabelsAndLogits("huber")


def test_heads_start_as_told():
    model = mlp_with_head((4,), 3, widths=(8, 8), head_initializer="constant")
    assert {float(v) for v in model.layers[-1].kernel.numpy().ravel()} == {np.float32(0.01)}
    with pytest.raises(ValueError, match="No initializer named 'one'"):
        mlp_with_head((4,), 3, head_initializer="one")


@pytest.mark.parametrize(("kind", "extra"), [("plain", 0), ("residual", 0), ("batch norm", 9)])
def test_stacks_have_the_layers_of_their_kind(kind, extra):
    model = stack((5,), 2, depth=3, width=3, kind=kind)
    dense = 5 * 3 + 2 * 3 * 3 + 3 * 2 + 2
    biases = 0 if kind == "batch norm" else 9
    norms = 4 * extra  # scale, shift and two statistics a unit
    assert model.count_params() == dense + biases + norms
    sums = [layer for layer in model.layers if isinstance(layer, keras.layers.Add)]
    assert len(sums) == (2 if kind == "residual" else 0)


def test_unknown_stacks_are_refused():
    with pytest.raises(ValueError, match="No kind of stack named 'dense'"):
        stack((5,), 2, kind="dense")
    with pytest.raises(ValueError, match=r"`depth >= 2` must hold. Got depth=1"):
        stack((5,), 2, depth=1)
