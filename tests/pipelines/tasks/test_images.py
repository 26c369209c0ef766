"""Scores of images together with their mirror images, apart from those of the model."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from pipelines import train
from pipelines.training.experiment import Experiment
from pipelines.training.run import TrainRequest


def _experiment(**params):
    request = TrainRequest(recipe="digits-cnn", params=params, tiny=True, tracked=False)
    recipe = request.load_recipe()
    dataset = request.data_request(recipe).load()
    return Experiment(recipe, params, dataset, seed=0)


def test_flips_score_the_mean_of_both_probabilities():
    experiment = _experiment(test_flips=True)
    model, task, split = (
        experiment.build(total_steps=1),
        experiment.task,
        experiment.dataset.validation,
    )
    both = [softmax(task.predict(model, x), axis=1) for x in (split.x, split.x[:, :, ::-1])]
    probabilities = np.mean(both, axis=0)
    nats = -np.log(probabilities[np.arange(len(split)), split.y]).mean()
    hits = (probabilities.argmax(axis=1) == split.y).mean()
    expected = {"accuracy_with_flips": hits, "crossentropy_with_flips": nats}
    assert task.scores_apart(model, split) == pytest.approx(expected, rel=1e-5)


def test_flips_are_asked_for():
    experiment = _experiment()
    assert (
        experiment.task.scores_apart(experiment.build(total_steps=1), experiment.dataset.validation)
        == {}
    )


@pytest.mark.exhaustive
def test_a_training_reports_them_beside_its_own(tmp_path):
    result = train("digits-cnn", params={"test_flips": True}, tiny=True, root=tmp_path)
    for metrics in (result.metrics, result.test_metrics):
        assert {"accuracy", "accuracy_with_flips", "crossentropy_with_flips"} <= set(metrics)
    assert "accuracy_with_flips" not in result.baseline_metrics
