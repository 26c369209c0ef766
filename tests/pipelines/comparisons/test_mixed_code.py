"""Finished trainings of a comparison are gone on with by code that gives the same numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.code_version import CodeVersion
from pipelines.comparisons.arm_results import ArmResult, ArmResults, MixedCodeError

CHANGED = CodeVersion(digest="1a", libraries={"keras": "3.1"}, commit="c" * 40)
OTHERS = {
    "commit": (replace(CHANGED, commit="d" * 40 + "-dirty"), True),
    "digest": (replace(CHANGED, digest="2b"), False),
    "library": (replace(CHANGED, libraries={"keras": "3.2"}), False),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_goes_on_with_what_gives_the_same_numbers(name: str, tmp_path: Path) -> None:
    path = tmp_path / "trainings.jsonl"
    ArmResults(path, code=CHANGED).add("first", ArmResult(metrics={"loss": 1.0}))
    other, same = OTHERS[name]
    if same:
        assert len(ArmResults(path, code=other)) == 1
        return
    with pytest.raises(
        MixedCodeError, match=r"Got 1 finished by commit cccccccccc, code 1a, keras 3\.1; "
    ):
        ArmResults(path, code=other)


def test_a_file_without_a_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trainings.jsonl"
    ArmResults(path, code=CHANGED).add("first", ArmResult())
    path.write_text(path.read_text().splitlines()[1] + "\n")
    rule = r"Got 1 finished by an unknown version; .*: delete the file to start over\."
    with pytest.raises(MixedCodeError, match=rule):
        ArmResults(path, code=CHANGED)


def test_a_file_whose_first_training_was_cut_off_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "trainings.jsonl"
    path.write_text('{"code": {"digest": "other"}}\n{"training": "first", "metr')
    ArmResults(path, code=CHANGED).add("first", ArmResult())
    assert len(ArmResults(path, code=CHANGED)) == 1


@pytest.mark.parametrize("name", OTHERS)
def test_a_finished_file_is_taken_up_by_what_gives_the_same_numbers(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "trainings.jsonl"
    done = ArmResults(path, code=CHANGED)
    done.add("first", ArmResult(metrics={"loss": 1.0}))
    done.finish()
    assert not path.exists()
    other, same = OTHERS[name]
    file = ArmResults(path, code=other)
    assert len(file) == same
    # Another version begins anew, and what it finishes stands in the place of the former.
    file.add("second", ArmResult())
    file.finish()
    assert len(ArmResults(path, code=other)) == 1 + same


def test_nothing_is_finished_where_nothing_was_trained(tmp_path: Path) -> None:
    ArmResults(tmp_path / "trainings.jsonl", code=CHANGED).finish()
    assert not list(tmp_path.iterdir())
