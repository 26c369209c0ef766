"""Strategies and pruners by name. Importing this package imports no engine.

Each strategy is made fresh for each trial, with a seed derived from the job's seed and the
trial's number, and sees nothing but the study; that is why a search that was interrupted goes
on as if it had not been.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tuning._lazy import load_object
from tuning._names import unknown_name
from tuning.strategies.options import Name, Option, PerParameter, Real, Whole

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

    from tuning.space.space import Space


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a strategy may know when it is made for one trial.

    Attributes:
        space: The space to choose from.
        seed: Seed of this trial's choice.
        job_seed: Seed of the whole job, for sequences that go through all trials.
        metrics: Number of metrics of the study.
        trials: Trials planned for the study, or None.
        options: The strategy's options.
        memory: What the strategy has worked out of finished trials, kept from one trial to the
            next; without it the same is worked out again.
    """

    space: Space
    seed: int
    job_seed: int = 0
    metrics: int = 1
    trials: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """A way to choose the next point.

    Rules, checked for every strategy by `tests/tuning/strategies`:
        1. Every point is inside the space, with exactly the active parameters.
        2. The same seed and the same finished trials give the same point; 0 is a seed.
        3. A search that is interrupted and resumed tries the same points as one that is not.
        4. No point is tried twice while the space has an untried one.
        5. A finite space that is used up ends the search, whatever the number of trials.
        6. Complete, pruned and failed trials, infinite and NaN scores included, are accepted.
        7. Conditional spaces, spaces of one point and spaces without parameters work.

    Attributes:
        reference: `"module:function"` that makes the sampler from a `Request`.
        summary: One line for listings.
        options: Name of each option to its law.
        many_metrics: Whether several metrics are searched at once.
        needs: Package of an extra that must be installed, or None.
        counts_pruned: Whether pruned trials must be told as complete ones.
        draws: How often it is asked again when it answers with a known point.
        most: Most ended trials that it learns from, see `tuning.strategies.told`; None for all.
        most_values: Most values of a whole or stepped range, for one that lists them; None for any.
    """

    reference: str
    summary: str
    options: Mapping[str, Option] = field(default_factory=dict)
    many_metrics: bool = True
    needs: str | None = None
    counts_pruned: bool = False
    draws: int = 20
    most: int | None = None
    most_values: int | None = None


@dataclass(frozen=True, kw_only=True)
class Pruner:
    """A way to give up bad trials early.

    Attributes:
        reference: `"module:function"` that makes the pruner and its decision steps.
        summary: One line for listings.
        options: Name of each option to its law.
    """

    reference: str
    summary: str
    options: Mapping[str, Option] = field(default_factory=dict)


_SAMPLERS = "tuning.strategies.samplers"

STRATEGIES: Mapping[str, Strategy] = {
    "bayesian": Strategy(
        reference="tuning.strategies.bayesian:bayesian",
        summary="Gaussian process of KerasTuner's Bayesian oracle",
        options={"startup": Whole(1), "alpha": Real(0, open=True), "beta": Real(0)},
        many_metrics=False,
        draws=2,  # a second each
        most=150,  # the time grows with the cube
    ),
    "cmaes": Strategy(
        reference=f"{_SAMPLERS}:cmaes",
        summary="covariance matrix adaptation, for many trials of numbers",
        # Half of the population are the parents, and one parent has no covariance.
        options={"startup": Whole(0), "population": Whole(4), "sigma": Real(0, open=True)},
        many_metrics=False,
        needs="cmaes",
        counts_pruned=True,
    ),
    "genetic": Strategy(
        reference=f"{_SAMPLERS}:genetic",
        summary="NSGA-II or NSGA-III, also for several metrics",
        options={"population": Whole(2), "algorithm": Name("algorithm", ("nsga2", "nsga3"))},
        counts_pruned=True,
    ),
    "gp": Strategy(
        reference=f"{_SAMPLERS}:gaussian_process",
        summary="Gaussian process of Optuna, needs torch",
        options={"startup": Whole(1)},
        needs="torch",
        counts_pruned=True,
        draws=2,
        most=150,
        most_values=10**6,  # Optuna's search for the next point has an array of them
    ),
    "grid": Strategy(
        reference="tuning.strategies.grid:grid",
        summary="every point of a grid, once",
        options={"points": PerParameter(Whole(1)), "limit": Whole(1)},
        draws=1,
    ),
    "hybrid": Strategy(
        reference="tuning.strategies.hybrid:hybrid",
        summary="Gaussian process over any space and TPE by turns, the default",
        options={"startup": Whole(0)},
        draws=3,  # it knows what was tried
        most=500,
    ),
    "qmc": Strategy(
        reference=f"{_SAMPLERS}:quasi_random",
        summary="quasi-random points that fill the space evenly",
        options={"sequence": Name("sequence", ("sobol", "halton"))},
    ),
    "random": Strategy(
        reference=f"{_SAMPLERS}:random", summary="independent random points", most=0
    ),
    "tpe": Strategy(
        reference=f"{_SAMPLERS}:tpe",
        summary="tree-structured Parzen estimator of Optuna",
        options={"startup": Whole(0), "candidates": Whole(1)},
        most=500,
    ),
}

PRUNERS: Mapping[str, Pruner] = {
    "none": Pruner(reference="tuning.strategies.pruners:none", summary="every trial is finished"),
    "median": Pruner(
        reference="tuning.strategies.pruners:median",
        summary="gives up what is worse than the median at the same step",
        options={"startup": Whole(0), "warmup": Whole(0), "interval": Whole(1)},
    ),
    "halving": Pruner(
        reference="tuning.strategies.pruners:halving",
        summary="successive halving, the default",
        options={"first": Whole(1), "factor": Whole(2)},
    ),
    "hyperband": Pruner(
        reference="tuning.strategies.pruners:hyperband",
        summary="halving with several first steps side by side",
        options={"first": Whole(1), "factor": Whole(2)},
    ),
}


def check_options(kind: str, name: str, options: Mapping[str, Any]) -> None:
    """Checks the options of a strategy or pruner without importing it.

    Args:
        kind: `"strategy"` or `"pruner"`.
        name: A known name.
        options: The options.

    Raises:
        ValueError: If an option is unknown, or its value breaks its law.

    Example:
        >>> check_options("strategy", "tpe", {"startups": 5})
        Traceback (most recent call last):
        ...
        ValueError: No option of the strategy 'tpe' named 'startups'. Did you mean 'startup'? Known: candidates, startup.
    """  # noqa: E501 - the message is one line
    known = (STRATEGIES if kind == "strategy" else PRUNERS)[name].options
    for option, value in options.items():
        if option not in known:
            raise ValueError(unknown_name(f"option of the {kind} {name!r}", option, known))
        try:
            known[option].check(value)
        except ValueError as error:
            raise ValueError(f"`{option}` of the {kind} {name!r} {error}") from None


def make_sampler(name: str, request: Request) -> BaseSampler:
    """Makes the sampler of a strategy for one trial.

    Args:
        name: A name of `STRATEGIES`.
        request: What it may know.

    Raises:
        ValueError: If the strategy cannot search this space or number of metrics.
        ImportError: If an extra is missing; the message names it.
    """
    check_options("strategy", name, request.options)
    check_strategy(name, metrics=request.metrics, space=request.space)
    sampler: BaseSampler = load_object(STRATEGIES[name].reference)(request)
    return sampler


def check_strategy(name: str, *, metrics: int, space: Space) -> None:
    """Refuses a strategy that cannot search here, before a study is made for it.

    Args:
        name: A name of `STRATEGIES`.
        metrics: Number of metrics of the search.
        space: What is searched.

    Raises:
        ValueError: If the strategy searches one metric only, or narrower ranges only.
        ImportError: If an extra is missing; the message names it.
    """
    strategy = STRATEGIES[name]
    if metrics > 1 and not strategy.many_metrics:
        raise ValueError(
            f"The strategy {name!r} searches one metric. Got {metrics}: use 'tpe' or 'genetic'."
        )
    if strategy.needs is not None:
        _check_extra(name, strategy.needs)
    for parameter, dimension in space.searched.items():
        if strategy.most_values is not None and (dimension.count or 0) > strategy.most_values:
            raise ValueError(
                f"The strategy {name!r} lists the values of a range, at most "
                f"{strategy.most_values}. {parameter!r} has {dimension.count}: use larger steps, a "
                "Float without `step`, or the strategy 'hybrid'."
            )


def default_pruner(metrics: int) -> str:
    """The pruner of a search that names none.

    A pruner sees the first metric alone: of several it would end what is best in the others.

    Args:
        metrics: Number of metrics of the search.

    Example:
        >>> default_pruner(1), default_pruner(2)
        ('halving', 'none')
    """
    return "halving" if metrics < 2 else "none"


def make_pruner(
    name: str, budget: int | None, options: Mapping[str, Any]
) -> tuple[BasePruner, tuple[int, ...] | None]:
    """Makes a pruner and the steps at which it decides.

    Args:
        name: A name of `PRUNERS`.
        budget: Most steps of a trial, or None.
        options: The pruner's options.

    Returns:
        The pruner and its decision steps; an empty tuple for never.
    """
    made: tuple[BasePruner, tuple[int, ...] | None] = load_object(PRUNERS[name].reference)(
        budget, **options
    )
    return made


def _check_extra(name: str, package: str) -> None:
    try:
        importlib.import_module(package)
    except ImportError as error:
        extra = {"torch": "gp"}.get(package, package)
        raise ImportError(
            f"The strategy {name!r} needs the package {package!r}: "
            f"pip install 'keras-cookbook[{extra}]'."
        ) from error
