"""Where the time of one trial goes: import, data, build, trace, steps, validation.

One trial of the digits CNN, by our trainer and by `Model.fit`, with one thread and with all.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks import _recipe_models as models
from benchmarks._contestant import Contestant, Measured, seconds_since_start
from benchmarks._harness import Benchmark, Quantity, alternate, finish, parser

RECIPE = "digits-cnn"
PARAMS = {"widths": (16, 32), "batch_size": 32}
# What a worker of a search sets for itself.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
QUANTITIES = (
    Quantity(key="import", unit="s to import", larger_is_better=False),
    Quantity(key="data", unit="s to load the data", larger_is_better=False),
    Quantity(key="build", unit="s to build and compile", larger_is_better=False),
    Quantity(
        key="first_epoch", unit="s of the first epoch, tracing included", larger_is_better=False
    ),
    Quantity(key="epoch", unit="s of a later epoch", larger_is_better=False),
    Quantity(key="validation", unit="s of it for validation", larger_is_better=False),
    Quantity(key="trial", unit="s of a trial without import and data", larger_is_better=False),
)
UNEQUAL = (
    "validation is the difference between epochs with and without it, so it carries their noise",
)


def ours(*, epochs: int, seed: int) -> Measured:
    """The compiled loop of `Trainer`."""
    from pipelines.training.experiment import Experiment
    from pipelines.training.tensorflow.trainer import Trainer

    imported = seconds_since_start()
    recipe, data, loaded = _loaded()
    params = {**PARAMS, "epochs": epochs}

    def train(clock: Any, *, validate: bool) -> float:
        began = time.perf_counter()
        experiment = Experiment(recipe, params, data, seed=seed)
        feed = experiment.task.training_feed(seed=seed, with_validation=False)
        model = experiment.build(total_steps=feed.steps * epochs)
        built = time.perf_counter() - began
        validation = experiment.task.validation_feed() if validate else None
        Trainer(model, feed, validation=validation).fit(epochs=epochs, callbacks=[clock])
        return built

    return _measured(imported, loaded, train)


def model_fit(*, epochs: int, seed: int) -> Measured:
    """`Model.fit` on the same model and arrays."""
    import keras

    from pipelines.recipes.registry import load_recipe

    imported = seconds_since_start()
    recipe, _, loaded = _loaded()
    x, y, x_val, y_val = models.arrays(load_recipe(RECIPE))
    params = {**PARAMS, "epochs": epochs}

    def train(clock: Any, *, validate: bool) -> float:
        began = time.perf_counter()
        keras.utils.set_random_seed(seed)
        model = models.build(recipe, params, x, classes=10)
        built = time.perf_counter() - began
        model.fit(
            x,
            y,
            batch_size=PARAMS["batch_size"],
            epochs=epochs,
            validation_data=(x_val, y_val) if validate else None,
            callbacks=[clock],
            verbose=0,
        )
        return built

    return _measured(imported, loaded, train)


def _loaded() -> tuple[Any, Any, float]:
    from pipelines.recipes.registry import load_recipe

    began = time.perf_counter()
    recipe = load_recipe(RECIPE)
    return recipe, models.load(recipe), time.perf_counter() - began


def _measured(imported: float, loaded: float, train: Callable[..., float]) -> Measured:
    from benchmarks._epochs import epoch_clock

    train(epoch_clock(), validate=True)  # what TensorFlow sets up once is no trial's cost
    plain, validated = epoch_clock(), epoch_clock()
    train(plain, validate=False)
    began = time.perf_counter()
    built = train(validated, validate=True)
    trial = time.perf_counter() - began
    epoch = statistics.median(validated.seconds[1:])
    return {
        "import": imported,
        "data": loaded,
        "build": built,
        "first_epoch": validated.seconds[0],
        "epoch": epoch,
        "validation": epoch - statistics.median(plain.seconds[1:]),
        "trial": trial,
    }


def main() -> None:
    """Measures both loops with one thread and with all."""
    options = parser(__doc__ or "").parse_args()
    epochs = 3 if options.quick else 15
    found = [
        ("ours", "ours", ONE_THREAD),
        ("ours, all threads", "ours", {}),
        ("Model.fit, one thread", "model_fit", ONE_THREAD),
        ("Model.fit", "model_fit", {}),
    ]
    contestants = [
        Contestant(
            name=name,
            run=f"benchmarks.breakdown:{function}",
            arguments={"epochs": epochs},
            environment=environment,
            plain=function == "model_fit",
        )
        for name, function, environment in found
    ]
    rounds = options.rounds or (1 if options.quick else 5)
    benchmark = Benchmark(
        name="breakdown",
        title=f"One trial of {RECIPE}, {epochs} epochs",
        quantities=QUANTITIES,
        unequal=UNEQUAL,
        quick=options.quick,
        settings={"params": PARAMS, "epochs": epochs, "rounds": rounds},
    )
    finish(benchmark, alternate(RECIPE, contestants, seeds=range(rounds)))


if __name__ == "__main__":
    main()
