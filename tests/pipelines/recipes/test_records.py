"""The measured results that lie beside the recipes."""

from __future__ import annotations

import math

import pytest

from pipelines.recipes.record import RECORDS, Record, record_file, record_of, variants_of
from pipelines.recipes.registry import load_recipe, recipe_names
from pipelines.tasks.registry import task_entry

FILES = sorted(RECORDS.glob("*.json"))
RECIPES = [path.stem for path in FILES if "." not in path.stem]


def _record(**changes):
    facts = {
        "recipe": "wine-mlp",
        "command": "cookbook train wine-mlp --seed 0 --json",
        "commit": "0" * 40,
        "seeds": [0, 1],
        "seconds": [2.0, 4.0],
        "test_metrics": {"accuracy": [0.5, 0.7]},
        "baseline": "majority",
        "baseline_metrics": {"accuracy": [0.25, 0.25]},
        "cores": 2,
        "cpu": "a processor",
        "busy": False,
        "date": "2026-01-01",
    }
    return Record(**{**facts, **changes})


def test_a_record_is_one_line_with_mean_and_deviation_over_the_seeds():
    line = _record().line("val_accuracy")
    assert line.startswith(
        f"test accuracy 0.6 ± {math.sqrt(0.02):.2g}; majority 0.25 ("
    )  # has no chance
    assert line.endswith("(2 seeds, 3 s each on 2 cores)")
    assert "about 3 s" in _record(busy=True).line("accuracy")


def test_a_record_says_what_was_changed_for_it():
    shorter = "cookbook train wine-mlp --seed 0 --epochs 3 --set precision=mixed_bfloat16 --json"
    line = _record(command=shorter).line("accuracy")
    assert "(2 seeds with --epochs 3 --set precision=mixed_bfloat16, 3 s each" in line


def test_a_metric_that_was_not_tested_gives_way_to_the_first():
    assert _record().line("val_loss").startswith("test accuracy")


def test_one_seed_has_no_deviation():
    one = _record(seeds=[0], seconds=[1.0], test_metrics={"accuracy": [0.5]})
    assert "accuracy 0.5;" in one.line("accuracy")


def test_a_recipe_without_a_record_has_none():
    assert record_of("tabular") is None


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_record_is_whole_and_of_a_recipe(path):
    recipe, _, variant = path.stem.partition(".")
    record = variants_of(recipe)[variant] if variant else record_of(recipe)
    assert record is not None
    assert record.recipe == recipe
    assert recipe in recipe_names()
    assert record.line(load_recipe(recipe).metric).startswith("test ")
    assert record.command.startswith(f"cookbook train {recipe} --seed {record.seeds[0]}")
    assert "--set" in record.command or not variant
    assert len(record.commit) == 40
    lengths = {len(record.seeds), len(record.seconds)}
    lengths |= {len(values) for values in record.test_metrics.values()}
    lengths |= {len(values) for values in record.baseline_metrics.values()}
    lengths |= {len(record.history)} - {0}
    assert len(lengths) == 1


def test_a_variant_is_kept_beside_the_record_of_its_recipe():
    assert record_file("wine-mlp").name == "wine-mlp.json"
    assert record_file("wine-mlp", "wide").name == "wine-mlp.wide.json"
    assert record_of("wine-mlp") is not None
    assert "" not in variants_of("wine-mlp")


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_behind_its_simple_method_says_why_in_its_file(name):
    recipe, record = load_recipe(name), record_of(name)
    assert record is not None
    metric, direction = task_entry(recipe.task).main_metric
    behind = record.is_behind(metric, direction)
    assert behind == bool(recipe.behind_baseline), (
        f"{recipe.name} is {'' if behind else 'not '}behind {record.baseline} in {metric}: "
        f"{'say why in' if behind else 'leave out'} its `behind_baseline`"
    )


def test_which_of_two_scores_is_better_depends_on_the_metric():
    record = _record(baseline_metrics={"accuracy": [0.65, 0.65]})
    assert record.is_behind("accuracy", "maximize")
    assert not record.is_behind("accuracy", "minimize")


def test_the_last_epoch_of_every_seed():
    history = [{"val_loss": [2.0, 1.0]}, {"val_loss": [2.0, 1.5]}]
    assert _record(history=history).last_epoch("val_loss") == [1.0, 1.5]
