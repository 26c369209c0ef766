"""A trial that another process began goes on from its last checkpoint, bit for bit."""

from __future__ import annotations

import pytest

from pipelines.jobs.recipe.objective import RecipeObjective
from pipelines.recipes.registry import load_recipe
from pipelines.training import checkpoint
from pipelines.training.data import DataRequest
from tuning import Context, cross_validated

PARAMS = {"epochs": 6, "widths": (16,)}


class Killed(BaseException):
    """Stands for the end of a process: nothing in a training catches it."""


@pytest.fixture(scope="module")
def objective():
    recipe = load_recipe("digits-mlp")
    data = DataRequest.of(recipe, tiny=True)
    return RecipeObjective(recipe=recipe, data=data, metric="val_accuracy", maximize=True, folds=2)


@pytest.fixture(scope="module")
def whole(objective):
    context = Context(seed=5)
    return objective(dict(PARAMS), context), context.history


@pytest.fixture(autouse=True)
def every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoint, "_SHARE", 1e6)


class Asking:
    """Decides about pruning: notes the steps at which it is asked, and dies at one of them."""

    def __init__(self, dies_at=None):
        self.asked, self._dies_at = [], dies_at

    def __call__(self, step, value):
        self.asked.append(step)
        if step == self._dies_at:
            raise Killed
        return False


def context(folder, decide):
    return Context(seed=5, checkpoints=folder, metric="val_accuracy", decide=decide)


def test_finished_epochs_are_not_repeated_and_numbers_are_equal(objective, whole, tmp_path):
    with pytest.raises(Killed):
        objective(dict(PARAMS), context(tmp_path, Asking(dies_at=4)))
    goes_on = context(tmp_path, decide := Asking())
    assert objective(dict(PARAMS), goes_on) == whole[0]
    assert goes_on.history == whole[1]
    assert decide.asked == [4, 5, 6]  # the epoch in which it died runs again
    assert goes_on.notes["resumed_after"] == 3


def test_a_trial_that_died_after_its_last_epoch_trains_no_more(objective, whole, tmp_path):
    objective(dict(PARAMS), context(tmp_path, Asking()))
    again = context(tmp_path, decide := Asking())
    assert objective(dict(PARAMS), again) == whole[0]
    assert (again.history, decide.asked) == (whole[1], [])


def test_a_file_that_is_damaged_or_of_another_point_is_not_used(objective, whole, tmp_path):
    objective({**PARAMS, "widths": (8,)}, context(tmp_path, Asking()))
    (file,) = tmp_path.iterdir()
    objective(dict(PARAMS), context(tmp_path, decide := Asking()))
    assert decide.asked == [1, 2, 3, 4, 5, 6]
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:500])
    assert objective(dict(PARAMS), context(tmp_path, Asking())) == whole[0]


@pytest.mark.exhaustive
def test_folds_that_ended_are_not_trained_again(objective, tmp_path):
    folds = cross_validated(objective, 2)
    expected = folds(dict(PARAMS), Context(seed=5))
    first = Context(seed=5, checkpoints=tmp_path, metric="val_accuracy", decide=Asking(dies_at=1))
    with pytest.raises(Killed):
        folds(dict(PARAMS), first)
    assert len(list(tmp_path.iterdir())) == 1
    assert folds(dict(PARAMS), Context(seed=5, checkpoints=tmp_path)) == expected
