"""`cookbook show RECIPE`: what stands there can be copied into a job."""

from __future__ import annotations

import json

import pytest
import yaml

from pipelines.recipes.registry import load_recipe, recipe_names
from tuning import Space


def searched(out):
    """Name to the text of the last column, where there is one."""
    lines = out.splitlines()
    (header,) = (line for line in lines if "searched in" in line)
    place, begin = header.index("searched in"), lines.index(header)
    rows = (line for line in lines[begin + 1 : lines.index("", begin)])
    return {row.split()[0]: row[place:].strip() for row in rows if row[place:].strip()}


@pytest.mark.parametrize("name", recipe_names())
def test_the_space_reads_back_as_the_space_of_a_job(program, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "400")
    texts = searched(program("show", name).out + "\n")
    shown = {name: yaml.safe_load(text) for name, text in texts.items()}
    space = load_recipe(name).space
    assert shown.keys() == space.dimensions.keys()
    assert Space(shown) == space


def test_defaults_measurement_and_its_command_are_shown(program):
    out = program("show", "digits-cnn").out
    assert "learning_rate" in out and "0.002" in out
    assert "measured: test accuracy" in out
    assert "command: cookbook train digits-cnn" in out
    facts = json.loads(program("show", "digits-cnn", "--json").out.splitlines()[-1])
    assert facts["defaults"]["learning_rate"] == 0.002
    assert facts["measured"]["recipe"] == "digits-cnn"


@pytest.mark.parametrize("call", [("show", "tabular"), ("recipes", "--json")])
def test_a_task_that_the_target_decides_is_named_by_both_its_names(program, call):
    out = program(*call).out
    assert "table-classification or table-regression" in out
    assert "{task}" not in out


@pytest.mark.parametrize(
    ("recipe", "arguments"),
    [("tabular", " --data PATH --target COLUMN"), ("image", " --data PATH"), ("wine-mlp", "")],
)
def test_the_next_commands_can_be_run_as_they_stand(program, recipe, arguments):
    line = f"Next: cookbook train {recipe}{arguments}   cookbook tune {recipe}{arguments}\n"
    assert program("show", recipe).err == line
