"""KerasTuner users' code runs unchanged; the quirks of keras-tuner 1.4.8 stay outside."""

from __future__ import annotations

import keras_tuner
import numpy as np
import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.testing.pytest_samplers import BasicSamplerTestCase

from tuning import Choice, Float, Int, Space
from tuning.errors import TrialError
from tuning.keras_tuner.dimensions import dimension_of
from tuning.keras_tuner.hyperparameters import (
    TrialHyperParameters,
    build_model,
    fit_model,
    space_from_build,
)
from tuning.strategies.bayesian import OracleSampler
from tuning.strategies.distributions import distributions_of, propose


class TestOracleSampler(BasicSamplerTestCase):
    @pytest.fixture
    def sampler(self):
        return OracleSampler


def tutorial_build(hp):
    """Conditional and name scopes, a loop, stepped and logarithmic ranges, as in the guides."""
    layers = hp.Int("layers", 1, 3)
    for index in range(layers):
        hp.Int(f"units_{index}", min_value=32, max_value=512, step=32)
    kind = hp.Choice("kind", ["mlp", "cnn"])
    with hp.conditional_scope("kind", ["cnn"]):
        if kind == "cnn":
            hp.Int("filters", 8, 64, step=2, sampling="log")
            norm = hp.Boolean("norm")
            with hp.conditional_scope("norm", [True]):
                if norm:
                    hp.Float("momentum", 0.5, 0.99)
    with hp.name_scope("optimizer"):
        hp.Float("rate", 1e-4, 1e-2, sampling="log")
    hp.Float("dropout", 0.0, 0.3, step=0.1)
    hp.Fixed("batch", 32)


UNITS = {"int": [32, 512], "step": 32, "default": 32}


def test_the_space_of_a_build_function():
    assert (
        space_from_build(tutorial_build).to_dict()
        == Space(
            {
                "layers": {"int": [1, 3], "default": 1},
                "units_0": UNITS,
                "kind": {"choice": ["mlp", "cnn"], "default": "mlp"},
                "optimizer/rate": {"float": [1e-4, 1e-2], "log": True, "default": 1e-4},
                "dropout": {"float": [0.0, 0.3], "step": 0.1, "default": 0.0},
                "batch": {"fixed": 32},
                "filters": {
                    "choice": [8, 16, 32, 64],
                    "default": 8,
                    "when": {"kind": ["cnn"]},
                },
                "norm": {"choice": [False, True], "default": False, "when": {"kind": ["cnn"]}},
                "momentum": {
                    "float": [0.5, 0.99],
                    "default": 0.5,
                    "when": {"norm": [True]},
                },
                "units_1": {**UNITS, "when": {"layers": [2, 3]}},
                "units_2": {**UNITS, "when": {"layers": [3]}},
            }
        ).to_dict()
    )


def test_a_build_function_receives_the_point():
    seen = {}

    def build(hp):
        kind = hp.Choice("kind", ["mlp", "cnn"])
        with hp.conditional_scope("kind", ["cnn"]):
            seen["filters"] = hp.Int("filters", 8, 64)
        with hp.name_scope("optimizer"):
            seen["rate"] = hp.Float("rate", 0.0, 1.0)
        seen["kind"] = kind
        seen["read"] = hp.get("kind")

    build(TrialHyperParameters({"kind": "cnn", "filters": 16, "optimizer/rate": 0.5}))
    assert seen == {"kind": "cnn", "filters": 16, "rate": 0.5, "read": "cnn"}
    build(TrialHyperParameters({"kind": "mlp", "optimizer/rate": 0.5}))
    assert seen["filters"] is None  # inactive, as in KerasTuner


class Tutorial(keras_tuner.HyperModel):
    """A HyperModel with its own fit; the model is any object."""

    def build(self, hp):
        return {"units": hp.Int("units", 8, 64, step=8)}

    def fit(self, hp, model, data, **kwargs):
        return {"loss": model["units"] + hp.Float("noise", 0.0, 1.0) + sum(data) + kwargs["epochs"]}


def test_an_overridden_fit_receives_hp_and_model():
    model, hp = build_model(Tutorial(), {"units": 16, "noise": 0.5})
    assert fit_model(Tutorial(), hp, model, [1, 2], epochs=3) == {"loss": 16 + 0.5 + 3 + 3}


def test_one_name_for_two_ranges_is_refused():
    def build(hp):
        kind = hp.Choice("kind", ["a", "b"])
        with hp.conditional_scope("kind", ["a"]):
            if kind == "a":
                hp.Int("units", 1, 4)
        with hp.conditional_scope("kind", ["b"]):
            if kind == "b":
                hp.Int("units", 10, 40)

    with pytest.raises(ValueError, match=r"One name must stand for one range\. Parameter 'units'"):
        space_from_build(build)


def kinds():
    return keras_tuner.engine.hyperparameters


@given(
    low=st.integers(0, 20),
    step=st.integers(1, 5),
    count=st.integers(1, 8),
)
@settings(max_examples=50)
def test_stepped_floats_reach_their_end(low, step, count):
    """KerasTuner divides and floors: Float(0, 0.3, step=0.1) never gives 0.3 there."""
    hp = kinds().Float("x", low / 10, (low + step * count) / 10, step=step / 10)
    values = dimension_of(hp).values
    assert len(values) == count + 1
    assert values[-1] == pytest.approx(hp.max_value)
    assert dimension_of(hp).default == hp.default


@given(low=st.integers(1, 9), factor=st.integers(2, 4), count=st.integers(0, 5))
@settings(max_examples=50)
def test_multiplying_steps_are_choices(low, factor, count):
    hp = kinds().Int("x", low, low * factor**count, step=factor, sampling="log")
    assert list(dimension_of(hp).values) == [low * factor**i for i in range(count + 1)]


@given(low=st.integers(0, 9), span=st.integers(0, 30), step=st.integers(1, 7))
@settings(max_examples=50)
def test_ends_that_no_step_reaches_are_pulled_in(low, span, step):
    hp = kinds().Int("x", low, low + span, step=step)
    assert list(dimension_of(hp).values) == list(hp.values)


def test_a_default_of_a_wide_range_is_found_without_its_values():
    seed = dimension_of(kinds().Int("seed", 0, 2**31 - 1, step=10, default=2**30))
    assert (seed.default, seed.count) == (2**30 - 4, 214748365)
    tie = dimension_of(kinds().Float("x", 0.0, 1.0, step=0.5, default=0.25))
    assert tie.default == 0.0


def _study(space, score):
    study = optuna.create_study()
    generator = np.random.default_rng(0)
    for _ in range(16):
        point = {}
        for name, dimension in space.dimensions.items():
            values = dimension.values or [float(generator.uniform(dimension.low, dimension.high))]
            point[name] = values[int(generator.integers(len(values)))]
        study.add_trial(
            optuna.trial.create_trial(
                params=point, distributions=distributions_of(space), value=score(point)
            )
        )
    return study


def _ask(study, space, seed=0):
    trial = study._storage.get_trial(study._storage.create_new_trial(study._study_id))
    return propose(OracleSampler(space=space, startup=4, seed=seed), study, trial, space)


def test_the_oracle_gives_plain_python_values():
    space = Space({"x": Float(0, 1), "n": Int(1, 64, log=True), "k": Choice(["a", "b"])})
    point = _ask(_study(space, lambda p: p["x"]), space)
    assert [type(value) for value in point.values()] == [float, int, str]


def test_the_oracle_learns():
    space = Space({"x": Float(0.0, 1.0)})
    study = _study(space, lambda p: (p["x"] - 0.3) ** 2)
    assert abs(_ask(study, space)["x"] - 0.3) < 0.2


def test_infinite_scores_do_not_attract_the_oracle():
    """KerasTuner turns them into 0, which is the best loss there is."""
    space = Space({"x": Float(0.0, 1.0)})
    diverged = _study(space, lambda p: float("inf") if p["x"] > 0.5 else 5 + p["x"])
    assert _ask(diverged, space)["x"] < 0.5


def test_seed_0_is_a_seed():
    space = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)})
    points = [_ask(_study(space, lambda p: p["x"]), space, seed=0) for _ in range(2)]
    assert points[0] == points[1]


def test_whole_numbers_that_a_store_would_merge_are_refused():
    hp = TrialHyperParameters({}, Space({"seed": Int(0, 9)}))
    assert hp.Int("large", 0, 2**53) <= 2**53
    with pytest.raises(TrialError, match=f"'larger' has low=0, high={2**53 + 1}: take a smaller"):
        hp.Int("larger", 0, 2**53 + 1)
