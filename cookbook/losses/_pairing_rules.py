"""The table behind `cookbook.losses.pairing`: activation and loss to judgement."""

from __future__ import annotations

from typing import Literal

Judgement = Literal["fits", "weak", "fails"]

_SQUARED = frozenset({"mean_squared_error", "mean_squared_logarithmic_error"})
_REGRESSION = _SQUARED | {
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "huber",
    "log_cosh",
    "quantile",
}
_BINARY = frozenset(
    {"binary_crossentropy", "binary_focal_crossentropy", "weighted_binary_crossentropy"}
)
_CATEGORICAL = frozenset(
    {
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "smoothed_sparse_categorical_crossentropy",
        "categorical_focal_crossentropy",
    }
)
_DISTRIBUTION = frozenset({"kl_divergence", "categorical_generalized_cross_entropy"})
_HINGE = frozenset({"hinge", "squared_hinge", "categorical_hinge"})
_OVERLAP = frozenset({"dice", "tversky", "soft_dice", "soft_iou", "weighted_dice", "weighted_iou"})

_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("squared", _SQUARED),
    ("regression", _REGRESSION - _SQUARED),
    ("binary", _BINARY),
    ("categorical", _CATEGORICAL),
    ("distribution", _DISTRIBUTION),
    ("hinge", _HINGE),
    ("overlap", _OVERLAP),
    ("poisson", frozenset({"poisson"})),
)

_HALF_LINES = ("relu", "relu6", "softplus", "exponential")
_LINES = ("linear", "leaky_relu", "prelu", "elu", "selu", "silu", "gelu", "mish")

_RULES: dict[tuple[str, str], tuple[Judgement, str]] = {
    ("sigmoid", "squared"): (
        "weak",
        "the gradient has the factor p (1 - p), which vanishes where the sigmoid is surely "
        "wrong; use binary_crossentropy for classes, a linear output for regression",
    ),
    ("softmax", "squared"): (
        "weak",
        "the gradient vanishes for surely wrong classes; use categorical_crossentropy",
    ),
    ("tanh", "squared"): (
        "weak",
        "outputs stay in (-1, 1) and saturate at the ends; scale the targets into that range "
        "or use a linear output",
    ),
    ("softmax", "binary"): (
        "weak",
        "a softmax makes classes exclude each other, binary cross-entropy treats them as "
        "independent; use categorical_crossentropy, or a sigmoid for several labels",
    ),
    ("sigmoid", "categorical"): (
        "weak",
        "sigmoids do not sum to one, so Keras rescales them and the gradient is not that of a "
        "softmax; use softmax or logits with from_logits=True",
    ),
    ("softmax", "distribution"): ("fits", "both sides are distributions"),
    ("sigmoid", "distribution"): ("weak", "sigmoids do not sum to one; use softmax"),
    ("linear", "distribution"): (
        "fails",
        "logarithms or powers of numbers that are no probabilities; use softmax",
    ),
    ("linear", "hinge"): ("fits", "hinge losses compare scores on the whole line"),
    ("tanh", "hinge"): ("fits", "labels -1 and 1 are the ends of its range"),
    ("sigmoid", "hinge"): (
        "fails",
        "labels are -1 and 1 but outputs are never negative; use a linear output",
    ),
    ("softmax", "hinge"): (
        "weak",
        "the margin of 1 is out of reach inside (0, 1); use a linear output",
    ),
    ("sigmoid", "poisson"): ("weak", "counts above 1 cannot be predicted; use softplus"),
    ("linear", "poisson"): (
        "fails",
        "the logarithm of a negative prediction is not a number; use softplus or exponential",
    ),
    ("sigmoid", "overlap"): ("fits", "overlap losses need probabilities"),
    ("softmax", "overlap"): ("fits", "overlap losses need probabilities"),
    ("linear", "overlap"): (
        "fails",
        "overlap losses need probabilities; add a sigmoid or softmax, or use soft_iou with "
        "from_logits=True",
    ),
}

_LOGITS_FIT = "the loss applies the {} itself, in a numerically stable form"
_TWICE = (
    "from_logits=True makes the loss apply the {} to outputs that are probabilities already; "
    "return logits or give from_logits=False"
)
_UNBOUNDED = (
    "outputs are no probabilities, their logarithm is clipped or not a number; "
    "give from_logits=True"
)


KNOWN_LOSSES = frozenset().union(*(names for _, names in _GROUPS))
KNOWN_ACTIVATIONS = frozenset((*_HALF_LINES, *_LINES, "sigmoid", "softmax", "tanh"))


def judge(activation: str, loss: str, *, from_logits: bool) -> tuple[Judgement, str] | None:
    """Looks a pair up.

    Args:
        activation: Name of a Keras activation.
        loss: Name of a loss function, as in `LOSSES`.
        from_logits: Whether the loss was told that outputs are logits.

    Returns:
        Judgement and reason; None for a loss outside the table.

    Example:
        >>> judge("softmax", "categorical_crossentropy", from_logits=True)[0]
        'fails'
    """
    group = next((group for group, names in _GROUPS if loss in names), None)
    return None if group is None else _rule(activation, group, from_logits=from_logits)


def _rule(activation: str, group: str, *, from_logits: bool) -> tuple[Judgement, str]:
    line = activation in _LINES
    if from_logits and group in ("binary", "categorical", "overlap"):
        wanted = "softmax" if group == "categorical" else "sigmoid"
        if activation == "linear":
            return "fits", _LOGITS_FIT.format(wanted)
        if activation in ("sigmoid", "softmax", "tanh"):
            return "fails", _TWICE.format(wanted)
        return "weak", "half of the logits are cut or squashed; use a linear output"
    if group in ("binary", "categorical"):
        wanted = "sigmoid" if group == "binary" else "softmax"
        if activation == wanted:
            return "fits", "probabilities with their own likelihood"
        return _RULES.get((activation, group), ("fails", _UNBOUNDED))
    if group == "poisson" and activation in ("softplus", "exponential"):
        return "fits", "predictions are positive"
    if group in ("squared", "regression"):
        return _regression_rule(activation)
    key = "linear" if line or activation in _HALF_LINES else activation
    return _RULES.get((key, group), ("weak", "the ranges of output and target differ"))


def _regression_rule(activation: str) -> tuple[Judgement, str]:
    if activation == "linear":
        return "fits", "the output covers the whole line"
    if activation in _LINES:
        return "weak", "negative values are squashed; a linear output is safer"
    if activation in ("relu", "relu6"):
        return (
            "fails",
            "negative targets are out of reach and a unit below zero gets no gradient; use a "
            "linear output, or softplus for targets that are positive",
        )
    if activation in _HALF_LINES:
        return "weak", "only positive targets can be reached; fits if all targets are"
    return _RULES.get((activation, "squared"), ("weak", "the range of the output is bounded"))
