"""Options that Python calls equal stay different ones, also where a store holds them otherwise."""

from __future__ import annotations

import optuna
import pytest
from optuna.distributions import CategoricalDistribution

from tests.tuning.strategies.drive import Driver
from tuning import Choice, Float, Space
from tuning.storage.records import COMPLETE
from tuning.strategies.bayesian import OracleSampler
from tuning.strategies.distributions import distributions_of, space_of

OPTIONS = [
    [1, 0.5, 1.0],
    [True, 1, 0, False],
    [1, True, "1", "true"],
    [[1], "[1]", 2],
    [None, "a", [64, 32]],
]


@pytest.mark.parametrize("strategy", ["bayesian", "grid", "hybrid", "random", "tpe"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_each_is_tried_and_recorded_as_itself(tmp_path, strategy, options):
    space = Space({"x": Choice(options)})
    searched = Driver(tmp_path, space, strategy=strategy, trials=9)
    tried = [repr(point["x"]) for point in searched.run(lambda point, number: [0.1 * number])]
    assert sorted(tried) == sorted(map(repr, options))
    assert [repr(record.params["x"]) for record in searched.records()] == tried


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_optuna_finds_each_by_its_own_form(options):
    space = Space({"x": Choice(options)})
    optunas = distributions_of(space)["x"]
    for option in options:
        held = optunas.to_external_repr(optunas.to_internal_repr(space.encode({"x": option})["x"]))
        assert repr(space.decode({"x": held})["x"]) == repr(option)


def test_only_options_that_are_equal_to_others_have_another_form():
    """Studies of all other choices are in the stores of earlier versions as they are now."""
    assert list(Choice([0.5, 1, "1", (64, 32)]).stored.values()) == [0.5, 1, "1", "[64, 32]"]


def test_what_an_earlier_version_recorded_is_read_and_learnt_from(tmp_path):
    space = Space({"x": Choice([1, 0.5, 1.0, "1"]), "y": Float(0.0, 1.0)})
    searched = Driver(tmp_path, space, strategy="tpe", trials=12, strategy_options={"startup": 2})
    for x in (0.5, 1, "1"):
        optunas = {**distributions_of(space), "x": CategoricalDistribution([1, 0.5, 1.0, "1"])}
        searched.study.add_trial(
            optuna.trial.create_trial(params={"x": x, "y": 0.5}, distributions=optunas, value=0.5)
        )
    assert [record.params["x"] for record in searched.records()] == [0.5, 1, "1"]
    points = searched.run(lambda point, number: [point["y"]])
    assert len(points) == 9
    assert all(record.state == COMPLETE for record in searched.records())


def test_a_choice_that_grows_by_an_equal_option_keeps_its_trials(tmp_path):
    before, after = (Space({"x": Choice(options)}) for options in (["1", 1], ["1", 1, 1.0, True]))
    old = Driver(tmp_path, before, strategy="random", trials=9).run(lambda p, n: [0.5])
    known = {"points": [{"x": True}]}
    grown = Driver(tmp_path, after, strategy="hybrid", trials=9, warm_start=known)
    new = grown.run(lambda point, number: [0.5])
    assert [repr(point["x"]) for point in new] == ["True", "1.0"]
    assert [repr(r.params["x"]) for r in grown.records()] == [repr(p["x"]) for p in old + new]


def test_equal_choices_of_an_optuna_study_are_one_as_optuna_records_them():
    assert space_of({"x": CategoricalDistribution([1, 0.5, True, 1.0])})["x"] == Choice([1, 0.5])
    study = optuna.create_study(sampler=OracleSampler(startup=2, seed=0))
    study.optimize(lambda trial: trial.suggest_categorical("x", [1, 0.5, True]), n_trials=6)
    assert len(study.trials) == 6
