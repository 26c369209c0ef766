"""Growing a network: train a shallow one, freeze it, put a layer on top, go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from cookbook._ranges import AT_LEAST_ONE, NOT_NEGATIVE, check_range
from cookbook.diagnostics._arrays import to_array

MakeLayer = Callable[[], keras.Layer]


@dataclass(frozen=True, kw_only=True)
class DepthStage:
    """One depth of a grown network.

    Attributes:
        depth: Number of hidden blocks, from 1.
        history: Metric name to its value after each epoch of the stage.
        score: Best value of the monitored metric in the stage.
    """

    depth: int
    history: dict[str, list[float]]
    score: float


@dataclass(frozen=True, kw_only=True)
class GrownNetwork:
    """What progressive depth found.

    Attributes:
        model: The network of the best depth, all layers trainable, compiled.
        depth: Its number of hidden blocks.
        stages: Every depth that was tried, in order.
    """

    model: keras.Model
    depth: int
    stages: tuple[DepthStage, ...]


def grow_depth(
    input_shape: Sequence[int],
    blocks: Sequence[MakeLayer],
    *,
    head: MakeLayer,
    compile_model: Callable[[keras.Model], None],
    fit: Callable[[keras.Model], keras.callbacks.History],
    monitor: str = "val_loss",
    mode: str = "min",
    patience: int = 0,
    min_delta: float = 0.0,
) -> GrownNetwork:
    """Adds hidden blocks one at a time, each trained on top of the frozen earlier ones.

    Stage k trains block k and a fresh head; the blocks before keep the weights of their own stage
    to the bit (a frozen batch normalisation keeps its statistics too). It answers "how many hidden
    layers?" by growing until another one no longer helps (notes on tuning, source 004; the idea is
    Fahlman and Lebiere 1990, Bengio et al. 2007). For a last fine-tuning of all layers fit
    `result.model` again.

    Args:
        input_shape: Shape of one sample.
        blocks: One function per hidden block, each making a new layer or nested model.
        head: Makes the output layer.
        compile_model: Compiles a stage's model in place, with a new optimizer each time.
        fit: Fits a stage's model and returns its history.
        monitor: Metric of the history that says whether a block has helped.
        mode: `"min"` if smaller is better, else `"max"`.
        patience: Blocks without improvement to go on after, at least 0.
        min_delta: Smallest change that is an improvement, at least 0.

    Returns:
        The best network and all stages.

    Raises:
        ValueError: If there is no block, `mode` is unknown, or the history has no
            `monitor`.

    Example:
        >>> import numpy as np
        >>> x = np.ones((8, 2))
        >>> grown = grow_depth(
        ...     (2,), [lambda: keras.layers.Dense(3, "tanh")] * 2,
        ...     head=lambda: keras.layers.Dense(1),
        ...     compile_model=lambda model: model.compile("sgd", "mse"),
        ...     fit=lambda model: model.fit(x, x[:, :1], verbose=0),
        ...     monitor="loss", patience=2)
        >>> [stage.depth for stage in grown.stages]
        [1, 2]
    """
    _check(blocks, mode, patience=patience, min_delta=min_delta)
    sign = 1.0 if mode == "min" else -1.0
    grown: list[keras.Layer] = []
    stages: list[DepthStage] = []
    best: tuple[keras.Model, int] | None = None
    best_score = float("inf")
    kept: list[Any] = []
    for depth, make in enumerate(blocks, start=1):
        for layer in grown:
            layer.trainable = False
        grown.append(make())
        model = _stack(input_shape, [*grown, head()])
        compile_model(model)
        history = fit(model).history
        score = _score(history, monitor, sign)
        stages.append(DepthStage(depth=depth, history=history, score=sign * score))
        if best is None or score < best_score - min_delta:
            best, best_score = (model, depth), score
            kept = [to_array(variable) for variable in model.variables]
        elif depth - best[1] > patience:
            break
    if best is None:
        raise ValueError(f"No stage has a score. Got {len(blocks)} blocks.")
    return _finish(best, stages=stages, kept=kept, compile_model=compile_model)


def _finish(
    best: tuple[keras.Model, int],
    *,
    stages: list[DepthStage],
    kept: list[Any],
    compile_model: Callable[[keras.Model], None],
) -> GrownNetwork:
    model, depth = best
    for variable, value in zip(model.variables, kept, strict=True):
        variable.assign(value)  # later stages draw from the shared layers' seed generators
    for layer in model.layers:
        layer.trainable = True
    compile_model(model)  # what is trainable counts from the last compile on
    return GrownNetwork(model=model, depth=depth, stages=tuple(stages))


def _stack(input_shape: Sequence[int], layers: list[keras.Layer]) -> keras.Model:
    inputs = outputs = keras.Input(tuple(input_shape))
    for layer in layers:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs, name=f"depth_{len(layers) - 1}")


def _score(history: dict[str, list[float]], monitor: str, sign: float) -> float:
    if not history.get(monitor):
        raise ValueError(
            f"Growth watches {monitor!r}, which the history must have. Got "
            f"{', '.join(history) or 'nothing'}: pass validation data or another monitor."
        )
    return min(sign * value for value in history[monitor])


def _check(blocks: Sequence[MakeLayer], mode: str, *, patience: int, min_delta: float) -> None:
    check_range("len(blocks)", len(blocks), AT_LEAST_ONE)
    check_range("patience", patience, NOT_NEGATIVE)
    check_range("min_delta", min_delta, NOT_NEGATIVE)
    if mode not in ("min", "max"):
        raise ValueError(f"`mode` is 'min' or 'max'. Got mode={mode!r}.")
