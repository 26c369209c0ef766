"""Search tasks that cost nothing to evaluate: formulas, and tables recorded from our recipes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from benchmarks._recorded import TABLES, task_of
from benchmarks._task import Point, Task
from tuning import Choice, Float, Int, Space


def _decades(value: float, best: float) -> float:
    return math.log10(value / best)


def _branin(p: Point) -> float:
    """Branin's function (Dixon and Szegö 1978), three equal minima."""
    x, y = p["x"], p["y"]
    valley = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return float(valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10)


_ALPHA = (1.0, 1.2, 3.0, 3.2)
_WEIGHTS = (
    (10, 3, 17, 3.5, 1.7, 8),
    (0.05, 10, 17, 0.1, 8, 14),
    (3, 3.5, 1.7, 10, 17, 8),
    (17, 8, 0.05, 10, 0.1, 14),
)
_CENTRES = (
    (0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886),
    (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991),
    (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650),
    (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381),
)


def _hartmann(p: Point) -> float:
    """Hartmann's function of six variables (Dixon and Szegö 1978)."""
    x = [p[f"x{index}"] for index in range(6)]
    total = 0.0
    for alpha, weights, centre in zip(_ALPHA, _WEIGHTS, _CENTRES, strict=True):
        distances = (w * (v - c) ** 2 for w, v, c in zip(weights, x, centre, strict=True))
        total -= alpha * math.exp(-sum(distances))
    return total


_OPTIMIZERS = {"adam": (2e-3, 0.0), "nesterov": (3e-2, 0.02), "rmsprop": (8e-4, 0.05)}
_ACTIVATIONS = {"relu": 0.0, "tanh": 0.06, "elu": 0.02}


def _mixed(p: Point) -> float:
    """A training's shape: each optimizer has its own best rate, wide nets want dropout."""
    rate, offset = _OPTIMIZERS[p["optimizer"]]
    width = math.log2(p["units"] / 128)
    dropout = min(0.5, max(0.0, 0.2 + 0.1 * width))
    return (
        offset
        + _ACTIVATIONS[p["activation"]]
        + 0.3 * _decades(p["learning_rate"], rate) ** 2
        + 0.05 * width**2
        + (p["dropout"] - dropout) ** 2
    )


def _conditional(p: Point) -> float:
    """Depth decides which widths exist; each optimizer has a parameter of its own."""
    value = 0.1 * (p["layers"] - 2) ** 2
    for index in range(1, p["layers"] + 1):
        value += 0.05 * math.log2(p[f"units{index}"] / (128 >> index)) ** 2
    value += 0.2 * _decades(p["learning_rate"], 3e-3) ** 2
    if p["optimizer"] == "nesterov":
        return float(value + 0.05 + 4 * (p["momentum"] - 0.92) ** 2)
    return float(value + 0.1 * _decades(1 - p["beta"], 0.03) ** 2)


def _rates(p: Point) -> float:
    """Three numbers over many orders of magnitude; too large a rate diverges."""
    rate = _decades(p["learning_rate"], 1e-2)
    decay = _decades(p["weight_decay"], 1e-4)
    clip = _decades(p["clip_norm"], 1.0)
    bowl = rate**2 + 0.2 * decay**2 + 0.3 * rate * decay + 0.1 * clip**2
    return bowl + (2.0 if rate > 1 else 0.0)


def _stepped(p: Point) -> float:
    """Whole numbers with many local minima: Rastrigin's function on a grid."""
    distances = [p[f"n{index}"] - best for index, best in enumerate((3, 14, 7, 10))]
    return sum(0.05 * d**2 + 0.5 * (1 - math.cos(math.pi * d / 2)) for d in distances)


_TRAINING = Space(
    {
        "optimizer": Choice(list(_OPTIMIZERS)),
        "activation": Choice(list(_ACTIVATIONS)),
        "learning_rate": Float(1e-5, 1.0, log=True),
        "units": Int(16, 512, step=16),
        "dropout": Float(0.0, 0.5, step=0.1),
    }
)
_DEPTH = Space(
    {
        "layers": Choice([1, 2, 3]),
        "units1": Int(8, 256, step=8),
        "units2": Int(8, 256, step=8, when={"layers": [2, 3]}),
        "units3": Int(8, 256, step=8, when={"layers": [3]}),
        "learning_rate": Float(1e-5, 1.0, log=True),
        "optimizer": Choice(["adam", "nesterov"]),
        "momentum": Float(0.5, 0.99, when={"optimizer": ["nesterov"]}),
        "beta": Float(0.8, 0.999, when={"optimizer": ["adam"]}),
    }
)
_DECADES = Space(
    {
        "learning_rate": Float(1e-6, 10.0, log=True),
        "weight_decay": Float(1e-8, 1.0, log=True),
        "clip_norm": Float(1e-2, 1e2, log=True),
    }
)

FORMULAS: Mapping[str, Task] = {
    "branin": Task(
        space=Space({"x": Float(-5.0, 10.0), "y": Float(0.0, 15.0)}),
        value=_branin,
        optimum=10 / (8 * math.pi),  # at x = pi the valley's floor meets the cosine's least value
    ),
    "hartmann": Task(
        space=Space({f"x{index}": Float(0.0, 1.0) for index in range(6)}),
        value=_hartmann,
        optimum=-3.32237,  # Dixon and Szegö 1978
    ),
    "mixed": Task(space=_TRAINING, value=_mixed),
    "noisy": Task(space=_TRAINING, value=_mixed, noise=0.05),
    "conditional": Task(space=_DEPTH, value=_conditional),
    "rates": Task(space=_DECADES, value=_rates),
    "stepped": Task(space=Space({f"n{index}": Int(0, 20) for index in range(4)}), value=_stepped),
}
TASKS: Mapping[str, Task] = {**FORMULAS, **{name: task_of(name) for name in TABLES}}
