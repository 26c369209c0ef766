"""Resident memory of a worker over hundreds of tiny trials, with and without recycling.

`Model.fit` leaves the graph and the variables of every training behind
(`pipelines/training/tensorflow/single_replica.py`); a worker that uses it is replaced now and then.
"""

from __future__ import annotations

import tempfile
from typing import Any, ClassVar

from benchmarks._contestant import Contestant, Measured, resident_mb
from benchmarks._harness import CONSOLE, Benchmark, Goal, Quantity, alternate, finish, parser

NEVER = 10**12  # trials or bytes
QUANTITIES = (
    Quantity(key="growth_mb", unit="MB more at the late trial", larger_is_better=False),
    Quantity(key="late_mb", unit="MB at the late trial", larger_is_better=False),
)
UNEQUAL = (
    "memory of our worker counts pages that it shares with the process it was forked from",
    "our worker holds no study; the Optuna loop holds its study in memory beside the models",
    "the Optuna loop ends with the late trial, which saves minutes; ours run all trials",
)


class TinyTrial:
    """Trains a small Keras model, then notes this process' memory.

    Args:
        plain_fit: Whether by `Model.fit`, instead of as a recipe does.
    """

    preload: ClassVar[tuple[str, ...]] = (
        "tensorflow",
        "keras",
        "pipelines.training.tensorflow.trainer",
    )

    def __init__(self, *, plain_fit: bool) -> None:
        self.plain_fit = plain_fit

    def __call__(self, params: dict[str, Any], context: Any) -> dict[str, float]:
        """Runs one trial.

        Args:
            params: `units`, the model's width.
            context: Gives the seed, takes the notes.
        """
        train = _fit if self.plain_fit else _train
        loss = train(int(params["units"]), context.seed)
        context.annotate("resident_mb", resident_mb())
        return {"loss": loss}


def _train(units: int, seed: int) -> float:
    import keras

    from pipelines.inputs.feeds import ArrayFeed
    from pipelines.training.tensorflow.trainer import Trainer

    model = _model(units, seed)
    feed = ArrayFeed(*_rows(seed), batch_size=16, seed=seed % 2**31)
    history = Trainer(model, feed).fit(epochs=2)
    keras.backend.clear_session()
    return float(history["loss"][-1])


def _fit(units: int, seed: int) -> float:
    import keras

    keras.backend.clear_session()
    model = _model(units, seed)
    history = model.fit(*_rows(seed), batch_size=16, epochs=2, verbose=0)
    return float(history.history["loss"][-1])


def _rows(seed: int) -> tuple[Any, Any]:
    import numpy as np

    x = np.random.default_rng(seed).normal(size=(64, 8)).astype("float32")
    return x, x[:, :1]


def _model(units: int, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed % 2**32)
    layers = [
        keras.Input((8,)),
        keras.layers.Dense(units, activation="relu"),
        keras.layers.Dense(units, activation="relu"),
        keras.layers.Dense(1),
    ]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    return model


def ours(
    *, trials: int, early: int, late: int, seed: int, recycled: bool = True, plain_fit: bool = False
) -> Measured:
    """One worker of `tuning.search`.

    Args:
        trials: Trials of the search.
        early: Trial at which memory is first looked at.
        late: Trial at which it is looked at again.
        seed: Of the job.
        recycled: Whether the worker is replaced, by the rules of the defaults.
        plain_fit: Whether the trials call `Model.fit`.
    """
    from tuning import Int, SearchSettings, Space, open_study, search
    from tuning.storage.records import read_trials

    never: dict[str, Any] = {} if recycled else {"recycle_after": NEVER, "recycle_growth": NEVER}
    with tempfile.TemporaryDirectory() as root:
        settings = SearchSettings(
            study="memory",
            root=root,
            trials=trials,
            strategy="random",
            pruner="none",
            metrics=(("loss", "minimize"),),
            seed=seed,
            workers=1,
            **never,
        )
        space = Space({"units": Int(2, 2 + trials)})
        search(TinyTrial(plain_fit=plain_fit), space, settings)
        found = read_trials(open_study("memory", settings.url))
    return _growth([float(record.notes["resident_mb"]) for record in found], early, late)


def optuna_loop(*, trials: int, early: int, late: int, seed: int) -> Measured:
    """A plain Optuna loop over `Model.fit` with `clear_session` in every trial."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seen: list[float] = []

    def objective(trial: Any) -> float:
        loss = _fit(trial.suggest_int("units", 2, 2 + trials), seed + trial.number)
        seen.append(resident_mb())
        return loss

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    study.optimize(objective, n_trials=late)
    return _growth(seen, early, late)


def _growth(seen: list[float], early: int, late: int) -> Measured:
    first, last = seen[early - 1], seen[late - 1]
    return {"growth_mb": last - first, "early_mb": first, "late_mb": last, "resident_mb": seen}


def main() -> None:
    """Measures both forms of ours and the plain loop."""
    options = parser(__doc__ or "").parse_args()
    trials, early, late = (8, 2, 6) if options.quick else (300, 20, 200)
    sizes = {"trials": trials, "early": early, "late": late}
    run = "benchmarks.memory:ours"
    contestants = [
        Contestant(name="ours", run=run, arguments=sizes),
        Contestant(name="ours, never recycled", run=run, arguments={**sizes, "recycled": False}),
        Contestant(name="ours, Model.fit", run=run, arguments={**sizes, "plain_fit": True}),
        Contestant(
            name="Optuna loop, Model.fit", run="benchmarks.memory:optuna_loop", arguments=sizes
        ),
    ]
    rounds = options.rounds or 1
    case = f"trials {early} and {late}"
    benchmark = Benchmark(
        name="memory",
        title="Resident memory of a worker",
        quantities=QUANTITIES,
        goals=() if options.quick else (Goal(case=case, key="growth_mb", must=150),),
        unequal=UNEQUAL,
        quick=options.quick,
        settings={**sizes, "rounds": rounds},
    )
    CONSOLE.print(f"{trials} trials each; memory at trial {early} and at trial {late}.")
    finish(benchmark, alternate(case, contestants, seeds=range(rounds)))


if __name__ == "__main__":
    main()
