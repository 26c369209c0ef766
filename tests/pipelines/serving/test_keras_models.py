"""Models load in a fresh process, with losses and layers of the cookbook, and no foreign code."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest

from cookbook.losses.from_labels import FromLabels
from pipelines.serving.keras_models import load_keras_model, load_model_file, log_keras_model
from tuning.tracking import (
    Tracker,
    default_tracking_uri,
    load_python_model,
    log_python_model,
)

ROOT = Path(__file__).parents[3]
EXAMPLE = np.ones((2, 4), "float32")


@pytest.fixture(scope="module")
def model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    loss = FromLabels(keras.losses.Hinge(), "binary")
    model.compile("sgd", loss, metrics=["accuracy"])
    return model


def _fresh(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.exhaustive
def test_a_model_with_a_loss_of_the_cookbook_loads_in_a_fresh_process(model, tmp_path):
    model.save(tmp_path / "model.keras")
    code = (
        "import sys\n"
        "from pipelines.serving.keras_models import load_model_file\n"
        "print(type(load_model_file(sys.argv[1]).loss).__name__)\n"
    )
    assert _fresh(code, tmp_path / "model.keras").split() == ["FromLabels"]


def test_code_inside_of_a_file_is_refused(tmp_path):
    unsafe = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x + 1)])
    unsafe.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="lambda"):
        load_model_file(tmp_path / "model.keras")


@pytest.mark.slow
def test_a_logged_model_loads_and_serves_in_a_fresh_process(model, tmp_path):
    uri = default_tracking_uri(tmp_path)
    run = Tracker(uri, experiment="train").start("first")
    requirements = [f"keras=={keras.__version__}"]
    with pytest.raises(ValueError, match="without `register`"):
        log_keras_model(
            run, model, input_example=EXAMPLE, pip_requirements=requirements, alias="champion"
        )
    logged = log_keras_model(
        run,
        model,
        input_example=EXAMPLE,
        pip_requirements=requirements,
        register="dense",
        alias="champion",
    )
    loaded = load_keras_model(uri, "models:/dense@champion")
    expected = model.predict(EXAMPLE, verbose=0)
    np.testing.assert_array_equal(loaded.predict(EXAMPLE, verbose=0), expected)
    signature = load_python_model(uri, logged.uri).metadata.signature
    assert signature.inputs.inputs[0].shape == (-1, 4)
    assert signature.outputs.inputs[0].shape == (-1, 2)
    code = (
        "import sys, numpy\n"
        "from tuning.tracking import load_python_model\n"
        "model = load_python_model(*sys.argv[1:])\n"
        "print(model.predict(numpy.ones((2, 4), 'float32')).shape)\n"
    )
    assert "(2, 2)" in _fresh(code, uri, logged.uri)


FOREIGN = """
import pathlib
import mlflow
pathlib.Path({marker!r}).touch()
mlflow.models.set_model(mlflow.pyfunc.PythonModel())
"""


class Trap:
    """Leaves a mark where it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


def _foreign(folder, marker, files):
    """Logs a model whose code leaves a mark when it runs, with files of another format."""
    code, data = folder / "code.py", folder / "data"
    code.write_text(FOREIGN.format(marker=str(marker)))
    for name, content in files.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)
    uri = default_tracking_uri(folder)
    run = Tracker(uri, experiment="foreign").start("foreign")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*input example was not provided", UserWarning)
        logged = log_python_model(
            run,
            code_path=code,
            artifacts={"data": data},
            signature=(EXAMPLE, EXAMPLE),
            pip_requirements=[f"keras=={keras.__version__}"],
        )
    marker.unlink(missing_ok=True)  # MLflow runs the code of a model that is logged
    return uri, logged.uri


@pytest.mark.usefixtures("ready_mlflow")
def test_neither_code_nor_pickles_beside_a_keras_file_are_run(model, tmp_path):
    marker = tmp_path / "run"
    model.save(tmp_path / "model.keras")
    files = {
        "model.keras": (tmp_path / "model.keras").read_bytes(),
        "trap.pkl": pickle.dumps(Trap(marker)),
    }
    loaded = load_keras_model(*_foreign(tmp_path, marker, files))
    expected = model.predict(EXAMPLE, verbose=0)
    np.testing.assert_array_equal(loaded.predict(EXAMPLE, verbose=0), expected)
    assert not marker.exists()


@pytest.mark.usefixtures("ready_mlflow")
def test_a_model_of_another_format_is_refused_and_not_run(tmp_path):
    marker = tmp_path / "run"
    files = {"saved_model.pb": b"a graph", "python_model.pkl": pickle.dumps(Trap(marker))}
    with pytest.raises(ValueError, match=r"one `\.keras` file\. Got 0"):
        load_keras_model(*_foreign(tmp_path, marker, files))
    assert not marker.exists()


@pytest.mark.usefixtures("ready_mlflow")
def test_a_logged_model_with_code_inside_is_refused(tmp_path):
    unsafe = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x + 1)])
    unsafe.save(tmp_path / "model.keras")
    files = {"model.keras": (tmp_path / "model.keras").read_bytes()}
    with pytest.raises(ValueError, match="lambda"):
        load_keras_model(*_foreign(tmp_path, tmp_path / "run", files))


@pytest.mark.parametrize("name", ["saved", "model.h5", "model.pkl"])
def test_files_of_other_formats_are_refused(name, tmp_path):
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/saved_model.pb").write_bytes(b"a graph")
    with pytest.raises(ValueError, match=r"A model is a `\.keras` file\. Got .*" + name):
        load_model_file(tmp_path / name)
