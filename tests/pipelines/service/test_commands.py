"""The commands of the service, on the embedded store."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def job(tmp_path):
    (tmp_path / "job.yaml").write_text("recipe: digits-mlp\nstudy: small\ntrials: 4\n")
    return "job.yaml"


def listed(program, *options):
    rows = json.loads(program("queue", "--json", *options).out)
    return {row["name"]: row for row in rows}


def test_a_job_from_submission_to_cancellation(program, job):
    done = program("submit", job, "--priority", "2")
    assert "Submitted 'small'." in done.out
    assert "cookbook logs small --follow" in done.err
    assert "small" in program("queue").out
    assert program("pause", "small").out.strip() == "small is paused, priority 2."
    program("resume", "small")
    program("priority", "small", "--", "-3")
    row = listed(program)["small"]
    assert (row["state"], row["priority"], row["trials"]) == ("queued", -3, 4)
    cancelled = json.loads(program("cancel", "small", "--reason", "a mistake", "--json").out)
    assert (cancelled["state"], cancelled["reason"]) == ("cancelled", "a mistake")
    nothing_left = program("queue")
    assert nothing_left.out == "No job waits or runs; 1 over.\n"
    assert "cookbook queue --all" in nothing_left.err
    assert "cancelled" in program("queue", "--all").out
    assert "a mistake" in program("results", "small").out


def test_an_empty_queue_says_so_and_how_to_fill_it(program):
    empty = program("queue")
    assert empty.out == "No jobs.\n"
    assert "cookbook submit JOB.yaml" in empty.err
    assert program("queue", "--json").out == "[]\n"


def test_a_second_job_of_the_name_and_an_unknown_one_are_refused(program, job):
    program("submit", job)
    again = program("submit", job, check=False)
    assert again.code == 2
    assert "A job named 'small' exists already" in again.err
    unknown = program("results", "smal", check=False)
    assert unknown.code == 2
    assert "Did you mean 'small'" in unknown.err
    assert "Traceback" not in again.err + unknown.err


def test_logs_are_printed_and_parsed(program, job, tmp_path):
    from tuning import Client

    program("submit", job)
    Client(root=tmp_path / "mlruns").queue.log.add(
        "small", "the data are not here", source="worker-7"
    )
    assert "worker-7  the data are not here" in program("logs", "small").out
    assert json.loads(program("logs", "small", "--json").out)["source"] == "worker-7"


def test_a_change_is_checked_and_shown(program, job):
    program("submit", job)
    program("change", "small", "trials=6", "timeout=2h")
    assert listed(program)["small"]["trials"] == 6
    unknown = program("change", "small", "trails=6", check=False)
    assert unknown.code == 2
    assert "Did you mean 'trials'" in unknown.err
    wrong = program("change", "small", "trials=-1", check=False)
    assert wrong.code == 2
    assert "trials" in wrong.err
    assert "Traceback" not in unknown.err + wrong.err
    assert listed(program)["small"]["trials"] == 6


def test_a_change_of_a_job_that_is_over_says_how_to_go_on(program, job):
    program("submit", job)
    program("cancel", "small")
    assert "cookbook resume small" in program("change", "small", "trials=6").err
