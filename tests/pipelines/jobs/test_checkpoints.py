"""Checkpoints of a study that is deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.jobs.checkpoints import CHECKPOINTS_VARIABLE, forget_study


@pytest.mark.parametrize("study", ["digits", "..", ".", "../others", "", "digits/.."])
def test_only_the_folder_of_the_study_goes(
    study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("checkpoints/digits", "checkpoints/wine", "others")
    for name in names:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "trial.npz").write_bytes(b"weights")
    monkeypatch.setenv(CHECKPOINTS_VARIABLE, str(tmp_path / "checkpoints"))
    forget_study(study)
    left = [name for name in names if (tmp_path / name / "trial.npz").exists()]
    assert left == [name for name in names if name != f"checkpoints/{study}"]


def test_without_a_folder_there_is_nothing_to_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHECKPOINTS_VARIABLE, raising=False)
    forget_study("digits")
