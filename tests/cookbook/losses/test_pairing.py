"""The table of last activations and losses."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from cookbook.losses import check_pairing, compile_checked, make_loss, warn_pairing
from cookbook.losses._pairing_rules import KNOWN_ACTIVATIONS, KNOWN_LOSSES, judge
from cookbook.losses.from_labels import FromLabels
from cookbook.losses.pairing import PairingWarning, last_activation

PROBABILITIES = {"from_logits": False}

TABLE = (
    # Source 001, Q7, in its order.
    ("sigmoid", "binary_crossentropy", PROBABILITIES, "fits"),
    ("softmax", "categorical_crossentropy", PROBABILITIES, "fits"),
    ("softmax", "sparse_categorical_crossentropy", PROBABILITIES, "fits"),
    ("relu", "mean_squared_error", {}, "fails"),
    ("relu", "mean_absolute_error", {}, "fails"),
    ("tanh", "mean_squared_error", {}, "weak"),
    ("linear", "mean_squared_error", {}, "fits"),
    ("leaky_relu", "mean_squared_error", {}, "weak"),
    ("silu", "categorical_crossentropy", PROBABILITIES, "fails"),
    ("sigmoid", "mean_squared_error", {}, "weak"),
    ("softmax", "mean_squared_error", {}, "weak"),
    # The logits flag.
    ("softmax", "categorical_crossentropy", {}, "fails"),
    ("sigmoid", "binary_crossentropy", {}, "fails"),
    ("linear", "categorical_crossentropy", {}, "fits"),
    ("linear", "binary_crossentropy", {}, "fits"),
    ("linear", "sparse_categorical_crossentropy", PROBABILITIES, "fails"),
    ("relu", "sparse_categorical_crossentropy", {}, "weak"),
    ("linear", "smoothed_sparse_categorical_crossentropy", {}, "fits"),
    ("softmax", "smoothed_sparse_categorical_crossentropy", {}, "fails"),
    ("linear", "weighted_binary_crossentropy", {}, "fits"),
    # The rest of the losses.
    ("softmax", "binary_crossentropy", PROBABILITIES, "weak"),
    ("sigmoid", "categorical_crossentropy", PROBABILITIES, "weak"),
    ("linear", "quantile", {}, "fits"),
    ("softplus", "huber", {}, "weak"),
    ("linear", "hinge", {}, "fits"),
    ("sigmoid", "hinge", {}, "fails"),
    ("softplus", "poisson", {}, "fits"),
    ("linear", "poisson", {}, "fails"),
    ("softmax", "kl_divergence", {}, "fits"),
    ("linear", "kl_divergence", {}, "fails"),
    ("sigmoid", "dice", {}, "fits"),
    ("linear", "soft_iou", {}, "fails"),
    ("linear", "soft_iou", {"from_logits": True}, "fits"),
    ("softmax", "categorical_generalized_crossentropy", {}, "fits"),
)


@pytest.mark.backend
@pytest.mark.parametrize(("activation", "loss", "options", "judgement"), TABLE)
def test_verdict(activation: str, loss: str, options: dict, judgement: str) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation=activation)])
    verdicts = check_pairing(model, make_loss(loss, **options))
    assert [verdict.judgement for verdict in verdicts] == [judgement]
    assert verdicts[0].activation == activation


def test_every_pair_of_the_table_has_a_reason() -> None:
    for activation in KNOWN_ACTIVATIONS:
        for loss in KNOWN_LOSSES:
            for from_logits in (False, True):
                judgement, reason = judge(activation, loss, from_logits=from_logits)
                assert judgement in ("fits", "weak", "fails")
                assert reason


def test_compile_warns_and_a_good_pair_does_not() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    with pytest.warns(PairingWarning, match="sigmoid with mean_squared_error: the gradient has"):
        compile_checked(model, optimizer="sgd", loss="mse")
    assert model.compiled
    compile_checked(model, optimizer="sgd", loss="binary_crossentropy")
    assert check_pairing(model)[0].judgement == "fits"


def test_class_weights_are_looked_through() -> None:
    loss = make_loss("class_weighted", class_weights=(1.0, 2.0, 3.0))
    assert check_pairing("softmax", loss)[0].judgement == "fails"


@pytest.mark.parametrize(("probabilities", "judgement"), [(True, "fits"), (False, "fails")])
def test_a_wrapper_that_makes_probabilities_needs_none(probabilities: bool, judgement: str) -> None:
    loss = FromLabels(keras.losses.Dice(), "masks", probabilities=probabilities)
    [verdict] = check_pairing("linear", loss)
    assert (verdict.activation, verdict.loss, verdict.judgement) == ("linear", "dice", judgement)


def test_unknown_losses_have_no_verdict() -> None:
    assert check_pairing("linear", lambda y, p: p) == ()


def test_several_outputs_are_judged_by_name() -> None:
    x = keras.Input((4,))
    outputs = {
        "kind": keras.layers.Dense(3, activation="softmax", name="kind")(x),
        "size": keras.layers.Dense(1, name="size")(x),
    }
    model = keras.Model(x, outputs)
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    verdicts = {v.output: v.judgement for v in check_pairing(model, losses)}
    assert verdicts == {"kind": "fits", "size": "fits"}
    with pytest.warns(PairingWarning, match="output 'kind': softmax"):
        warn_pairing(model, {**losses, "kind": "mse"})


@pytest.mark.parametrize(
    ("layers", "name"),
    [
        ([keras.layers.Dense(3), keras.layers.Softmax()], "softmax"),
        ([keras.layers.Dense(3), keras.layers.Activation("tanh")], "tanh"),
        ([keras.layers.Dense(4, activation="relu"), keras.layers.Reshape((2, 2))], "relu"),
        ([keras.layers.Dense(4, activation="sigmoid"), keras.layers.Dropout(0.5)], "sigmoid"),
        ([keras.layers.Dense(4), keras.layers.LeakyReLU()], "leaky_relu"),
        ([keras.layers.Dense(4), keras.layers.PReLU()], "prelu"),
        ([keras.layers.Dense(4, activation="swish")], "silu"),
        ([keras.layers.Dense(4), keras.layers.BatchNormalization()], "linear"),
    ],
)
def test_last_activation_of_layers(layers: list, name: str) -> None:
    model = keras.Sequential([keras.Input((4,)), *layers])
    assert last_activation(model.outputs[0]) == name


def test_last_activation_of_a_model_in_the_model() -> None:
    layers = [keras.layers.Dense(6), keras.layers.Softmax(), keras.layers.Reshape((6, 1))]
    inner = keras.Sequential([keras.Input((4,)), *layers])
    inputs = keras.Input((4,))
    x = keras.layers.Dense(4, activation="tanh")(inputs)
    outer = keras.Model(inputs, keras.layers.Cropping1D(1)(keras.Sequential([inner])(x)))
    assert last_activation(outer.outputs[0]) == "softmax"


def test_last_activation_of_one_of_several_outputs_of_a_model() -> None:
    x = keras.Input((4,))
    heads = [keras.layers.Dense(1, activation=name)(x) for name in ("sigmoid", "softplus")]
    inner, inputs = keras.Model(x, heads), keras.Input((4,))
    found = [last_activation(output) for output in inner(inputs)]
    assert found == ["sigmoid", "softplus"]


def test_last_activation_of_a_class_of_ones_own_is_unknown() -> None:
    class Own(keras.Model):
        def call(self, x: Any) -> Any:
            return keras.ops.softmax(x)

    inputs = keras.Input((4,))
    assert last_activation(Own()(inputs)) == "linear"


def test_last_activation_of_an_operation() -> None:
    x = keras.Input((4,))
    model = keras.Model(x, keras.ops.softmax(keras.layers.Dense(3)(x)))
    assert last_activation(model.outputs[0]) == "softmax"


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="There must be a loss to judge"):
        check_pairing("linear")
    with pytest.raises(ValueError, match="give the name of the activation instead"):
        check_pairing(keras.Sequential([keras.layers.Dense(1)]), "mse")
