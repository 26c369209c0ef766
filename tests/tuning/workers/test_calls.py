"""Calls that run side by side in workers, of no study."""

from __future__ import annotations

import os
import time

import pytest

from tests.service.support import settings
from tuning import JobError
from tuning.workers.calls import ASK, Call, calling_pool, run_calls

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calls")
    with calling_pool(settings(folder), 2, log=folder / "workers.log", preload=()) as opened:
        yield opened


def meets_another(params, context):
    """Ends when as many calls run as are to meet."""
    (context.directory / str(context.seed)).touch()
    while len(list(context.directory.iterdir())) < params["calls"]:
        time.sleep(0.01)
    context.annotate("seed", context.seed)
    return {}


def test_calls_run_side_by_side_and_answer_in_their_order(pool, tmp_path):
    calls = [
        Call(function=meets_another, params={"calls": 2}, seed=seed, directory=tmp_path)
        for seed in (7, 3)
    ]
    assert [outcome.notes["seed"] for outcome in run_calls(pool, calls)] == [7, 3]


def asks(params, context):
    context.report(1, {ASK: 1.0})
    context.annotate("went on", value=True)
    return {}


@pytest.mark.parametrize(("answer", "notes"), [(True, {"went on": True}), (False, {})])
def test_calls_ask_once_whether_they_may_go_on(pool, tmp_path, answer, notes):
    questions = []

    def may_go_on():
        questions.append("may I?")
        return answer

    calls = [Call(function=asks, directory=tmp_path)] * 3
    outcomes = run_calls(pool, calls, may_go_on=may_go_on)
    assert [outcome.notes for outcome in outcomes] == [notes] * 3
    assert len(questions) == 1


def dies(params, context):
    """Dies as often as it is told to."""
    starts = len(list(context.directory.iterdir()))
    (context.directory / str(starts)).touch()
    if starts < params["times"]:
        os._exit(7)
    return {}


def test_a_call_whose_process_died_is_started_once_more(pool, tmp_path):
    run_calls(pool, [Call(function=dies, params={"times": 1}, directory=tmp_path)])
    with pytest.raises(JobError, match="dies failed: the worker ended with exit status 7"):
        run_calls(pool, [Call(function=dies, params={"times": 9}, directory=tmp_path)])


def waits_for_starts(params, context):
    """Waits until another call was started twice; nothing, when there is room for one call only."""
    while len(list(context.directory.iterdir())) < 2:
        time.sleep(0.01)
    return {}


@pytest.mark.parametrize("size", [1, 2])
def test_a_call_may_wait_for_an_earlier_one_whose_process_dies(tmp_path, size):
    log, folder = tmp_path / "workers.log", tmp_path / "starts"
    folder.mkdir()
    calls = [
        Call(function=dies, params={"times": 1}, directory=folder),
        Call(function=waits_for_starts, directory=folder),
    ]
    with calling_pool(settings(tmp_path), size, log=log, preload=()) as opened:
        assert len(run_calls(opened, calls)) == 2


def refuses(params, context):
    raise ValueError("no rows are left")


def test_a_call_that_fails_says_why(pool, tmp_path):
    with pytest.raises(JobError, match="refuses failed: ValueError: no rows are left"):
        run_calls(pool, [Call(function=refuses, directory=tmp_path)])


def threads(params, context):
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "CUDA_VISIBLE_DEVICES")
    context.annotate("found", [os.environ.get(name) for name in names])
    return {}


@pytest.mark.parametrize(("gpus", "found"), [(None, ["1", "8", None]), ("0", ["1", "8", "0"])])
def test_calls_share_the_cores_and_never_a_gpu(tmp_path, monkeypatch, gpus, found):
    monkeypatch.setattr("tuning.workers.calls.usable_cores", lambda: 8)
    monkeypatch.setattr("tuning.workers.machine.shutil.which", lambda name: None)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if gpus is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", gpus)
    most = 1 if gpus is None else 2
    log = tmp_path / "workers.log"
    with calling_pool(settings(tmp_path), most, log=log, preload=()) as pool:
        assert pool.size == 1
        (outcome,) = run_calls(pool, [Call(function=threads, directory=tmp_path)])
    assert outcome.notes["found"] == found
