"""The generic recipes of texts read what their loaders can; `test_tiny_runs` runs the others."""

from __future__ import annotations

import dataclasses

import pytest

from pipelines.recipes.registry import load_recipe
from pipelines.training.data import DataRequest
from pipelines.training.experiment import Experiment


def _run(name, options=None):
    recipe = load_recipe(name)
    recipe = dataclasses.replace(
        recipe,
        defaults={**recipe.defaults, **recipe.tiny},
        dataset_options={**recipe.dataset_options, **(options or {})},
    )
    dataset = DataRequest.of(recipe, tiny=True).load()
    experiment = Experiment(recipe, {}, dataset, seed=0)
    model, history = experiment.train()
    assert recipe.metric in history
    test = dataset.test.open("a test of the recipe")
    scores = experiment.task.score(model, test)
    assert recipe.metric.removeprefix("val_") in scores
    _, predictions = experiment.task.baseline(test)
    assert set(experiment.task.measure(predictions, test.y)) <= set(scores)


def test_own_texts_with_classes(tmp_path):
    for label, word in (("sport", "match"), ("food", "cheese")):
        lines = [f"{word} number {n} {label}" for n in range(30)]
        (tmp_path / f"{label}.txt").write_text("\n".join(lines))
    _run("text", {"path": str(tmp_path)})


@pytest.mark.parametrize("unit", ["stream", "line"])
def test_own_running_text_and_lines(tmp_path, unit):
    file = tmp_path / "mine.txt"
    file.write_text("\n".join(f"line {n} of my text" for n in range(200)))
    _run("language-model", {"path": str(file), "unit": unit})
