"""Do gradients vanish or explode on their way through the layers, and do units still work?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from cookbook.diagnostics._arrays import to_array
from cookbook.diagnostics.taps import Flow, measure_flow, named_leaves

# A unit is saturated where its derivative is below this part of the largest one.
_FLAT = 0.05


@dataclass(frozen=True, kw_only=True)
class LayerReport:
    """One layer in one forward and backward pass.

    Attributes:
        name: Name of the layer; `model/layer` where nested models have layers of equal names.
        weight_norm: ‖W‖₂ over all its trainable weights.
        gradient_norm: ‖∂L/∂W‖₂ over the same; NaN if the layer has no trainable weights.
        signal_norm: ‖∂L/∂output‖₂, the gradient that arrives from the layers above.
        mean: Mean of the outputs.
        deviation: Standard deviation of the outputs.
        dead: Part of ReLU units that put out 0 for every sample, or None.
        saturated: Part of sigmoid or tanh outputs whose derivative is below 5 % of the
            largest possible one, or None.
    """

    name: str
    weight_norm: float
    gradient_norm: float
    signal_norm: float
    mean: float
    deviation: float
    dead: float | None
    saturated: float | None


@dataclass(frozen=True, kw_only=True)
class NetworkReport:
    """All layers of one pass, in the order of the calls, with a verdict.

    Attributes:
        loss: The compiled loss on the batch.
        layers: One report per layer.
        ratio: Signal norm at the first layer with weights over that at the last but one,
            the last being the head; 1 if there are fewer than two.
        verdict: `"healthy"`, `"vanishing"` or `"exploding"`.
    """

    loss: float
    layers: tuple[LayerReport, ...]
    ratio: float
    verdict: str

    def explain(self) -> str:
        """A sentence that says the verdict, and one per layer with units out of work."""
        reasons = {
            "healthy": "the gradient keeps its size through the layers",
            "vanishing": "the gradient shrinks on its way to the first layers, which learn "
            "next to nothing",
            "exploding": "the gradient grows on its way to the first layers, whose updates "
            "throw the weights about",
        }
        lines = [
            f"{self.verdict}: {reasons[self.verdict]} "
            f"(first over last hidden layer: {self.ratio:.3g}, loss {self.loss:.4g})."
        ]
        for layer in self.layers:
            if layer.dead:
                lines.append(f"{layer.name}: {layer.dead:.0%} of the ReLU units are dead.")
            if layer.saturated and layer.saturated > 0.5:
                lines.append(f"{layer.name}: {layer.saturated:.0%} of the outputs are saturated.")
        return "\n".join(lines)


def inspect_layers(
    model: keras.Model,
    x: Any,
    y: Any,
    *,
    training: bool = True,
    vanishing: float = 1e-3,
    exploding: float = 1e3,
) -> NetworkReport:
    """Measures gradients and activations of every layer on one batch and judges them.

    The verdict reads the backward signal ∂L/∂output and not the weights' gradients: with too large
    weights both the activations (upwards) and the signal (downwards) grow by the same factor a
    layer, and their product, the weight gradient, looks even. A layer multiplies the signal by at
    most σ_max(W) times the steepest slope of its activation (1 for ReLU and tanh, 1/4 for sigmoid):
    saturation only ever shrinks it, explosion needs large singular values. (Pascanu et al. 2013;
    the notes on gradients, source 004, have it the other way.)

    Args:
        model: Built model, compiled with a loss. It stays as it is.
        x: Inputs of one batch; a few hundred samples make `dead` meaningful.
        y: Targets for the compiled loss.
        training: Whether layers act as in training.
        vanishing: Ratio below which the verdict is `"vanishing"`, above 0.
        exploding: Ratio above which it is `"exploding"`, above `vanishing`. A value that
            is not finite is `"exploding"` too.

    Raises:
        ValueError: If the thresholds are not in order or the model is not compiled.

    Example:
        >>> dense = keras.layers.Dense(2, activation="relu", kernel_initializer="zeros")
        >>> model = keras.Sequential([keras.Input((3,)), dense, keras.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> inspect_layers(model, np.ones((4, 3)), np.ones((4, 1))).layers[0].dead
        1.0
    """
    if not 0 < vanishing < exploding:
        raise ValueError(f"`0 < vanishing < exploding` must hold. Got {vanishing=}, {exploding=}.")
    flow = measure_flow(model, x, y, training=training)
    layers = named_leaves(model)
    gradients = {
        id(variable): gradient
        for variable, gradient in zip(model.trainable_variables, flow.weights, strict=True)
    }
    reports = tuple(_report(name, layers[name], flow, gradients) for name in flow.outputs)
    ratio = _ratio(reports)
    return NetworkReport(
        loss=flow.loss,
        layers=reports,
        ratio=ratio,
        verdict=_verdict(flow, ratio, vanishing=vanishing, exploding=exploding),
    )


def _report(
    name: str, layer: keras.Layer, flow: Flow, gradients: dict[int, np.ndarray]
) -> LayerReport:
    output = flow.outputs[name].astype(np.float64)
    weights = [to_array(v) for v in layer.trainable_variables]
    found = [gradients[id(v)] for v in layer.trainable_variables if id(v) in gradients]
    return LayerReport(
        name=name,
        weight_norm=_norm(weights),
        gradient_norm=_norm(found) if found else math.nan,
        signal_norm=_norm([flow.signals[name]]),
        mean=float(output.mean()),
        deviation=float(output.std()),
        dead=_dead(layer, output),
        saturated=_saturated(layer, output),
    )


def _norm(arrays: list[np.ndarray]) -> float:
    return math.sqrt(sum(float(np.sum(np.square(a.astype(np.float64)))) for a in arrays))


def _activation(layer: keras.Layer) -> str:
    if isinstance(layer, keras.layers.ReLU):
        leaky = bool(np.any(layer.negative_slope))
        return "linear" if leaky else "relu"
    return getattr(getattr(layer, "activation", None), "__name__", "linear")


def _dead(layer: keras.Layer, output: np.ndarray) -> float | None:
    if _activation(layer) not in ("relu", "relu6"):
        return None
    units = output.reshape(-1, output.shape[-1])
    return float((units <= 0).all(axis=0).mean())


def _saturated(layer: keras.Layer, output: np.ndarray) -> float | None:
    if isinstance(layer, keras.layers.RNN):
        return None  # its outputs are products of gates, not of the activation alone
    slopes = {"sigmoid": 4.0 * output * (1.0 - output), "tanh": 1.0 - output**2}
    slope = slopes.get(_activation(layer))
    return None if slope is None else float((slope < _FLAT).mean())


def _ratio(reports: tuple[LayerReport, ...]) -> float:
    weighted = [report for report in reports if not math.isnan(report.gradient_norm)]
    hidden = weighted[:-1]  # the head is left out: ∂L/∂probability has a scale of its own
    if len(hidden) < 2:
        return 1.0
    first, last = hidden[0].signal_norm, hidden[-1].signal_norm
    return first / last if last > 0 else 0.0


def _verdict(flow: Flow, ratio: float, *, vanishing: float, exploding: float) -> str:
    values = [*flow.weights, *flow.signals.values()]
    finite = math.isfinite(flow.loss) and all(np.isfinite(value).all() for value in values)
    if not finite or ratio > exploding:
        return "exploding"
    return "vanishing" if ratio < vanishing else "healthy"
