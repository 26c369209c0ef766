"""Further metrics of predictions: against scikit-learn, by hand, and where rows define none."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from pipelines.tasks.registry import TASKS
from pipelines.tasks.scorers import CLASS_SCORERS, class_report, number_scorers

# Two of class 0, one of class 1, one of class 2; the third row is taken for class 0.
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.5, 0.4, 0.1], [0.1, 0.2, 0.7]])
LOGITS, Y = np.log(PROBABILITIES), np.array([0, 0, 1, 2])
BY_HAND = {
    "balanced_accuracy": 2 / 3,
    "precision_macro": (2 / 3 + 0 + 1) / 3,
    "precision_weighted": (2 * 2 / 3 + 0 + 1) / 4,
    "recall_macro": 2 / 3,
    "recall_weighted": 3 / 4,
    "f1_macro": (4 / 5 + 0 + 1) / 3,
    "f1_weighted": (2 * 4 / 5 + 0 + 1) / 4,
    "mcc": 6 / np.sqrt((16 - 10) * (16 - 6)),
    "roc_auc": 1.0,
    "average_precision": 1.0,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_score_of_classes_is_its_definition(name):
    expected = BY_HAND[name] if name != "mcc" else metrics.matthews_corrcoef(Y, [0, 0, 0, 2])
    assert CLASS_SCORERS[name](LOGITS, Y) == pytest.approx(expected)


def test_areas_under_curves_are_those_of_scikit_learn():
    generator = np.random.default_rng(0)
    logits, y = generator.normal(size=(60, 4)), generator.integers(0, 4, size=60)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    one_hot = np.eye(4)[y]
    for name in ("roc_auc", "average_precision"):
        expected = getattr(metrics, f"{name}_score")(one_hot, probabilities, average="macro")
        assert CLASS_SCORERS[name](logits, y) == pytest.approx(expected)
    two = np.array([0, 1, 1, 0]), np.array([[1.0, 0], [0, 1], [2, 0], [1, 1]])
    expected = metrics.roc_auc_score(two[0], two[1][:, 1] - two[1][:, 0])
    assert CLASS_SCORERS["roc_auc"](two[1], two[0]) == pytest.approx(expected)


def test_the_class_of_a_row_is_among_five():
    logits, y = np.tile(np.arange(8.0), (4, 1)), np.array([7, 3, 2, 0])
    assert CLASS_SCORERS["top_5_accuracy"](logits, y) == 0.5


def test_what_rows_do_not_define_has_no_value():
    assert CLASS_SCORERS["roc_auc"](LOGITS[:2], Y[:2]) is None
    assert CLASS_SCORERS["average_precision"](LOGITS[:2], Y[:2]) is None
    assert CLASS_SCORERS["top_5_accuracy"](LOGITS, Y) is None
    assert number_scorers()["mape"](np.array([1.0, 1.0]), np.array([0.0, 1.0])) is None


def test_quantiles_are_scored_each_by_its_own_loss():
    y, predictions = np.array([[1.0], [2.0]]), np.array([[[0.0, 1.5, 3.0]], [[1.0, 2.0, 2.5]]])
    scorers = number_scorers((0.1, 0.5, 0.9), median=1)
    assert scorers["mape"](predictions, y) == pytest.approx(0.25)
    by_hand = [0.1 * (1 + 1) / 2, 0.5 * (0.5 + 0) / 2, 0.1 * (2 + 0.5) / 2]
    assert scorers["pinball"](predictions, y) == pytest.approx(np.mean(by_hand))


def test_every_name_of_the_registry_has_a_function():
    tables = {name: row.scored for name, row in TASKS.items() if row.scored}
    for name, scored in tables.items():
        known = CLASS_SCORERS if name.endswith("-classification") else number_scorers()
        assert list(scored) == list(known)
    assert len(tables) == 6


def test_a_report_has_a_row_for_every_class():
    report = class_report(LOGITS, Y, ["cat", "accuracy", "cow", "none"])
    assert list(report["classes"]) == ["cat", "accuracy", "cow", "none"]
    assert report["classes"]["cat"]["precision"] == pytest.approx(2 / 3)
    assert report["classes"]["none"]["support"] == 0
    assert report["accuracy"] == 0.75
