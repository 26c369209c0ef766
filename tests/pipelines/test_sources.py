"""The source documents have titles, and their figures say where they stand."""

from __future__ import annotations

import pytest

from cookbook._sources import TITLES, cite
from cookbook.models.catalog import MODELS
from pipelines.comparisons.registry import comparison_names
from pipelines.recipes.registry import recipe_names
from pipelines.sources.figures import read_figures

OF_A_RECIPE = ("record", "history", "class", "seconds", "start")


def test_every_figure_names_its_place_and_what_it_is_compared_with():
    names = [(f.source, f.place, f.what) for f in read_figures()]
    assert len(set(names)) == len(names)
    for figure in read_figures():
        assert figure.source in TITLES
        assert figure.better in ("higher", "lower", "equal", "")
        kind, *rest = figure.ours.split() or [""]
        assert kind in (*OF_A_RECIPE, "model", "compared", "gpu", "")
        if kind in OF_A_RECIPE:
            assert rest[0] in recipe_names()
        if kind == "model":
            assert rest[0] in MODELS
        if kind == "compared":
            assert rest[0] in comparison_names()


def test_a_document_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"No source document named '005'\. Did you mean '00"):
        cite("005", "Table 1")
