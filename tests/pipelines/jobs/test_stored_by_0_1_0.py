"""What version 0.1.0 stored stays readable, and its search goes on.

`tests/data/store-0.1.0` was written by that version with `cookbook tune job.yaml --tracking-uri
mlruns/mlflow.db`: four trials of digits-mlp, one of them pruned, and the result of the refit.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

STORED = Path(__file__).parents[2] / "data" / "store-0.1.0"
STUDY = "stored-by-0.1.0"


@pytest.fixture
def old_store(tmp_path):
    """The old job file and store."""
    (tmp_path / "mlruns").mkdir()
    shutil.copy(STORED / "studies.db", tmp_path / "mlruns")
    shutil.copy(STORED / "job.yaml", tmp_path)


@pytest.fixture
def stored(program, old_store):
    """The program beside them."""
    return program


def test_the_job_file_is_correct(stored):
    assert stored("job", "check", "job.yaml").out.strip() == "job.yaml: correct"


def test_studies_trials_and_best_are_read(stored):
    (row,) = json.loads(stored("status", "--json").out)
    assert (row["name"], row["status"]) == (STUDY, "finished")
    trials = json.loads(stored("trials", STUDY, "--json").out)
    assert [trial["state"] for trial in trials] == ["complete", "complete", "pruned", "complete"]
    best = json.loads(stored("best", STUDY).out)
    assert best["widths"] == [32]
    assert stored("best", STUDY, "--as", "yaml").out.startswith("params:")


def test_the_report_is_written(stored, tmp_path):
    stored("report", STUDY, "--output", "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "The winner is better than the default hyperparameters" in page


@pytest.mark.service
def test_the_finished_search_answers_from_its_record_and_goes_on(
    program_in_place, old_store, tmp_path
):
    """Refits and tests again, and says that the test rows were read twice.

    The recipe has a schedule since then: the study goes on with the one that it was made with.
    """
    program, job = program_in_place, tmp_path / "job.yaml"
    job.write_text(job.read_text() + "tracking: false\nworkers: 1\n")
    changed = program("tune", job, check=False)
    assert "schedule nothing, got 'cosine'" in changed.err
    tune = ("tune", job, "--json", "--set", "schedule=constant")
    first = json.loads(program(*tune).out)
    assert first["n_trials"] == 4
    assert first["test_metrics"]["accuracy"] == pytest.approx(0.9037, abs=1e-4)
    more = json.loads(program(*tune, "--trials", "5").out)
    assert more["n_trials"] == 5
    assert more["final"]["test_reads"] == 2
    assert "standing" in more["final"]


CHECKED = [
    ("warm_start: {study: stored-by-0.1}", "No study named 'stored-by-0.1'. Did you mean"),
    ("strategy: bayesian\nobjective: [val_accuracy, parameters]", "'bayesian' searches one metric"),
    ("strategy: grid", "needs `step` or a number of `points`"),
    ("warm_start: {points: [{dropout: 3.0}]}", "'dropout' must be"),
]


@pytest.mark.parametrize(("line", "message"), CHECKED, ids=[line[:20] for line, _ in CHECKED])
def test_a_check_refuses_what_a_search_would_refuse(stored, tmp_path, line, message):
    job = f"recipe: digits-mlp\nstudy: new\ntrials: 3\n{line}\n"
    (tmp_path / "new.yaml").write_text(job.replace("trials: 3\nstrategy: grid", "strategy: grid"))
    for command in (("job", "check"), ("tune",)):
        done = stored(*command, "new.yaml", check=False)
        assert done.code == 2
        assert message in done.err
    assert [row["name"] for row in json.loads(stored("status", "--json").out)] == [STUDY]
