"""Values that were tried on validation rows."""

from __future__ import annotations

import json

import pytest

from benchmarks.pages import tried_values
from benchmarks.unstated import parse_values
from pipelines.recipes.registry import load_recipe


def test_values_need_an_equals_sign():
    with pytest.raises(ValueError, match=r"name=value,name=value\. Got 'epochs=3,ema'"):
        parse_values("epochs=3,ema")


def test_a_page_shows_the_best_epoch_and_the_last(tmp_path, monkeypatch):
    monkeypatch.setattr(tried_values, "FOLDER", tmp_path)
    recipe = load_recipe("digits-mlp")
    assert tried_values.tried_rows(recipe) == []
    tried = {"values": {"batch_size": 64}, "seed": 0, recipe.metric: [0.5, 0.75, 0.625]}
    tried_values.tried_file(recipe.name).write_text(json.dumps([tried]))
    assert tried_values.tried_rows(recipe) == [("batch_size=64", "3", "2", "0.7500", "0.6250")]
