"""Feed-forward models of the catalogue."""

from __future__ import annotations

from cookbook.models.entry import ModelEntry

DENSE: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="linear",
        builder="cookbook.models.dense:linear",
        reference={"input_shape": (13,)},
        trainable=14,
        total=14,
        summary="Linear regression, with L1 or L2 penalty",
        source="source 001",
    ),
    ModelEntry(
        name="logistic",
        builder="cookbook.models.dense:logistic",
        reference={"input_shape": (30,)},
        trainable=31,
        total=31,
        summary="Logistic regression, binary or multinomial",
        source="source 001",
    ),
    ModelEntry(
        name="mlp",
        builder="cookbook.models.dense:mlp",
        reference={"input_shape": (8,), "num_outputs": 1, "widths": (64,)},
        trainable=641,
        total=641,
        summary="Multi-layer perceptron; reference: the 8-64-1 network of source 000",
        source="source 000",
    ),
)
