"""A recipe's model, data and space as its users would write them for other tuners.

The peers build the very same Keras model with the same optimizer; only the loops around it
differ.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Mapping
from typing import Any

from pipelines.hyperparameters.options import TRAINING_NAMES, TrainingOptions, resolve
from pipelines.recipes.recipe import Recipe
from pipelines.training.data import DataRequest
from tuning import Choice, Float, Int, Space

Arrays = tuple[Any, Any, Any, Any]


def arrays(recipe: Recipe, options: Mapping[str, Any] | None = None) -> Arrays:
    """Scaled training and validation arrays `(x, y, x_val, y_val)` of an image recipe."""
    data = load(recipe, options)
    scaled = [split.x.astype("float32") * data.scale for split in (data.train, data.validation)]
    return scaled[0], data.train.y, scaled[1], data.validation.y


def load(recipe: Recipe, options: Mapping[str, Any] | None = None) -> Any:
    """The dataset of a recipe, as our own workers load it."""
    return request(recipe, options).load()


def request(recipe: Recipe, options: Mapping[str, Any] | None = None) -> DataRequest:
    """The data of a recipe, with options of its loader."""
    return DataRequest.of(recipe, options=options)


def build(recipe: Recipe, params: Mapping[str, Any], x: Any, *, classes: int) -> Any:
    """Builds and compiles a recipe's model.

    Args:
        recipe: Names builder and defaults.
        params: Hyperparameters that replace the defaults.
        x: Training inputs, for their shape.
        classes: Number of classes.
    """
    import keras

    from pipelines.hyperparameters.optimizer import build_optimizer

    known = {**recipe.defaults, **params}
    options = TrainingOptions(**{k: v for k, v in known.items() if k in TRAINING_NAMES})
    arguments = {k: v for k, v in known.items() if k not in TRAINING_NAMES}
    model = resolve(recipe.builder)(x.shape[1:], classes, **arguments)
    steps = -(-len(x) // options.batch_size) * options.epochs
    model.compile(
        optimizer=build_optimizer(options, model, total_steps=steps),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    return model


def searched(recipe: Recipe, fixed: Mapping[str, Any]) -> Space:
    """The recipe's space without what is fixed."""
    dimensions = recipe.space.dimensions
    return Space({name: found for name, found in dimensions.items() if name not in fixed})


def random_points(space: Space, count: int, *, seed: int) -> list[dict[str, Any]]:
    """Points drawn once, so that every contestant trains the same models.

    Args:
        space: Where.
        count: How many.
        seed: Decides them.
    """
    generator = random.Random(seed)  # noqa: S311 - a search, not a secret
    return [_random_point(space, generator) for _ in range(count)]


def _random_point(space: Space, generator: random.Random) -> dict[str, Any]:
    point: dict[str, Any] = {}
    for name, d in space.searched.items():
        if not space.is_active(name, point):
            continue
        if isinstance(d, Choice):
            point[name] = generator.choice(list(d.options))
        elif isinstance(d, Int):
            point[name] = generator.randrange(d.low, d.high + 1, d.step)
        elif isinstance(d, Float):
            point[name] = _float(d, generator)
    return space.complete(point)


def _float(dimension: Float, generator: random.Random) -> float:
    if dimension.step:
        steps = round((dimension.high - dimension.low) / dimension.step)
        return dimension.low + dimension.step * generator.randint(0, steps)
    if dimension.log:
        return float(dimension.low * (dimension.high / dimension.low) ** generator.random())
    return generator.uniform(dimension.low, dimension.high)


def suggest_optuna(trial: Any, space: Space) -> dict[str, Any]:
    """Asks an Optuna trial for a point of the space; lists travel as their index."""
    point: dict[str, Any] = {}
    d: Any
    for name, d in space.searched.items():
        if not space.is_active(name, point):
            continue
        if isinstance(d, Choice):
            options = list(d.options)
            point[name] = options[trial.suggest_categorical(name, list(range(len(options))))]
        elif isinstance(d, Int):
            point[name] = trial.suggest_int(name, d.low, d.high, step=d.step, log=d.log)
        else:
            point[name] = trial.suggest_float(name, d.low, d.high, step=d.step, log=d.log)
    return point


def suggest_keras_tuner(hp: Any, space: Space) -> dict[str, Any]:
    """Asks KerasTuner's `hp` for a point of the space; lists travel as their index."""
    point: dict[str, Any] = {}
    for name, d in space.searched.items():
        with contextlib.ExitStack() as scopes:
            for parent, values in d.conditions().items():
                options = list(space.dimensions[parent].values or ())
                numbers = [options.index(value) for value in values]
                scopes.enter_context(hp.conditional_scope(parent, numbers))
            value = _keras_tuner_value(hp, name, d)
        if space.is_active(name, point):
            point[name] = list(d.options)[value] if isinstance(d, Choice) else value
    return point


def _keras_tuner_value(hp: Any, name: str, d: Any) -> Any:
    if isinstance(d, Choice):
        # Unordered, as our choices and Optuna's are.
        return hp.Choice(name, list(range(len(d.options))), ordered=False)
    kind = hp.Int if isinstance(d, Int) else hp.Float
    sampling = "log" if d.log else "linear"
    # KerasTuner takes a step in a logarithmic range for a factor.
    step = None if d.log else d.step
    return kind(name, d.low, d.high, step=step, sampling=sampling)


def by_index(point: Mapping[str, Any], space: Space) -> dict[str, Any]:
    """A point as the peers store it: choices by their index."""
    stored = {}
    for name, d in space.searched.items():
        value = point[name]
        stored[name] = list(d.options).index(value) if isinstance(d, Choice) else value
    return stored
