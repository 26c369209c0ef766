"""The summary of a result, and what a job with several metrics says of its pruner."""

from __future__ import annotations

import pytest

from pipelines.cli.job import pruner_note
from pipelines.tuning_jobs.result import TuneResult
from tuning import Job, SearchResult

FINAL = {
    "metric": "accuracy",
    "test_metrics": {"accuracy": 0.9},
    "interval": {"low": 0.8, "high": 0.95},
    "default_metrics": {"accuracy": 0.85},
    "baseline_metrics": {"accuracy": 0.8},
    "baseline": "logistic regression",
    "verdict": "The winner is better.",
    "test_rows": 50,
}
BOTH = [
    {"name": "val_accuracy", "direction": "maximize"},
    {"name": "parameters", "direction": "minimize"},
]


@pytest.mark.parametrize(("reads", "text"), [(1, "read once"), (2, "read 2 times")])
def test_the_number_of_looks_at_the_test_rows_is_the_recorded_one(reads, text):
    search = SearchResult(
        study="digits", storage="", metrics=(("val_accuracy", "maximize"),), records=(),
        best=None, stopped_because="trials",
    )  # fmt: skip
    facts = dict(TuneResult(search=search, final={**FINAL, "test_reads": reads}).facts())
    assert f"50 rows, {text})" in facts["test"]


@pytest.mark.parametrize(
    ("keys", "pruner"),
    [
        ({"metrics": BOTH}, "none"),
        ({"metrics": BOTH, "pruner": "median"}, "median"),
        ({"metrics": BOTH[:1]}, "halving"),
        ({}, "halving"),
    ],
)
def test_several_metrics_are_not_pruned_by_default(keys, pruner):
    job = Job(recipe="digits-mlp", trials=4, **keys)
    assert job.pruner == pruner
    settings = job.search_settings(study="digits", metrics=(("val_accuracy", "maximize"),))
    note = pruner_note(settings)
    assert (note is not None) == (pruner == "median")
    assert note is None or "val_accuracy alone" in note
