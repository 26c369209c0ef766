"""The splits follow from the loader's option `split_seed` alone."""

from __future__ import annotations

import pytest

from pipelines.recipes.registry import load_recipe
from pipelines.training.data import DataRequest
from tests.pipelines.own_data import OWN_DATA

OPTIONS = {
    "tabular": {"target": "label"},
    "image": {"image_size": (16, 16)},
    "language-model": {"unit": "line"},
}


def _data(recipe, **options):
    return DataRequest.of(load_recipe(recipe), options=options)


@pytest.mark.parametrize("name", [name for name in OWN_DATA if name != "forecast"])
def test_own_data_is_split_by_it_and_the_fingerprint_tells(name, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    options = {"path": str(OWN_DATA[name].write(tmp_path)), **OPTIONS.get(name, {})}
    plain, same, other = (
        _data(name, **options, **extra).load().fingerprint
        for extra in ({}, {"split_seed": 0}, {"split_seed": 1})
    )
    assert plain == same != other


def test_the_default_is_the_same_request():
    assert _data("digits-mlp") == _data("digits-mlp", split_seed=0)
    assert _data("digits-mlp") != _data("digits-mlp", split_seed=1)


def test_bundled_data_is_split_by_it_too():
    first, second = (_data("wine-mlp", split_seed=seed).load() for seed in (0, 7))
    assert first.fingerprint != second.fingerprint
    assert len(first.train) == len(second.train)


@pytest.mark.parametrize("value", [-1, True, 1.5, "one", 2**32])
def test_what_is_no_seed_is_refused(value):
    with pytest.raises(ValueError, match=r"`split_seed` is a whole number from 0 to 4294967295"):
        _data("digits-mlp", split_seed=value)


def test_a_series_has_no_other_splits(tmp_path):
    path = str(OWN_DATA["forecast"].write(tmp_path))
    with pytest.raises(ValueError, match=r"a series is cut by position. Got split_seed=2"):
        _data("forecast", path=path, target="sales", split_seed=2).load()


def test_running_text_has_no_other_splits(tmp_path):
    path = str(OWN_DATA["language-model"].write(tmp_path))
    with pytest.raises(ValueError, match=r"running text is cut by position. Got split_seed=2"):
        _data("language-model", path=path, split_seed=2).load()
