"""Comparisons on the command line."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from pipelines.cli.main import cli
from pipelines.comparisons.registry import all_comparisons
from pipelines.recipes.registry import recipe_names
from tests.pipelines.conftest import REPOSITORY

pytestmark = pytest.mark.usefixtures("ready_mlflow")


def _run(*arguments):
    return CliRunner().invoke(cli, [*arguments])


def test_the_listing_has_recipes_and_comparisons():
    rows = json.loads(_run("recipes", "--json").output.splitlines()[-1])
    kinds = {row["name"]: row["kind"] for row in rows}
    names = {kind: [n for n in kinds if kinds[n] == kind] for kind in ("recipe", "comparison")}
    assert names["recipe"] == recipe_names()
    assert names["comparison"] == [comparison.name for comparison in all_comparisons()]
    shown = _run("recipes").output
    order = [
        shown.index(name) for name in ("tabular", "digits-mlp", "compare-losses", "cifar10-cnn")
    ]
    assert order == sorted(order), "your own data first, then what needs no download"


@pytest.mark.parametrize("comparison", all_comparisons(), ids=lambda c: c.name)
def test_show_names_every_arm(comparison):
    shown = _run("show", comparison.name).output
    facts = json.loads(_run("show", comparison.name, "--json").output)
    for part, plain in zip(comparison.parts, facts["parts"], strict=True):
        assert list(plain["arms"]) == list(part.arms)
        assert all(arm in shown for arm in part.arms)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare-loss"], "Did you mean 'compare-losses'"),
        (["digits-mlp", "--seeds", "3"], "--seeds is for comparisons"),
        (["compare-losses", "--data", "mine.csv"], "runs on its own recipes' data. Got path"),
        (["compare-losses", "--seeds", "0"], "0 is not in the range x>=1"),
    ],
)
def test_wrong_calls_are_one_line(arguments, message):
    done = _run("train", *arguments)
    assert done.exit_code == 2
    assert message in done.output


def _start(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        # A shell that starts the tests in the background lets them, and their children, ignore it.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.exhaustive
def test_ctrl_c_keeps_what_is_done_and_the_next_call_goes_on(program, tmp_path):
    command = ("train", "compare-depths", "--tiny", "--seeds", "4")
    process = _start(tmp_path, *command)
    try:
        first = next(line for line in process.stderr if line.startswith("training 1/8"))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=280)
    finally:
        process.kill()  # nothing happens to one that has ended
    assert process.returncode == 130
    assert "trainings are saved: run the same command to continue." in errors
    assert "Traceback" not in errors

    again = program(*command)
    # The same seconds: this training was read, not done again.
    assert again.err.splitlines()[0].strip() == first.strip()
    assert "search" in again.out
    assert "growth" in again.out


@pytest.mark.exhaustive
def test_json_ends_with_one_object(program, tmp_path):
    done = program("train", "compare-depths", "--tiny", "--seeds", "1", "--json")
    result = json.loads(done.out.splitlines()[-1])
    assert [row["seeds"] for row in result["table"]] == [1, 1]
    assert {"arm", "metric", "mean", "low", "high", "seconds"} <= set(result["table"][0])
    assert (tmp_path / result["figure"]).read_bytes().startswith(b"\x89PNG")
    assert result["run_id"]
    assert result["seconds"] > 0
    assert "Use more seeds." in result["conclusions"][0]
