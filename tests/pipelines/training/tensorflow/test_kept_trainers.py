"""Trainings by kept functions give the numbers of trainings by new ones."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.optimizers import schedules

from cookbook.models.tabular import tabular_ensemble
from cookbook.optimizers import make_optimizer
from cookbook.schedules import make_schedule
from pipelines.inputs.feeds import ArrayFeed
from pipelines.training.tensorflow.kept_trainers import KeptTrainers
from pipelines.training.tensorflow.lifted_values import LIFTED_RATES, LiftedValues
from pipelines.training.tensorflow.trainer import Trainer

VALUES = {
    "learning_rate": (0.01, 0.03),
    "dropout": (0.5, 0.2),
    "l2": (1e-3, 1e-1),
    "seed": (1, 2),
}


# Every schedule whose rate is lifted, made of that rate; some stand inside another one.
SCHEDULES = {
    "CosineDecay": lambda rate: make_schedule(
        "warmup", schedule=schedules.CosineDecay(rate, 9), steps=2
    ),
    "CosineDecayRestarts": lambda rate: schedules.CosineDecayRestarts(rate, 3),
    "ExponentialDecay": lambda rate: schedules.ExponentialDecay(rate, 3, 0.5, staircase=True),
    "InverseTimeDecay": lambda rate: schedules.InverseTimeDecay(rate, 3, 0.5),
    "PolynomialDecay": lambda rate: schedules.PolynomialDecay(rate, 5),
    "Constant": lambda rate: make_schedule("cooldown", schedule=rate, steps=2, total_steps=6),
    "Cyclical": lambda rate: make_schedule(
        "triangular2", minimum=rate / 10, maximum=rate, half_cycle_steps=2
    ),
    "OneCycle": lambda rate: make_schedule("one_cycle", maximum=rate, total_steps=6),
}


def _feed(seed=0):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(40, 6)).astype("float32")
    return ArrayFeed(x, (x[:, 0] > 0).astype("int32"), batch_size=16, seed=seed)


def _network(*, learning_rate=0.01, dropout=0.5, l2=1e-3, seed=1, units=8, optimizer="Adam"):
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    penalty = keras.regularizers.L1L2(0.0, l2) if l2 else None
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(units, activation="relu", kernel_regularizer=penalty),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(dropout),
            keras.layers.Dense(2, kernel_regularizer=penalty),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(getattr(keras.optimizers, optimizer)(learning_rate), loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    return model


def _train(kept, **point):
    feed = _feed(point.get("seed", 1))
    trainer = kept.trainer(_network(**point), feed, validation=_feed(), data="blobs")
    history = trainer.fit(epochs=2)
    return trainer, history, trainer.model.get_weights()


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", VALUES)
def test_a_kept_trainer_repeats_a_new_one_bit_by_bit(name):
    first, second = ({name: value} for value in VALUES[name])
    kept = KeptTrainers()
    trainer, *_ = _train(kept, **first)
    again, history, weights = _train(kept, **second)
    assert again is trainer
    _, expected, expected_weights = _train(KeptTrainers(), **second)
    assert history == expected
    for ours, theirs in zip(weights, expected_weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.exhaustive
def test_a_kept_ensemble_repeats_a_new_one_bit_by_bit():
    def train(kept, *, dropout, seed):
        keras.backend.clear_session()
        model = tabular_ensemble((6,), members=2, widths=(4,), dropout=dropout, seed=seed)
        model.compile(keras.optimizers.Adam(0.01 * seed), "mse", metrics=["mae"])
        model.optimizer.build(model.trainable_variables)
        trainer = kept.trainer(model, _feed(seed), validation=_feed(), data="blobs")
        return trainer, trainer.fit(epochs=2), trainer.model.get_weights()

    kept = KeptTrainers()
    trainer, *_ = train(kept, dropout=0.5, seed=1)
    again, history, weights = train(kept, dropout=0.2, seed=2)
    assert again is trainer
    _, expected, expected_weights = train(KeptTrainers(), dropout=0.2, seed=2)
    assert history == expected
    for ours, theirs in zip(weights, expected_weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_every_schedule_that_is_lifted_is_tried():
    assert set(SCHEDULES) == set(LIFTED_RATES)


def _rates(trainer):
    optimizer = trainer.model.optimizer
    found = []
    for step in range(8):
        optimizer.iterations.assign(step)
        found.append(float(optimizer.learning_rate))
    return found


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_kept_trainer_follows_the_schedule_of_each_trial(name):
    kept = KeptTrainers()
    first, second = ({"learning_rate": SCHEDULES[name](rate)} for rate in (0.02, 0.05))
    trainer, *_ = _train(kept, **first)
    again, history, _ = _train(kept, **second)
    assert again is trainer
    plain = Trainer(_network(**second), _feed(1), validation=_feed())
    for metric, values in plain.fit(epochs=2).items():
        np.testing.assert_allclose(history[metric], values, rtol=1e-5, err_msg=metric)
    new = KeptTrainers().trainer(_network(**second), _feed(), validation=None, data="blobs")
    assert _rates(again) == _rates(new)


def test_a_momentum_that_follows_a_schedule_is_compiled_anew():
    def network(momentum):
        optimizer = make_optimizer("scheduled_sgd", learning_rate=0.1, momentum=momentum)
        model = _network()
        model.compile(optimizer, model.loss)
        model.optimizer.build(model.trainable_variables)
        return model

    kept = KeptTrainers()
    first, second = (
        kept.trainer(
            network(schedules.CosineDecay(momentum, 9)), _feed(), validation=None, data="blobs"
        )
        for momentum in (0.9, 0.8)
    )
    assert first is not second


@pytest.mark.parametrize("kind", ["L1", "L2", "L1L2"])
def test_penalties_of_every_kind_are_lifted(kind):
    names = {"L1": ("l1",), "L2": ("l2",), "L1L2": ("l1", "l2")}[kind]

    def network(factor):
        penalty = getattr(keras.regularizers, kind)(**dict.fromkeys(names, factor))
        return keras.Sequential(
            [keras.Input((2,)), keras.layers.Dense(3, kernel_regularizer=penalty)]
        )

    lifted, plain = network(0.1), network(0.3)
    values = LiftedValues(lifted)
    values.take(plain)
    lifted.set_weights(plain.get_weights())
    assert len(values.variables) == len(names)
    np.testing.assert_allclose(sum(lifted.losses), sum(plain.losses), rtol=1e-6)


@pytest.mark.exhaustive
def test_lifted_values_give_the_numbers_of_plain_ones():
    point = {"dropout": 0.2, "l2": 1e-2}
    _, history, _ = _train(KeptTrainers(), **point)
    feed = _feed(1)
    plain = Trainer(_network(**point), feed, validation=_feed()).fit(epochs=2)
    for name, values in plain.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-5, err_msg=name)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "other", [{"units": 9}, {"dropout": 0.0}, {"l2": 0.0}, {"optimizer": "SGD"}]
)
def test_another_structure_is_compiled_anew(other):
    kept = KeptTrainers()
    first = kept.trainer(_network(), _feed(), validation=None, data="blobs")
    assert kept.trainer(_network(**other), _feed(), validation=None, data="blobs") is not first
    assert kept.trainer(_network(), _feed(), validation=None, data="blobs") is first


@pytest.mark.exhaustive
def test_other_data_and_schedules_are_compiled_anew():
    kept = KeptTrainers()
    first = kept.trainer(_network(), _feed(), validation=None, data="blobs")
    assert kept.trainer(_network(), _feed(), validation=None, data="others") is not first
    different = [schedules.CosineDecay(0.1, steps) for steps in (5, 9)]
    different += [schedules.CosineDecay(0.1, 9, alpha=0.1)]
    made = [
        kept.trainer(_network(learning_rate=s), _feed(), validation=None, data="blobs")
        for s in different
    ]
    assert len({id(trainer) for trainer in [first, *made]}) == 4


class OwnLayer(keras.layers.Layer):
    def call(self, inputs):
        return inputs


def test_networks_with_own_layers_are_never_kept():
    def network():
        model = keras.Sequential([keras.Input((6,)), OwnLayer(), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    kept = KeptTrainers()
    made = [kept.trainer(network(), _feed(), validation=None, data="x") for _ in range(2)]
    assert made[0] is not made[1]


class OwnModel(keras.Model):
    """Its configuration, as Keras writes it, holds neither layers nor arguments."""

    def __init__(self, activation):
        inputs = keras.Input((6,))
        super().__init__(inputs, keras.layers.Dense(1, activation=activation)(inputs))


def _kept_alike(*compiled):
    """Whether the second and the third of three models get the trainer of the first."""
    kept, trainers = KeptTrainers(), []
    for compile_model in compiled:
        model = compile_model()
        trainers.append(kept.trainer(model, _feed(), validation=None, data="x"))
    return [trainer is trainers[0] for trainer in trainers[1:]]


def _line(optimizer=keras.optimizers.SGD, loss="mse", undecayed=(), metrics=()):
    keras.backend.clear_session()
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile(optimizer(0.1), loss, metrics=list(metrics))
    model.optimizer.build(model.trainable_variables)
    if undecayed:
        model.optimizer.exclude_from_weight_decay(var_names=list(undecayed))
    return model


def test_models_of_the_users_own_are_never_taken_for_each_other():
    def network(activation):
        keras.backend.clear_session()
        model = OwnModel(activation)
        model.compile("sgd", "mse")
        return model

    assert _kept_alike(*(lambda a=a: network(a) for a in ("relu", "tanh"))) == [False]


@pytest.mark.exhaustive
def test_losses_that_differ_in_what_keras_does_not_write_are_compiled_anew():
    huber = [lambda d=d: _line(loss=keras.losses.Huber(d)) for d in (0.5, 1.0, 0.5)]
    assert _kept_alike(*huber) == [False, True]
    axes = [lambda a=a: _line(loss=keras.losses.CosineSimilarity(axis=a)) for a in (0, 1, 0)]
    assert _kept_alike(*axes) == [False, True]


def test_a_metric_whose_axis_nothing_tells_is_never_kept():
    metrics = [
        lambda a=a: _line(metrics=[keras.metrics.CosineSimilarity(axis=a)]) for a in (0, 1, 0)
    ]
    assert _kept_alike(*metrics) == [False, False]


def test_weights_that_do_not_decay_are_another_structure():
    decayed = [
        lambda n=names: _line(keras.optimizers.AdamW, undecayed=n)
        for names in (("bias",), (), ("bias",))
    ]
    assert _kept_alike(*decayed) == [False, True]


def test_a_training_that_diverged_leaves_nothing_to_the_next_one():
    def train(kept, rate):
        model = _line(lambda _: keras.optimizers.RMSprop(rate))
        return kept.trainer(model, _feed(), validation=None, data="x").fit(epochs=2)["loss"]

    kept = KeptTrainers()
    assert not np.isfinite(train(kept, 1e30)[-1])
    assert np.isfinite(train(kept, 0.01)[-1])


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", ["loss", "metrics"])
def test_functions_of_the_users_own_are_never_taken_for_each_other(part):
    def network(factor):
        def distance(y_true, y_pred):
            return factor * keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)

        model = _network()
        parts = {"loss": "mse", part: distance if part == "loss" else [distance]}
        model.compile("sgd", **parts)
        return model

    kept = KeptTrainers()
    made = [kept.trainer(network(f), _feed(), validation=None, data="x") for f in (1.0, 2.0)]
    assert made[0] is not made[1]


@pytest.mark.exhaustive
def test_few_trainers_are_kept_at_a_time():
    def line(units):
        keras.backend.clear_session()
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units)])
        model.compile("sgd", "mse")
        return model

    def trainer(units):
        return kept.trainer(line(units), feed, validation=None, data="blobs")

    kept, feed = KeptTrainers(), _feed()
    first = trainer(1)
    assert trainer(1) is first
    for units in range(2, 10):
        trainer(units)
    assert trainer(1) is not first


@pytest.mark.exhaustive
def test_kept_functions_are_not_traced_again():
    kept = KeptTrainers()
    trainer, *_ = _train(kept)
    traced = [trainer._train.experimental_get_tracing_count()]
    for seed in (2, 3):
        _train(kept, seed=seed, learning_rate=0.1 * seed)
        traced.append(trainer._train.experimental_get_tracing_count())
    assert traced == [1, 1, 1]
    assert isinstance(trainer.model.optimizer.learning_rate, keras.Variable | tf.Variable)
