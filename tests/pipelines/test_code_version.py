"""Which changes of the code make trainings of another version."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.code_version import code_digest, code_version

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


def test_equal_digits_of_other_numbers_count(tmp_path: Path) -> None:
    digests = set()
    for name, numbers in (("one", "1, 23"), ("two", "12, 3")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rates.py").write_text(f"RATE = max({numbers})\n")
        digests.add(code_digest(tmp_path / name / "rates.py"))
    assert len(digests) == 2


def test_processes_that_order_sets_in_another_way_agree(tmp_path: Path) -> None:
    (tmp_path / "rates.py").write_text('def known(name):\n    return name in {"a", "b", "c"}\n')
    show = "import sys, pathlib, pipelines.code_version as v\n"
    show += "print(v.code_digest(pathlib.Path(sys.argv[1])))"
    digests = {
        subprocess.run(
            [sys.executable, "-c", show, tmp_path / "rates.py"],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "0123"
    }
    assert len(digests) == 1


def test_names_of_files_count(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(CODE)
    assert code_digest(tmp_path / "one.py") != code_digest(tmp_path / "two.py")


@pytest.mark.exhaustive
def test_the_code_of_a_measure_of_ones_own_counts() -> None:
    known = code_version(["pipelines.comparisons.measuring:train_arm"])
    assert code_version([f"{__name__}:measure"]).digest != known.digest
    assert {"keras", "numpy"} <= known.libraries.keys()


def test_the_code_of_comparisons_is_none_of_trainings() -> None:
    assert code_version(folders=["pipelines/comparisons"]).digest != code_version().digest
