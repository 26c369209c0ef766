"""Words of KerasTuner, Optuna and Keras to what is meant by them here."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from tuning.faults import known_keys, unknown_key

FOREIGN_WORDS = {
    # KerasTuner
    "max_trials": "`trials`",
    "max_epochs": "`epochs`",
    "max_consecutive_failed_trials": "fixed: five failures of one kind end a search",
    "max_retries_per_trial": "`retries`",
    "executions_per_trial": "`seeds`, or a stage with `confirm` and `repeats`",
    "directory": "`root`",
    "project_name": "`study`",
    "hypermodel": "the first argument",
    "hyperparameters": "`space` and `params`",
    "tuner": "`strategy`",
    "oracle": "`strategy`",
    "overwrite": "another `study`: a study goes on where it stopped, `cookbook delete` removes it",
    "distribution_strategy": "`workers`",
    # Optuna
    "n_trials": "`trials`",
    "n_jobs": "`workers`",
    "n_startup_trials": "`strategy_options`, as {startup: 10}",
    "sampler": "`strategy`",
    "study_name": "`study`",
    "directions": "`objective`, as [[NAME, DIRECTION], ...]",
    "load_if_exists": "always so: a study goes on where it stopped",
    "catch": "always so: an exception fails its trial",
    "show_progress_bar": "`verbose`",
    # Keras and scikit-learn
    "x": "`data`, as (x, y)",
    "y": "`data`, as (x, y)",
    "validation_split": "always a fifth, or give `validation_data`",
    "batch_size": "a hyperparameter: `params`, as {batch_size: 64}",
    "learning_rate": "a hyperparameter: `params`, as {learning_rate: 0.001}",
    "cv": "`folds`",
    "random_state": "`seed`",
    "max_model_size": "`constraints`, as {metric: parameters, at_most: 62458}",
}


def check_words(given: Iterable[str], *, model: type[BaseModel]) -> None:
    """Refuses arguments that are unknown, as Python does, with what is probably meant.

    Args:
        given: Names of arguments.
        model: Its fields are the known ones, beside those of `pipelines.tune` itself.

    Raises:
        TypeError: If a name is unknown.

    Example:
        >>> from pipelines.jobs.schema import Job
        >>> check_words(["max_trials"], model=Job)
        Traceback (most recent call last):
        ...
        TypeError: unknown argument 'max_trials'. Here it is `trials`.
    """
    known = known_keys(model)
    old = ("set", "metric", "metrics", "direction", "budget", "register_as")
    for name in given:
        if name not in known and name not in old:
            message = unknown_key(name, known, FOREIGN_WORDS)
            raise TypeError(message.replace("unknown key", "unknown argument", 1))
