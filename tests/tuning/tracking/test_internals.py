"""Every name of MLflow that is used without its promise is still what it was."""

from __future__ import annotations

import inspect
from pathlib import Path

import mlflow.server
import pytest
from mlflow.models import Model
from mlflow.utils import mlflow_tags

from tuning.internals import faults
from tuning.tracking import internals
from tuning.tracking.internals import PRIVATE_NAMES
from tuning.tracking.locations import MODEL_TRAINING_VIEW


@pytest.mark.parametrize("name", PRIVATE_NAMES, ids=lambda row: row.name)
def test_a_name_of_mlflow_is_there(name):
    assert faults([name]) == []


def test_names_of_tags_and_arguments_are_those_of_mlflow():
    assert internals.PARENT_RUN == mlflow_tags.MLFLOW_PARENT_RUN_ID
    wanted = {"artifact_path", "name", "flavor", "run_id", "model_id"}
    assert wanted <= set(inspect.signature(Model.log).parameters)


def test_the_interface_reads_the_view_from_the_address():
    scripts = Path(mlflow.server.__file__).parent / "js/build/static/js"
    name, _, view = MODEL_TRAINING_VIEW.partition("=")
    interface = "".join(file.read_text(encoding="utf-8") for file in scripts.glob("main.*.js"))
    assert f'.get("{name}")' in interface and f'"{view}"' in interface
