"""KerasTuner users bring their code as it is: `build(hp)` functions and `HyperModel` classes.

`space_from_build` finds the space by running `build`; in a trial, `TrialHyperParameters` gives
`build` and `fit` the trial's values.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

import keras_tuner
from keras_tuner.engine import hyperparameters as kinds

from tuning.space.dimensions import Choice, Dimension, Fixed, plain_key
from tuning.space.forms import dimension_from
from tuning.space.ranges import Float, Int
from tuning.space.space import Space

Build = Callable[[Any], Any]
AfterBuild = Callable[[Any, Any], None]


class TrialHyperParameters(keras_tuner.HyperParameters):
    """The `hp` of one trial: every parameter has the trial's value, or else its default.

    Args:
        params: The trial's parameters by KerasTuner's full names, name scopes included.

    Example:
        >>> hp = TrialHyperParameters({"units": 64})
        >>> hp.Int("units", 32, 128, step=32), hp.Float("dropout", 0.0, 0.5)
        (64, 0.0)
    """

    def __init__(self, params: Mapping[str, Any]) -> None:
        super().__init__()
        self.values = dict(params)


def build_function(hypermodel: Any) -> Build:
    """Returns the `build(hp)` of a `HyperModel`, or the function itself.

    Args:
        hypermodel: A `keras_tuner.HyperModel` or a function of `hp`.

    Raises:
        TypeError: If it is neither.
    """
    build = getattr(hypermodel, "build", None)
    # KerasTuner lets `hp` classes be declared without `declare_hyperparameters`.
    if isinstance(hypermodel, keras_tuner.HyperModel) and callable(build):
        return build
    if callable(hypermodel):
        return hypermodel
    raise TypeError(
        f"A KerasTuner model is a HyperModel or a function build(hp). Got {hypermodel!r}."
    )


def build_model(hypermodel: Any, params: Mapping[str, Any]) -> tuple[Any, TrialHyperParameters]:
    """Builds the model of one trial.

    Args:
        hypermodel: A `HyperModel` or a function `build(hp)`.
        params: The trial's parameters.

    Returns:
        The model and the `hp` that `fit_model` needs.
    """
    hp = TrialHyperParameters(params)
    return build_function(hypermodel)(hp), hp


def fit_model(
    hypermodel: Any, hp: TrialHyperParameters, model: Any, *args: Any, **kwargs: Any
) -> Any:
    """Fits the model of one trial, by `HyperModel.fit` where it is overridden.

    Args:
        hypermodel: A `HyperModel` or a function `build(hp)`.
        hp: What `build_model` returned.
        model: The model.
        args: Arguments of `fit`.
        kwargs: Keyword arguments of `fit`.

    Returns:
        What `fit` returned: a Keras history, a number or a dictionary of numbers.
    """
    if isinstance(hypermodel, keras_tuner.HyperModel):
        return hypermodel.fit(hp, model, *args, **kwargs)
    return model.fit(*args, **kwargs)


def overrides_fit(hypermodel: Any) -> bool:
    """Whether a `HyperModel` trains its models by a `fit` of its own.

    Args:
        hypermodel: A `HyperModel` or a function `build(hp)`.
    """
    own = isinstance(hypermodel, keras_tuner.HyperModel)
    return own and type(hypermodel).fit is not keras_tuner.HyperModel.fit


def space_from_build(
    hypermodel: Any, *, most_builds: int = 32, after_build: AfterBuild | None = None
) -> Space:
    """Finds the space of a `build(hp)` function by running it.

    The function is run with the defaults, then once for each conditional scope that was never
    active, as KerasTuner does; then with the other ends and options of the parameters found, so
    that parameters made in loops (`units_2` for three layers) are found too.

    Args:
        hypermodel: A `HyperModel` or a function `build(hp)`; it must not fail for any point.
        most_builds: Most runs of the function.
        after_build: Called with `hp` and the model after each run; what it asks `hp` for belongs
            to the space too, for example what an overridden `fit` asks for.

    Returns:
        The space under KerasTuner's full names. Ranges with a multiplying step become choices;
        a reversed logarithmic range is searched evenly.

    Raises:
        ValueError: If one name stands for two different ranges.

    Example:
        >>> def build(hp):
        ...     for layer in range(hp.Int("layers", 1, 2)):
        ...         hp.Choice(f"units_{layer}", [32, 64])
        >>> space_from_build(build).to_dict()["units_1"]["choice"]
        [32, 64]
    """
    build = build_function(hypermodel)
    found: list[Any] = []
    explored: set[str] = set()
    queue: list[dict[str, Any]] = [{}]
    for _ in range(most_builds):
        if not queue:
            break
        values = queue.pop(0)
        hp = TrialHyperParameters(values)
        model = build(hp)
        if after_build is not None:
            after_build(hp, model)
        for one in hp.space:
            if not any(one.name == o.name and one.conditions == o.conditions for o in found):
                found.append(one)
        queue = [*_inactive(hp, explored), *queue, *_variations(found, explored)]
    return _space_of(found)


def _inactive(hp: Any, explored: set[str]) -> list[dict[str, Any]]:
    """Values that open the conditional scopes which this run passed by."""
    opened = []
    for scope in hp.inactive_scopes:
        values = {condition.name: condition.values[0] for condition in scope}
        if _is_new(values, explored):
            opened.append(values)
    return opened


def _variations(found: list[Any], explored: set[str]) -> list[dict[str, Any]]:
    """One run for each end and option of each parameter, under its own conditions."""
    varied = []
    for hp in found:
        if isinstance(hp, kinds.Fixed):
            continue
        parents = {condition.name: condition.values[0] for condition in hp.conditions}
        ends = hp.values if isinstance(hp, kinds.Choice | kinds.Boolean) else [hp.max_value]
        for value in copy.copy(list(ends)):
            values = {**parents, hp.name: value}
            if value != hp.default and _is_new(values, explored):
                varied.append(values)
    return varied


def _is_new(values: Mapping[str, Any], explored: set[str]) -> bool:
    key = plain_key([[name, values[name]] for name in sorted(values)])
    if key in explored:
        return False
    explored.add(key)
    return True


def _space_of(found: list[Any]) -> Space:
    dimensions: dict[str, Dimension] = {}
    for hp in found:
        made = dimension_of(hp)
        before = dimensions.get(hp.name)
        dimensions[hp.name] = made if before is None else _merged(hp.name, before, made)
    return Space(dimensions)


def _merged(name: str, one: Dimension, other: Dimension) -> Dimension:
    """One name in two scopes: the same range under either condition."""
    plain, second = one.to_dict(), other.to_dict()
    when, other_when = one.conditions(), other.conditions()
    for form in (plain, second):
        form.pop("when", None)
        form.pop("default", None)
    if plain != second or (when and other_when and when.keys() != other_when.keys()):
        raise ValueError(
            f"One name must stand for one range. Parameter {name!r} has {plain} and {second}, or "
            "conditions on different parents: give them different names."
        )
    if not when or not other_when:
        return dimension_from(name, plain)
    joined = {
        parent: list(dict.fromkeys((*values, *other_when[parent])))
        for parent, values in when.items()
    }
    return dimension_from(name, {**plain, "when": joined})


def dimension_of(hp: Any) -> Dimension:
    """Translates one KerasTuner parameter.

    Args:
        hp: A `keras_tuner` Int, Float, Choice, Boolean or Fixed.

    Returns:
        The dimension with the same values, ends that are reached, and the same conditions.
    """
    when: dict[str, Any] = {}
    for condition in hp.conditions:
        values = list(condition.values)
        known = when.get(condition.name, values)
        when[condition.name] = [value for value in known if value in values]
    common: dict[str, Any] = {"when": when or None}
    if isinstance(hp, kinds.Fixed):
        return Fixed(hp.value, **common)
    if isinstance(hp, kinds.Boolean):
        return Choice([False, True], default=hp.default, **common)
    if isinstance(hp, kinds.Choice):
        return Choice(list(hp.values), default=hp.default, **common)
    if hp.step is not None and hp.sampling != "linear":
        values = _multiplied(hp)
        return Choice(values, default=_nearest(hp.default, values), **common)
    log = hp.sampling == "log"
    if isinstance(hp, kinds.Int):
        step = 1 if log else hp.step or 1
        high = hp.min_value + (hp.max_value - hp.min_value) // step * step
        default = _nearest(hp.default, range(hp.min_value, high + 1, step))
        return Int(hp.min_value, high, step, log, default=default, **common)
    if hp.step is None:
        return Float(hp.min_value, hp.max_value, None, log, default=hp.default, **common)
    # KerasTuner's own count, a floor of a floating-point division, misses the last step.
    count = math.floor((hp.max_value - hp.min_value) / hp.step + 1e-9)
    high = round(hp.min_value + count * hp.step, 12)
    stepped = Float(hp.min_value, high, hp.step)
    default = _nearest(hp.default, stepped.values or ())
    return Float(hp.min_value, high, hp.step, default=default, **common)


def _multiplied(hp: Any) -> list[Any]:
    """Values of a range whose step multiplies, both ends included where they are reached."""
    values, value = [], hp.min_value
    while value <= hp.max_value * (1 + 1e-9):
        values.append(value)
        value *= hp.step
    if hp.sampling == "reverse_log":
        values = sorted(hp.max_value + hp.min_value - value for value in values)
    if isinstance(hp, kinds.Int):
        return [int(value) for value in values]
    return [float(f"{value:.12g}") for value in values]


def _nearest(value: Any, values: Any) -> Any:
    return min(values, key=lambda known: abs(known - value))
