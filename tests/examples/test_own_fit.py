"""The library's example runs as its page prints it, and learns."""

from __future__ import annotations

import inspect
import textwrap
from pathlib import Path

import keras
import pytest

from examples import own_fit

PAGE = Path(__file__).parents[2] / "docs" / "library.md"
MOST_LINES = 15


@pytest.mark.parametrize(
    "train", [pytest.param(own_fit.on_pipeline, marks=pytest.mark.exhaustive), own_fit.on_arrays]
)
def test_own_fit_learns_digits(train):
    keras.utils.set_random_seed(0)
    history = train(epochs=2).history
    assert history["val_accuracy"][-1] > 0.6  # 0.1 is chance
    assert len(history["gradient_norm"]) == 2


@pytest.mark.parametrize("train", [own_fit.on_pipeline, own_fit.on_arrays])
def test_the_page_prints_the_code_that_runs(train):
    source = textwrap.dedent(inspect.getsource(train))
    body = textwrap.dedent(source.split('"""')[2].lstrip("\n"))
    code = body.replace("return model.fit(", "model.fit(").rstrip()
    assert code in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("train", [own_fit.on_pipeline, own_fit.on_arrays])
def test_the_example_stays_short(train):
    body = inspect.getsource(train).split('"""')[2]
    assert len([line for line in body.splitlines() if line.strip()]) <= MOST_LINES
