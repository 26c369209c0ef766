"""Updates that gather batches, and trainings in another form: the numbers of the definitions."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pipelines.datasets.containers import Split
from pipelines.hyperparameters.options import TrainingOptions
from pipelines.hyperparameters.updates import Updates
from pipelines.recipes.registry import load_recipe
from pipelines.training.checks import check_hyperparameters
from tests.pipelines.tasks.small_data import small_experiment, table_classes

TASK = "table-classification"


def _weights(experiment, **options):
    model, history = experiment.train(**options)
    return np.concatenate([np.asarray(w).ravel() for w in model.get_weights()]), history


def test_gathered_batches_are_one_larger_batch():
    plain, _ = _weights(small_experiment(TASK, optimizer="sgd", batch_size=96, epochs=2))
    gathered, history = _weights(
        small_experiment(TASK, optimizer="sgd", batch_size=8, epochs=2, full_batch=True)
    )
    np.testing.assert_allclose(gathered, plain, rtol=1e-4, atol=1e-6)
    assert len(history["gradient_norm"]) == 2


def test_batches_double_at_equal_stretches():
    updates = Updates(steps=12, epochs=4, doublings=1)
    assert ([updates.batches(epoch) for epoch in range(4)], updates.total) == ([1, 1, 2, 2], 36)
    experiment = small_experiment(TASK, batch_doublings=1, epochs=4)
    model, _ = experiment.train()
    assert int(model.optimizer.iterations) == 36


def test_it_stops_at_a_small_gradient():
    experiment = small_experiment(
        TASK, optimizer="sgd", learning_rate=1.0, full_batch=True, gradient_tolerance=0.5, epochs=50
    )
    _, history = experiment.train()
    assert len(history["loss"]) < 50
    assert history["gradient_norm"][-1] < 0.5 <= min(history["gradient_norm"][:-1])


def test_lbfgs_finds_the_minimum_that_scikit_learn_finds():
    from sklearn.linear_model import LogisticRegression

    experiment = small_experiment(TASK, optimizer="lbfgs", widths=(), l2=0.01, epochs=3)
    model, history = experiment.train()
    task, train = experiment.task, experiment.dataset.train
    x = task.inputs(train.x)
    # Keras adds l2 * sum(w**2) to the mean loss; scikit-learn halves the squares.
    known = LogisticRegression(C=1 / (2 * 0.01 * len(x)), tol=1e-8, max_iter=1000).fit(x, train.y)
    ours, theirs = task.predict(model, train.x), known.decision_function(x)
    np.testing.assert_allclose(
        ours - ours.mean(axis=1, keepdims=True), theirs, rtol=1e-2, atol=1e-2
    )
    assert history["gradient_norm"][-1] < 1e-3


@pytest.mark.parametrize("optimizer", ["spsa", "averaged_momentum"])
def test_an_optimizer_of_our_own_trains_a_recipe(optimizer):
    experiment = small_experiment(TASK, optimizer=optimizer, learning_rate=0.1, epochs=20)
    model, history = experiment.train()
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert type(model).__module__.startswith("keras.")
    assert experiment.task.score(model, experiment.dataset.validation)["accuracy"] > 0.5


@pytest.mark.parametrize("params", [{"dropout": 0.5}, {"batch_norm": True}])
def test_checkpointing_changes_no_bit_of_a_training(params):
    more = {"widths": (8, 8, 8), "epochs": 2, **params}
    with_it, seen = _weights(small_experiment(TASK, gradient_checkpointing=True, **more))
    without, plain = _weights(small_experiment(TASK, **more))
    np.testing.assert_array_equal(with_it, without)
    assert seen == plain


def test_a_curriculum_begins_with_what_is_easy_and_resists_wrong_labels():
    data = table_classes(3)
    y = np.array(data.train.y)
    y[:16] = (y[:16] + 1) % 3  # a sixth is wrong
    noisy = dataclasses.replace(data, train=Split(data.train.x, y))
    first = {}
    for share in (0.0, 0.5):
        experiment = small_experiment(TASK, data=noisy, curriculum=share, epochs=10)
        model, history = experiment.train()
        assert experiment.task.score(model, data.validation)["accuracy"] > 0.6
        first[share] = history["loss"][0]
    assert first[0.5] < first[0.0]


REFUSED = [
    ({"curriculum": 0.5, "optimizer": "lbfgs"}, "Got curriculum=0.5: leave one of them out"),
    ({"curriculum": 1.0}, "`0 <= curriculum < 1` must hold"),
    ({"gradient_tolerance": 0.1}, "set full_batch=true, or optimizer=lbfgs, as well"),
    ({"full_batch": True, "batch_doublings": 1}, "A batch of all training rows cannot grow"),
    ({"optimizer": "lbfgs", "ema": 0.9}, r"Got ema=0\.9: set them to 0"),
    ({"optimizer": "spsa", "full_batch": True}, "SPSA has no gradients"),
    ({"optimizer": "spsa", "gradient_checkpointing": True}, "SPSA has no backward pass"),
    ({"batch_doublings": -1}, r"`batch_doublings >= 0` must hold"),
]


@pytest.mark.parametrize(("params", "message"), REFUSED)
def test_what_does_not_go_together_is_refused_before_data_are_read(params, message):
    with pytest.raises(ValueError, match=message):
        check_hyperparameters(load_recipe("wine-mlp"), params)


def test_chance_has_no_place_in_a_line_search():
    experiment = small_experiment(TASK, optimizer="lbfgs", dropout=0.5)
    with pytest.raises(ValueError, match=r"L-BFGS compares losses .*: set dropout to 0"):
        experiment.train()


@pytest.mark.parametrize(
    "params", [{"optimizer": "spsa"}, {"gradient_checkpointing": True}, {"full_batch": True}]
)
def test_players_train_in_their_own_way(params):
    experiment = small_experiment("image-generation", **params)
    with pytest.raises(ValueError, match="GAN computes its training"):
        experiment.train()


def test_parameters_of_lbfgs_are_its_own():
    options = TrainingOptions(optimizer="lbfgs", parameters={"optimizer": {"memory": 5}})
    assert options.of("optimizer") == {"memory": 5}
    with pytest.raises(ValueError, match="No parameter of the optimizer 'lbfgs' named 'momentum'"):
        TrainingOptions(optimizer="lbfgs", parameters={"optimizer": {"momentum": 0.9}})
