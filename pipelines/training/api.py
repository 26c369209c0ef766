"""`pipelines.train`: the same training from a script or notebook as from the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.hyperparameters.kinds import plain
from pipelines.progress_bar import Verbose
from pipelines.recipes.registry import load_recipe
from pipelines.training.own_data import data_options
from pipelines.training.progress import EpochProgress
from pipelines.training.run import OnEpoch, TrainRequest, TrainResult, train_request

if TYPE_CHECKING:
    import keras


def train(  # noqa: PLR0913 - the words of a person, by keyword
    recipe: str,
    data: Any = None,
    *,
    target: str | None = None,
    params: Mapping[str, Any] | None = None,
    epochs: int | None = None,
    callbacks: keras.callbacks.Callback | Iterable[keras.callbacks.Callback] | None = None,
    seed: int = 0,
    root: str | Path = "mlruns",
    data_dir: str | Path | None = None,
    tiny: bool = False,
    tracking: str | bool | None = None,
    name: str | None = None,
    verbose: Verbose = "auto",
    on_epoch: OnEpoch | None = None,
) -> TrainResult:
    """Trains a recipe once, tests it once, saves the model and logs it.

    Args:
        recipe: Name of a recipe, for example `"digits-cnn"`.
        data: Your own data for a generic recipe: a file or folder; a DataFrame, with `target`;
            `(x, y)` with rows `[n, features]`, images `uint8[n, height, width(, channels)]` or
            texts (and weights of these as a third), or sentences; or `{"path": ...}` of any of
            these with the options of its reader. The splits follow from `split_seed` among the
            options, 0 by default, and not from `seed`.
        target: Column of a table that is predicted.
        params: Hyperparameters that replace the recipe's defaults, for example
            `{"learning_rate": 0.01, "loss": "huber", "loss.delta": 2.0}`.
        epochs: Passes over the training rows; short for the hyperparameter `epochs`.
        callbacks: One or several Keras callbacks; hooks on batches give up the compiled epoch.
        seed: Weights, dropout, data order and augmentation follow from it; 0 is a seed.
        root: Folder of the embedded stores.
        data_dir: Folder of downloaded datasets; `None` takes `COOKBOOK_DATA`.
        tiny: A few rows and epochs, to see whether it runs at all.
        tracking: MLflow store or server; `None` takes the embedded one; `False` for none.
        name: Shown name of the run, for `cookbook runs`, `cookbook predict` and MLflow.
        verbose: `"auto"` shows progress in a terminal and in a notebook; `True` writes lines
            elsewhere too, `False` shows nothing.
        on_epoch: Called after every epoch with its number, the number of epochs, its metrics.

    Returns:
        `metrics`, `test_metrics`, `history`, `predict(rows)`, `model()`, `run_url`; a notebook
        shows it with a table and a picture.

    Raises:
        ValueError: If the recipe or a hyperparameter is unknown, of a wrong kind or out of range.
        DataError: If the data is missing or damaged.
        FloatingPointError: If the training diverges.
        TrackingError: If MLflow does not answer, before anything is trained.
    """
    given, epochs, seed = plain(dict(params or {})), plain(epochs), plain(seed)
    if epochs is not None:
        if given.get("epochs", epochs) != epochs:
            raise ValueError(
                f"`epochs` is given twice. Got epochs={epochs} and params={params!r}: give one."
            )
        given["epochs"] = epochs
    # What Keras' `fit` takes: one, several or none.
    listed = callbacks if isinstance(callbacks, Iterable) else [callbacks] if callbacks else []
    options = data_options(load_recipe(recipe), data, target=target, root=Path(root))
    request = TrainRequest(
        recipe=recipe,
        params=given,
        seed=seed,
        data_dir=None if data_dir is None else str(data_dir),
        data=options,
        tiny=tiny,
        root=Path(root),
        tracking_uri=tracking if isinstance(tracking, str) else None,
        tracked=tracking is not False,
        name=name,
    )
    with EpochProgress(request, verbose=verbose) as shown:

        def watch(epoch: int, of: int, metrics: Mapping[str, float]) -> None:
            shown.update(epoch, of, metrics)
            if on_epoch is not None:
                on_epoch(epoch, of, metrics)

        return train_request(
            request,
            on_start=shown.start,
            on_epoch=watch,
            on_steps=shown.step,
            callbacks=list(listed),
        )
