"""The code that MLflow stores with a model: raw input in, readable output out.

MLflow runs this file when it loads the model; the files beside it are Keras' own format and JSON,
so nothing is unpickled.
"""

from __future__ import annotations

from pathlib import Path

from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

from pipelines.serving.bundle import Bundle


class RawInputModel(PythonModel):
    """A bundle behind MLflow's interface."""

    def load_context(self, context):  # type: ignore[no-untyped-def]
        """Loads the model and its preprocessing."""
        artifacts = context.artifacts
        self._bundle = Bundle.from_files(Path(artifacts["model"]), Path(artifacts["config"]))

    # MLflow reads type hints as the schema of the input; the signature is the schema here.
    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        """Predicts for raw images, rows or texts."""
        return self._bundle.predict(model_input)


set_model(RawInputModel())
