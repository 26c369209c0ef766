"""Code written for KerasTuner, run unchanged: a `build(hp)` function and a `HyperModel`."""

from __future__ import annotations

import keras
import keras_tuner
import numpy as np
import pytest
from sklearn.datasets import load_digits

from pipelines.jobs.api import tune
from pipelines.jobs.keras_tuner.data import ArrayRows
from pipelines.jobs.keras_tuner.fit_probe import fit_probe
from tuning.keras_tuner.hyperparameters import space_from_build

pytestmark = pytest.mark.service


def build_model(hp):
    model = keras.Sequential()
    model.add(keras.layers.Flatten())
    for index in range(hp.Int("num_layers", 1, 3)):
        model.add(
            keras.layers.Dense(
                units=hp.Int(f"units_{index}", min_value=32, max_value=128, step=32),
                activation=hp.Choice("activation", ["relu", "tanh"]),
            )
        )
    if hp.Boolean("dropout"):
        model.add(keras.layers.Dropout(rate=0.25))
    model.add(keras.layers.Dense(10, activation="softmax"))
    learning_rate = hp.Float("lr", min_value=1e-4, max_value=1e-2, sampling="log")
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


class DigitsModel(keras_tuner.HyperModel):
    """Conditional and named hyperparameters, and a `fit` with a batch size of its own."""

    def build(self, hp):
        inputs = keras.Input((8, 8))
        values = keras.layers.Flatten()(inputs)
        kind = hp.Choice("kind", ["shallow", "deep"])
        with hp.conditional_scope("kind", ["deep"]):
            if kind == "deep":
                values = keras.layers.Dense(hp.Int("hidden", 16, 64, step=16), "relu")(values)
        with hp.name_scope("head"):
            rate = hp.Float("dropout", 0.0, 0.4, step=0.2)
        outputs = keras.layers.Dense(10)(keras.layers.Dropout(rate)(values))
        model = keras.Model(inputs, outputs)
        model.compile(
            "adam",
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        return model

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(
            *args, batch_size=hp.Choice("batch_size", [32, 64]), shuffle=True, **kwargs
        )


@pytest.fixture(scope="module")
def rows():
    x, y = load_digits(return_X_y=True)
    return (x.reshape(-1, 8, 8) / 16).astype(np.float32)[:600], y.astype(np.int64)[:600]


@pytest.mark.exhaustive
def test_a_build_function_of_the_guides(tmp_path, rows):
    x, y = rows
    result = tune(
        build_model, (x[:400], y[:400]), test_data=(x[400:], y[400:]), trials=3, epochs=3,
        strategy="bayesian", pruner="none", workers=1, root=tmp_path, tracking=False,
    )  # fmt: skip
    assert result.search.states == {"complete": 3}
    assert result.metric == "val_accuracy"
    # KerasTuner, too, begins with the defaults: the least of a range, the first of a choice.
    first = dict(result.search.records[0].params)
    assert first["num_layers"] == 1
    assert first["units_0"] == 32
    assert first["activation"] == "relu"
    assert first["dropout"] is False
    assert first["lr"] == pytest.approx(1e-4)
    assert 0 < result.test_metrics["accuracy"] <= 1
    assert result.model().predict(x[:2], verbose=0).shape == (2, 10)


@pytest.mark.exhaustive
def test_a_hypermodel_with_scopes_and_its_own_fit(tmp_path, rows):
    result = tune(
        DigitsModel(), rows, trials=3, epochs=2, folds=None, strategy="random",
        pruner="none", workers=1, root=tmp_path, tracking=False,
    )  # fmt: skip
    assert result.search.states == {"complete": 3}
    for record in result.search.records:
        assert ("hidden" in record.params) == (record.params["kind"] == "deep")
        assert record.params["head/dropout"] in (0.0, 0.2, 0.4)
        assert record.params["batch_size"] in (32, 64)
        assert record.steps == 2
    assert 0 < result.best_value <= 1


@pytest.mark.exhaustive
def test_folds_and_seeds_of_a_build_function(tmp_path, rows):
    x, y = rows
    result = tune(
        build_model, (x[:400], y[:400]), test_data=(x[400:], y[400:]), trials=2, epochs=2, folds=2,
        seeds=2, strategy="random", pruner="none", workers=1, root=tmp_path, tracking=False,
    )  # fmt: skip
    for record in result.search.records:
        assert record.history["step"] == [1, 2]  # one report for each fold
        assert record.metrics["val_accuracy_std"] >= 0
    assert result.final["over_seeds"].keys() == {"winner", "default"}
    scores = result.final["over_seeds"]["winner"]
    assert scores["mean"] == pytest.approx(sum(scores["values"]) / 2)
    assert scores["values"][0] == result.test_metrics["accuracy"]


REFUSED = [
    ({"folds": 3, "validation": True}, r"leave `validation_data` out"),
    ({"seeds": 3}, r"Got seeds=3 without test rows: give test_data=\(x, y\)"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_cannot_be_combined_is_refused(tmp_path, rows, options, message):
    options = dict(options)
    data = (*rows, *rows) if options.pop("validation", False) else rows
    with pytest.raises(ValueError, match=message):
        tune(build_model, data, trials=2, root=tmp_path, tracking=False, **options)


class GuideLoop(keras_tuner.HyperModel):
    """The custom training loop of KerasTuner's guide: it cannot do without validation rows."""

    def build(self, hp):
        inputs = keras.Input((8, 8))
        values = keras.layers.Dense(hp.Int("units", 8, 16, step=8), "relu")(
            keras.layers.Flatten()(inputs)
        )
        return keras.Model(inputs, keras.layers.Dense(10)(values))

    def fit(self, hp, model, x, y, validation_data, callbacks=None, **kwargs):
        import tensorflow as tf

        batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(hp.Choice("batch", [100, 200]))
        held_out = tf.data.Dataset.from_tensor_slices(validation_data).batch(64)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = keras.optimizers.Adam(0.01)
        mean = keras.metrics.Mean()
        for callback in callbacks:
            callback.set_model(model)
        for epoch in range(2):
            for images, labels in batches:
                with tf.GradientTape() as tape:
                    value = loss(labels, model(images))
                found = tape.gradient(value, model.trainable_weights)
                optimizer.apply_gradients(zip(found, model.trainable_weights, strict=True))
            mean.reset_state()
            for images, labels in held_out:
                mean.update_state(loss(labels, model(images)))
            for callback in callbacks:
                callback.on_epoch_end(epoch, logs={"my_metric": float(mean.result())})
        return float(mean.result())


@pytest.mark.exhaustive
def test_a_loop_that_needs_validation_rows_is_refitted_beside_them(tmp_path, rows, capsys):
    x, y = rows
    result = tune(
        GuideLoop(), (x[:400], y[:400]), test_data=(x[400:], y[400:]), trials=2, pruner="none",
        objective=keras_tuner.Objective("my_metric", "min"), strategy="random", workers=1,
        root=tmp_path, tracking=False, verbose=True,
    )  # fmt: skip
    assert result.search.states == {"complete": 2}
    assert result.final["test_reads"] == 1
    assert result.model().predict(x[:2], verbose=0).shape == (2, 10)
    assert "Refitting the best trial on training rows" in "".join(capsys.readouterr())


class OwnLoop(keras_tuner.HyperModel):
    """A training loop of its own, which does not even succeed on few rows."""

    def build(self, hp):
        return keras.Sequential([keras.Input((8, 8)), keras.layers.Dense(hp.Int("units", 1, 4))])

    def fit(self, hp, model, x, y, **kwargs):
        for _ in range(hp.Int("passes", 1, 3)):
            hp.Float("rate", 0.1, 0.9)
        raise RuntimeError(f"{len(x)} rows are too few")


@pytest.mark.parametrize(
    ("hypermodel", "names"),
    [
        (OwnLoop(), {"units", "passes", "rate"}),
        (DigitsModel(), {"kind", "hidden", "head/dropout", "batch_size"}),
    ],
)
def test_what_fit_asks_for_belongs_to_the_space(rows, hypermodel, names):
    space = space_from_build(
        hypermodel, after_build=fit_probe(hypermodel, ArrayRows.of("data", rows))
    )
    assert set(space.dimensions) == names
