"""The table of coverage points at what there is: places resolve, commands parse."""

from __future__ import annotations

import importlib
import itertools
import shlex
from pathlib import Path

import click
import numpy as np
import pytest

from benchmarks.pages.coverage import STATES, read_items
from cookbook._sources import TITLES
from pipelines.cli.main import cli
from pipelines.cli.options import parse_settings
from pipelines.comparisons.registry import comparison_names
from pipelines.datasets.catalog import BUNDLED
from pipelines.recipes.registry import load_recipe, recipe_names
from pipelines.training.checks import check_hyperparameters

ROOT = Path(__file__).parents[2]
ITEMS = read_items()
PLACES = sorted({item.where for item in ITEMS if item.where})
COMMANDS = sorted({item.run for item in ITEMS if item.run})


def test_every_item_has_a_source_and_a_state_with_a_reason():
    for item in ITEMS:
        assert item.source in TITLES, item
        assert item.state in STATES, item
        assert bool(item.missing) == (item.state != "works"), item
        assert item.where, item
    names = [(item.source, item.item) for item in ITEMS]
    assert len(set(names)) == len(names)
    assert len(names) == 223


def test_what_is_lacking_is_data_or_hardware_and_never_the_product():
    lacking = [item for item in ITEMS if item.state != "works"]
    assert {item.state for item in lacking} <= {"partly"}
    for item in lacking:
        assert item.missing.startswith(("Data: ", "Hardware: ")), item


@pytest.mark.parametrize("place", PLACES)
def test_every_place_exists(place):
    if (ROOT / place).exists():
        return
    module, _, name = place.partition(":")
    found = importlib.import_module(module)
    assert not name or hasattr(found, name)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_parses(command):
    program, name, *arguments = shlex.split(command)
    if program == "python":
        assert name == "-m"
        assert (ROOT / arguments[0].replace(".", "/")).with_suffix(".py").exists()
        return
    assert program == "cookbook"
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    found.make_context(name, list(arguments))
    if name not in ("train", "tune") or arguments[0] in comparison_names():
        return
    target, *options = arguments
    if target.endswith(".yaml"):
        assert (ROOT / target).exists()
        return
    assert target in recipe_names()
    settings = [value for flag, value in itertools.pairwise(options) if flag == "--set"]
    check_hyperparameters(load_recipe(target), parse_settings(settings))


def _trainings() -> list[str]:
    commands = [command for command in COMMANDS if command.startswith("cookbook train ")]
    trained = [(command, shlex.split(command)[2]) for command in commands]
    bundled = {dataset.name for dataset in BUNDLED}
    recipes = {name for name in recipe_names() if load_recipe(name).dataset in bundled}
    return [command for command, name in trained if name in recipes]


@pytest.mark.slow
@pytest.mark.parametrize("command", _trainings())
def test_every_command_on_bundled_data_trains(command):
    from pipelines.training.data import DataRequest
    from pipelines.training.experiment import Experiment

    name, *options = shlex.split(command)[2:]
    recipe = load_recipe(name)
    settings = parse_settings([v for flag, v in itertools.pairwise(options) if flag == "--set"])
    dataset = DataRequest.of(recipe, tiny=True).load()
    _, history = Experiment(recipe, {**recipe.tiny, **settings}, dataset, seed=0).train()
    assert all(np.isfinite(values).all() for values in history.values())
