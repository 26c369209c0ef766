"""The code that MLflow stores with a model: raw input in, readable output out.

MLflow runs this file when it loads the model; the files beside it are Keras' own format and JSON,
so nothing is unpickled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

from pipelines.serving.bundle import Bundle


class BundlePredictor:
    """Loads a bundle and predicts with it.

    It stands apart from `PythonModel` because MLflow takes the type hints of a `predict` that is
    defined in such a class for the schema of the input, and complains about every other kind; the
    signature that is logged with the model is the schema here.
    """

    def load_context(self, context: Any) -> None:
        """Loads the model and its preprocessing."""
        artifacts = context.artifacts
        self._bundle = Bundle.from_files(Path(artifacts["model"]), Path(artifacts["config"]))

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        """Predicts for raw images, rows or texts."""
        return self._bundle.predict(model_input)


class RawInputModel(BundlePredictor, PythonModel):
    """A bundle behind MLflow's interface."""


set_model(RawInputModel())
