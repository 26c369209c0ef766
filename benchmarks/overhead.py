"""What one trial costs besides its training: study and tracking, 20 epochs reported.

The objective does nothing but report, one worker runs, the stores are the embedded ones. All
trials report the same values: the pruner decides at its steps, and gives none of them up.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._contestant import Contestant, Measured
from benchmarks._harness import Benchmark, Goal, Quantity, alternate, finish, parser

EPOCHS = 20
SECONDS = Quantity(key="seconds_per_trial", unit="s per trial", larger_is_better=False)
UNEQUAL = (
    "our objective runs in a worker process, the Optuna loop in its own",
    "we write MLflow from a process of its own while the search goes on, and the time until "
    "MLflow has caught up is in the JSON; the fluent API writes before the trial goes on",
)


def report_only(params: dict[str, Any], context: Any) -> dict[str, float]:
    """An objective that reports 20 epochs and does nothing else.

    Args:
        params: `x`, a number that changes nothing.
        context: Takes the reports.
    """
    for epoch in range(1, EPOCHS + 1):
        context.report(epoch, {"loss": 1 / epoch, "val_loss": 1 / epoch})
    return {"val_loss": 1 / EPOCHS}


def ours(*, trials: int, seed: int) -> Measured:
    """`tuning.search` with one worker, the default pruner, SQLite and the MLflow mirror."""
    from tuning import Float, SearchSettings, Space, open_study, search
    from tuning.storage.records import read_trials
    from tuning.tracking import Mirror, default_tracking_uri

    space = Space({"x": Float(0.0, 1.0)})
    mirrors: list[Any] = []
    with tempfile.TemporaryDirectory() as root:
        settings = SearchSettings(
            study="overhead",
            root=root,
            trials=trials,
            strategy="random",
            metrics=(("val_loss", "minimize"),),
            budget=EPOCHS,
            seed=seed,
            workers=1,
        )

        def follow(progress: Any) -> None:
            if not mirrors and progress.finished:
                uri = default_tracking_uri(root)
                mirrors.append(Mirror(settings.url, settings.study, uri).start())

        search("benchmarks.overhead:report_only", space, settings, on_progress=follow)
        began = time.perf_counter()
        report = mirrors[0].close(300.0) if mirrors else None
        caught_up = time.perf_counter() - began
        found = read_trials(open_study(settings.study, settings.url))
    begins = [r.started.timestamp() for r in found if r.started]
    ends = [r.finished.timestamp() for r in found if r.finished]
    return {
        "seconds_per_trial": (max(ends) - min(begins)) / len(found),
        "trials": len(found),
        "epochs_reported": sum(r.steps for r in found),
        "mlflow_catches_up_in": caught_up,
        "mlflow_synced": bool(report and report.synced),
    }


def optuna_mlflow(*, trials: int, seed: int, mlflow: bool) -> Measured:
    """A plain Optuna loop on SQLite, with or without MLflow's fluent API.

    Args:
        trials: How many.
        seed: Of the sampler.
        mlflow: Whether each trial is a nested run whose epochs are logged as they come.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with tempfile.TemporaryDirectory() as root:
        objective = _with_mlflow(Path(root)) if mlflow else _reports
        study = optuna.create_study(
            storage=f"sqlite:///{root}/studies.db",
            sampler=optuna.samplers.RandomSampler(seed=seed),
            pruner=optuna.pruners.SuccessiveHalvingPruner(),
        )
        began = time.perf_counter()
        study.optimize(objective, n_trials=trials)
        seconds = time.perf_counter() - began
    return {"seconds_per_trial": seconds / trials, "trials": trials}


def _reports(trial: Any, log: Callable[[int], None] = lambda epoch: None) -> float:
    import optuna

    trial.suggest_float("x", 0.0, 1.0)
    for epoch in range(1, EPOCHS + 1):
        log(epoch)
        trial.report(1 / epoch, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned
    return 1 / EPOCHS


def _with_mlflow(root: Path) -> Any:
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{root}/mlflow.db")
    mlflow.create_experiment("overhead", artifact_location=str(root / "artifacts"))
    mlflow.set_experiment("overhead")
    mlflow.start_run()

    def log(epoch: int) -> None:
        mlflow.log_metrics({"loss": 1 / epoch, "val_loss": 1 / epoch}, step=epoch)

    def objective(trial: Any) -> float:
        with mlflow.start_run(nested=True):
            value = _reports(trial, log)
            mlflow.log_params(trial.params)
        return value

    return objective


def main() -> None:
    """Measures us, Optuna alone and Optuna with MLflow."""
    options = parser(__doc__ or "").parse_args()
    trials = 5 if options.quick else 100
    peer = "benchmarks.overhead:optuna_mlflow"
    contestants = [
        Contestant(name="ours", run="benchmarks.overhead:ours", arguments={"trials": trials}),
        Contestant(
            name="Optuna on SQLite", run=peer, arguments={"trials": trials, "mlflow": False}
        ),
        Contestant(
            name="Optuna on SQLite, fluent MLflow",
            run=peer,
            arguments={"trials": trials, "mlflow": True},
        ),
    ]
    rounds = options.rounds or (1 if options.quick else 5)
    limit = Goal(case="20 epochs", key=SECONDS.key, must=0.1)
    benchmark = Benchmark(
        name="overhead",
        title="A trial that only reports",
        quantities=(SECONDS,),
        goals=() if options.quick else (limit,),
        unequal=UNEQUAL,
        quick=options.quick,
        settings={"trials": trials, "epochs": EPOCHS, "rounds": rounds},
    )
    finish(benchmark, alternate("20 epochs", contestants, seeds=range(rounds)))


if __name__ == "__main__":
    main()
