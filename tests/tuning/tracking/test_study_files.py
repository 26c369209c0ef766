"""The files of a parent run, whose figures may be drawn ahead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from tests.tuning.tracking.studies import add_trial, demo_study
from tests.tuning.tracking.test_sync import PARAMS
from tuning.storage import records
from tuning.storage.records import read_trials
from tuning.tracking.study_files import StudyFiles, load_drawing


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_was_drawn_ahead_is_written_without_drawing(
    storage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_drawing()
    study = demo_study(storage, trials=4)
    plain, ahead = StudyFiles(study), StudyFiles(study)
    ahead.draw(read_trials(study))
    study.set_user_attr(records.RESULT, {"best_trial": 0, "trials": 4})  # found meanwhile
    for name in ("plain", "ahead"):
        (tmp_path / name).mkdir()
    plain.write(read_trials(study), tmp_path / "plain", run_url="http://127.0.0.1:5000")
    monkeypatch.setattr(Figure, "savefig", None)  # rendering anything would fail now
    ahead.write(read_trials(study), tmp_path / "ahead", run_url="http://127.0.0.1:5000")
    assert (
        _names(tmp_path / "ahead")
        == _names(tmp_path / "plain")
        >= {
            "report.html",
            "result.json",
            "trials.csv",
            "figures/history.png",
        }
    )
    for name in ("report.html", "figures/slices.png"):
        assert (tmp_path / "ahead" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()


@pytest.mark.exhaustive
def test_a_trial_that_ends_later_is_drawn(storage: Any, tmp_path: Path) -> None:
    study = demo_study(storage, trials=3)
    files = StudyFiles(study)
    files.draw(read_trials(study))
    add_trial(study, PARAMS, values=[0.97], start=50)
    files.write(read_trials(study), tmp_path)
    assert "trial 3: val_accuracy 0.97" in (tmp_path / "report.html").read_text()
