"""The quick TPE proposes Optuna's points."""

from __future__ import annotations

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import TPESampler
from optuna.trial import TrialState, create_trial

from tuning.internals.optuna_tpe import KnownNumbers, QuickTpe

FLAT = {
    "x": FloatDistribution(0.0, 1.0),
    "n": IntDistribution(1, 64, log=True),
    "kind": CategoricalDistribution(["a", "b", "c"]),
    "one": CategoricalDistribution(["only"]),
}
UNDER_A = {"momentum": FloatDistribution(0.1, 0.9), "steps": IntDistribution(1, 5)}


def study_of(*, conditional, running):
    """Forty random trials of every kind that counts, and a few that run."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    for number in range(40):
        trial = study.ask(FLAT)
        point, space = dict(trial.params), dict(FLAT)
        if conditional and point["kind"] == "a":
            point |= {"momentum": 0.1 + number / 50, "steps": 1 + number % 5}
            space |= UNDER_A
        study.tell(trial, state=TrialState.FAIL)
        state = TrialState.PRUNED if number % 7 == 3 else TrialState.COMPLETE
        study.add_trial(
            create_trial(state=state, value=point["x"], params=point, distributions=space)
        )
        if number >= 40 - running:
            study.ask(FLAT)
    return study


@pytest.fixture(autouse=True)
def quiet():
    optuna.logging.set_verbosity(optuna.logging.ERROR)


@pytest.mark.parametrize("running", [0, 3])
@pytest.mark.parametrize("conditional", [False, True], ids=["flat", "conditional"])
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_it_proposes_what_optuna_proposes(conditional, running):
    study = study_of(conditional=conditional, running=running)
    distributions = FLAT | (UNDER_A if conditional else {})
    numbers = KnownNumbers(distributions)
    for seed in range(8):
        common = {"seed": seed, "n_startup_trials": 5}
        theirs = TPESampler(multivariate=True, group=conditional, constant_liar=True, **common)
        ours = QuickTpe(numbers, conditional=conditional, **common)
        study.ask()
        asked = study.get_trials(deepcopy=False)[-1]
        points = []
        for sampler in (ours, theirs):  # Optuna's writes to its trial, so it comes last
            space = sampler.infer_relative_search_space(study, asked)
            points.append((space, sampler.sample_relative(study, asked, space)))
        assert points[0] == points[1]
        assert set(points[0][1]) == set(distributions) - {"one"}
        study.tell(asked.number, state=TrialState.FAIL)  # else Optuna's next one learns of it


def test_only_trials_that_have_all_of_the_parameters_count():
    numbers = KnownNumbers({"x": FLAT["x"], "y": FloatDistribution(0.0, 1.0)})
    trial = create_trial(value=0.0, params={"x": 0.5}, distributions={"x": FLAT["x"]})
    assert numbers.columns([trial], ["x"]).tolist() == [[0.5]]
    assert numbers.columns([trial], ["x", "y"]).tolist() == []
