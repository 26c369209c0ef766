"""The generated parts of documents and docstrings are those of their origins."""

from __future__ import annotations

import dataclasses
import math
import re
from xml.etree import ElementTree

import pytest

from benchmarks.document import stale_documents
from benchmarks.pages.curves import draw_curves, has_curves
from benchmarks.pages.lab_record import lab_record, recipe_file, with_lab_record
from benchmarks.pages.recipe_page import CURVES, EPOCHS, PAGES, recipe_page
from pipelines.datasets.registry import entry
from pipelines.recipes.record import record_of, variants_of, with_spread
from pipelines.recipes.registry import load_recipe, recipe_names


def test_documents_and_docstrings_say_what_records_and_registries_say():
    assert stale_documents(write=False) == [], "run `make documents`"


@pytest.mark.parametrize("name", recipe_names())
def test_the_file_of_a_recipe_shows_its_results(name):
    docstring = recipe_file(name).read_text(encoding="utf-8").split('"""')[1]
    words = " ".join(docstring.split())
    recipe, record = load_recipe(name), record_of(name)
    assert recipe.source in words
    if record is None:
        own = entry(recipe.dataset).source == "yours"
        why = "each run scores a simple method on your data beside it" if own else "not yet"
        assert f"Measured: {why}." in words
        return
    assert record.command in words
    for metric, values in list(record.test_metrics.items())[:3]:  # the page has all
        assert f"test {metric} {with_spread(values)}" in words


def test_a_new_result_takes_the_place_of_the_old_one():
    recipe = load_recipe("wine-mlp")
    block = lab_record(recipe, record_of("wine-mlp"))
    first = with_lab_record('"""Wine.\n\nMore of it.\n"""\nRECIPE = 1\n', block)
    assert with_lab_record(first, block) == first
    changed = with_lab_record(first, "Measured: not yet.")
    assert changed == '"""Wine.\n\nMore of it.\n\nMeasured: not yet.\n"""\nRECIPE = 1\n'
    assert re.search(r"seeds +0, 1, 2", first)


def test_a_page_shows_the_epochs_and_what_the_model_writes():
    record = record_of("wine-mlp")
    assert record is not None
    losses = [1 / (epoch + 1) for epoch in range(40)]
    record = dataclasses.replace(
        record,
        seeds=[7],
        history=[{"val_loss": losses, "accuracy": losses, "loss": losses}],
        texts={"samples.txt": "anna\nbob\n"},
    )
    page = recipe_page(load_recipe("wine-mlp"), record)
    assert "| epoch | `accuracy` | `loss` | `val_loss` |" in page
    rows = re.findall(r"^\| (\d+) \| [\d.]+ \| ", page, re.MULTILINE)
    assert (len(rows), rows[0], rows[-1]) == (EPOCHS, "1", "40")
    assert "```text\nanna\nbob\n```" in page
    assert "](../images/curves/wine-mlp.svg)" in page
    assert "## Training" not in recipe_page(load_recipe("wine-mlp"), None)


def test_curves_of_every_seed_are_drawn_within_their_panel():
    record = record_of("wine-mlp")
    assert record is not None
    falling = {"loss": [1.0, 0.5, math.nan], "val_loss": [1.5, 0.75, 0.5]}
    longer = {"loss": [1.0, 0.5, 0.25, 0.125], "val_loss": [2.0, 1.0, 0.5, 0.25]}
    record = dataclasses.replace(record, seeds=[0, 1], history=[falling, longer])
    drawn = ElementTree.fromstring(draw_curves(record, "val_loss"))  # noqa: S314
    assert drawn.attrib["viewBox"] == "0 0 360 240"  # the loss is the metric: one panel
    lines = [line.attrib["points"].split() for line in drawn.iter() if "points" in line.attrib]
    assert [len(line) for line in lines] == [2, 3, 4, 4]
    assert lines[3][0] == "52.0,34.0"  # the largest value, at the first epoch
    assert lines[2][-1] == "346.0,200.0"  # the smallest, at the last
    assert not has_curves(dataclasses.replace(record, history=[{"loss": [1.0]}]))


def test_there_is_a_picture_for_each_record_with_epochs_and_for_nothing_else():
    records = {name: record_of(name) for name in recipe_names()}
    for name in recipe_names():
        records |= {f"{name}.{variant}": found for variant, found in variants_of(name).items()}
    drawn = sorted(name for name, record in records.items() if has_curves(record))
    assert sorted(picture.stem for picture in CURVES.iterdir()) == drawn
    for name in drawn:
        page = PAGES / f"{name.partition('.')[0]}.md"
        assert f"](../images/curves/{name}.svg)" in page.read_text(encoding="utf-8")


def test_a_file_without_a_docstring_is_refused():
    with pytest.raises(ValueError, match="begins with a docstring"):
        with_lab_record("RECIPE = 1\n", "Measured: not yet.")


def test_there_is_a_page_for_each_recipe_and_for_nothing_else():
    assert sorted(page.stem for page in PAGES.iterdir()) == recipe_names()
