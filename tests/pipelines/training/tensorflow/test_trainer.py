"""The compiled epoch gives the numbers, history and callbacks of `Model.fit`."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipelines.inputs.feeds import ArrayFeed, DatasetFeed
from pipelines.training.checkpoint import Checkpoint
from pipelines.training.reporting import StepReporter
from pipelines.training.tensorflow.trainer import Trainer


def _data(samples=50):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(samples, 6)).astype("float32")
    return x, (x[:, 0] + x[:, 1] > 0).astype("int32")


def _model(dropout=0.0):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(dropout, seed=3),
            keras.layers.Dense(2),
        ]
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.05, 5, 0.9)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"])
    return model


class Recorder(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.calls = []

    def on_train_begin(self, logs=None):
        self.calls.append("train_begin")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"epoch_begin {epoch}")

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(f"epoch_end {epoch} {sorted(logs)}")

    def on_train_end(self, logs=None):
        self.calls.append("train_end")


class BatchRecorder(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


# Of 50 rows: the last batch is smaller, the only one is full, the only one is not. Each once with
# or without dropout; the other pairs repeat the same code.
PAIRS = [(16, 0.5), (50, 0.0), (64, 0.5)]
REPEATS = [pytest.param(size, 0.5 - rate, marks=pytest.mark.exhaustive) for size, rate in PAIRS]


@pytest.mark.parametrize(("batch_size", "dropout"), [*PAIRS, *REPEATS])
def test_history_and_weights_equal_those_of_fit(batch_size, dropout):
    x, y = _data()
    reference, model = _model(dropout), _model(dropout)
    expected = reference.fit(
        x, y, batch_size=batch_size, epochs=3, shuffle=False, verbose=0, validation_data=(x, y)
    )
    trainer = Trainer(
        model,
        ArrayFeed(x, y, batch_size=batch_size, shuffle=False),
        validation=ArrayFeed(x, y, batch_size=32, shuffle=False),
    )
    history = trainer.fit(epochs=3)
    assert history.keys() == expected.history.keys()
    for name, values in expected.history.items():
        np.testing.assert_allclose(history[name], values, rtol=2e-5, atol=1e-6, err_msg=name)
    for ours, theirs in zip(model.get_weights(), reference.get_weights(), strict=True):
        # Adam divides by roots of small squares: rounding shows in the sixth digit.
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    assert int(model.optimizer.iterations) == int(reference.optimizer.iterations)


@pytest.mark.exhaustive
def test_callbacks_are_called_as_by_fit():
    x, y = _data()
    reference, ours = Recorder(), Recorder()
    _model().fit(x, y, epochs=2, verbose=0, callbacks=[reference], validation_data=(x, y))
    feed = ArrayFeed(x, y, batch_size=32)
    Trainer(_model(), feed, validation=feed).fit(epochs=2, callbacks=[ours])
    assert ours.calls == reference.calls


def test_batch_hooks_see_every_step():
    x, y = _data()
    reference, ours = BatchRecorder(), BatchRecorder()
    _model().fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0, callbacks=[reference])
    feed = ArrayFeed(x, y, batch_size=16, shuffle=False)
    Trainer(_model(), feed).fit(epochs=2, callbacks=[ours])
    np.testing.assert_allclose(ours.losses, reference.losses, rtol=1e-5)


def test_early_stopping_ends_the_training():
    x, y = _data()
    feed = ArrayFeed(x, y, batch_size=16)
    stop = keras.callbacks.EarlyStopping("loss", patience=0, min_delta=10.0)
    history = Trainer(_model(), feed).fit(epochs=9, callbacks=[stop])
    assert len(history["loss"]) == 2


def test_evaluate_equals_keras():
    x, y = _data()
    model = _model()
    feed = ArrayFeed(x, y, batch_size=16, shuffle=False)
    expected = model.evaluate(x, y, verbose=0, return_dict=True)
    ours = Trainer(model, feed).evaluate(feed)
    assert ours == pytest.approx(expected, rel=1e-5)


def test_a_dataset_feed_trains_like_the_arrays():
    x, y = _data()
    model, other = _model(), _model()
    arrays = ArrayFeed(x, y, batch_size=16, shuffle=False)
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
    streamed = DatasetFeed(lambda epoch: dataset, steps=4, samples=50)
    expected = Trainer(model, arrays).fit(epochs=2)
    history = Trainer(other, streamed).fit(epochs=2)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-5)


def test_every_sample_is_drawn_once_an_epoch_in_an_order_of_seed_and_epoch():
    x = np.arange(50, dtype="int32")
    feed = ArrayFeed(x, x, batch_size=16, seed=5)

    def drawn(epoch):
        state = feed.start(epoch)
        return np.concatenate([feed.batch(state, tf.constant(s))[0] for s in range(feed.steps)])

    assert sorted(drawn(0)) == list(range(50))
    assert not np.array_equal(drawn(0), drawn(1))
    np.testing.assert_array_equal(drawn(3), drawn(3))


def test_transform_gets_another_seed_every_step_and_epoch():
    x = np.zeros((20, 1), "float32")
    seeds = []

    def augment(images, labels, seed):
        seeds.append(tuple(int(part) for part in seed))
        return images, labels

    feed = ArrayFeed(x, x, batch_size=8, seed=2, transform=augment)
    for epoch in range(2):
        for step in range(feed.steps):
            feed.batch(feed.start(epoch), tf.constant(step))
    assert len(set(seeds)) == 6


def test_lengths_must_agree():
    with pytest.raises(ValueError, match=r"one length of at least 1.*Got lengths \[3, 4\]"):
        ArrayFeed(np.zeros(3), np.zeros(4), batch_size=2)


@pytest.mark.parametrize("stop_after", [1, pytest.param(3, marks=pytest.mark.exhaustive)])
def test_a_resumed_training_equals_an_uninterrupted_one_bit_by_bit(tmp_path, stop_after):
    x, y = _data()

    def run(epochs, checkpoint):
        model = _model(dropout=0.5)
        feed = ArrayFeed(x, y, batch_size=16, seed=4)
        early = keras.callbacks.EarlyStopping("loss", patience=2)
        trainer = Trainer(model, feed, validation=ArrayFeed(x, y, batch_size=32, shuffle=False))
        history = trainer.fit(
            epochs=epochs, callbacks=[early], checkpoint=checkpoint and Checkpoint(checkpoint)
        )
        return model, history, early.best

    whole, expected, best = run(5, None)
    run(stop_after, tmp_path / "state.npz")
    resumed, history, resumed_best = run(5, tmp_path / "state.npz")
    assert history == expected
    assert resumed_best == best
    for ours, theirs in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_averaged_weights_are_the_models_at_the_end_as_after_fit():
    x, y = _data()

    def compiled():
        model = _model()
        model.compile(
            keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        return model

    ours, theirs = compiled(), compiled()
    Trainer(ours, ArrayFeed(x, y, batch_size=10, shuffle=False)).fit(epochs=2)
    theirs.fit(x, y, batch_size=10, shuffle=False, epochs=2, verbose=0)
    for value, expected in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-7)
    averages = ours.optimizer._model_variables_moving_average
    np.testing.assert_array_equal(ours.trainable_weights[0], averages[0])


def test_a_training_that_had_stopped_early_is_not_trained_further(tmp_path):
    x, y = _data()
    checkpoint = tmp_path / "state.npz"

    def run(epochs):
        early = keras.callbacks.EarlyStopping("loss", min_delta=10.0, patience=2)
        trainer = Trainer(_model(), ArrayFeed(x, y, batch_size=16))
        return trainer.fit(
            epochs=epochs, callbacks=[early], checkpoint=checkpoint and Checkpoint(checkpoint)
        )

    stopped = run(9)
    assert len(stopped["loss"]) == 3
    assert run(9) == stopped


def test_the_way_through_an_epoch_is_reported_while_it_stays_compiled():
    feed = ArrayFeed(*_data(), batch_size=2)
    seen = []
    reporter = StepReporter(lambda done, logs: seen.append((done, dict(logs))))
    history = Trainer(_model(), feed).fit(epochs=2, callbacks=[reporter])
    ways = [done for done, _ in seen]
    assert ways == sorted(set(ways))
    # One step first, since nobody knows how long it takes.
    assert ways[0] == pytest.approx(1 / feed.steps)
    assert {1.0, 2.0} <= set(ways)
    assert len(ways) < 2 * feed.steps
    last = next(logs for done, logs in seen if done == 1.0)
    assert last["loss"] == history["loss"][0]
