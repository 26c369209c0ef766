"""Losses between numbers."""

from __future__ import annotations

from cookbook._ranges import INSIDE_ONE, POSITIVE
from cookbook.losses._entry import LossEntry

REGRESSION = (
    LossEntry(
        name="mean_squared_error",
        reference="keras.losses:MeanSquaredError",
        summary="Mean of (y - p)^2; the regression default, pulled by outliers.",
        source="Gauss 1809",
        targets="numbers",
    ),
    LossEntry(
        name="mean_absolute_error",
        reference="keras.losses:MeanAbsoluteError",
        summary="Mean of |y - p|; its optimum is the median.",
        source="Laplace 1774",
        targets="numbers",
    ),
    LossEntry(
        name="mean_absolute_percentage_error",
        reference="keras.losses:MeanAbsolutePercentageError",
        summary="100 |y - p| / |y|; only for targets far from zero.",
        source="Keras",
        targets="positive",
    ),
    LossEntry(
        name="mean_squared_logarithmic_error",
        reference="keras.losses:MeanSquaredLogarithmicError",
        summary="Squared error of log(1 + y); for positive targets over decades.",
        source="Keras",
        targets="not_negative",
        in_units=True,
    ),
    LossEntry(
        name="huber",
        reference="cookbook.losses.saved:Huber",
        summary="Squared below delta, then delta |e| - delta^2 / 2; robust regression.",
        source="Huber 1964",
        ranges={"delta": POSITIVE},
        targets="numbers",
        parameters={"delta": 1.0},
    ),
    LossEntry(
        name="log_cosh",
        reference="keras.losses:LogCosh",
        summary="log cosh(y - p); a smooth neighbour of Huber with delta 1.",
        source="Keras",
        targets="numbers",
    ),
    LossEntry(
        name="cosine_similarity",
        reference="cookbook.losses.saved:CosineSimilarity",
        summary="Minus the cosine between the vectors; in [-1, 1].",
        source="Keras",
        targets="vectors",
        parameters={"axis": -1},
    ),
    LossEntry(
        name="poisson",
        reference="keras.losses:Poisson",
        summary="p - y log p; for counts, predictions must be positive.",
        source="Nelder and Wedderburn 1972",
        targets="not_negative",
    ),
    LossEntry(
        name="quantile",
        reference="cookbook.losses.quantile:Quantile",
        summary="Pinball loss; one output per quantile.",
        source="Koenker and Bassett 1978",
        defaults={"quantiles": 0.5},
        ranges={"quantiles": INSIDE_ONE},
        targets="numbers",
        parameters={"quantiles": 0.5},
    ),
)
