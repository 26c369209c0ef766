"""Hidden activations, each with the initialiser and the learning rate that suit it.

A network of four narrow layers is deep enough that a poor activation costs something, and
shallow enough that saturating ones still learn.
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_HE = {"initializer": "he_normal"}
_GLOROT = {"initializer": "glorot_uniform"}

_ARMS = {
    "linear": {"activation": "linear", **_GLOROT},
    "sigmoid": {"activation": "sigmoid", **_GLOROT},
    "tanh": {"activation": "tanh", **_GLOROT},
    "softplus": {"activation": "softplus", **_GLOROT},
    "relu": {"activation": "relu", **_HE},
    "leaky_relu": {"activation": "leaky_relu", **_HE},
    "prelu": {"activation": "prelu", **_HE},
    "elu": {"activation": "elu", **_HE},
    "selu": {"activation": "selu", "initializer": "lecun_normal"},
    "gelu": {"activation": "gelu", **_HE},
    "swish": {"activation": "swish", **_HE},
    "mish": {"activation": "mish", **_HE},
}

COMPARISON = Comparison(
    name="compare-activations",
    summary="Hidden activations in an MLP on digits",
    question=(
        "Which hidden activation is best? Same network, data, order and optimizer; each "
        "activation with the initialiser of its literature and the best of three learning rates."
    ),
    parts=(
        Part(
            recipe="digits-mlp",
            arms=_ARMS,
            fixed={
                "schedule": "constant",
                "widths": (32, 32, 32, 32),
                "dropout": 0.0,
                "l2": 0.0,
                "epochs": 20,
            },
            tiny={"epochs": 1},
            learning_rates=dict.fromkeys(_ARMS, (1e-3, 3e-3, 1e-2)),
        ),
    ),
    source=cite("001", "Activation functions, Q5"),
)
