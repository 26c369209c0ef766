"""Runs and studies are found by their beginning and as `latest`; trainings are listed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
import pytest

from pipelines.cli.names import resolve_name
from pipelines.cli.predict import _folder
from pipelines.serving.files import CONFIG_FILE, MODEL_FILE
from pipelines.training.saved import keep_summary, saved_trainings

KNOWN = ["digits-b", "digits-a", "wine"]


@pytest.mark.parametrize(
    ("given", "found"),
    [("wine", "wine"), ("w", "wine"), ("latest", "digits-b"), ("iris", "iris"), ("", "")],
)
def test_a_name_is_found(given, found):
    assert resolve_name("study", given, KNOWN) == found


def test_a_study_that_is_called_latest_is_meant_by_its_name():
    assert resolve_name("study", "latest", [*KNOWN, "latest"]) == "latest"


@pytest.mark.parametrize(
    ("given", "known", "message"),
    [("digits", KNOWN, "'digits' fits digits-a, digits-b"), ("latest", [], "no study yet")],
)
def test_what_fits_several_or_none_is_refused(given, known, message):
    with pytest.raises(click.UsageError, match=message):
        resolve_name("study", given, known)


@pytest.fixture
def root(tmp_path):
    """Two models: one of an earlier version, which has no summary, and a newer one."""
    for age, run in enumerate(("bbb222", "aaa111")):
        folder = tmp_path / "mlruns/models" / run
        folder.mkdir(parents=True)
        for file in (MODEL_FILE, CONFIG_FILE):
            (folder / file).write_text("{}")
        os.utime(folder / MODEL_FILE, (1_700_000_000 - age, 1_700_000_000 - age))
    score = ("accuracy", 0.975)
    keep_summary(
        tmp_path / "mlruns/models/bbb222",
        name="digits-mlp seed=0", recipe="digits-mlp", score=score, seconds=1.5,
    )  # fmt: skip
    return tmp_path / "mlruns"


def test_trainings_are_listed_the_newest_first(root, program):
    assert [training.run for training in saved_trainings(root)] == ["bbb222", "aaa111"]
    rows = json.loads(program("runs", "--json").out)
    assert rows[0]["metric"] == "accuracy"
    assert rows[0]["value"] == 0.975
    assert rows[1]["name"] == "aaa111"
    assert rows[1]["recipe"] is None
    shown = program("runs")
    assert "digits-mlp seed=0" in shown.out
    assert "cookbook predict bbb222 INPUT" in shown.err


def test_half_a_summary_of_an_earlier_version_hides_no_training(root, program):
    (root / "models/aaa111/training.json").write_text('{"name": "di')
    rows = json.loads(program("runs", "--json").out)
    assert [row["name"] for row in rows] == ["digits-mlp seed=0", "aaa111"]


def test_a_summary_that_could_not_be_written_leaves_the_one_before(root, monkeypatch):
    def full(path, text, **_):
        path.write_bytes(text[:9].encode())
        raise OSError(28, "No space left on device", str(path))

    before = saved_trainings(root)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        keep_summary(root / "models/bbb222", name="x", recipe="x", score=("x", 0.0), seconds=0.0)
    assert saved_trainings(root) == before


def test_a_training_is_found_by_its_name_before_its_id(root):
    folder = root / "models/aaa111"
    keep_summary(folder, name="bbb", recipe="digits-mlp", score=("accuracy", 0.5), seconds=1.0)
    assert _folder("bbb", root) == folder
    assert _folder("bbb2", root).name == "bbb222"


def test_the_beginning_of_a_training_s_name_is_enough_where_it_is_one(root):
    def named(run, name):
        score = ("accuracy", 0.5)
        keep_summary(root / "models" / run, name=name, recipe="x", score=score, seconds=1.0)

    named("aaa111", "wine-mlp units=8")
    assert _folder("wine", root).name == "aaa111"
    assert _folder("digits-mlp seed", root).name == "bbb222"
    assert _folder("latest", root).name == "bbb222"
    named("aaa111", "digits-mlp seed=1")
    with pytest.raises(
        click.UsageError, match="'digits' fits digits-mlp seed=0, digits-mlp seed=1: give more"
    ):
        _folder("digits", root)
    named("aaa111", "digits-mlp seed=0")
    assert _folder("digits", root).name == "bbb222", "of equal names the newest"
    named("aaa111", "bbb-mlp")
    with pytest.raises(click.UsageError, match="'bbb' fits bbb-mlp, bbb222"):
        _folder("bbb", root)


def test_an_empty_folder_says_how_to_begin(program):
    done = program("runs")
    assert "No training below mlruns yet" in done.out
    assert "cookbook train RECIPE" in done.err
