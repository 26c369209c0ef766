"""Which changes of the code make trainings of another version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.comparisons.code_version import CodeVersion, code_digest, code_version
from pipelines.comparisons.outcome import MixedCodeError, Outcome, OutcomeFile

CODE = '''"""A module."""

def rate(step):
    """The rate of a step."""
    return 0.1 / step
'''
# Name of a change: what is replaced by what, and whether it makes another version.
CHANGES = {
    "comment": ("return", "# Slower and slower.\n    return", False),
    "docstring": ("The rate", "The learning rate", False),
    "layout": ("0.1 / step", "(0.1\n        / step)", False),
    "number": ("0.1", "0.2", True),
    "name": ("step", "epoch", True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_statements_count_and_comments_do_not(change: str, tmp_path: Path) -> None:
    old, new, differs = CHANGES[change]
    for name, text in (("before", CODE), ("after", CODE.replace(old, new))):
        folder = tmp_path / name / "package"
        folder.mkdir(parents=True)
        (folder / "rates.py").write_text(text)
    digests = {code_digest(tmp_path / name / "package") for name in ("before", "after")}
    assert len(digests) == 1 + differs


def test_names_of_files_count(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(CODE)
    assert code_digest(tmp_path / "one.py") != code_digest(tmp_path / "two.py")


def test_the_code_of_a_measure_of_ones_own_counts() -> None:
    known = code_version(["pipelines.comparisons.measuring:train_arm"])
    assert code_version([f"{__name__}:measure"]).digest != known.digest
    assert {"keras", "numpy"} <= known.libraries.keys()


CHANGED = CodeVersion(digest="1a", libraries={"keras": "3.1"}, commit="c" * 40)
OTHERS = {
    "commit": (replace(CHANGED, commit="d" * 40 + "-dirty"), True),
    "digest": (replace(CHANGED, digest="2b"), False),
    "library": (replace(CHANGED, libraries={"keras": "3.2"}), False),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_goes_on_with_what_gives_the_same_numbers(name: str, tmp_path: Path) -> None:
    path = tmp_path / "trainings.jsonl"
    OutcomeFile(path, code=CHANGED).add("first", Outcome(metrics={"loss": 1.0}))
    other, same = OTHERS[name]
    if same:
        assert len(OutcomeFile(path, code=other)) == 1
        return
    with pytest.raises(
        MixedCodeError, match=r"Got 1 finished by commit cccccccccc, code 1a, keras 3\.1; "
    ):
        OutcomeFile(path, code=other)


def test_a_file_without_a_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trainings.jsonl"
    OutcomeFile(path, code=CHANGED).add("first", Outcome())
    path.write_text(path.read_text().splitlines()[1] + "\n")
    law = r"Got 1 finished by an unknown version; .*: delete the file to start anew\."
    with pytest.raises(MixedCodeError, match=law):
        OutcomeFile(path, code=CHANGED)


def test_a_file_whose_first_training_was_cut_off_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "trainings.jsonl"
    path.write_text('{"code": {"digest": "other"}}\n{"training": "first", "metr')
    OutcomeFile(path, code=CHANGED).add("first", Outcome())
    assert len(OutcomeFile(path, code=CHANGED)) == 1
