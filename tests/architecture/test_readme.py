"""README names what there is: every command, files that exist, examples that compile and run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_table_names_every_command_and_no_other():
    table = [line for line in README.splitlines() if line.startswith("| `cookbook ")]
    named = {
        quoted.removeprefix("cookbook ").split()[0]
        for line in table
        for quoted in re.findall(r"`([^`]+)`", line.split(" | ")[0])
    }
    # Rows about your own data name further recipes.
    assert named == set(COMMANDS)


def test_every_link_points_at_a_file():
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_every_example_compiles():
    assert len(EXAMPLES) >= 3
    for example in EXAMPLES:
        compile(example, "README.md", "exec")


@pytest.mark.slow
def test_the_search_over_a_function_runs(tmp_path):
    script = tmp_path / "parabola.py"
    script.write_text(next(example for example in EXAMPLES if "parabola" in example))
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "'x':" in done.stdout
