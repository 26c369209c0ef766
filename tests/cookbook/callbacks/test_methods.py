"""Range test, growing batches, progressive depth, averaging, clipping and the monitor."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from cookbook.callbacks import (
    CLIPPING,
    GradientMonitor,
    GradientMonitorWarning,
    LearningRateFinder,
    StochasticWeightAveraging,
    clipping_arguments,
    find_learning_rate,
    fit_with_growing_batches,
    grow_depth,
    growing_batch_sizes,
    reestimate_batch_norm,
)
from tests.cookbook.callbacks.problems import everything, network, same, samples

pytestmark = [
    pytest.mark.backend,
    # Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
    ),
]

X, Y = samples()
layers = keras.layers


class Seen(keras.callbacks.Callback):
    """Notes what happens to it."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []
        self.weights: list[list[np.ndarray]] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.events.append("begin")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.events.append(epoch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        trainable = self.model.trainable_variables
        self.weights.append([np.array(keras.ops.convert_to_numpy(v)) for v in trainable])

    def on_train_end(self, logs: Any = None) -> None:
        self.events.append("end")


def test_range_test_leaves_no_trace() -> None:
    model = network()
    history = model.fit(X, Y, epochs=1, verbose=0)
    before, metrics = everything(model), model.get_metrics_result()
    state = np.random.get_state()[1].tolist()
    find_learning_rate(model, X, Y, batch_size=8, steps=12)
    assert same(before, everything(model))
    assert model.get_metrics_result() == metrics
    assert np.random.get_state()[1].tolist() == state
    assert model.history is history and model.stop_training is False


def test_range_test_sees_each_batch_alone() -> None:
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    x = np.ones((6, 1))
    y = np.arange(1.0, 7.0)[:, None]
    # So small a rate that the weights stay 0: the losses are y² of each sample.
    finder = LearningRateFinder(low=1e-12, high=1e-11, steps=9, diverge=1e9)
    model.fit(x, y, batch_size=1, epochs=2, shuffle=False, verbose=0, callbacks=[finder])
    assert finder.result is not None
    np.testing.assert_allclose(finder.result.losses, [1, 4, 9, 16, 25, 36, 1, 4, 9], rtol=1e-5)
    np.testing.assert_allclose(finder.result.rates, np.geomspace(1e-12, 1e-11, 9), rtol=1e-6)


def test_range_test_finds_a_rate_below_divergence() -> None:
    # Mean squared error of w x with x² = 1: stable exactly for rates below 2 / λ = 1.
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    x = np.where(np.arange(32) % 2, 1.0, -1.0)[:, None]
    test = find_learning_rate(model, x, 3 * x, batch_size=8, low=1e-4, high=100.0, steps=60)
    assert test.suggestion is not None and test.diverged is not None
    assert 1e-3 < test.suggestion < 1.0 < test.diverged


def test_range_test_refuses_a_schedule() -> None:
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    with pytest.raises(ValueError, match="it must be a number"):
        find_learning_rate(network(keras.optimizers.SGD(schedule)), X, Y)


def test_growing_batches_are_one_training() -> None:
    model, seen = network(), Seen()
    history = fit_with_growing_batches(
        model, X, Y, plan={0: 8, 2: 16}, epochs=3, seed=0, callbacks=[seen], verbose=0
    )
    assert seen.events == ["begin", 0, 1, 2, "end"]
    assert int(model.optimizer.iterations) == 2 * (48 // 8) + 48 // 16
    assert history.epoch == [0, 1, 2] and len(history.history["mae"]) == 3


def test_growing_batches_end_with_early_stopping() -> None:
    seen = Seen()
    stop = keras.callbacks.EarlyStopping("loss", patience=1, min_delta=1e9)
    fit_with_growing_batches(
        network(), X, Y, plan={0: 8, 3: 16}, epochs=5, seed=0, callbacks=[stop, seen], verbose=0
    )
    assert seen.events == ["begin", 0, 1, "end"]


def test_growing_plan_is_the_closed_form() -> None:
    plan = growing_batch_sizes(4, factor=3, every=2, largest=100, epochs=9)
    size = 0
    for epoch in range(9):
        size = plan.get(epoch, size)
        assert size == min(4 * 3 ** (epoch // 2), 100)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: growing_batch_sizes(0, every=1, largest=9, epochs=2), "`start >= 1`"),
        (lambda: _grow(plan={1: 8}), "A plan begins with epoch 0"),
        (lambda: _grow(epochs=0), "1 <= epochs"),
        (lambda: _grow(optimizer=keras.optimizers.SGD(use_ema=True)), "use_ema=True"),
    ],
)
def test_growing_batches_refuse_bad_plans(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def _grow(*, plan: Any = None, epochs: int = 1, optimizer: Any = None) -> None:
    fit_with_growing_batches(
        network(optimizer), X, Y, plan=plan or {0: 8}, epochs=epochs, seed=0, verbose=0
    )


def _deepen(**options: Any) -> Any:
    keras.utils.set_random_seed(2)
    made: list[keras.Layer] = []
    frozen: list[list[np.ndarray]] = []

    def make() -> keras.Layer:
        made.append(layers.Dense(6, "tanh"))
        return made[-1]

    def fit(model: keras.Model) -> Any:
        frozen.append([weight for layer in made[:-1] for weight in layer.get_weights()])
        history = model.fit(X, Y, epochs=2, verbose=0)
        after = [weight for layer in made[:-1] for weight in layer.get_weights()]
        assert same(frozen[-1], after)  # the rule: earlier blocks keep every bit
        return history

    return grow_depth(
        (6,),
        [make] * 3,
        head=lambda: layers.Dense(1),
        compile_model=lambda model: model.compile("adam", "mse"),
        fit=fit,
        monitor="loss",
        **options,
    )


def test_depth_grows_on_frozen_layers() -> None:
    grown = _deepen(patience=3)
    assert [stage.depth for stage in grown.stages] == [1, 2, 3]
    scores = [stage.score for stage in grown.stages]
    assert grown.depth == 1 + int(np.argmin(scores))
    assert all(variable.trainable for variable in grown.model.trainable_variables)
    assert len(grown.model.trainable_variables) == 2 * (grown.depth + 1)
    # The returned network is the one that earned its score: it goes on from there.
    assert grown.model.evaluate(X, Y, verbose=0) < 2 * scores[grown.depth - 1]


def test_depth_stops_when_a_block_does_not_help() -> None:
    assert len(_deepen(min_delta=1e9).stages) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [({"mode": "low"}, "`mode` is 'min' or 'max'"), ({"patience": -1}, "0 <= patience")],
)
def test_depth_refuses_bad_options(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _deepen(**options)


def test_depth_needs_the_metric_it_watches() -> None:
    with pytest.raises(ValueError, match="Growth watches 'val_loss'"):
        grow_depth(
            (6,),
            [lambda: layers.Dense(2)],
            head=lambda: layers.Dense(1),
            compile_model=lambda model: model.compile("sgd", "mse"),
            fit=lambda model: model.fit(X, Y, verbose=0),
        )


def test_swa_is_the_mean_of_its_epochs() -> None:
    model, seen = network(), Seen()
    swa = StochasticWeightAveraging(X, start=1, every=2)
    model.fit(X, Y, epochs=6, verbose=0, callbacks=[seen, swa])
    chosen = [seen.weights[epoch] for epoch in (1, 3, 5)]
    for variable, *points in zip(model.trainable_variables, *chosen, strict=True):
        mean = np.mean(np.array(points, np.float64), axis=0)
        found = keras.ops.convert_to_numpy(variable)
        np.testing.assert_allclose(found, mean.astype("float32"), rtol=1e-6)


def test_swa_recomputes_batch_norm_from_the_average() -> None:
    model = network(dropout=0.0)
    swa = StochasticWeightAveraging(X, start=0, batch_size=20)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[swa])
    dense, norm = model.layers[0], model.layers[1]
    kernel, bias = dense.get_weights()
    hidden = np.maximum(X @ kernel + bias, 0.0)
    parts = [hidden[:20], hidden[20:40], hidden[40:]]
    sizes = [len(part) for part in parts]
    means = np.average([part.mean(axis=0) for part in parts], axis=0, weights=sizes)
    variances = np.average([part.var(axis=0) for part in parts], axis=0, weights=sizes)
    np.testing.assert_allclose(norm.get_weights()[2], means, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(norm.get_weights()[3], variances, rtol=1e-5, atol=1e-6)


def test_reestimation_changes_nothing_else() -> None:
    model = network()
    before = everything(model)
    assert reestimate_batch_norm(model, X) == 1
    after = everything(model)
    moved = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if (a != b).any()]
    paths = [model.variables[i].path for i in moved]
    assert all("moving" in path for path in paths) and len(paths) == 2
    with pytest.raises(ValueError, match="Statistics need data"):
        reestimate_batch_norm(model, [])


def test_swa_says_what_it_misses() -> None:
    with pytest.raises(ValueError, match="pass the training inputs as `x`"):
        network().fit(X, Y, verbose=0, callbacks=[StochasticWeightAveraging(start=0)])
    late = StochasticWeightAveraging(X, start=5)
    with pytest.raises(ValueError, match="`start < epochs` must hold"):
        network().fit(X, Y, verbose=0, callbacks=[late])


CLIPPED = {
    "value": lambda parts, t: [np.clip(g, -t, t) for g in parts],
    "norm": lambda parts, t: [g * t / max(np.linalg.norm(g), t) for g in parts],
    "global_norm": lambda parts, t: [
        g * t / max(np.sqrt(sum((p**2).sum() for p in parts)), t) for g in parts
    ],
}


def test_every_clipping_has_a_closed_form() -> None:
    assert set(CLIPPED) == set(CLIPPING)


@pytest.mark.parametrize("threshold", [0.7, 100.0])
@pytest.mark.parametrize("name", CLIPPED)
def test_clipping_is_the_closed_form(name: str, threshold: float) -> None:
    gradients = [np.array([3.0, -0.5]), np.array([[0.2], [-4.0]])]
    variables = [keras.Variable(np.zeros_like(g), dtype="float32") for g in gradients]
    optimizer = keras.optimizers.SGD(1.0, **clipping_arguments(name, threshold))
    tensors = [keras.ops.convert_to_tensor(g, dtype="float32") for g in gradients]
    optimizer.apply(tensors, variables)
    for variable, expected in zip(variables, CLIPPED[name](gradients, threshold), strict=True):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(variable), -expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("norms", 1.0), "Did you mean 'norm'"),
        (("norm", None), "needs a threshold"),
        (("norm", 0.0), "0 < threshold"),
        ((None, 1.0), "A threshold needs a way to clip"),
    ],
)
def test_clipping_refuses(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clipping_arguments(*arguments)


@pytest.mark.exhaustive
def test_monitor_measures_the_step_that_was_made() -> None:
    model, seen = network(keras.optimizers.SGD(0.1)), Seen()
    before = [np.array(keras.ops.convert_to_numpy(v)) for v in model.trainable_variables]
    monitor = GradientMonitor(X, Y)
    model.fit(X, Y, batch_size=48, epochs=1, verbose=0, callbacks=[monitor, seen])
    [report] = monitor.reports
    for variable, old, new in zip(model.trainable_variables, before, seen.weights[0], strict=True):
        if np.any(old):
            expected = np.linalg.norm(new - old) / np.linalg.norm(old)
            assert report.updates[variable.path] == pytest.approx(expected, rel=1e-4)
    assert report.network.verdict == "healthy"


def test_monitor_warns_once_in_words() -> None:
    keras.utils.set_random_seed(0)
    small = keras.initializers.RandomNormal(stddev=0.1)
    hidden = [layers.Dense(6, "sigmoid", kernel_initializer=small) for _ in range(6)]
    model = keras.Sequential([keras.Input((6,)), *hidden, layers.Dense(1)])
    model.compile("sgd", "mse")
    monitor = GradientMonitor(X, Y, every=2)
    with pytest.warns(GradientMonitorWarning, match="vanishing: the gradient shrinks") as caught:
        history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[monitor])
    assert len([w for w in caught if w.category is GradientMonitorWarning]) == 1
    assert [report.epoch for report in monitor.reports] == [0, 2]
    assert history.history["gradient_ratio"][0] < 1e-3
