"""The summary of a result, and what a job with several metrics says of its pruner."""

from __future__ import annotations

import pytest

from pipelines.cli.job import pruner_note
from pipelines.jobs.result import TuneResult
from pipelines.jobs.schema import Job
from pipelines.jobs.summary import summary_facts
from tuning import SearchResult, SearchSettings
from tuning.tracking import run_url

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


SEARCH = SearchResult(
    study="digits", storage="", metrics=(("val_accuracy", "maximize"),), records=(),
    best=None, stopped_because="trials",
)  # fmt: skip


@pytest.mark.parametrize(("reads", "text"), [(1, "read once"), (2, "read 2 times")])
def test_the_number_of_looks_at_the_test_rows_is_the_recorded_one(reads, text):
    facts = dict(summary_facts(TuneResult(search=SEARCH, final={**FINAL, "test_reads": reads})))
    assert f"50 rows, {text})" in facts["test"]


def test_an_interval_of_small_numbers_is_no_zero():
    final = {**FINAL, "interval": {"low": 2.5e-5, "high": 101234.5}}
    facts = dict(summary_facts(TuneResult(search=SEARCH, final=final)))
    assert "95 % interval 2.5e-05 to 101,234," in facts["test"]


@pytest.mark.parametrize(
    ("store", "shown"),
    [
        ("sqlite:////data/mlruns/mlflow.db", "  (open it with: cookbook ui)"),
        ("https://mlflow.example.org", ""),
    ],
)
def test_the_ui_is_named_for_a_store_without_a_server(store, shown):
    address = run_url(store, "1", "abc")
    facts = dict(summary_facts(TuneResult(search=SEARCH, final=FINAL, run_url=address)))
    assert facts["run"] == address + shown


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
    settings = job.settings(study="digits", metrics=(("val_accuracy", "maximize"),))
    assert settings.pruner == pruner
    note = pruner_note(settings)
    assert (note is not None) == (pruner == "median")
    assert note is None or "val_accuracy alone" in note


def test_settings_without_a_job_have_the_same_rule():
    one, two = (("val_loss", "minimize"),), (("val_loss", "minimize"), ("size", "minimize"))
    found = [SearchSettings(study="digits", trials=2, metrics=metrics) for metrics in (one, two)]
    assert [settings.pruner for settings in found] == ["halving", "none"]
    assert SearchSettings(study="digits", trials=2, metrics=two, pruner="median").pruner == "median"


@pytest.mark.parametrize(("baseline", "place"), [("worse", 0), ("better", -1)])
def test_a_simple_method_that_wins_is_the_first_line(baseline, place):
    final = {**FINAL, "standing": {"defaults": "better", "baseline": baseline}}
    facts = summary_facts(TuneResult(search=SEARCH, final=final))
    assert facts[place] == ("verdict", FINAL["verdict"])
    assert [name for name, _ in facts].count("verdict") == 1
