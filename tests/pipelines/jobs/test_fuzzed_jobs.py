"""Whatever a job file holds, reading it gives a job or one JobError with its line."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.jobs.plan import plan_job
from pipelines.jobs.schema import Job, check_job
from pipelines.jobs.yaml_lines import Document
from tuning import JobError

JOB = """\
recipe: digits-cnn
trials: 3
strategy: tpe
strategy_options: {startup: 5}
stages:
  - {name: a, trials: 3, margin: 0.2}
trial_timeout: 5min
memory_limit: 2GB
space:
  dropout: {float: [0.0, 0.5]}
  widths: {choice: [[8], [16, 32]]}
params:
  batch_size: 64
objective:
  - [val_accuracy, maximize]
constraints:
  - {metric: parameters, at_most: 62458}
warm_start:
  study: other
  points:
    - {dropout: 0.1}
register: {name: digits, alias: champion}
seed: 0
"""
LINES = JOB.splitlines()
NASTY = (
    *("2024-02-30", "2024-13-01T99:00:00", "!!int abc", "!!float x", "!!binary '%'", "!!set {a}"),
    *("!!python/object:os.system {}", "!!timestamp now", "!!bool x", "!!null x", "!!map [a]"),
    *("9" * 5000, "0x" + "f" * 5000, "-9" * 30, "1e999", ".inf", "-.inf", ".nan", "1:99:99"),
    *("[" * 2000, "{a: " * 40 + "}" * 40, "&a [*a]", "*nobody", "&a {<<: *a}", "<<: 3", "? [a]"),
    *("'\\", '"\\x00"', '"\\u202e"', "\x00", "\x07", "\x85", "\ud800", "\ufeff", "~", "null"),
    *("yes", "- - - a", "a: b: c", "%YAML 9.9", "--- a\n--- b", "'" + "k" * 3000 + "'", "=", "<<"),
    *("{int: [1]}", "{int: [a, b]}", "{float: [.nan, 1]}", "{choice: []}", "{choice: [{}]}", "1_0"),
    *("{float: [0, 1e999]}", "{int: [0, 9999999999999999999]}", "[val_loss]", "[[a]]", "{name: 3}"),
)


def read(text):
    document = Document(text, "job.yaml")
    return check_job(document.content, document)


def job_or_one_error(text):
    try:
        job = read(text)
    except JobError as error:
        message = str(error)
        assert re.match(r"job\.yaml:\d+: ", message), message
        assert len(message) < 700
        lines = message.split("\n")
        assert all(line.isprintable() for line in lines), message
        return
    assert isinstance(job, Job)
    # What a job cannot say alone is said by its recipe, in one error too.
    with contextlib.suppress(ValueError, JobError):
        plan_job(job)


def test_the_job_itself_is_read():
    assert read(JOB).stages[0].margin == 0.2


@pytest.mark.parametrize("nasty", NASTY, ids=[ascii(value)[:24] for value in NASTY])
def test_every_nasty_value_is_answered(nasty):
    for line in (2, 7, 9, 12, 14, 18):
        key, _, _ = LINES[line].partition(":")
        lines = [*LINES[:line], f"{key}: {nasty}", *LINES[line + 1 :]]
        job_or_one_error("\n".join(lines))


PIECES = st.one_of(st.sampled_from(NASTY), st.text(max_size=12), st.sampled_from(LINES))


@settings(max_examples=120, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, len(JOB)), st.integers(0, 9), PIECES), max_size=4))
@example([(0, 0, "\t")])
def test_every_mutation_is_answered(changes):
    text = JOB
    for place, removed, piece in changes:
        text = text[:place] + piece + text[place + removed :]
    job_or_one_error(text)


def test_an_alias_bomb_is_refused_before_it_is_built():
    bomb = "a: &a [1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 8)}]\n"
        for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    )
    with pytest.raises(JobError, match="at most 20,000 values, aliases included"):
        read(bomb)
    merged = "a: &a {x: 1}\n" + "".join(
        f"{new}: &{new} {{<<: [{', '.join([f'*{old}'] * 8)}]}}\n"
        for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    )
    with pytest.raises(JobError, match="at most 20,000 values"):
        read(merged)


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_bytes(b"# " + b"x" * 2_000_000)
    with pytest.raises(JobError, match="at most 1,000,000 characters"):
        from pipelines.jobs.schema import load_job

        load_job(path)
