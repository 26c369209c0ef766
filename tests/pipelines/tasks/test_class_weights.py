"""Weights of classes: the numbers of scikit-learn, in every kind of classification."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from sklearn.utils.class_weight import compute_class_weight

from pipelines.recipes.registry import load_recipe
from pipelines.tasks.class_weights import class_weights
from pipelines.training.checks import check_hyperparameters
from tests.pipelines.tasks.small_data import small_experiment, table_classes

Y = np.array([0] * 7 + [1] * 2 + [2])
KINDS = [
    "table-classification",
    "image-classification",
    "text-classification",
    "text-bag-classification",
]


def test_balanced_weights_are_those_of_scikit_learn():
    expected = compute_class_weight("balanced", classes=np.arange(3), y=Y)
    assert class_weights("balanced", Y, "abc") == pytest.approx(expected)


def test_a_class_that_is_not_named_weighs_one():
    assert class_weights({"b": 3, "c": 0.5}, Y, "abc") == pytest.approx([1, 3, 0.5])
    assert class_weights("none", Y, "abc") is None


REFUSED = [
    ("balanced!", "'balanced', or a mapping"),
    (2.0, "'balanced', or a mapping"),
    ({"bad": 1}, r"No class named 'bad'\. .*Known: bat, cat"),
    ({"bat": -1}, "at least 0"),
    ({"bat": float("nan")}, "at least 0"),
    ({"bat": "much"}, "A class weight is a finite number"),
    ({"bat": 0, "cat": 0}, "One class at least"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED)
def test_what_is_no_weight_is_refused(value, message):
    with pytest.raises(ValueError, match=message):
        class_weights(value, np.array([0, 1]), ["bat", "cat"])


def test_yaml_takes_yes_and_no_for_booleans():
    job = yaml.safe_load("class_weight: {yes: 3, no: 2}")
    assert job == {"class_weight": {True: 3, False: 2}}
    assert class_weights(job["class_weight"], Y[:2], ["no", "yes"]).tolist() == [2, 3]
    assert class_weights(job["class_weight"], Y[:2], ["True", "False"]).tolist() == [3, 2]
    with pytest.raises(ValueError, match="No class named 'True'"):
        class_weights({True: 2}, Y[:2], ["on", "yes"])


@pytest.mark.parametrize("task", KINDS)
def test_a_row_has_the_weight_of_its_class(task):
    experiment = small_experiment(
        task, class_weight={"v": 3.0} if "text" not in task else "balanced"
    )
    feed = experiment.task.training_feed(seed=0, with_validation=False)
    _, y, weights = feed.batch(feed.start(0), 0)
    classes = experiment.dataset.classes
    of_class = class_weights(experiment.params["class_weight"], experiment.dataset.train.y, classes)
    assert np.asarray(weights) == pytest.approx(of_class[np.asarray(y)])


@pytest.mark.parametrize("loss", ["", "binary_crossentropy"])
def test_a_class_that_weighs_nothing_is_never_learnt(loss):
    data = table_classes(2)
    experiment = small_experiment(
        "table-classification", data=data, class_weight={"u": 0}, loss=loss, epochs=10
    )
    model, _ = experiment.train()
    predicted = experiment.task.predict(model, data.validation.x).argmax(axis=1)
    assert (predicted == 1).mean() > 0.95


def test_weights_fit_the_task_and_come_once():
    with pytest.raises(ValueError, match="table-regression has none"):
        small_experiment("table-regression", class_weight="balanced")
    with pytest.raises(ValueError, match="Classes are weighted in one way"):
        small_experiment("table-classification", class_weight="balanced", loss="class_weighted")
    with pytest.raises(ValueError, match="Classes are weighted in one way"):
        loss = "weighted_binary_crossentropy"
        small_experiment("table-classification", class_weight="balanced", loss=loss)
    with pytest.raises(ValueError, match="`class_weight` weights classes"):
        check_hyperparameters(load_recipe("diabetes-mlp"), {"class_weight": "balanced"})
    check_hyperparameters(load_recipe("tabular"), {"class_weight": "balanced"})
