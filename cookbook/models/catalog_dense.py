"""Feed-forward models of the catalogue."""

from __future__ import annotations

from cookbook._sources import cite
from cookbook.models.entry import ModelEntry

DENSE: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="perceptron",
        builder="cookbook.models.perceptrons:perceptron",
        reference={"input_shape": (2,)},
        trainable=3,
        total=3,
        summary="Rosenblatt's perceptron with its own learning rule",
        source=cite("001", "Q5") + "; Rosenblatt 1958",
    ),
    ModelEntry(
        name="linear",
        builder="cookbook.models.dense:linear",
        reference={"input_shape": (13,)},
        trainable=14,
        total=14,
        summary="Linear regression, with L1 or L2 penalty",
        source=cite("001"),
    ),
    ModelEntry(
        name="logistic",
        builder="cookbook.models.dense:logistic",
        reference={"input_shape": (30,)},
        trainable=31,
        total=31,
        summary="Logistic regression, binary or multinomial",
        source=cite("001"),
    ),
    ModelEntry(
        name="mlp",
        builder="cookbook.models.dense:mlp",
        reference={"input_shape": (8,), "num_outputs": 1, "widths": (64,)},
        trainable=641,
        total=641,
        summary="Multi-layer perceptron; reference: the 8-64-1 network of the assignments",
        source=cite("000"),
    ),
    ModelEntry(
        name="wide-and-deep",
        builder="cookbook.models.wide_and_deep_networks:wide_and_deep",
        reference={
            "num_numeric": 8,
            "cardinalities": {"region": 5, "season": 5},
            "crosses": (("region", "season"),),
            "widths": (16,),
        },
        trainable=372,
        total=372,
        summary="Linear model with crossed categories beside a network with embeddings",
        source="Cheng et al. 2016, arXiv:1606.07792",
    ),
    ModelEntry(
        name="tabular-ensemble",
        builder="cookbook.models.tabular:tabular_ensemble",
        reference={"input_shape": (8,), "num_outputs": 1},
        trainable=32480,
        total=32480,
        small={"num_numeric": 5, "members": 3, "widths": (8,)},
        summary="TabM: an ensemble in one network, with embeddings of numeric columns",
        source="Gorishniy et al. 2025, arXiv:2410.24210",
    ),
)
