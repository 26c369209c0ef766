"""Folders of the user that are called as the packages are: no process takes them for these."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.pipelines.conftest import REPOSITORY


@pytest.mark.slow
@pytest.mark.service
def test_workers_and_mirror_do_not_import_the_users_folders(tmp_path):
    for name in ("tuning", "pipelines", "cookbook", "keras", "mlflow"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the folder of the user')")
    command = ["tune", "digits-mlp", "--tiny", "--trials", "2", "--workers", "1", "--json"]
    done = subprocess.run(
        # As the installed program starts: without the working directory.
        [sys.executable, "-P", "-m", "pipelines.cli", *command],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, capture_output=True,
        text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout.strip().splitlines()[-1])
    assert sum(result["states"].values()) == 2
    assert result["run_id"] is not None, done.stderr[-2000:]
