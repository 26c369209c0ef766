"""What a Python call refuses before anything is imported that trains, as the program does."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines import train, tune
from pipelines.datasets.registry import entry
from pipelines.jobs import api as jobs_api
from pipelines.jobs.plan import plan_job
from pipelines.jobs.schema import Job
from pipelines.recipes.registry import all_recipes
from pipelines.training import api
from pipelines.training.checks import check_hyperparameters
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


@pytest.mark.parametrize("seed", [None, 1.5, "0", True, -1, 2**32])
def test_a_wrong_seed_is_refused_before_anything_is_loaded(seed, tmp_path):
    with pytest.raises(ValueError, match=rf"`seed` is a whole number .* Got seed={seed!r}\."):
        train("wine-mlp", seed=seed, root=tmp_path)
    assert not list(tmp_path.iterdir())


def test_numbers_of_numpy_are_numbers(monkeypatch, tmp_path):
    requests = []
    monkeypatch.setattr(api, "train_request", lambda request, **_: requests.append(request))
    params = {"learning_rate": np.float32(0.5), "widths": (np.int64(8),)}
    data = {"split_seed": np.int64(1)}
    train("wine-mlp", data, params=params, epochs=np.int64(2), seed=np.int64(3), root=tmp_path)
    (request,) = requests
    check_hyperparameters(request.load_recipe(), request.params)
    assert request.params == {"learning_rate": 0.5, "widths": (8,), "epochs": 2}
    assert (type(request.params["epochs"]), type(request.seed)) == (int, int)
    assert request.data_request(request.load_recipe()).seed == 1


def test_a_search_takes_numbers_of_numpy(monkeypatch, tmp_path):
    jobs = []
    monkeypatch.setattr(jobs_api, "plan_job", lambda job, **_: jobs.append(job) or plan_job(job))
    monkeypatch.setattr(jobs_api, "run_plan", lambda *_, **__: None)
    numbers = {"trials": np.int64(1), "seed": np.int64(3), "params": {"batch_size": np.int64(4)}}
    tune("wine-mlp", space={"l2": {"float": [0.0, np.float32(0.5)]}}, root=tmp_path, **numbers)
    assert (jobs[0].trials, jobs[0].seed, jobs[0].params) == (1, 3, {"batch_size": 4})
