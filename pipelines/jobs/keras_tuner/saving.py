"""What is kept of a winner: a file with the whole model, or its weights beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.jobs.keras_tuner.structures import Structure, from_named, take_rows, to_named
from pipelines.serving.files import MODEL_FILE

WEIGHTS_FILE, INPUTS_FILE = "model.weights.h5", "model.inputs.npz"


def save_winner(model: Any, folder: Path, x: Structure) -> dict[str, Any]:
    """Saves a trained model, or its weights alone where Keras cannot save it.

    A model of a class of the user's own without `get_config` can be made again by its code only:
    `built_winner` does so.

    Args:
        model: The model.
        folder: Where the files go.
        x: Inputs, of which a row is kept beside the weights.

    Returns:
        `model_path`; or `weights_path` and, as `model_note`, why there is no whole model.
    """
    path = folder / MODEL_FILE
    try:
        model.save(path)
    except (NotImplementedError, TypeError, ValueError):
        path.unlink(missing_ok=True)
    else:
        return {"model_path": str(path)}
    weights = folder / WEIGHTS_FILE
    model.save_weights(weights)
    inputs: dict[str, Any] = to_named("x", take_rows(x, slice(1)))
    np.savez(folder / INPUTS_FILE, **inputs)
    return {
        "weights_path": str(weights),
        "model_note": (
            f"no model file: Keras cannot save a {type(model).__name__} without `get_config`. Its "
            f"weights are in {weights}, and result.model(build) makes it again"
        ),
    }


def built_winner(hypermodel: Any, params: Mapping[str, Any], folder: Path) -> Any:
    """Builds a winner again and gives it the weights that `save_winner` kept.

    Args:
        hypermodel: The `build(hp)` function or `HyperModel` of the search.
        params: Hyperparameters of the winner.
        folder: Folder of the study.

    Raises:
        ValueError: If the weights are those of other code.
    """
    import tensorflow as tf

    from tuning.keras_tuner.hyperparameters import build_model

    model, _ = build_model(hypermodel, params)
    with np.load(folder / INPUTS_FILE, allow_pickle=False) as stored:
        x = from_named(dict(stored))["x"]
    # Called once, as such a model makes its weights when it sees inputs.
    model(tf.nest.map_structure(tf.convert_to_tensor, x))
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:  # its variables are in the file, too
        optimizer.build(model.trainable_variables)
    model.load_weights(folder / WEIGHTS_FILE)
    return model
