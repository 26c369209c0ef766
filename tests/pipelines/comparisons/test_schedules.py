"""Every schedule spans a whole training, or says why it cannot be named in the options."""

from __future__ import annotations

import pytest

from cookbook.schedules.registry import SCHEDULES
from pipelines.hyperparameters.optimizer import build_schedule
from pipelines.hyperparameters.options import TrainingOptions
from pipelines.hyperparameters.schedules import NOT_SPANNED, SCHEDULE_NAMES

PEAK = 0.4
# Name: first and last rate over the peak, of 400 steps.
ENDS = {
    "constant": (1, 1),
    "step": (1, 1e-2),
    "piecewise": (1, 1e-2),
    "exponential": (1, 1e-2),
    "inverse_time": (1, 1 / 11),
    "polynomial": (1, 0),
    "cosine": (1, 0),
    "cosine_restarts": (1, 0),
    "triangular": (0.1, 0.1),
    "triangular2": (0.1, 0.1),
    "exp_range": (0.1, 0.1),
    "one_cycle": (1 / 25, 1 / 250_000),
    "one_cycle_linear": (1 / 25, 1 / 250_000),
    "one_cycle_momentum": (1 / 25, 1 / 250_000),
    "cooldown": (1, 0),
    "plateau": (1, 1),
    "spall_gain": (1, (41 / 440) ** 0.602),
}


def test_every_schedule_is_spanned_or_has_a_reason():
    assert set(ENDS) == set(SCHEDULE_NAMES)
    assert set(SCHEDULE_NAMES) | set(NOT_SPANNED) == set(SCHEDULES)
    assert not set(SCHEDULE_NAMES) & set(NOT_SPANNED)


def _rates(name, steps, **options):
    schedule = build_schedule(
        TrainingOptions(schedule=name, learning_rate=PEAK, **options), total_steps=steps
    )
    if isinstance(schedule, float):
        return [schedule] * steps
    return [float(schedule(step)) for step in range(steps)]


@pytest.mark.parametrize("name", SCHEDULE_NAMES)
def test_a_schedule_begins_and_ends_as_it_should_and_never_passes_its_peak(name):
    steps = 400
    rates = _rates(name, steps)
    first, last = ENDS[name]
    assert rates[0] == pytest.approx(first * PEAK, rel=1e-3)
    # The end itself is reached with the step after the last one.
    assert rates[-1] == pytest.approx(last * PEAK, rel=0.03, abs=0.025 * PEAK)
    assert max(rates) == pytest.approx(PEAK, rel=0.12)
    assert max(rates) <= PEAK * (1 + 1e-6)
    assert min(rates) >= 0


@pytest.mark.parametrize("name", SCHEDULE_NAMES)
@pytest.mark.parametrize("steps", [4, 7, 30])
def test_a_schedule_spans_short_trainings(name, steps):
    rates = _rates(name, steps)
    assert all(0 <= rate <= PEAK * (1 + 1e-6) for rate in rates)


@pytest.mark.parametrize("name", sorted(set(SCHEDULE_NAMES) - {"one_cycle_momentum"}))
def test_warmup_goes_before_any_schedule(name):
    rates = _rates(name, 100, warmup=0.1)
    assert rates[0] == 0.0
    assert rates[10] == pytest.approx(ENDS[name][0] * PEAK, rel=0.01)


def test_an_unknown_schedule_is_refused():
    with pytest.raises(
        ValueError, match=r"No schedule named 'one-cycle'. Did you mean 'one_cycle'"
    ):
        build_schedule(TrainingOptions(schedule="one-cycle"), total_steps=10)
