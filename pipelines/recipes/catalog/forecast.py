"""Any series of yours: a file with a column of times and one of numbers to forecast.

`cookbook train forecast --data FILE --target COLUMN`. The next step (`--data-option horizon=7`:
seven) is forecast as its median and an interval of 80 %; the last values of the network's window
stand beside those of the season before. `--set cell=lstm` and `--set cell=simple_rnn` take other
recurrent layers, `--set cell=dense` a perceptron on the same lags.

Measured: each run scores a simple method on your data beside it.

    source      The user's own data
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="forecast",
    summary="Your own series: the next values with an interval, by a GRU, LSTM, RNN or on lags",
    dataset="series-file",
    task="forecast",
    builder="cookbook.models.forecasting:forecaster",
    defaults={
        "window": 28,
        "cell": "gru",
        "units": (32,),
        "dropout": 0.0,
        "optimizer": "adam",
        "learning_rate": 3e-3,
        "schedule": "cosine",
        "batch_size": 64,
        "epochs": 15,
        "patience": 5,
    },
    space=Space(
        {
            "window": Choice([7, 14, 28, 56]),
            "cell": Choice(["simple_rnn", "lstm", "gru", "dense"]),
            "units": Choice([(16,), (32,), (64,), (32, 32)]),
            "dropout": Float(0.0, 0.4, step=0.1),
            "learning_rate": Float(3e-4, 2e-2, log=True),
            "batch_size": Choice([32, 64, 128]),
        }
    ),
    metric="val_loss",
    direction="minimize",
    source="The user's own data",
    tiny={"epochs": 2},
    fits_in="half a minute for thousands of steps on one core",
)
