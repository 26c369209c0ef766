"""A trial never takes the search down; each way to fail leaves one FAILED trial with its reason."""

from __future__ import annotations

import pytest

from tests.service import objectives
from tests.service.support import assert_exact, by_state, run
from tuning import JobError

pytestmark = pytest.mark.service

# objective, further settings, what every reason says, how often a trial is started
FAILURES = [
    (objectives.hangs_above_half, {"trial_timeout": 0.5}, "time limit of 0.5 s", 1),
    (objectives.exits_above_half, {}, "ended with exit status 7", 2),
    (objectives.crashes_above_half, {}, "killed by SIGSEGV", 2),
    (objectives.grows_above_half, {"memory_limit": 300 * 2**20}, "memory limit: ", 1),
    (objectives.out_of_memory_above_half, {}, "out of memory: cannot allocate 80 GB", 1),
    (objectives.nan_above_half, {}, "diverged: loss is nan", 1),
    (objectives.infinite_above_half, {}, "diverged: loss is inf", 1),
    (objectives.raises_above_half, {}, "RuntimeError: shape mismatch at 0.", 1),
    (objectives.refuses_above_half, {}, "refused this point: too large for this input", 1),
    (objectives.system_exit_above_half, {}, "SystemExit: 3", 1),
]


@pytest.mark.parametrize(
    ("objective", "changes", "reason", "attempts"),
    FAILURES,
    ids=[row[0].__name__ for row in FAILURES],
)
def test_one_failed_trial_with_its_reason(tmp_path, objective, changes, reason, attempts):
    result = run(objective, tmp_path, **changes)
    assert_exact(result.records, 8)
    for record in result.records:
        if record.params["x"] > 0.5:
            assert record.state == "failed"
            assert reason in record.reason
            assert record.attempts == attempts
        else:
            assert record.state == "complete"
            assert record.reason is None
    assert by_state(result.records)["failed"] > 0
    assert result.best_params["x"] <= 0.5


def test_exceptions_keep_their_trace(tmp_path):
    result = run(objectives.raises_above_half, tmp_path)
    traces = [record.traceback for record in result.records if record.state == "failed"]
    assert all("raises_above_half" in trace for trace in traces)


def test_retries_zero_means_one_attempt(tmp_path):
    result = run(objectives.exits_above_half, tmp_path, retries=0)
    assert {record.attempts for record in result.records} == {1}


def test_a_job_whose_trials_all_fail_alike_stops_with_the_reason(tmp_path):
    with pytest.raises(JobError, match="failed in the same way: RuntimeError: no such file"):
        run(objectives.always_raises, tmp_path, trials=40)


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        (objectives.broken_job, "the dataset 'digits' is missing"),
        (objectives.wrong_metric, "must return 'loss'.* 'loss' is missing"),
        (objectives.no_mapping, "must return its metrics by name.*Got 1.0"),
        ("tests.service.nothing:here", "cannot be imported"),
        ("tests.service.objectives:nothing", "cannot be loaded"),
    ],
)
def test_a_broken_job_stops_at_once_and_costs_no_trial(tmp_path, objective, message):
    with pytest.raises(JobError, match=message):
        run(objective, tmp_path)
    repaired = run(objectives.parabola, tmp_path)
    assert_exact(repaired.records, 8)
    assert by_state(repaired.records) == {"complete": 8}


def test_functions_of_a_notebook_reach_the_workers(tmp_path):
    offset = 0.25
    result = run(lambda params, context: {"loss": abs(params["x"] - offset)}, tmp_path)
    assert by_state(result.records) == {"complete": 8}


def test_constraints_decide_who_may_win(tmp_path):
    result = run(objectives.parabola, tmp_path, constraints=[("size", "<=", 20)], trials=12)
    assert result.best_params["x"] <= 0.2
    assert any(not record.feasible for record in result.records)


def test_several_metrics_give_a_front(tmp_path):
    metrics = (("loss", "minimize"), ("cost", "minimize"))
    result = run(objectives.two_metrics, tmp_path, metrics=metrics)
    assert len(result.pareto) == 8  # every x between the two minima is on the front


def test_the_first_of_several_metrics_drives_the_pruner(tmp_path):
    metrics = (("loss", "minimize"), ("cost", "minimize"))
    result = run(objectives.two_metrics, tmp_path, metrics=metrics, pruner="halving")
    pruned = [record for record in result.records if record.state == "pruned"]
    assert pruned
    assert min(r.params["x"] for r in result.records) not in [r.params["x"] for r in pruned]
