"""`cookbook examples`: what the program comes with, from a checkout or a wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

from pipelines.cli import examples
from tests.pipelines.conftest import REPOSITORY


def test_examples_are_copied_and_files_of_yours_kept(program, tmp_path):
    done = program("examples", "mine")
    names = set(examples.shipped_files())
    assert {
        "examples/svc.yaml",
        "examples/own_fit.py",
        "jobs/digits.yaml",
        "tutorial.ipynb",
    } < names
    copied = {p.relative_to(tmp_path / "mine").as_posix() for p in (tmp_path / "mine").rglob("*.*")}
    assert copied == names
    assert "Next: cd mine" in done.err
    assert program("examples", "mine").code == 0  # the same files again
    job = tmp_path / "mine/jobs/digits.yaml"
    job.write_text("mine")
    refused = program("examples", "mine", check=False)
    assert refused.code == 2
    assert "has another jobs/digits.yaml" in refused.err
    assert job.read_text() == "mine"
    program("examples", "mine", "--overwrite")
    assert job.read_text().startswith("#")


@pytest.mark.slow
def test_the_wheel_carries_the_same_files(tmp_path):
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, REPOSITORY]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    carried = {n.partition("share/keras-cookbook/")[2] for n in names if "/share/keras-co" in n}
    assert {name.removeprefix("docs/") for name in carried} == set(examples.shipped_files())
