"""What is used of MLflow without its promise; a name that moved is refused before it is needed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tuning.internals import PrivateName, faults, require

# A tag that only the UI reads: without it, it guesses whether to show runs or conversations.
EXPERIMENT_KIND, MODEL_TRAINING = "mlflow.experimentKind", "custom_model_development"
PARENT_RUN = "mlflow.parentRunId"

_NEEDED = (
    # Flavors alone are documented to call it; they would put the model into MLflow's active run.
    PrivateName(
        package="mlflow",
        owner="mlflow.models:Model",
        name="log",
        user="logging a model to a given run",
    ),
    PrivateName(
        package="mlflow",
        owner="mlflow.utils.mlflow_tags",
        name="MLFLOW_PARENT_RUN_ID",
        user="showing trials below their study",
    ),
)
_FASTER = PrivateName(
    package="mlflow",
    owner="mlflow.utils.requirements_utils",
    name="_MODULES_TO_PACKAGES",
    user="logging a model without a list of all installed packages",
)
PRIVATE_NAMES = (*_NEEDED, _FASTER)
"""Names of MLflow that are no documented interface."""


def log_into(run_id: str, model_id: str, *, name: str, flavor: Any, arguments: Any) -> None:
    """Stores a model as files of a logged model that exists, at a run.

    MLflow's try of the example, which loads the model once more, is left out: what is stored beside
    the example came from the model.

    Args:
        run_id: The run.
        model_id: What `MlflowClient.create_logged_model` made.
        name: Name of the model at the run.
        flavor: The module of MLflow that writes the files.
        arguments: What its `save_model` takes.

    Raises:
        ImportError: If the installed MLflow has moved a private name.
    """
    from mlflow.models import Model

    require(_NEEDED)
    pinned = arguments.get("pip_requirements") is not None
    with _unlisted_packages() if pinned else contextlib.nullcontext():
        # The path is empty and the id given: the model belongs to the run's own experiment.
        Model.log(
            artifact_path=None,
            name=name,
            flavor=_Untried(flavor),
            run_id=run_id,
            model_id=model_id,
            validate_serving_input=False,
            **arguments,
        )


class _Untried:
    """A flavor that takes the word for `Model.log` alone, which hands on whatever it is given.

    Args:
        flavor: The module of MLflow.
    """

    def __init__(self, flavor: Any) -> None:
        self._flavor = flavor
        self.__name__ = flavor.__name__

    def save_model(self, *, validate_serving_input: bool, **arguments: Any) -> Any:
        """Writes the files."""
        return self._flavor.save_model(**arguments)


@contextlib.contextmanager
def _unlisted_packages() -> Iterator[None]:
    """Spares MLflow the list of every file of every installed package, which takes a second.

    It finds out which package a module belongs to, to warn of requirements that are not met here.
    Ours are pinned to what is installed. Without the private name it takes its second.
    """
    if faults([_FASTER]):
        yield
        return
    from mlflow.utils import requirements_utils

    known = requirements_utils._MODULES_TO_PACKAGES
    requirements_utils._MODULES_TO_PACKAGES = {} if known is None else known
    try:
        yield
    finally:
        requirements_utils._MODULES_TO_PACKAGES = known
