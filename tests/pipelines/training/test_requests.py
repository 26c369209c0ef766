"""What a Python call refuses before anything is imported that trains, as the program does."""

from __future__ import annotations

import pytest

from pipelines import train, tune
from pipelines.datasets.registry import entry
from pipelines.jobs.schema import Job
from pipelines.recipes.registry import all_recipes
from pipelines.training.data import DataRequest

MASKS = {"shapes": "image-masks"}
GENERIC = {
    **{"image": "image", "tabular": "tabular", "text": "text"},
    **{"language-model": "language-model", "pairs": "translation", "series": "forecast"},
}
WITH_OWN_DATA = [recipe for recipe in all_recipes() if not entry(recipe.dataset).is_own]


@pytest.mark.parametrize("recipe", WITH_OWN_DATA, ids=lambda recipe: recipe.name)
def test_a_recipe_with_its_own_data_names_the_one_that_takes_yours(recipe):
    generic = MASKS.get(recipe.dataset) or GENERIC[entry(recipe.dataset).modality]
    message = f"{recipe.name} has its own data, .* Got path='mine': leave it out; .* `{generic}`"
    with pytest.raises(ValueError, match=message):
        DataRequest.of(recipe, options={"path": "mine"})


def test_training_and_search_refuse_it(tmp_path):
    message = r"wine-mlp has its own data, wine\. .* `tabular`"
    with pytest.raises(ValueError, match=message):
        train("wine-mlp", data={"path": "mine.csv"}, root=tmp_path)
    with pytest.raises(ValueError, match=message):
        tune(Job(recipe="wine-mlp", data="mine.csv", trials=1), root=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"epochs": "abc"}, r"`epochs` is a whole number\. Got epochs='abc'\."),
        ({"learning_rate": -1.0}, r"`learning_rate > 0` must hold\. Got learning_rate=-1\.0\."),
        ({"epocs": 3}, "No hyperparameter named 'epocs'. Did you mean 'epochs'"),
    ],
)
def test_wrong_hyperparameters_are_refused_as_by_the_program(params, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        train("wine-mlp", params=params, root=tmp_path)
    assert not list(tmp_path.iterdir())
