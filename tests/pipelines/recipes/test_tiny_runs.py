"""`cookbook train NAME --tiny` works for every recipe there is; a new file is covered at once."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest

from pipelines.datasets.catalog import BUNDLED
from pipelines.datasets.registry import DATA_VARIABLE, entry
from pipelines.recipes.registry import all_recipes
from pipelines.tasks.registry import task_entry
from tests.pipelines.own_data import OWN_DATA

pytestmark = pytest.mark.usefixtures("ready_mlflow")

RECIPES = {recipe.name: recipe for recipe in all_recipes()}
_FAST = ("digits-mlp", "tabular")  # an image and a table stand for all in the fast tests
# Trained where their models predict as well: `tests/pipelines/cli/test_predict.py`.
PREDICTED = {"image", "text", "language-model", "translation"}
# Rows of the report that train as another one does: with the graph of 21 million weights of another
# row, or as the same row on CIFAR-10. What they change is checked in `test_image_recipes`.
REPEATED = {
    "cifar10-resnet34-dp",
    "cifar10-super-resnet34-wrong-init",
    "tiny-imagenet-lenet-bn",
    "tiny-imagenet-lenet-bndp",
    "tiny-imagenet-lenet-dp",
    "tiny-imagenet-lenet-l2",
    "tiny-imagenet-resnet34",
    "tiny-imagenet-resnet34-dp",
    "tiny-imagenet-super-lenet-wrong-init",
    "tiny-imagenet-super-resnet34-wrong-init",
}
SHIPPED = {entry.name for entry in BUNDLED}
KEYS = {"metrics", "test_metrics", "baseline_metrics", "run_id", "seconds", "samples_per_second"}


def _case(recipe):
    ships = recipe.name in OWN_DATA or recipe.dataset in SHIPPED
    marks = [] if ships else [pytest.mark.data]
    if recipe.name in REPEATED:
        marks.append(pytest.mark.slow)
    if ships and recipe.name not in _FAST:
        marks = [pytest.mark.exhaustive]
    return pytest.param(recipe, id=recipe.name, marks=marks)


def _arguments(recipe, folder: Path):
    if recipe.name not in OWN_DATA:
        return []
    own = OWN_DATA[recipe.name]
    place = folder / "own"
    place.mkdir()
    return ["--data", own.write(place), *own.options]


def check_result(recipe, line, root: Path):
    """The last line of a training is one JSON object with all that was promised."""
    result = json.loads(line)
    assert set(result) >= KEYS
    assert result["recipe"] == recipe.name
    metrics = result["test_metrics"]
    assert metrics and metrics.keys() == result["metrics"].keys()
    # A baseline of counts has no likeliest token at every place, hence no accuracy.
    baseline = result["baseline_metrics"]
    assert baseline and baseline.keys() <= metrics.keys()
    assert all(math.isfinite(value) for value in (*metrics.values(), *result["metrics"].values()))
    assert all(len(values) == recipe.tiny["epochs"] for values in result["history"].values())
    reported = result["history"].keys() - {"learning_rate"}
    assert any(reported == task_entry(task).reported for task in recipe.tasks)
    assert result["seconds"] > 0
    is_image = entry(recipe.dataset).modality == "image"
    assert ("images_per_second" in result) == is_image
    assert (root / result["model_path"]).is_file()
    assert len(result["run_id"]) == 32
    assert not list((root / "mlruns" / "checkpoints").glob("*"))
    return result


def check_progress(recipe, lines):
    """Beside the result stands a line an epoch, below what was read of data of one's own."""
    epochs = recipe.tiny["epochs"]
    # No log level hides what TensorFlow 2.21 says of a transposed mask in Keras' loop over time.
    lines = [line for line in lines if "oneDNN supports DT_BOOL" not in line]
    assert lines.pop() == "testing and recording ..."
    finished = [line.split("  ")[0] for line in lines[-epochs:]]
    assert finished == [f"epoch {epoch}/{epochs}" for epoch in range(1, epochs + 1)]
    assert not lines[:-epochs] or recipe.name in OWN_DATA


def check_tiny_run(recipe, program, folder):
    """Trains a recipe's tiny mode and returns its result."""
    done = program("train", recipe.name, "--tiny", "--json", *_arguments(recipe, folder))
    check_progress(recipe, done.err.splitlines())
    return check_result(recipe, done.out.splitlines()[-1], folder)


# The first run on a public dataset decodes it: 20 s of two cores for CIFAR-10's JPEG files.
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "recipe", [_case(recipe) for name, recipe in RECIPES.items() if name not in PREDICTED]
)
def test_a_tiny_run_trains_tests_and_logs(recipe, program, tmp_path):
    if recipe.name not in OWN_DATA and recipe.dataset not in SHIPPED:
        if DATA_VARIABLE not in os.environ:
            pytest.skip(f"{DATA_VARIABLE} is not set")
        place = Path(os.environ[DATA_VARIABLE]) / str(entry(recipe.dataset).folder)
        if not place.exists():
            pytest.skip(f"{place.name} is not in the data folder")
    check_tiny_run(recipe, program, tmp_path)


@pytest.mark.exhaustive
def test_a_process_of_its_own_does_the_same(cookbook, tmp_path):
    """JSON stands alone on standard output, progress on standard error."""
    recipe = RECIPES["text"]
    done = cookbook("train", "text", "--tiny", "--json", *_arguments(recipe, tmp_path))
    check_result(recipe, done.stdout, tmp_path)
    assert "epoch 1/" in done.stderr
    assert "Traceback" not in done.stderr and "Warning" not in done.stderr
