"""Every loss with every task: it trains to a sane result, or is refused in one line."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cookbook.losses.registry import LOSSES
from pipelines.tasks.registry import TASKS
from pipelines.training.experiment import Experiment
from tests.pipelines.tasks.small_data import SMALL, small_experiment, table_classes

# Tables train in no time, and the other tasks hand their loss the same labels and logits: of
# these the quick run takes one each.
QUICK = ("table-classification", "table-regression")
SAMPLE = (
    ("image-classification", "binary_crossentropy"),
    ("segmentation", "dice"),
    ("segmentation", "weighted_iou"),
)


def _pairs():
    for task, entry in TASKS.items():
        for loss in LOSSES:
            slow = loss in entry.losses and task not in QUICK and (task, loss) not in SAMPLE
            marks = [pytest.mark.slow] if slow else []
            yield pytest.param(task, loss, marks=marks, id=f"{loss}-{task}")


@pytest.mark.parametrize(("task", "loss"), list(_pairs()))
def test_a_loss_trains_a_task_or_is_refused(task, loss):
    if loss not in TASKS[task].losses:
        with pytest.raises(ValueError, match=rf"^The task {task} takes [^\n]* Got loss='{loss}'"):
            TASKS[task].check_loss(loss)
        return
    _learns(small_experiment(task, loss=loss))


def _learns(experiment):
    model, history = experiment.train()
    values = np.array([history[name] for name in ("loss", "val_loss")])
    assert np.isfinite(values).all()
    if experiment.entry.name == "translation":
        assert history["val_accuracy"][-1] > 0.4  # one of eight tokens, and the end
        return
    scores = experiment.task.score(model, experiment.dataset.validation)
    assert all(map(np.isfinite, scores.values()))
    if "r2" in scores:
        assert scores["r2"] > 0.5
    elif "mean_iou" in scores:
        assert scores["mean_iou"] > 0.6
    else:
        assert scores["accuracy"] > 0.6


def _poisson(builder: str) -> Experiment:
    recipe, make = SMALL["table-regression"]
    changed = dataclasses.replace(recipe, builder=builder, defaults={"loss": "poisson"})
    return Experiment(changed, {}, make(), seed=0)


def test_a_model_with_outputs_of_its_own_gets_no_softplus():
    with pytest.raises(ValueError, match="Perceptron computes the outputs of a training"):
        _poisson("cookbook.models.perceptrons:perceptron").build(total_steps=1)


def test_members_of_an_ensemble_get_a_softplus_each():
    model = _poisson("cookbook.models.tabular:tabular_ensemble").build(total_steps=1)
    rows = np.random.default_rng(0).normal(size=(20, *model.input_shape[1:])).astype("float32")
    members = np.asarray(model(rows, training=True))
    assert members.ndim == 3 and members.min() > 0
    assert model(rows).shape == (20, 1)


BINARY = [name for name, entry in LOSSES.items() if entry.targets == "binary"]


@pytest.mark.parametrize(
    "loss", [*BINARY, "class_weighted", "smoothed_sparse_categorical_crossentropy"]
)
def test_a_loss_of_a_task_with_two_classes(loss):
    experiment = small_experiment("table-classification", data=table_classes(2), loss=loss)
    model = experiment.build(total_steps=1)
    assert model.output_shape == (None, 1 if loss in BINARY else 2)
    _learns(experiment)
