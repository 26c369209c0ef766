"""Between the space and Optuna: distributions, and one point from any sampler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optuna import Study
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from tuning.space.dimensions import Choice, Dimension
from tuning.space.encoding import decode_value, encode_value
from tuning.space.ranges import Float, Int
from tuning.space.space import Space


def distribution_of(dimension: Dimension) -> BaseDistribution:
    """Translates a searched dimension.

    Args:
        dimension: An `Int`, `Float` or `Choice`.

    Returns:
        Optuna's distribution over the same values; options as `Choice.stored` has them.
    """
    if isinstance(dimension, Int):
        return IntDistribution(dimension.low, dimension.high, dimension.log, dimension.step)
    if isinstance(dimension, Float):
        return FloatDistribution(dimension.low, dimension.high, dimension.log, dimension.step)
    if isinstance(dimension, Choice):
        return CategoricalDistribution(list(dimension.stored.values()))
    raise TypeError(f"Only Int, Float and Choice are searched. Got {dimension!r}.")


def distributions_of(space: Space) -> dict[str, BaseDistribution]:
    """Translates every searched dimension of a space."""
    return {name: distribution_of(dimension) for name, dimension in space.searched.items()}


def propose(sampler: BaseSampler, study: Study, trial: FrozenTrial, space: Space) -> dict[str, Any]:
    """Lets a sampler choose one point of the space, parents before children.

    Nothing is written to the trial, so that a rejected point leaves no trace.

    Args:
        sampler: The sampler, made for this trial.
        study: The study it learns from.
        trial: The running trial, still without parameters.
        space: The space.

    Returns:
        A point of the space, fixed parameters included.
    """
    sampler.before_trial(study, trial)
    relative_space = sampler.infer_relative_search_space(study, trial)
    relative = sampler.sample_relative(study, trial, relative_space)
    point: dict[str, Any] = {}
    for name, dimension in space.dimensions.items():
        if not space.is_active(name, point):
            continue
        if dimension.count == 1 and dimension.values is not None:
            point[name] = dimension.values[0]
            continue
        distribution = distribution_of(dimension)
        point[name] = _from_relative(dimension, name, relative)
        if point[name] is None:
            value = sampler.sample_independent(study, trial, name, distribution)
            point[name] = _own_value(dimension, value)
        trial.params[name] = encode_value(dimension, point[name])
        trial.distributions[name] = distribution
    return point


_NOTHING = object()


def _from_relative(dimension: Dimension, name: str, relative: Mapping[str, Any]) -> Any:
    value = relative.get(name, _NOTHING)
    if value is _NOTHING:
        return None
    try:
        return _own_value(dimension, value)
    except ValueError:
        return None  # drawn for a wider range than this stage's


def _own_value(dimension: Dimension, value: Any) -> Any:
    """Maps Optuna's value to the dimension's own, options restored."""
    if isinstance(dimension, Choice):
        value = decode_value(dimension, value)
    return dimension.canonical(value)


def space_of(distributions: Mapping[str, BaseDistribution]) -> Space:
    """Translates Optuna's distributions back into a space without conditions.

    Args:
        distributions: Name to distribution.

    Returns:
        The space; the ends of stepped ranges are those that are reached, and of options that
        are equal it has the first, as which Optuna records all of them.
    """
    return Space({name: _dimension_of(one) for name, one in distributions.items()})


def _dimension_of(distribution: BaseDistribution) -> Dimension:
    if isinstance(distribution, IntDistribution):
        return Int(distribution.low, distribution.high, distribution.step, distribution.log)
    if isinstance(distribution, FloatDistribution):
        return Float(distribution.low, distribution.high, distribution.step, distribution.log)
    if isinstance(distribution, CategoricalDistribution):
        choices = distribution.choices
        return Choice([one for index, one in enumerate(choices) if choices.index(one) == index])
    raise TypeError(f"Only Optuna's Int, Float and Categorical are known. Got {distribution!r}.")
