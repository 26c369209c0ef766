"""`train`: one training of a recipe, from raw data to a logged model."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.code_version import code_version
from pipelines.datasets.own_files import is_own
from pipelines.formatting import format_value
from pipelines.hyperparameters.notices import notices
from pipelines.recipes.registry import load_recipe
from pipelines.training.checks import check_hyperparameters
from pipelines.training.data import DataRequest, check_seed
from tuning.imports import without_collections

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from pipelines.datasets.containers import Dataset
    from pipelines.recipes.recipe import Recipe
    from pipelines.training.experiment import Experiment
    from tuning.tracking import Tracker

OnEpoch = Callable[[int, int, Mapping[str, float]], None]
OnSteps = Callable[[float, int, Mapping[str, float]], None]
OnStart = Callable[["Dataset"], None]


@dataclass(frozen=True, kw_only=True)
class TrainRequest:
    """What to train and where to record it.

    Attributes:
        recipe: Name of the recipe.
        params: Hyperparameters that replace the recipe's defaults.
        seed: Weights, dropout, data order and augmentation follow from it. The splits do not:
            they are the same for every seed, and follow from the loader's option `split_seed`.
        data_dir: Folder of downloaded datasets.
        data: Options of the dataset's loader, for example `path` and `target` of a table, and
            `split_seed`.
        tiny: A few rows and epochs.
        root: Folder of the embedded stores.
        tracking_uri: MLflow store; the embedded one by default.
        tracked: Whether MLflow is told at all.
        name: Shown name of the run; None for the recipe and what was set beside its defaults.

    Raises:
        ValueError: If the seed is no whole number, or out of range.
    """

    recipe: str
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    data_dir: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    tiny: bool = False
    root: Path = Path("mlruns")
    tracking_uri: str | None = None
    tracked: bool = True
    name: str | None = None

    def __post_init__(self) -> None:
        check_seed(self.seed)

    def load_recipe(self) -> Recipe:
        """The recipe, in tiny mode with its tiny defaults."""
        recipe = load_recipe(self.recipe)
        if not self.tiny:
            return recipe
        return dataclasses.replace(recipe, defaults={**recipe.defaults, **recipe.tiny})

    def checkpoint(
        self, experiment: Experiment, callbacks: Sequence[keras.callbacks.Callback] = ()
    ) -> Path:
        """File of this very training: what trains in another way, or other data, has another one.

        Args:
            experiment: Its hyperparameters and data.
            callbacks: Callbacks of one's own.
        """
        from pipelines.training.checkpoint import callback_facts, checkpoint_name

        # Without any it is called as by versions that passed them over: those go on.
        facts = [*experiment.facts, *callback_facts(callbacks)]
        name = checkpoint_name(facts, code_version())
        return self.root / "checkpoints" / f"{self.recipe}-{name}.npz"

    def tracker(self) -> Tracker | None:
        """The experiment of the recipe; an embedded store is made where there is none."""
        if not self.tracked:
            return None
        from tuning.tracking import Tracker, default_tracking_uri

        uri = self.tracking_uri or default_tracking_uri(self.root)
        return Tracker(uri, experiment=self.recipe)

    @property
    def own_data(self) -> bool:
        """Whether the data are the user's own."""
        return is_own(self.data)

    @property
    def notices(self) -> tuple[str, ...]:
        """What to know before the training starts."""
        return notices({**self.load_recipe().defaults, **self.params})

    def data_request(self, recipe: Recipe) -> DataRequest:
        """Which data the recipe is trained on."""
        return DataRequest.of(recipe, data_dir=self.data_dir, tiny=self.tiny, options=self.data)


@dataclass(frozen=True, kw_only=True, repr=False)
class TrainResult:
    """What a training gave.

    Attributes:
        recipe: Name of the recipe.
        metrics: Validation metrics of the trained model.
        test_metrics: Test metrics; the test split was read once.
        baseline: Name of the simple method on the same split.
        baseline_metrics: Its test metrics.
        history: One list per metric, one value per epoch; `learning_rate` beside them.
        seconds: Wall time of all epochs, tracing included; also of those that an earlier process
            finished before it was killed.
        samples_per_second: Training samples per second of the epochs, validation included.
        notes: What the dataset's loader inferred, dropped or skipped.
        run_id: MLflow run; empty where MLflow failed after the training: then `cookbook sync`
            writes the run.
        run_url: Where the run can be looked at.
        model_path: The saved model.
        images_per_second: The same as `samples_per_second` where a sample is an image, else
            `None`, and absent from `to_dict`.
    """

    recipe: str
    metrics: Mapping[str, float]
    test_metrics: Mapping[str, float]
    baseline: str
    baseline_metrics: Mapping[str, float]
    history: Mapping[str, list[float]]
    seconds: float
    samples_per_second: float
    run_id: str
    run_url: str
    model_path: Path
    notes: tuple[str, ...] = ()
    images_per_second: float | None = None

    def __repr__(self) -> str:
        first = list(self.test_metrics.items())[:3]
        names = ", ".join(f"test {name} {format_value(value)}" for name, value in first)
        return f"TrainResult({self.recipe!r}, {names}, {self.seconds:.1f} s)"

    def _repr_html_(self) -> str:
        from pipelines.training.result_page import result_html

        return result_html(self)

    def predict(self, rows: Any) -> pd.DataFrame:
        """Predicts with the trained model.

        Args:
            rows: Raw inputs as the data have them: images, rows of a table, texts.

        Returns:
            One row per input; the columns depend on the task.
        """
        from pipelines.serving.bundle import Bundle

        return Bundle.load(self.model_path.parent).predict(rows)

    def model(self) -> keras.Model:
        """Loads the trained Keras model."""
        from pipelines.serving.keras_models import load_model_file

        return load_model_file(self.model_path)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain["model_path"] = str(self.model_path)
        return {name: value for name, value in plain.items() if value is not None}


def train_request(
    request: TrainRequest,
    *,
    on_start: OnStart | None = None,
    on_epoch: OnEpoch | None = None,
    on_steps: OnSteps | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> TrainResult:
    """Trains a recipe once, tests it once and logs everything.

    Args:
        request: What to train.
        on_start: Called with the loaded dataset when the time of the first epoch begins.
        on_epoch: Called after every epoch with its number from 1, the number of epochs and
            the metrics, the learning rate among them.
        on_steps: Called about twice a second with the number of epochs done, for example 2.25,
            the number of all and the metrics of the running epoch.
        callbacks: Keras callbacks of one's own.

    Returns:
        Metrics, history, run and model.

    Raises:
        ValueError: If recipe or hyperparameters are unknown, of a wrong kind or out of range.
        FloatingPointError: If the training diverges.
        TrackingError: If MLflow does not answer, before anything is trained.
    """
    recipe = request.load_recipe()
    # Before TensorFlow, which takes seconds: what is wrong is said at once.
    check_hyperparameters(recipe, request.params)
    dataset = request.data_request(recipe).load()
    start = int(time.time() * 1000)
    with without_collections():
        from pipelines.training.experiment import Experiment
        from pipelines.training.recording import record
        from pipelines.training.reporting import BeforeTraining

    experiment = Experiment(recipe, request.params, dataset, seed=request.seed)
    checkpoint = request.checkpoint(experiment, callbacks)
    if on_start is not None:
        on_start(dataset)
    # A store that cannot be written, or does not answer, says so before anything is trained; a
    # model that cannot be built says so before a store is made.
    tracking = BeforeTraining(request.tracker)
    model, history, seconds = _fit(
        experiment,
        checkpoint,
        on_epoch=on_epoch,
        on_steps=on_steps,
        callbacks=[tracking, *callbacks],
    )
    result = record(
        request, experiment, model, history, seconds=seconds, tracker=tracking.found, start=start
    )
    # Only now: a process that dies while it records goes on from the last epoch.
    _forget(checkpoint)
    return result


def _forget(checkpoint: Path) -> None:
    """Deletes a checkpoint, those that other code left of the same training, and half of one.

    A process that was killed while it wrote leaves a file with a dot in front and more behind.
    """
    training = checkpoint.name.rpartition("-")[0]
    for file in checkpoint.parent.glob(f"*{training}-*"):
        file.unlink(missing_ok=True)


def _fit(
    experiment: Experiment,
    checkpoint: Path,
    *,
    on_epoch: OnEpoch | None,
    on_steps: OnSteps | None,
    callbacks: Sequence[keras.callbacks.Callback],
) -> tuple[keras.Model, dict[str, Any], float]:
    from pipelines.inputs.files import damage_by_name
    from pipelines.training import reporting
    from pipelines.training.checkpoint import Checkpoint
    from pipelines.training.gpu_use import GpuUse

    epochs = experiment.options.epochs
    # Also when nobody listens: a training resumes with the callbacks that it was begun with.
    tell_epoch = on_epoch or (lambda *_: None)
    tell_steps = on_steps or (lambda *_: None)
    clock = reporting.EpochClock()
    ours = [
        reporting.DivergenceStop(),
        clock,
        # The rate before the report, which passes on what the logs hold.
        reporting.LearningRateLog(),
        GpuUse(),
        reporting.EpochReporter(lambda epoch, logs: tell_epoch(epoch, epochs, logs)),
        reporting.StepReporter(lambda done, logs: tell_steps(done, epochs, logs)),
    ]
    with damage_by_name():
        model, history = experiment.train(
            callbacks=[*ours, *callbacks], checkpoint=Checkpoint(checkpoint)
        )
    return model, history, clock.seconds
