"""The code that MLflow stores with a plain Keras model: arrays in, arrays out.

MLflow runs this file when it loads the model; the model itself is a `.keras` file, read in safe
mode.
"""

from __future__ import annotations

from typing import Any

from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

from pipelines.serving.keras_models import load_model_file


class KerasPredictor:
    """Loads a Keras model and predicts with it; apart from `PythonModel` as in `pyfunc_model`."""

    def load_context(self, context: Any) -> None:
        """Loads the model, ready to predict."""
        self._model = load_model_file(context.artifacts["model"], compile=False)

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        """Predicts for a batch: an array, a table of numbers, or arrays by name."""
        batch = model_input.to_numpy() if hasattr(model_input, "to_numpy") else model_input
        return self._model.predict(batch, verbose=0)


class KerasModel(KerasPredictor, PythonModel):
    """A Keras model behind MLflow's interface."""


set_model(KerasModel())
