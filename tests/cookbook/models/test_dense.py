"""Feed-forward models: counts in closed form, layers in order, seeds, bad input."""

from __future__ import annotations

import itertools

import keras
import numpy as np
import pytest

from cookbook.initializers.registry import ALIASES, INITIALIZERS
from cookbook.models.dense import linear, logistic, mlp
from cookbook.models.wide_and_deep_networks import embedding_width, wide_and_deep
from tests.cookbook.models.rows import trainable_count


@pytest.mark.parametrize("widths", [(), (5,), (7, 3, 2)])
def test_mlp_count_is_the_sum_of_its_matrices(widths: tuple[int, ...]) -> None:
    sizes = (4, *widths, 3)
    expected = sum((a + 1) * b for a, b in itertools.pairwise(sizes))
    assert mlp((4,), 3, widths=widths).count_params() == expected


@pytest.mark.parametrize(
    "activation", ["relu", "prelu", "leaky_relu", "elu", "swish", "selu", keras.ops.tanh]
)
def test_mlp_takes_activations(activation: object) -> None:
    model = mlp((4,), 3, widths=(5,), activation=activation)
    slopes = 5 if activation == "prelu" else 0
    assert model.count_params() == 5 * 5 + 6 * 3 + slopes


def test_mlp_drops_only_behind_the_last_normalisation() -> None:
    names = [layer.name for layer in mlp((4,), 3, batch_norm=True, dropout=0.5).layers]
    assert names[1:5] == ["hidden1", "hidden1_norm", "hidden1_activation", "hidden2"]
    assert [name for name in names if "dropout" in name] == ["hidden2_dropout"]


def test_mlp_drops_behind_every_layer_without_normalisation() -> None:
    names = [layer.name for layer in mlp((4,), 3, dropout=0.5).layers]
    assert [name for name in names if "dropout" in name] == ["hidden1_dropout", "hidden2_dropout"]


def test_penalty_is_the_sum_of_squares_and_of_absolutes() -> None:
    model = mlp((4,), 3, widths=(5,), l1=0.1, l2=0.01)
    kernels = [model.get_layer(name).get_weights()[0] for name in ("hidden1", "logits")]
    expected = sum(0.1 * np.abs(kernel).sum() + 0.01 * (kernel**2).sum() for kernel in kernels)
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-5)


def test_equal_layers_start_with_different_weights() -> None:
    for initializer in ("he_normal", keras.initializers.HeNormal(seed=3)):
        model = mlp((4,), 3, widths=(4, 4), initializer=initializer, seed=0)
        first, second = (model.get_layer(f"hidden{i}").get_weights()[0] for i in (1, 2))
        assert not np.array_equal(first, second)


def test_initializer_object_keeps_its_own_seed() -> None:
    def weights() -> np.ndarray:
        model = mlp((4,), 3, initializer=keras.initializers.HeNormal(seed=3))
        return model.get_weights()[0]

    np.testing.assert_array_equal(weights(), weights())


def test_images_are_flattened() -> None:
    assert mlp((8, 8, 1), 10, widths=()).count_params() == 65 * 10


def test_logistic_starts_at_ln_two() -> None:
    model = logistic((3,))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    value = loss(np.array([[0.0], [1.0]]), model(np.ones((2, 3), "float32")))
    assert float(value) == pytest.approx(np.log(2))


def test_embedding_width_grows_to_fifty() -> None:
    widths = [embedding_width(size) for size in range(1, 600)]
    assert widths == sorted(widths) and widths[-1] == 50


def test_wide_and_deep_count_in_closed_form() -> None:
    model = wide_and_deep(2, {"a": 3, "b": 7}, 2, crosses=[("a", "b")], widths=(5,))
    features = 2 + embedding_width(3) + embedding_width(7)
    tables = 3 * embedding_width(3) + 7 * embedding_width(7)
    wide = 2 * (2 + 3 + 7 + 3 * 7)
    assert trainable_count(model) == tables + wide + (features + 1) * 5 + 6 * 2


def test_cross_learns_an_exclusive_or() -> None:
    model = wide_and_deep(0, {"a": 2, "b": 2}, crosses=[("a", "b")], widths=(1,), seed=0)
    model.get_layer("logits").set_weights([np.zeros((1, 1)), np.zeros(1)])
    model.get_layer("wide_a_x_b").set_weights([np.array([[0.0], [1.0], [1.0], [0.0]])])
    codes = {"a": np.array([0, 0, 1, 1]), "b": np.array([0, 1, 0, 1])}
    assert model.predict(codes, verbose=0).ravel().tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: mlp((), 1), r"shape of one sample.*write \(8,\) for 8 features"),
        (lambda: mlp(8, 1), r"Got input_shape=8"),
        (lambda: mlp((8,), 0), r"`num_outputs` must be an integer of at least 1"),
        (lambda: mlp((8,), 1, widths=(0,)), r"`widths` must be a sequence of positive"),
        (lambda: mlp((8,), 1, widths=64), r"write \(64,\) for one layer"),
        (lambda: mlp((8,), 1, dropout=1.0), r"`0 <= dropout < 1` must hold"),
        (lambda: mlp((8,), 1, l2=-0.1), r"`l2` must be a finite number of at least 0"),
        (lambda: mlp((8,), 1, seed=-1), r"`seed` must be an integer of at least 0"),
        (lambda: mlp((8,), 1, activation="rleu"), r"'rleu'\. Did you mean 'relu'\?"),
        (lambda: linear((3,), 0), r"`num_outputs` must be"),
        (lambda: logistic((3,), 1), r"`num_classes` must be an integer of at least 2"),
        (lambda: wide_and_deep(0, {}), r"needs a column"),
        (lambda: wide_and_deep(1, {"numeric": 3}), r"Got 'numeric': rename it"),
        (lambda: wide_and_deep(1, {"a": 0}), r"`cardinalities\['a'\]` must be"),
        (lambda: wide_and_deep(1, {"a": 3}, crosses=["ab"]), r"at least two different columns"),
        (
            lambda: wide_and_deep(1, {"sea": 3, "b": 2}, crosses=[("see", "b")]),
            r"No categorical column named 'see'\. Did you mean 'sea'\?",
        ),
    ],
)
def test_bad_input_is_refused(build: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()  # type: ignore[operator]


def test_weights_start_by_every_name_of_the_catalogue():
    for name in (*INITIALIZERS.keys() - {"log_prior"}, *ALIASES, "identity", "HeNormal"):
        kernel = mlp((4,), 4, widths=(4,), initializer=name, seed=0).layers[-1].kernel
        assert np.isfinite(np.asarray(kernel)).all()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("he_norml", "No initializer named 'he_norml'. Did you mean 'he_normal'?"),
        ("log_prior", "No initializer named 'log_prior'"),  # it is for biases
    ],
)
def test_unknown_initializers_are_refused(name, message):
    with pytest.raises(ValueError, match=message):
        mlp((4,), 4, initializer=name)
