"""A `tf.data` pipeline of every task has the numbers of the compiled epoch."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from pipelines.inputs.feed_datasets import feed_batches
from pipelines.inputs.feeds import DatasetFeed
from pipelines.recipes.registry import load_recipe
from pipelines.training.checks import check_hyperparameters
from tests.pipelines.tasks.small_data import SMALL, small_experiment


@pytest.mark.parametrize("task", SMALL)
def test_every_task_has_a_pipeline_with_the_same_batches(task):
    params = {"augment": "flip-crop"} if task in ("image-classification", "segmentation") else {}
    feed = small_experiment(task, **params).task.training_feed(seed=1, with_validation=False)
    if isinstance(feed, DatasetFeed):
        with pytest.raises(ValueError, match="draws from a dataset already"):
            feed_batches(feed)
        return
    found = feed_batches(feed, epochs=2).as_numpy_iterator()
    for epoch in range(2):
        state = feed.start(epoch)
        for step in range(feed.steps):
            expected = tf.nest.flatten(feed.batch(state, tf.constant(step)))
            for one, other in zip(expected, tf.nest.flatten(next(found)), strict=True):
                np.testing.assert_array_equal(one, other)
    assert next(found, None) is None


def test_a_feed_of_a_pipeline_knows_that_it_is_endless():
    feed = small_experiment("table-classification").task.training_feed(
        seed=1, with_validation=False
    )
    assert feed_batches(feed, epochs=None).cardinality() == tf.data.INFINITE_CARDINALITY
    assert feed_batches(feed, epochs=2).cardinality() == 2 * feed.steps


def _weights(model):
    return np.concatenate([np.asarray(w).ravel() for w in model.get_weights()])


def test_a_training_through_tf_data_gives_the_same_model():
    model, history = small_experiment("table-classification", epochs=3).train()
    other, same = small_experiment("table-classification", epochs=3, input="tf.data").train()
    np.testing.assert_array_equal(_weights(model), _weights(other))
    assert history == same


def test_a_fit_of_ones_own_gives_the_same_model():
    experiment = small_experiment("table-classification", epochs=2)
    model, _ = experiment.train()
    feed = experiment.task.training_feed(seed=0, with_validation=False)
    mine = experiment.build(total_steps=feed.steps * 2)
    mine.fit(
        feed_batches(feed, epochs=None),
        epochs=2,
        steps_per_epoch=feed.steps,
        shuffle=False,
        verbose=0,
    )
    np.testing.assert_allclose(_weights(mine), _weights(model), rtol=1e-3, atol=1e-4)


def test_another_input_is_refused():
    with pytest.raises(ValueError, match=r"No input named 'tfdata'\. Did you mean 'tf\.data'"):
        check_hyperparameters(load_recipe("wine-mlp"), {"input": "tfdata"})
