"""KerasTuner users bring their code as it is: `build(hp)` functions and `HyperModel` classes.

`space_from_build` finds the space by running `build`; in a trial, `TrialHyperParameters` gives
`build` and `fit` the trial's values.
"""

from __future__ import annotations

import dataclasses
import inspect
import random
from collections.abc import Mapping
from typing import Any

import keras_tuner
from typing_extensions import override

from tuning.errors import TrialError
from tuning.internals.keras_hyperparameters import OpenHyperParameters
from tuning.keras_tuner.conditions import learn_conditions
from tuning.keras_tuner.dimensions import dimension_of
from tuning.keras_tuner.exploration import AfterBuild, Build, Explorer, draw
from tuning.seeds import derive_seed
from tuning.space.asked import check_same, dimensions_of
from tuning.space.dimensions import Dimension
from tuning.space.ranges import check_exact
from tuning.space.space import Space


class TrialHyperParameters(OpenHyperParameters):
    """The `hp` of one trial: every parameter has the trial's value.

    What the trial has no value of was not found before the search: it gets a random one, the same
    for the same seed and name, and its range is kept for the search to learn.

    Args:
        params: The trial's parameters by KerasTuner's full names, name scopes included.
        space: What `space_from_build` found. Without it parameters without a value have their
            default.
        seed: Of the values that are drawn.

    Attributes:
        asked: What was asked for, in this order; the trial's point.
        ranges: Dimension of each parameter that the trial had no value of.

    Raises:
        TrialError: By a question for another range under a known name, or for whole numbers that
            no store tells apart, when `space` is given.

    Example:
        >>> hp = TrialHyperParameters({"units": 64})
        >>> hp.Int("units", 32, 128, step=32), hp.Float("dropout", 0.0, 0.5)
        (64, 0.0)
    """

    def __init__(
        self, params: Mapping[str, Any], space: Space | None = None, *, seed: int = 0
    ) -> None:
        super().__init__()
        self.values = dict(params)
        self.asked: dict[str, Any] = {}
        self.ranges: dict[str, Dimension] = {}
        self._searched = space
        self._seed = seed

    @override
    def on_asked(self, hp: Any) -> None:
        if self._searched is None:
            return
        dimension = dimension_of(hp)
        known = self._searched.dimensions.get(hp.name)
        before = known or self.ranges.get(hp.name, dimension)
        try:
            check_same(hp.name, before, dimension, self.values)
            check_exact(hp.name, dimension)
        except ValueError as error:
            raise TrialError(str(error)) from None
        if hp.name not in self.values:
            seed = derive_seed(self._seed, "hp", hp.name)
            self.values[hp.name] = draw(hp, dimension, random.Random(seed))  # noqa: S311
            self.ranges[hp.name] = dimension
        elif known is None:  # learnt in an earlier trial: the search looks whether it is the same
            self.ranges[hp.name] = dimension
        self.asked[hp.name] = self.values[hp.name]


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
    """Builds the model of a point.

    Args:
        hypermodel: A `HyperModel` or a function `build(hp)`.
        params: The point; what it lacks has its default.

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
        hp: The trial's, which the model was built with.
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


def wants_validation(hypermodel: Any) -> bool:
    """Whether a `fit` of its own cannot be called without `validation_data`.

    Args:
        hypermodel: A `HyperModel` or a function `build(hp)`.
    """
    if not overrides_fit(hypermodel):
        return False
    found = inspect.signature(hypermodel.fit).parameters.get("validation_data")
    return found is not None and found.default is found.empty


def space_from_build(
    hypermodel: Any, *, most_builds: int = 256, after_build: AfterBuild | None = None
) -> Space:
    """Finds the space of a `build(hp)` function by running it, as far as a few runs can tell.

    The function is run at the defaults, at the ends and options of what it asks for, and at
    random points until they bring nothing new; what only trials ask for, the search learns from
    them (`TrialHyperParameters`). From what the runs asked for it is read when a
    parameter exists: `units_2` of a loop only for three layers or more, so that points that build
    the same model are one point.

    Args:
        hypermodel: A `HyperModel` or a function `build(hp)`; it may fail at some points.
        most_builds: Most runs of the function.
        after_build: Called with `hp` and the model after each run; what it asks `hp` for belongs
            to the space too, for example what an overridden `fit` asks for.

    Returns:
        The space under KerasTuner's full names. Ranges with a multiplying step become choices;
        a reversed logarithmic range is searched evenly.

    Raises:
        ValueError: If one name stands for two different ranges, also where a bound depends on
            another parameter.

    Example:
        >>> def build(hp):
        ...     for layer in range(hp.Int("layers", 1, 2)):
        ...         hp.Choice(f"units_{layer}", [32, 64])
        >>> space_from_build(build).to_dict()["units_1"]
        {'choice': [32, 64], 'default': 32, 'when': {'layers': [2]}}
    """
    explorer = Explorer(build_function(hypermodel), after_build, most_builds)
    explorer.explore()
    conditions = learn_conditions(explorer)
    return Space(
        {
            name: dataclasses.replace(dimension, when=conditions[name] or None)
            for name, dimension in dimensions_of(explorer.runs).items()
        }
    )
