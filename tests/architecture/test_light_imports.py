"""Help and listings never import TensorFlow, and answer fast."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

HEAVY = ("tensorflow", "keras", "optuna", "mlflow", "sklearn", "pandas", "matplotlib")
LIGHT_MODULES = (
    "cookbook",
    "tuning",
    "tuning.space.space",
    "tuning.settings",
    "pipelines",
    "pipelines.recipes.registry",
    "pipelines.cli.main",
    "cookbook.models.catalog",
)


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("module", LIGHT_MODULES)
def test_importing_a_light_module_loads_nothing_heavy(module):
    code = f"import sys, {module}; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = _run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


CALL = """
import sys, time
start = time.process_time()
from pipelines.cli.main import main
try:
    main()
except SystemExit as end:
    code = end.code or 0
print(time.process_time() - start, file=sys.stderr)
print([n for n in {heavy!r} if n in sys.modules], file=sys.stderr)
sys.exit(code)
"""

# Seconds of processor time within the interpreter, which other load does not change.
CALLS = {
    ("--help",): 0.3,
    ("tune", "--help"): 0.3,
    ("train", "--help"): 0.3,
    ("recipes", "--json"): 0.6,
    ("models", "--json"): 0.6,
    ("reproduce", "--json"): 0.6,
    ("data", "list", "--json"): 0.6,
    ("show", "digits-cnn"): 0.6,
}


@pytest.mark.parametrize(
    ("arguments", "limit"), CALLS.items(), ids=[" ".join(arguments) for arguments in CALLS]
)
def test_help_and_listings_answer_fast_without_tensorflow(arguments, limit):
    fastest = float("inf")
    # The best of some tries: a busy machine says nothing about the program.
    for _ in range(5):
        done = _run(CALL.format(heavy=HEAVY), *arguments)
        assert done.returncode == 0, done.stderr
        seconds, loaded = done.stderr.strip().splitlines()[-2:]
        assert loaded == "[]"
        fastest = min(fastest, float(seconds))
        if fastest < limit:
            break
        time.sleep(0.5)
    assert fastest < limit


def test_every_listing_is_a_list_of_named_objects():
    for listing in (("recipes",), ("models",), ("data", "list")):
        done = _run(CALL.format(heavy=HEAVY), *listing, "--json")
        rows = json.loads(done.stdout.strip().splitlines()[-1])
        assert rows
        assert all(row["name"] for row in rows)


def test_a_search_begins_without_scipy():
    """It takes half a second, which the first worker would wait for."""
    code = "import sys; from tuning import search; print('scipy' in sys.modules)"
    done = _run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"
