"""Metrics of validation predictions in every epoch: the numbers of scikit-learn on the split."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import f1_score

from pipelines.datasets.containers import Split
from pipelines.training.experiment import Experiment
from tests.pipelines.tasks.small_data import SMALL, table_classes

RECIPE = SMALL["table-classification"][0]


@pytest.mark.parametrize("params", [{}, {"ema": 0.9}, {"ema": 0.9, "patience": 2}])
def test_an_epoch_reports_what_is_asked(params):
    dataset = table_classes(3)
    experiment = Experiment(RECIPE, {"epochs": 3, **params}, dataset, seed=0)
    model, history = experiment.train(scores=("f1_macro", "recall_weighted"))
    assert len(history["val_f1_macro"]) == len(history["val_loss"])
    # The weighted recall is the accuracy, which Keras reports of the same weights.
    assert history["val_recall_weighted"] == pytest.approx(history["val_accuracy"])
    if not params:
        predicted = experiment.task.predict(model, dataset.validation.x).argmax(axis=1)
        expected = f1_score(dataset.validation.y, predicted, average="macro")
        assert history["val_f1_macro"][-1] == pytest.approx(expected)


def test_a_metric_that_the_rows_do_not_define_is_refused():
    dataset = table_classes(3)
    rows = np.flatnonzero(dataset.validation.y == 0)
    alone = Split(dataset.validation.x.iloc[rows], dataset.validation.y[rows])
    experiment = Experiment(
        RECIPE, {"epochs": 1}, dataclasses.replace(dataset, validation=alone), seed=0
    )
    with pytest.raises(ValueError, match="The validation rows do not define roc_auc"):
        experiment.train(scores=("roc_auc",))


def test_scores_of_a_model_that_diverged_are_no_numbers():
    task = Experiment(RECIPE, {}, table_classes(3), seed=0).task
    scores = task.scores(np.full((2, 3), np.nan), np.array([0, 1]), ["f1_macro"])
    assert np.isnan(scores["f1_macro"])


def test_a_regression_is_scored_at_the_quantile_that_it_is_trained_for():
    recipe, data = SMALL["table-regression"]
    dataset = data()
    params = {"epochs": 2, "loss": "quantile", "loss.quantiles": 0.9}
    experiment = Experiment(recipe, params, dataset, seed=0)
    model, _ = experiment.train()
    truth = np.asarray(dataset.validation.y, np.float64)
    errors = truth - experiment.task.predict(model, dataset.validation.x)
    scores = experiment.task.score(model, dataset.validation, None)
    expected = np.maximum(0.9 * errors, -0.1 * errors).mean()
    assert scores["pinball"] == pytest.approx(expected)
    assert scores["mape"] == pytest.approx(np.abs(errors / truth).mean())
