"""Losses between classes and their logits."""

from __future__ import annotations

from cookbook._ranges import BELOW_ONE, INSIDE_ONE, NOT_NEGATIVE, POSITIVE, PROBABILITY
from cookbook.losses._entry import LossEntry

_LOGITS = {"from_logits": True}
_SMOOTHING = {"label_smoothing": BELOW_ONE}
_CROSS_ENTROPY = "Good 1952, Rational decisions"
_FOCAL = "Lin et al. 2017, Focal loss"

CLASSIFICATION = (
    LossEntry(
        name="binary_crossentropy",
        reference="keras.losses:BinaryCrossentropy",
        summary="-y log p - (1 - y) log(1 - p) of a logit.",
        source=_CROSS_ENTROPY,
        defaults=_LOGITS,
        ranges=_SMOOTHING,
        targets="binary",
        parameters={"label_smoothing": 0.0},
    ),
    LossEntry(
        name="weighted_binary_crossentropy",
        reference="cookbook.losses.weighted:WeightedBinaryCrossentropy",
        summary="Binary cross-entropy whose positive term counts positive_weight times.",
        source="King and Zeng 2001",
        defaults={"positive_weight": 1.0, **_LOGITS},
        ranges={"positive_weight": POSITIVE},
        targets="binary",
        weighs_classes=True,
        parameters={"positive_weight": 1.0},
    ),
    LossEntry(
        name="categorical_crossentropy",
        reference="keras.losses:CategoricalCrossentropy",
        summary="-sum y log p of logits, for one-hot or soft labels.",
        source=_CROSS_ENTROPY,
        defaults=_LOGITS,
        ranges=_SMOOTHING,
        targets="one_hot",
        parameters={"label_smoothing": 0.0},
    ),
    LossEntry(
        name="sparse_categorical_crossentropy",
        reference="keras.losses:SparseCategoricalCrossentropy",
        summary="-log p of the labelled class of logits, for integer labels.",
        source=_CROSS_ENTROPY,
        defaults=_LOGITS,
        targets="labels",
    ),
    LossEntry(
        name="smoothed_sparse_categorical_crossentropy",
        reference="cookbook.losses.smoothing:SmoothedSparseCategoricalCrossentropy",
        summary="Label smoothing for integer labels: no one-hot targets are stored.",
        source="Szegedy et al. 2016",
        defaults={"smoothing": 0.1, **_LOGITS},
        ranges={"smoothing": BELOW_ONE},
        targets="labels",
        parameters={"smoothing": 0.1},
    ),
    LossEntry(
        name="class_weighted",
        reference="cookbook.losses.weighted:ClassWeighted",
        summary="Any per-sample classification loss times the weight of the true class.",
        source="King and Zeng 2001",
        targets="labels_or_one_hot",
        weighs_classes=True,
        parameters={
            "loss": "sparse_categorical_crossentropy",
            "class_weights": "balanced",
            "normalize": False,
        },
    ),
    LossEntry(
        name="class_balanced",
        reference="cookbook.losses.weighted:class_balanced",
        summary="Class weights from the effective number of samples, (1 - b^n) / (1 - b).",
        source="Cui et al. 2019",
        defaults={"beta": 0.999},
        ranges={"beta": BELOW_ONE},
        targets="labels_or_one_hot",
        weighs_classes=True,
        parameters={"loss": "sparse_categorical_crossentropy", "beta": 0.999},
    ),
    LossEntry(
        name="binary_focal_crossentropy",
        reference="keras.losses:BinaryFocalCrossentropy",
        summary="Binary cross-entropy times (1 - p)^gamma: easy samples count little.",
        source=_FOCAL,
        defaults=_LOGITS,
        ranges={"gamma": NOT_NEGATIVE, "alpha": PROBABILITY, **_SMOOTHING},
        targets="binary",
        parameters={
            "gamma": 2.0,
            "alpha": 0.25,
            "apply_class_balancing": False,
            "label_smoothing": 0.0,
        },
    ),
    LossEntry(
        name="categorical_focal_crossentropy",
        reference="keras.losses:CategoricalFocalCrossentropy",
        summary="Cross-entropy times alpha (1 - p)^gamma, for one-hot labels.",
        source=_FOCAL,
        defaults=_LOGITS,
        ranges={"gamma": NOT_NEGATIVE, "alpha": PROBABILITY, **_SMOOTHING},
        targets="one_hot",
        parameters={"gamma": 2.0, "alpha": 0.25, "label_smoothing": 0.0},
    ),
    LossEntry(
        name="categorical_generalized_crossentropy",
        reference="keras.losses:CategoricalGeneralizedCrossEntropy",
        summary="(1 - p^q) / q of probabilities and integer labels; robust to wrong ones.",
        source="Zhang and Sabuncu 2018",
        ranges={"q": INSIDE_ONE},
        targets="labels",
        probabilities=True,
        parameters={"q": 0.5},
    ),
    LossEntry(
        name="kl_divergence",
        reference="keras.losses:KLDivergence",
        summary="sum y log(y / p) between distributions.",
        source="Kullback and Leibler 1951",
        targets="one_hot",
        probabilities=True,
    ),
    LossEntry(
        name="hinge",
        reference="keras.losses:Hinge",
        summary="max(0, 1 - y p) for labels -1 and 1 and a linear output.",
        source="Cortes and Vapnik 1995",
        targets="binary",
    ),
    LossEntry(
        name="squared_hinge",
        reference="keras.losses:SquaredHinge",
        summary="The square of hinge; smooth at the margin.",
        source="Cortes and Vapnik 1995",
        targets="binary",
    ),
    LossEntry(
        name="categorical_hinge",
        reference="keras.losses:CategoricalHinge",
        summary="max(0, 1 + best wrong score - right score), for one-hot labels.",
        source="Crammer and Singer 2001",
        targets="one_hot",
    ),
)
