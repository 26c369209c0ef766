"""What a person is told before a training whose values save no time."""

from __future__ import annotations

import pytest

from pipelines.jobs.recipe.target import RecipeTarget
from pipelines.jobs.request import make_job
from pipelines.training.run import TrainRequest

NAME = "wikitext2-word-lm"


@pytest.mark.parametrize(
    ("params", "told"),
    [({}, False), ({"members": 2}, True), ({"members": 2, "cutoffs": ()}, False)],
)
def test_members_that_score_all_words_are_spoken_of(params, told, tmp_path):
    search = RecipeTarget.of(make_job(NAME, {"params": params})).notices
    training = TrainRequest(recipe=NAME, params=params, root=tmp_path).notices
    assert search == training
    assert [line.startswith("members=2: ") for line in search] == [True] * told
