"""The perceptron's own rule: convergence theorem, several classes, bad input."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.models.perceptrons import Perceptron, perceptron

_GATE = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
_XOR = np.array([0, 1, 1, 0])


@pytest.mark.backend
def test_mistakes_stay_below_novikoffs_bound() -> None:
    random = np.random.default_rng(0)
    direction = np.array([0.6, 0.8, 0.0])
    x = random.uniform(-1, 1, (300, 2))
    extended = np.column_stack([x, np.ones(300)])
    margin = 0.1
    keep = np.abs(extended @ direction) > margin
    x, extended = x[keep], extended[keep]
    y = (extended @ direction > 0).astype(int)
    history = perceptron((2,)).fit(x, y, seed=0).history["mistakes"]
    radius = np.linalg.norm(extended, axis=1).max()
    assert history[-1] == 0
    assert sum(history) <= (radius / margin) ** 2


def test_one_step_follows_the_rule() -> None:
    model = perceptron((2,))
    model.fit(np.array([[2.0, -3.0]]), np.array([1]), epochs=1, learning_rate=0.5)
    weights, bias = model.get_weights()
    assert weights.ravel().tolist() == [1.0, -1.5] and bias.tolist() == [0.5]


def test_several_classes_are_learned() -> None:
    random = np.random.default_rng(0)
    centres = np.array([[0.0, 5.0], [5.0, -5.0], [-5.0, -5.0]])
    y = random.integers(0, 3, 60)
    x = centres[y] + random.uniform(-1, 1, (60, 2))
    model = perceptron((2,), 3)
    history = model.fit(x, y, seed=0, validation_data=(x, y)).history
    assert history["mistakes"][-1] == 0 and history["val_accuracy"][-1] == 1
    np.testing.assert_array_equal(model.classify(x), y)


def test_inseparable_data_ends_with_the_epochs() -> None:
    history = perceptron((2,)).fit(_GATE, _XOR, epochs=5, seed=0)
    assert len(history.history["mistakes"]) == 5 and min(history.history["mistakes"]) > 0


def test_images_are_flattened() -> None:
    x = np.zeros((2, 2, 2, 1))
    x[1] = 1
    model = perceptron((2, 2, 1))
    assert (
        model.fit(x, [0, 1], seed=0, validation_data=(x, [0, 1])).history["val_accuracy"][-1] == 1
    )


def test_callbacks_stop_it() -> None:
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            self.model.stop_training = True

    history = perceptron((2,)).fit(_GATE, _XOR, epochs=5, callbacks=[Stop()])
    assert len(history.history["mistakes"]) == 1


def test_saved_perceptron_keeps_its_rule(tmp_path: object) -> None:
    model = perceptron((2,))
    twin = type(model).from_config(model.get_config())
    assert isinstance(twin, Perceptron)
    assert twin.fit(_GATE, np.array([0, 1, 1, 1]), seed=0).history["mistakes"][-1] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"y": [0, 1, 2, 0]}, r"`y` must hold classes 0 to 1"),
        ({"y": [-1, 1, 1, -1]}, r"code the classes as integers from 0"),
        ({"y": [0, 1]}, r"y of shape \(2,\)"),
        ({"x": _GATE[:, :1]}, r"`x` must be samples of shape \(2,\)"),
        ({"epochs": 0}, r"`epochs` must be an integer of at least 1"),
        ({"learning_rate": 0.0}, r"`learning_rate` must be finite and above 0"),
        ({"seed": -1}, r"`seed` must be"),
    ],
)
def test_bad_input_is_refused(options: dict, message: str) -> None:
    arguments = {"x": _GATE, "y": _XOR, **options}
    with pytest.raises(ValueError, match=message):
        perceptron((2,)).fit(**arguments)
