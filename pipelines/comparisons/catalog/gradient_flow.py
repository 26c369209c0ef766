"""Gradients of a network of 16 layers: what reaches the first ones, and does it learn?"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_GLOROT = {"initializer": "glorot_uniform", "kind": "plain"}
_HE = {"activation": "relu", "initializer": "he_normal"}

COMPARISON = Comparison(
    name="compare-gradient-flow",
    summary="Gradient norm of each of 16 layers: sigmoid, tanh, ReLU, residual, batch norm",
    question=(
        "What reaches the first layers of a deep network? Norm of the weights' gradient in every "
        "hidden layer on 256 training rows, before and after the training. The ratio is the "
        "signal at the first over that at the last hidden layer; 1 is ideal."
    ),
    parts=(
        Part(
            recipe="digits-mlp",
            arms={
                "sigmoid": {"activation": "sigmoid", **_GLOROT},
                "tanh": {"activation": "tanh", **_GLOROT},
                "relu": {**_HE, "kind": "plain"},
                "relu residual": {**_HE, "kind": "residual"},
                "relu batch norm": {**_HE, "kind": "batch norm"},
            },
            also=("ratio_at_start", "ratio_at_end"),
            curves=("gradient_norm_at_start", "gradient_norm_at_end"),
            x="hidden layer",
            log_y=True,
            fixed={"schedule": "constant", "depth": 16, "width": 32, "epochs": 15},
            tiny={"depth": 3, "width": 8, "epochs": 1},
            builder="pipelines.comparisons.networks:stack",
            measure="pipelines.comparisons.gradients:train_and_inspect",
        ),
    ),
    source=cite("004", "vanishing and exploding gradients") + "; Pascanu et al. 2013",
)
