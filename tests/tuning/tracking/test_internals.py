"""Every name of MLflow that is used without its promise is still what it was."""

from __future__ import annotations

import inspect

import pytest
from mlflow.models import Model
from mlflow.utils import mlflow_tags

from tuning.internals import faults
from tuning.tracking import internals
from tuning.tracking.internals import PRIVATE_NAMES


@pytest.mark.parametrize("name", PRIVATE_NAMES, ids=lambda row: row.name)
def test_a_name_of_mlflow_is_there(name):
    assert faults([name]) == []


def test_names_of_tags_and_arguments_are_those_of_mlflow():
    assert internals.PARENT_RUN == mlflow_tags.MLFLOW_PARENT_RUN_ID
    wanted = {"artifact_path", "name", "flavor", "run_id", "model_id"}
    assert wanted <= set(inspect.signature(Model.log).parameters)
