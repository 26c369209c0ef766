"""Skewed targets and weights of rows: what is undone, and what counts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pipelines.datasets.containers import Split
from pipelines.serving.outputs import make_output
from tests.pipelines.tasks.small_data import small_experiment, table_classes, table_numbers


def _with_column(dataset, name, values):
    """The dataset with one more column of its training rows; zeros elsewhere."""
    train, validation = dataset.train, dataset.validation
    return dataclasses.replace(
        dataset,
        train=Split(train.x.assign(**{name: values}), train.y),
        validation=Split(validation.x.assign(**{name: 0.0}), validation.y),
    )


@pytest.mark.parametrize("params", [{"target_transform": "log"}, {"target_outliers": "iqr"}])
def test_a_shaped_target_is_scored_in_its_own_unit(params):
    experiment = small_experiment("table-regression", epochs=10, **params)
    model, _ = experiment.train()
    validation = experiment.dataset.validation
    assert experiment.task.score(model, validation)["r2"] > 0.6
    output = make_output(experiment.task.serving_config()["outputs"])
    served = output.frame(
        model.predict(experiment.task._table.preprocessor.transform(validation.x))
    )
    expected = experiment.task.predict(model, validation.x)
    assert served["prediction"].to_numpy() == pytest.approx(expected)


@pytest.mark.parametrize("transform", ["none", "log", "yeo-johnson"])
def test_epochs_report_errors_in_the_unit_of_the_target(transform):
    data = table_numbers()
    train, validation = (
        Split(s.x, 1000 + 50 * np.array(s.y)) for s in (data.train, data.validation)
    )
    data = dataclasses.replace(data, train=train, validation=validation)
    experiment = small_experiment(
        "table-regression", data=data, epochs=2, target_transform=transform
    )
    model, history = experiment.train()
    scores = experiment.task.score(model, validation)
    for name in ("mae", "rmse"):
        assert history[f"val_{name}"][-1] == pytest.approx(scores[name], rel=1e-4)
    assert ("mae" in history) == (transform == "none")


def test_only_training_targets_are_capped():
    data = table_numbers()
    y = np.array(data.train.y)
    y[0] = 1e5
    data = dataclasses.replace(data, train=Split(data.train.x, y))
    task = small_experiment("table-regression", data=data, target_outliers="iqr").task
    feed = task.training_feed(seed=0, with_validation=False)
    _, encoded = feed.batch(feed.start(0), 0)
    assert np.abs(np.asarray(encoded)).max() < 5


def test_a_positive_loss_has_a_target_of_its_own():
    with pytest.raises(ValueError, match=r"Got loss=.poisson.: leave them out"):
        small_experiment("table-regression", loss="poisson", target_transform="log")


@pytest.mark.parametrize("task", ["table-regression", "table-classification"])
def test_a_column_weights_the_training_rows_and_is_no_input(task):
    data = table_numbers() if task == "table-regression" else table_classes(3)
    weights = np.arange(len(data.train)) % 4
    plain = small_experiment(task, data=data).task
    weighted = small_experiment(task, data=_with_column(data, "w", weights), sample_weight="w").task
    assert weighted.model_arguments() == plain.model_arguments()
    feed = weighted.training_feed(seed=0, with_validation=False)
    order = np.asarray(feed.start(0)[0])[:8]
    x, _, found = feed.batch(feed.start(0), 0)
    assert np.asarray(found).tolist() == weights[order].tolist()
    assert np.array_equal(
        x, plain.training_feed(seed=0, with_validation=False).batch(feed.start(0), 0)[0]
    )
    assert len(weighted.validation_feed().sample()) == 2


def test_rows_that_weigh_nothing_are_not_learnt():
    data = table_classes(2)
    weights = (np.asarray(data.train.y) == 1).astype(float)
    experiment = small_experiment(
        "table-classification",
        data=_with_column(data, "w", weights),
        sample_weight="w",
        class_weight={"v": 2},
        epochs=10,
    )
    model, _ = experiment.train()
    predicted = experiment.task.predict(model, experiment.dataset.validation.x).argmax(axis=1)
    assert (predicted == 1).mean() > 0.95


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (-1.0, r"must be finite numbers of at least 0. 96 of 96 are not, the first in row 0"),
        (np.nan, "must be finite numbers of at least 0"),
        (0.0, "must not all be zero"),
    ],
)
def test_what_is_no_weight_is_refused(values, message):
    data = _with_column(table_numbers(), "w", values)
    experiment = small_experiment("table-regression", data=data, sample_weight="w")
    with pytest.raises(ValueError, match=message):
        experiment.task.training_feed(seed=0, with_validation=False)


@pytest.mark.parametrize(
    "task",
    [
        "table-classification",
        "table-regression",
        "image-classification",
        "text-classification",
        "text-bag-classification",
    ],
)
def test_weights_of_a_dataset_go_to_its_training_rows(task):
    data = small_experiment(task).dataset
    data = dataclasses.replace(
        data,
        train=dataclasses.replace(data.train, weights=np.arange(len(data.train)) % 4),
        validation=dataclasses.replace(data.validation, weights=np.full(len(data.validation), 9)),
    )
    found = small_experiment(task, data=data).task
    for joined in (False, True):
        feed = found.training_feed(seed=0, with_validation=joined)
        state = feed.start(0)
        drawn = [feed.batch(state, step)[2] for step in range(feed.steps)]
        expected = data.train_and_validation().weights if joined else data.train.weights
        assert sorted(np.concatenate(drawn)) == sorted(expected)
    assert len(found.validation_feed().sample()) == 2
    if task.startswith("table"):
        with pytest.raises(ValueError, match="weighted in one way"):
            small_experiment(task, data=data, sample_weight="a")


def test_images_that_are_mixed_have_no_weights():
    data = small_experiment("image-classification").dataset
    data = dataclasses.replace(
        data, train=dataclasses.replace(data.train, weights=np.ones(len(data.train)))
    )
    with pytest.raises(ValueError, match=r"where images are mixed. Got augment=.flip-crop-mixup"):
        small_experiment("image-classification", data=data, augment="flip-crop-mixup")


def test_a_column_of_weights_is_there():
    with pytest.raises(ValueError, match=r"No column of weights named .d.\. .*Known: a, b, c"):
        small_experiment("table-regression", sample_weight="d")
