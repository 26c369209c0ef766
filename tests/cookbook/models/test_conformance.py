"""Rules of every model of the catalogue."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from cookbook.models.entry import ModelEntry
from tests.cookbook.models.rows import (
    COUNTED,
    FAMILIES,
    SMALL,
    TRAINED,
    WITHOUT_CHANCE,
    draw_inputs,
    name_of,
    outputs_of,
    small,
    trainable_count,
)

# Keras 3.15 writes TensorFlow variables in a way that NumPy 2.4 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

small_model = pytest.mark.parametrize("entry", SMALL)


@pytest.mark.parametrize("entry", COUNTED)
def test_counts_are_the_stated_ones(entry: ModelEntry) -> None:
    model = entry.build()
    assert (trainable_count(model), model.count_params()) == (entry.trainable, entry.total)


@small_model
def test_is_built_functional_and_uncompiled(entry: ModelEntry) -> None:
    model = small(entry)
    assert isinstance(model, keras.Model) and model.built and not model.compiled
    assert all(tensor.shape[0] is None for tensor in model.inputs)


@pytest.mark.backend
@small_model
def test_call_and_predict_agree(entry: ModelEntry) -> None:
    model = small(entry)
    inputs = draw_inputs(model)
    called = outputs_of(model, inputs)
    predicted = keras.tree.flatten(model.predict(inputs, verbose=0))
    for value, other in zip(called, predicted, strict=True):
        assert value.shape[0] == 4 and np.isfinite(value).all()
        np.testing.assert_allclose(value, other, rtol=1e-4, atol=1e-5)


@small_model
def test_layer_names_are_unique_and_chosen(entry: ModelEntry) -> None:
    names = [layer.name for layer in small(entry).layers]
    assert len(set(names)) == len(names)
    # Keras numbers the names that it chooses itself.
    assert [name for name in names if re.fullmatch(r"[a-z0-9_]+_\d+", name)] == []


@small_model
def test_half_precision_gives_finite_outputs_in_that_of_the_weights(entry: ModelEntry) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = small(entry)
        assert {weight.dtype for weight in model.trainable_weights} == {"float32"}
        assert {output.dtype for output in keras.tree.flatten(model.output)} == {"float32"}
        inputs = draw_inputs(model)
        assert all(np.isfinite(value).all() for value in outputs_of(model, inputs))
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.backend
@pytest.mark.parametrize("entry", TRAINED)
def test_loss_falls_on_sixteen_samples(entry: ModelEntry) -> None:
    keras.utils.set_random_seed(0)
    model = small(entry)
    inputs = draw_inputs(model, batch=16)
    random = np.random.default_rng(1)
    before = outputs_of(model, inputs)
    targets = [random.normal(size=value.shape).astype("float32") for value in before]
    model.compile(
        keras.optimizers.Adam(0.01), keras.tree.map_structure(lambda _: "mse", model.output)
    )
    structured = keras.tree.pack_sequence_as(model.output, targets)
    for _ in range(20):
        model.train_on_batch(inputs, structured)
    assert _error(outputs_of(model, inputs), targets) < _error(before, targets)


def _error(values: list[np.ndarray], targets: list[np.ndarray]) -> float:
    return sum(
        float(np.mean((value - target) ** 2)) for value, target in zip(values, targets, strict=True)
    )


@small_model
def test_configuration_round_trip(entry: ModelEntry) -> None:
    model = small(entry)
    twin = type(model).from_config(model.get_config())
    twin.set_weights(model.get_weights())
    inputs = draw_inputs(model)
    for value, other in zip(outputs_of(model, inputs), outputs_of(twin, inputs), strict=True):
        np.testing.assert_array_equal(value, other)


@pytest.mark.backend
@small_model
def test_save_and_load_give_equal_outputs(entry: ModelEntry, tmp_path: Path) -> None:
    model = small(entry)
    model.save(tmp_path / "model.keras")
    twin = keras.saving.load_model(tmp_path / "model.keras")
    inputs = draw_inputs(model)
    for value, other in zip(outputs_of(model, inputs), outputs_of(twin, inputs), strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-6, atol=1e-6)


_RELOAD = """
import json, pathlib, sys
import keras
from cookbook.saving import register
from tests.cookbook.models.rows import draw_inputs, outputs_of
register()
folder = pathlib.Path(sys.argv[1])
print(json.dumps({
    path.stem: [value.tolist() for value in outputs_of(model, draw_inputs(model))]
    for path in sorted(folder.glob("*.keras"))
    for model in [keras.saving.load_model(path)]
}))
"""


@pytest.mark.exhaustive
def test_one_model_per_family_reloads_in_a_fresh_process(tmp_path: Path) -> None:
    expected = {}
    for entry in FAMILIES:
        model = small(entry)
        model.save(tmp_path / f"{entry.name}.keras")
        expected[entry.name] = outputs_of(model, draw_inputs(model))
    run = subprocess.run(
        [sys.executable, "-c", _RELOAD, str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    loaded = json.loads(run.stdout.splitlines()[-1])
    assert loaded.keys() == expected.keys()
    for name, values in expected.items():
        for value, other in zip(values, loaded[name], strict=True):
            np.testing.assert_allclose(value, np.array(other), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("entry", FAMILIES, ids=name_of)
def test_seed_fixes_the_weights(entry: ModelEntry) -> None:
    options = {"initializer": "he_normal"} if "initializer" in _arguments(entry) else {}

    def weights(seed: int) -> np.ndarray:
        model = small(entry, seed=seed, **options)
        return np.concatenate([np.ravel(value) for value in model.get_weights()])

    np.testing.assert_array_equal(weights(0), weights(0))
    assert np.array_equal(weights(0), weights(1)) == (entry.builder in WITHOUT_CHANCE)


def _arguments(entry: ModelEntry) -> set[str]:
    module, _, function = entry.builder.partition(":")
    return set(inspect.signature(getattr(importlib.import_module(module), function)).parameters)
