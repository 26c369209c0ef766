"""The dependency directions of docs/architecture.md hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_import_contracts_hold():
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["mlflow", "optuna.samplers", "keras_tuner"])
def test_engines_are_imported_in_one_place_only(name):
    allowed = {
        "mlflow": ("tuning/tracking/", "pipelines/serving/pyfunc_"),
        "optuna.samplers": ("tuning/internals/", "tuning/strategies/"),
        "keras_tuner": ("tuning/internals/", "tuning/strategies/", "tuning/keras_tuner/"),
    }[name]
    found = [
        str(path.relative_to(ROOT))
        for package in ("cookbook", "tuning", "pipelines")
        for path in (ROOT / package).rglob("*.py")
        if _imports(path, name)
    ]
    assert all(path.startswith(allowed) for path in found), found
    assert found, f"the contract about {name} guards nothing"


def _imports(path: Path, name: str) -> bool:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return any(line.startswith((f"import {name}", f"from {name}")) for line in lines)


def test_tuning_names_no_command_of_the_program():
    told = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "tuning").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\bcookbook [a-z]", line)
    ]
    assert told == []
