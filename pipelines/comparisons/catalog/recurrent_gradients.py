"""Gradients through 64 time steps: recurrent networks that read the digits pixel by pixel."""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_LARGE = {"cell": "simple_rnn", "activation": "relu", "gain": 1.4}

COMPARISON = Comparison(
    name="compare-recurrent-gradients",
    summary="Gradients over time steps: tanh and ReLU cells, large weights, clipping, LSTM, GRU",
    question=(
        "Does the last step's error reach the first steps, and does it stay finite? Norm of the "
        "loss's gradient by the input of each of 64 steps on 256 training rows, before and after "
        "the training. `ratio` is the first quarter of the steps over the last quarter: far below "
        "1 gradients vanish on their way back, far above 1 they explode."
    ),
    parts=(
        Part(
            recipe="digits-mlp",
            arms={
                "tanh, small weights": {"cell": "simple_rnn", "gain": 0.5},
                "tanh": {"cell": "simple_rnn"},
                "ReLU, large weights": _LARGE,
                "ReLU, large weights, clipped": {**_LARGE, "clip_norm": 1.0},
                "LSTM": {"cell": "lstm"},
                "GRU": {"cell": "gru"},
            },
            also=("ratio_at_start", "ratio_at_end"),
            curves=("gradient_at_start", "gradient_at_end"),
            x="time step",
            log_y=True,
            fixed={
                "optimizer": "sgd",
                "learning_rate": 0.05,
                "schedule": "constant",
                "units": (32,),
                "epochs": 15,
            },
            tiny={"epochs": 1, "units": (4,)},
            builder="pipelines.comparisons.networks:pixel_reader",
            measure="pipelines.comparisons.time_steps:train_and_look_back",
        ),
    ),
    source=cite("000", "sections 1.4.1 and 1.4.2") + "; Pascanu et al. 2013",
)
