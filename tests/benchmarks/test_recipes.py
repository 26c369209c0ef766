"""Records that get further seeds."""

from __future__ import annotations

import dataclasses
import json

import pytest

from benchmarks._machine import machine
from benchmarks._simple_methods import with_simple_method_anew
from benchmarks.recipes import REPORT, class_scores, data_form, main, measure
from pipelines.recipes.record import record_of


@pytest.fixture
def kept():
    """A record with a history, as of this machine."""
    facts = machine()
    found = record_of("digits-cnn")
    return dataclasses.replace(found, cores=facts["cores"], cpu=facts["cpu"])


def test_the_seeds_of_a_record_are_kept(kept, monkeypatch):
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    again = measure(kept.recipe, seeds=kept.seeds, extra=[], kept=kept)
    assert again == dataclasses.replace(kept, date=again.date, busy=again.busy)


def test_seeds_are_added_to_a_record_of_the_same_command_alone(kept):
    with pytest.raises(ValueError, match=r"of the same command, machine and data\..*without --add"):
        measure(kept.recipe, seeds=kept.seeds, extra=["--epochs", "1"], kept=kept)


def test_a_record_names_the_form_of_its_data_where_there_are_several(tmp_path, monkeypatch):
    monkeypatch.setenv("COOKBOOK_DATA", str(tmp_path))
    (tmp_path / "cifar10").mkdir()
    (tmp_path / "cifar10" / "cifar10-jpeg.tar.gz").touch()
    assert data_form("cifar10-lenet") == "cifar10-jpeg.tar.gz"
    assert data_form("digits-cnn") == data_form("names-char-lm") == ""


def test_a_simple_method_is_not_measured_on_another_form_of_the_data(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COOKBOOK_DATA", str(tmp_path))
    (tmp_path / "cifar10").mkdir()
    (tmp_path / "cifar10" / "cifar10.npz").touch()
    monkeypatch.setattr("sys.argv", ["recipes", "cifar10-lenet", "--simple-method"])
    with pytest.raises(SystemExit):
        main()
    assert "the data folder has 'cifar10.npz'" in capsys.readouterr().err


@pytest.mark.parametrize(("classes", "kept"), [(2, 2), (11, 0)])
def test_scores_of_few_classes_are_kept(tmp_path, classes, kept):
    scores = {"precision": 0.5, "recall": 1.0, "f1-score": 2 / 3, "support": 4.0}
    report = {"classes": {str(number): scores for number in range(classes)}}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / REPORT).write_text(json.dumps(report))
    found = class_scores(tmp_path)
    assert len(found) == kept
    assert all(list(one) == ["precision", "recall", "f1-score"] for one in found.values())


@pytest.mark.exhaustive
def test_the_simple_method_of_a_record_is_measured_alone(kept):
    forgotten = dataclasses.replace(kept, baseline="none", baseline_metrics={"accuracy": [0.0]})
    found = with_simple_method_anew(forgotten)
    assert found.baseline == kept.baseline
    # Scores may have been added since the record was made.
    for name, values in kept.baseline_metrics.items():
        assert found.baseline_metrics[name] == pytest.approx(values, rel=1e-3)
    unchanged = {"baseline": "none", "baseline_metrics": {"accuracy": [0.0]}}
    assert dataclasses.replace(found, **unchanged) == forgotten
