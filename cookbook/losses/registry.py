"""Every loss by name; importing this module imports no Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cookbook._ranges import BELOW_ONE, INSIDE_ONE, NOT_NEGATIVE, POSITIVE, PROBABILITY, UP_TO_ONE
from cookbook._registry import find, table
from cookbook.losses._entry import LossEntry

if TYPE_CHECKING:
    import keras

_LOGITS = {"from_logits": True}
_SMOOTHING = {"label_smoothing": BELOW_ONE}
_CROSS_ENTROPY = "Good 1952, Rational decisions"
_FOCAL = "Lin et al. 2017, Focal loss"

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

STRUCTURED = (
    LossEntry(
        name="dice",
        reference="keras.losses:Dice",
        summary="1 - 2 |y p| / (|y| + |p|); overlap of masks.",
        source="Milletari et al. 2016",
        targets="masks",
        probabilities=True,
        parameters={"axis": None},
    ),
    LossEntry(
        name="tversky",
        reference="keras.losses:Tversky",
        summary="Dice with separate prices for false positives and false negatives.",
        source="Salehi et al. 2017",
        ranges={"alpha": NOT_NEGATIVE, "beta": NOT_NEGATIVE},
        targets="masks",
        probabilities=True,
        parameters={"alpha": 0.5, "beta": 0.5, "axis": None},
    ),
    LossEntry(
        name="soft_iou",
        reference="cookbook.losses.overlap:SoftIoU",
        summary="1 - |y p| / (|y| + |p| - |y p|), per sample and class.",
        source="Rahman and Wang 2016",
        defaults={"smooth": 1.0},
        ranges={"smooth": POSITIVE},
        targets="masks",
        probabilities=True,
        parameters={"smooth": 1.0},
    ),
    LossEntry(
        name="ctc",
        reference="keras.losses:CTC",
        summary="Connectionist temporal classification of unaligned label sequences.",
        source="Graves et al. 2006",
        targets="sequences",
    ),
    LossEntry(
        name="circle",
        reference="keras.losses:Circle",
        summary="Pairwise similarity of normalised embeddings with integer labels.",
        source="Sun et al. 2020",
        ranges={"gamma": POSITIVE, "margin": UP_TO_ONE},
        targets="embeddings",
        parameters={"gamma": 80.0, "margin": 0.4, "remove_diagonal": True},
    ),
)

LOSSES = table((*REGRESSION, *CLASSIFICATION, *STRUCTURED))
"""Every loss by name."""


def make_loss(name: str, **options: Any) -> keras.losses.Loss:
    """Makes a loss by name.

    Cross-entropies expect logits unless `from_logits=False` is given, because the models of
    this package return logits.

    Args:
        name: A key of `LOSSES`.
        **options: Arguments of the loss; they win over the defaults of its entry.

    Returns:
        A Keras loss.

    Raises:
        ValueError: If the name is unknown or an option is out of its range.

    Example:
        >>> float(make_loss("huber", delta=2.0)([[0.0]], [[3.0]]))  # 2 * 3 - 2 ** 2 / 2
        4.0
    """
    return find("loss", name, LOSSES).make(**options)
