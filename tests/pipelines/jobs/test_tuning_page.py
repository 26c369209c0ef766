"""docs/tuning.md: its Python runs from an empty folder, and its jobs are correct."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from pipelines.jobs.plan import plan_job
from pipelines.jobs.schema import load_job
from tests.pipelines.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "tuning.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)


def whole(block):
    """A block that shows some keys alone is part of a job on a recipe."""
    return block if re.search(r"^(recipe|function):", block, re.MULTILINE) else None


JOBS = [block for block in blocks("yaml") if whole(block)]


def test_every_yaml_block_is_a_job():
    assert len(JOBS) == len(blocks("yaml")) >= 4


@pytest.mark.parametrize("job", JOBS, ids=[str(number) for number in range(len(JOBS))])
def test_every_job_of_the_page_is_correct(job, tmp_path):
    path = tmp_path / "page.yaml"
    path.write_text(job)
    assert plan_job(load_job(path), root=tmp_path).settings.study == "page"


def run_in(folder, *command):
    paths = os.pathsep.join([str(REPOSITORY), str(folder)])
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": paths}, capture_output=True,
        text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.mark.service
def test_the_first_block_runs(tmp_path):
    (tmp_path / "first.py").write_text(blocks("python")[0])
    assert "trials" in run_in(tmp_path, sys.executable, "first.py").stdout


@pytest.mark.slow
@pytest.mark.service
@pytest.mark.timeout(600)
def test_all_python_of_the_page_runs_in_its_order(tmp_path):
    (tmp_path / "page.py").write_text("\n".join(blocks("python")))
    done = run_in(tmp_path, sys.executable, "page.py")
    assert "TuneResult(" in done.stdout


@pytest.mark.slow
@pytest.mark.service
@pytest.mark.timeout(600)
def test_the_shell_of_the_page_runs(tmp_path):
    """With fewer trials, and with the examples that lie beside the page."""
    (tmp_path / "jobs").mkdir()
    (example,) = [job for job in JOBS if job.startswith("# jobs/digits.yaml")]
    shorter = re.sub(r"^(trials|epochs|folds|seeds): \d+", r"\1: 2", example, flags=re.MULTILINE)
    (tmp_path / "jobs" / "digits.yaml").write_text(shorter)
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    program = f'cookbook() {{ {sys.executable} -m pipelines.cli "$@"; }}\n'
    python = f'python() {{ {sys.executable} "$@"; }}\n'
    for block in blocks("sh"):
        few = re.sub(r"^(cookbook tune .*?\.yaml)", r"\1 --trials 2", block, flags=re.MULTILINE)
        run_in(tmp_path, "bash", "-ec", program + python + few)
