"""`pipelines.train`: the same training from a script or notebook as from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.training.run import OnEpoch, TrainRequest, TrainResult, train_request


def train(
    recipe: str,
    *,
    params: Mapping[str, Any] | None = None,
    seed: int = 0,
    data_dir: str | Path | None = None,
    data: Mapping[str, Any] | None = None,
    tiny: bool = False,
    root: str | Path = "mlruns",
    tracking_uri: str | None = None,
    on_epoch: OnEpoch | None = None,
) -> TrainResult:
    """Trains a recipe once, tests it once and logs the model.

    Args:
        recipe: Name of a recipe, for example `"digits-cnn"`.
        params: Hyperparameters that replace the recipe's defaults, `epochs` among them.
        seed: Weights, dropout, data order and augmentation follow from it; 0 is a seed.
        data_dir: Folder of downloaded datasets; `None` takes `COOKBOOK_DATA`.
        data: Options of the loader; for your own files `{"path": ..., "target": ...}`. The
            splits follow from `split_seed` among them, 0 by default, and not from `seed`.
        tiny: A few rows and epochs, to see whether it runs at all.
        root: Folder of the embedded stores.
        tracking_uri: MLflow store or server; `None` takes the embedded one.
        on_epoch: Called after every epoch with its number, the number of epochs, its metrics.

    Returns:
        Metrics, test metrics, history, the MLflow run and the model.

    Raises:
        ValueError: If the recipe or a hyperparameter is unknown, of a wrong kind or out of range.
        DataError: If the data is missing or damaged.
        FloatingPointError: If the training diverges.
    """
    request = TrainRequest(
        recipe=recipe,
        params=params or {},
        seed=seed,
        data_dir=None if data_dir is None else str(data_dir),
        data=data or {},
        tiny=tiny,
        root=Path(root),
        tracking_uri=tracking_uri,
    )
    return train_request(request, on_epoch=on_epoch)
