"""Searches whose model is the average of the best trials."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from pipelines.jobs.api import tune
from pipelines.jobs.candidates import Candidate, runners_up
from pipelines.jobs.plan import plan_job
from pipelines.jobs.recipe.refit import AVERAGED, PASSED_OVER, RecipeRefit
from pipelines.jobs.schema import Job
from pipelines.jobs.summary import summary_facts
from pipelines.recipes.registry import load_recipe
from pipelines.serving.bundle import Bundle
from pipelines.training.data import DataRequest
from tests.pipelines.jobs.recipe.test_folds_and_seeds import search
from tuning import Context, Float, Space
from tuning.storage.records import COMPLETE, PRUNED, TrialRecord


def test_runners_up_are_the_other_points_in_their_order():
    space = Space({"rate": Float(0.0, 1.0)})
    rates = [(0.1, 0.5, COMPLETE), (0.2, 0.9, COMPLETE), (0.3, 0.7, PRUNED), (0.2, 0.8, COMPLETE)]
    rates += [(0.4, 0.6, COMPLETE), (0.4, 0.65, COMPLETE)]
    records = [
        TrialRecord(number=number, state=state, params={"rate": rate}, values=(value,))
        for number, (rate, value, state) in enumerate(rates)
    ]
    target = SimpleNamespace(space=space, budget=7)
    found = SimpleNamespace(records=records, best=records[1])
    others = runners_up(target, found, SimpleNamespace(maximize=True))
    assert [(one.trial, one.params["rate"], one.epochs) for one in others] == [
        (5, 0.4, 7),
        (0, 0.1, 7),
    ]


@pytest.mark.exhaustive
def test_a_refit_averages_what_takes_the_form_of_the_winner(tmp_path):
    recipe = load_recipe("wine-mlp")
    recipe = dataclasses.replace(recipe, defaults={**recipe.defaults, **recipe.tiny})
    data = DataRequest(name="wine")
    context = Context(seed=0, directory=tmp_path)
    epochs = recipe.defaults["epochs"]
    others = [
        Candidate(params={"power": "none"}, epochs=1, trial=4),  # other inputs
        Candidate(params={"learning_rate": 0.1}, epochs=epochs, trial=7),
        Candidate(params={"learning_rate": 1e30}, epochs=epochs, trial=8),  # diverges
        Candidate(params={"widths": (8,)}, epochs=epochs, trial=2),
        Candidate(params={"dropout": 0.5}, epochs=1, trial=3),
    ]
    together = RecipeRefit(recipe=recipe, data=data, average=3, others=tuple(others))
    together({}, context)
    assert context.notes[AVERAGED] == [7, 2]
    # The fifth trial is not: three were found before it.
    assert context.notes[PASSED_OVER] == {"prepared in another way": [4], "diverged": [8]}
    mean = np.load(tmp_path / "predictions.npy")
    parts = []
    for params in ({}, {"learning_rate": 0.1}, {"widths": (8,)}):
        RecipeRefit(recipe=recipe, data=data)(params, Context(seed=0, directory=tmp_path))
        parts.append(np.exp(np.load(tmp_path / "predictions.npy")))
    parts = [part / part.sum(axis=1, keepdims=True) for part in parts]
    np.testing.assert_allclose(np.exp(mean), np.mean(parts, axis=0), atol=1e-5)


@pytest.mark.service
@pytest.mark.exhaustive
def test_a_search_keeps_the_average_of_its_best_trials(tmp_path):
    result = search(tmp_path, trials=4, average=3, params={"power": "none"})
    final = result.final
    assert final[AVERAGED][0] == result.search.best_trial
    assert len(set(final[AVERAGED])) == 3
    assert "reproduce" not in final
    trials = ", ".join(map(str, final[AVERAGED]))
    assert dict(summary_facts(result))["average"].endswith(f"of trials {trials}, refitted")
    bundle = Bundle.load(result.model_path.parent)
    assert sum(layer.name.startswith("tabular") for layer in bundle.model.layers) == 3
    # The same search without is another result of the same study, and the test is read again.
    alone = search(tmp_path, trials=4, params={"power": "none"})
    assert AVERAGED not in alone.final
    assert "reproduce" in alone.final
    assert alone.final["test_reads"] == 2


@pytest.mark.parametrize(
    ("final", "said"),
    [
        ({}, None),
        ({"average": 1, "reproduce": "cookbook train"}, None),
        (
            {"average": 3, "averaged": [5, 2], "passed_over": {"diverged": [8], "other": [4, 1]}},
            "the model is the average of trials 5, 2, refitted; passed over: 8 (diverged), "
            "4, 1 (other)",
        ),
        ({"average": 2}, "asked of 2 trials, and the model is the winner alone"),
    ],
)
def test_the_summary_says_which_trials_are_averaged_and_which_not(final, said):
    search = SimpleNamespace(states={}, front=[], confirmed=[], best=None)
    result = SimpleNamespace(
        final=final, search=search, best_value=None, notes=[], model_path=None, run_url=None
    )
    assert dict(summary_facts(result)).get("average") == said


def test_what_is_not_refitted_or_has_no_row_of_outputs_is_refused():
    space = {"x": {"int": [0, 3]}}
    with pytest.raises(ValueError, match=r"a function is not refitted\. Got average=2"):
        Job(function="a:b", space=space, objective="loss", trials=2, average=2)
    with pytest.raises(ValueError, match="`average` is of models that give one row of numbers"):
        plan_job(Job(recipe="names-char-lm", trials=2, average=2))
    objectives = [("val_accuracy", "maximize"), ("parameters", "minimize")]
    with pytest.raises(ValueError, match=r"best by one metric\. Got average=2 and 2 objectives"):
        Job(recipe="wine-mlp", trials=2, average=2, objective=objectives)
    with pytest.raises(ValueError, match="whose models have one form"):
        tune(lambda hp: None, (np.ones((4, 1)), np.ones(4)), trials=1, average=2)
