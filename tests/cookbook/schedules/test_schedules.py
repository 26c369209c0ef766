"""Every schedule against its closed form, inside compiled steps, and through its config."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import pytest

from cookbook.optimizers import ScheduledSGD
from cookbook.schedules import (
    SCHEDULES,
    Cyclical,
    LowerOnPlateau,
    OneCycle,
    OneCycleMomentum,
    Plateau,
    Warmup,
    make_schedule,
)

# Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

STEPS = (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 15, 20, 25, 30, 31, 39, 40, 41, 70, 100)


def restarts(step: int, first: int, longer: float, lower: float) -> float:
    length, height, left = float(first), 1.0, float(step)
    while left >= length:
        left, length, height = left - length, length * longer, height * lower
    return height * (1 + math.cos(math.pi * left / length)) / 2


def triangle(step: int, half: int) -> tuple[int, float]:
    cycle = math.floor(1 + step / (2 * half))
    return cycle, max(0.0, 1 - abs(step / half - 2 * cycle + 1))


def line(step: float, start: float, stop: float, first: float, last: float) -> float:
    return first + (last - first) * min(max((step - start) / (stop - start), 0.0), 1.0)


def half_cosine(step: float, start: float, stop: float, first: float, last: float) -> float:
    done = min(max((step - start) / (stop - start), 0.0), 1.0)
    return last + (first - last) * (1 + math.cos(math.pi * done)) / 2


def cosine_cycle(step: int, low: float, high: float, final: float) -> float:
    if step < 12:  # 0.3 * 40
        return half_cosine(step, 0, 12, low, high)
    return half_cosine(step, 12, 40, high, final)


def linear_cycle(step: int, low: float, high: float, final: float) -> float:
    if step < 16:  # 0.4 * 40
        return line(step, 0, 16, low, high)
    return line(step, 16, 32, high, low) if step < 32 else line(step, 32, 40, low, final)


@dataclass(frozen=True)
class Case:
    name: str
    closed_form: Callable[[int], float]
    options: dict[str, Any] = field(default_factory=dict)


DECAY = {"initial_learning_rate": 0.5, "decay_steps": 10}
CASES = (
    Case("constant", lambda k: 0.3, {"rate": 0.3}),
    Case("step", lambda k: 0.5 * 0.1 ** (k // 10), DECAY),
    Case("exponential", lambda k: 0.5 * 0.96 ** (k / 10), DECAY),
    Case("inverse_time", lambda k: 0.5 / (1 + 2 * k / 10), {**DECAY, "decay_rate": 2.0}),
    Case(
        "polynomial",
        lambda k: 0.1 + 0.4 * (1 - min(k, 10) / 10) ** 2,
        {**DECAY, "end_learning_rate": 0.1, "power": 2.0},
    ),
    Case("cosine", lambda k: half_cosine(k, 0, 10, 0.5, 0.05), {**DECAY, "alpha": 0.1}),
    Case(
        "piecewise",
        lambda k: 1.0 if k <= 4 else 0.5 if k <= 9 else 0.1,
        {"boundaries": (4, 9), "values": (1.0, 0.5, 0.1)},
    ),
    Case(
        "cosine_restarts",
        lambda k: restarts(k, 10, 1.0, 1.0),
        {"initial_learning_rate": 1.0, "first_decay_steps": 10, "t_mul": 1.0},
    ),
    Case(
        "cosine_restarts",
        lambda k: restarts(k, 10, 2.0, 0.5),
        {"initial_learning_rate": 1.0, "first_decay_steps": 10, "t_mul": 2.0, "m_mul": 0.5},
    ),
    Case(
        "triangular",
        lambda k: 0.1 + 0.4 * triangle(k, 10)[1],
        {"minimum": 0.1, "maximum": 0.5, "half_cycle_steps": 10},
    ),
    Case(
        "triangular2",
        lambda k: 0.1 + 0.4 * triangle(k, 10)[1] / 2 ** (triangle(k, 10)[0] - 1),
        {"minimum": 0.1, "maximum": 0.5, "half_cycle_steps": 10},
    ),
    Case(
        "exp_range",
        lambda k: 0.1 + 0.4 * triangle(k, 5)[1] * 0.99**k,
        {"minimum": 0.1, "maximum": 0.5, "half_cycle_steps": 5, "decay": 0.99},
    ),
    Case(
        "one_cycle",
        lambda k: cosine_cycle(k, 0.04, 1.0, 0.001),
        {"maximum": 1.0, "total_steps": 40, "final_divisor": 1000.0},
    ),
    Case(
        "one_cycle_linear",
        lambda k: linear_cycle(k, 0.1, 1.0, 0.001),
        {
            "maximum": 1.0,
            "total_steps": 40,
            "warmup_fraction": 0.4,
            "start_divisor": 10.0,
            "final_divisor": 1000.0,
        },
    ),
    Case(
        "one_cycle_momentum",
        lambda k: cosine_cycle(k, 0.95, 0.85, 0.95),
        {"total_steps": 40},
    ),
    Case(
        "warmup",
        lambda k: line(k, 0, 8, 0.1, 1.0) * 0.5 * 0.96 ** (max(k - 8, 0) / 10),
        {
            "schedule": make_schedule("exponential", **DECAY),
            "steps": 8,
            "start_fraction": 0.1,
        },
    ),
    Case(
        "cooldown",
        lambda k: 0.5 * 0.96 ** (min(k, 30) / 10) * line(k, 30, 40, 1.0, 0.0),
        {"schedule": make_schedule("exponential", **DECAY), "steps": 10, "total_steps": 40},
    ),
    Case(
        "warmup_cooldown",
        lambda k: 0.3 * line(k, 0, 5, 0, 1) * line(k, 30, 40, 1, 0),
        {"schedule": 0.3, "warmup_steps": 5, "cooldown_steps": 10, "total_steps": 40},
    ),
    Case(
        "plateau",
        lambda k: 0.2 * 0.5 * 0.96 ** (k / 10),
        {"schedule": make_schedule("exponential", **DECAY), "factor": 0.2},
    ),
    Case(
        "spall_gain",
        lambda k: 0.5 / (k + 1 + 9) ** 0.602,
        {"scale": 0.5, "exponent": 0.602, "stability": 9.0},
    ),
)
IDS = [f"{case.name}-{index}" for index, case in enumerate(CASES)]
every_case = pytest.mark.parametrize("case", CASES, ids=IDS)


def test_every_schedule_has_a_case() -> None:
    assert {case.name for case in CASES} == set(SCHEDULES)


@pytest.mark.backend
@every_case
def test_rate_equals_closed_form(case: Case) -> None:
    schedule = make_schedule(case.name, **case.options)
    rates = [float(schedule(step)) for step in STEPS]
    np.testing.assert_allclose(rates, [case.closed_form(k) for k in STEPS], rtol=2e-5, atol=1e-7)


@every_case
def test_rate_survives_config(case: Case) -> None:
    schedule = make_schedule(case.name, **case.options)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert again.get_config() == schedule.get_config()
    assert [float(again(k)) for k in STEPS] == [float(schedule(k)) for k in STEPS]


def slope_one_model(optimizer: Any, **compile_options: Any) -> keras.Model:
    """A model whose only weight has the gradient 1: the weight is minus the sum of rates."""
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
    )
    model.compile(optimizer=optimizer, loss=lambda y, p: p, **compile_options)
    return model


def fit_steps(model: keras.Model, steps: int, **options: Any) -> float:
    ones = np.ones((steps, 1), "float32")
    model.fit(ones, ones, batch_size=1, verbose=0, **options)
    return float(model.get_weights()[0][0, 0])


@every_case
def test_saved_model_goes_on_at_its_step(case: Case, tmp_path: Any) -> None:
    schedule = make_schedule(case.name, **case.options)
    model = slope_one_model(keras.optimizers.SGD(schedule))
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    for _ in range(3):
        optimizer.apply([keras.ops.ones((1, 1))])
    model.compile(optimizer=optimizer, loss="mse")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").optimizer
    assert int(loaded.iterations) == 3
    assert float(loaded.learning_rate) == float(schedule(3))


# PyTorch's trainer of Keras runs single steps.
LONGEST_EXECUTION = 1 if keras.backend.backend() == "torch" else 4
EXACT = ("cosine_restarts-8", "triangular2-10", "one_cycle-12", "warmup_cooldown-17", "plateau-18")


@pytest.mark.backend
@pytest.mark.parametrize("steps_per_execution", [1, LONGEST_EXECUTION])
@pytest.mark.parametrize("case", [c for c, i in zip(CASES, IDS, strict=True) if i in EXACT])
def test_fit_is_exact_under_steps_per_execution(case: Case, steps_per_execution: int) -> None:
    schedule = make_schedule(case.name, **case.options)
    model = slope_one_model(keras.optimizers.SGD(schedule), steps_per_execution=steps_per_execution)
    weight = fit_steps(model, 12)
    expected = -math.fsum(case.closed_form(k) for k in range(12))
    np.testing.assert_allclose(weight, expected, rtol=1e-5)


@pytest.mark.backend
@pytest.mark.parametrize("form", ["linear", "cosine"])
def test_one_cycle_moves_rate_and_momentum_inside_fit(form: Any) -> None:
    rate = OneCycle(0.5, 12, form=form, warmup_fraction=0.4)
    momentum = rate.momentum()
    steps = min(3, LONGEST_EXECUTION)
    model = slope_one_model(ScheduledSGD(rate, momentum), steps_per_execution=steps)
    weight = velocity = 0.0
    for k in range(12):
        velocity = float(momentum(k)) * velocity - float(rate(k))
        weight += velocity
    np.testing.assert_allclose(fit_steps(model, 12), weight, rtol=1e-5)


@pytest.mark.parametrize("form", ["linear", "cosine"])
def test_one_cycle_is_exact_down_to_its_last_rate(form: Any) -> None:
    rate = OneCycle(0.5, 1000, form=form)
    assert float(rate(1000)) == np.float32(0.5 / 250_000)
    last, before = 0.5 / 250_000, 0.5 / 25 if form == "linear" else 0.5
    done = 99 / 100 if form == "linear" else (1 - math.cos(math.pi * 699 / 700)) / 2
    assert float(rate(999)) == pytest.approx(before + (last - before) * done, rel=1e-5)


def test_one_cycle_mirrors_momentum() -> None:
    rate = OneCycle(1.0, 100, form="linear", warmup_fraction=0.4)
    momentum = rate.momentum(0.8, 0.9)
    peak = int(np.argmax([float(rate(k)) for k in range(100)]))
    assert peak == int(np.argmin([float(momentum(k)) for k in range(100)])) == 40
    assert momentum.get_config()["warmup_fraction"] == 0.4


def test_cycles_stay_exact_beyond_the_integers_of_float32() -> None:
    rate = Cyclical(0.0, 1.0, half_cycle_steps=7)
    late = 14 * 2_000_000 + 3  # above 2 ** 24, where float32 steps by two
    assert float(rate(late)) == float(rate(3))


@pytest.mark.backend
def test_plateau_lowers_any_schedule_inside_fit() -> None:
    schedule = Plateau(make_schedule("exponential", **DECAY))
    model = slope_one_model(keras.optimizers.SGD(schedule))
    # The loss is -sum of rates and so falls; with mode "max" no epoch improves on the first.
    callback = LowerOnPlateau("loss", mode="max", ratio=0.1, patience=2, cooldown=1)
    weight = fit_steps(model, 2, epochs=5, callbacks=[callback])
    # Epochs 2 and 3 do not improve: a drop after the third; the fourth rests, the fifth counts.
    expected = -math.fsum(0.5 * 0.96 ** (k / 10) * (1.0 if k < 6 else 0.1) for k in range(10))
    np.testing.assert_allclose(weight, expected, rtol=1e-5)
    assert schedule.factor == pytest.approx(0.1)
    assert callback.waited == 1


def test_plateau_stops_at_its_minimum() -> None:
    schedule = Plateau(1.0)
    for _ in range(5):
        schedule.lower(0.1, minimum=0.01)
    assert schedule.factor == pytest.approx(0.01)


def test_lower_on_plateau_counts_only_real_improvements() -> None:
    schedule = Plateau(1.0)
    model = slope_one_model(keras.optimizers.SGD(schedule))
    callback = LowerOnPlateau("loss", patience=2, min_delta=0.1, ratio=0.5)
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, loss in enumerate((1.0, 0.95, 0.5, float("nan"), 0.45)):
        callback.on_epoch_end(epoch, {"loss": loss})
    # 0.95 is no improvement of 0.1, 0.5 is; NaN and 0.45 are none: one drop.
    assert schedule.factor == 0.5
    assert callback.best == 0.5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_schedule("cosin"), "No schedule named 'cosin'. Did you mean 'cosine'"),
        (
            lambda: make_schedule("step", initial_learning_rate=-1.0, decay_steps=1),
            "`0 <= initial_learning_rate` must hold",
        ),
        (
            lambda: make_schedule("cosine", initial_learning_rate=1.0, decay_steps=0),
            "`1 <= decay_steps` must hold",
        ),
        (lambda: make_schedule("piecewise", boundaries=(5, 2), values=(1, 2, 3)), "increase"),
        (lambda: make_schedule("piecewise", boundaries=(5,), values=(1,)), "give 2 values"),
        (lambda: make_schedule("piecewise", boundaries=(5,), values=(1, -1)), "not be negative"),
        (lambda: make_schedule("constant", rate=-0.1), "`0 <= rate` must hold"),
        (lambda: Cyclical(0.5, 0.1, half_cycle_steps=2), "`minimum <= maximum` must hold"),
        (lambda: Cyclical(-0.5, 0.1, half_cycle_steps=2), "`0 <= minimum` must hold"),
        (lambda: Cyclical(0.1, 0.5, half_cycle_steps=0), "`1 <= half_cycle_steps` must hold"),
        (lambda: Cyclical(0.1, 0.5, half_cycle_steps=1, decay=2.0), "`0 < decay <= 1`"),
        (
            lambda: Cyclical(0.1, 0.5, half_cycle_steps=1, shape="triangle"),
            "Did you mean 'triangular'",
        ),
        (lambda: OneCycle(0.0, 10), "`0 < maximum` must hold"),
        (lambda: OneCycle(1.0, 1), "Got rise=0, warmup_fraction=0.3, total_steps=1"),
        (
            lambda: OneCycle(1.0, 10, form="linear", warmup_fraction=0.5),
            "`2 . rise < total_steps` must hold for the linear form",
        ),
        (lambda: OneCycle(1.0, 10, warmup_fraction=1.0), "`0 < warmup_fraction < 1`"),
        (lambda: OneCycle(1.0, 10, form="cosin"), "Did you mean 'cosine'"),
        (lambda: OneCycleMomentum(0.9, 0.8, total_steps=9), "`low <= high` must hold"),
        (lambda: OneCycleMomentum(0.9, 1.0, total_steps=9), "`0 <= high < 1` must hold"),
        (lambda: Warmup(0.1, steps=0), "`1 <= steps` must hold"),
        (lambda: Warmup("cosine", steps=1), "Got str: make one with"),
        (
            lambda: make_schedule("cooldown", schedule=0.1, steps=9, total_steps=5),
            "`1 <= steps <= total_steps` must hold. Got steps=9, total_steps=5",
        ),
        (
            lambda: make_schedule(
                "warmup_cooldown", schedule=1.0, warmup_steps=4, cooldown_steps=4, total_steps=7
            ),
            "`warmup_steps . cooldown_steps <= total_steps` must hold",
        ),
        (lambda: Plateau(0.1, factor=1.5), "`0 <= factor <= 1` must hold"),
        (lambda: LowerOnPlateau(ratio=1.0), "`0 < ratio < 1` must hold"),
        (lambda: LowerOnPlateau(patience=0), "`1 <= patience` must hold"),
        (lambda: LowerOnPlateau(mode="mn"), "No mode named 'mn'. Did you mean 'min'"),
    ],
)
def test_bad_input_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_lower_on_plateau_says_what_it_misses() -> None:
    model = slope_one_model(keras.optimizers.SGD(0.1))
    callback = LowerOnPlateau("los")
    callback.set_model(model)
    with pytest.raises(ValueError, match=r"compile with learning_rate=Plateau\(schedule\)"):
        callback.on_train_begin()
    with pytest.raises(ValueError, match=r"No metric named 'los'. Did you mean 'loss'\?"):
        callback.on_epoch_end(0, {"loss": 1.0})
