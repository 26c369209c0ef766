"""Does a classifier start where chance says it should?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, kw_only=True)
class InitialLoss:
    """The loss of an untrained classifier beside what it should be.

    Attributes:
        measured: Mean cross-entropy in nats.
        chance: ln C, the loss of equal probabilities.
        expected: ln C + (σ²/2)(1 - 1/C), the mean loss of logits that are independent of
            the labels, for small σ.
        logit_deviation: σ, the standard deviation of the logits around each sample's mean.
        verdict: `"healthy"`, `"too confident"` or `"below chance"`.
    """

    measured: float
    chance: float
    expected: float
    logit_deviation: float
    verdict: str

    def explain(self) -> str:
        """One sentence that says the verdict and what to look at."""
        reasons = {
            "healthy": "the classifier starts without an opinion",
            "too confident": "the logits are spread too widely: scale the last layer down",
            "below chance": "an untrained classifier knows something: class frequencies "
            "in the head's bias, unequal classes, or labels that leak into the inputs",
        }
        return (
            f"{self.verdict}: {reasons[self.verdict]} (loss {self.measured:.3f}, "
            f"ln C = {self.chance:.3f}, logit deviation {self.logit_deviation:.3g})."
        )


def check_initial_loss(
    outputs: ArrayLike, labels: ArrayLike, *, from_logits: bool = True, tolerance: float = 0.2
) -> InitialLoss:
    """Compares the loss before training with ln C.

    Logits that know nothing of the labels have a mean loss of ln C + (σ²/2)(1 - 1/C) for a small
    deviation σ: always at or above ln C, so a loss below ln C is no good sign. (The R&D report,
    source 003, asks for "less than ln C", and takes ln 500 for 200 classes.) The check is
    two-sided: |loss - ln C| must be small.

    Args:
        outputs: `float[samples, classes]`, at least 2 classes, from the untrained model.
        labels: `int[samples]` in `0 ... classes - 1`.
        from_logits: False if the outputs are probabilities.
        tolerance: Largest healthy |loss - ln C| in nats, above 0. With n samples the
            loss itself is uncertain by about σ / √n.

    Returns:
        The numbers and the verdict.

    Raises:
        ValueError: If shapes, labels or probabilities are not as described.

    Example:
        >>> check = check_initial_loss(np.zeros((4, 10)), [0, 3, 5, 9])
        >>> check.verdict, round(check.measured, 3), round(check.chance, 3)
        ('healthy', 2.303, 2.303)
    """
    logits, classes = np.asarray(outputs, np.float64), np.asarray(labels)
    _check(logits, classes, tolerance)
    if not from_logits:
        if logits.min() < 0 or np.abs(logits.sum(axis=1) - 1).max() > 1e-3:
            raise ValueError(
                "Probabilities are at least 0 and sum to 1 in each row. Got rows that do not: "
                "pass from_logits=True for raw scores."
            )
        logits = np.log(np.maximum(logits, np.finfo(np.float32).tiny))
    centred = logits - logits.mean(axis=1, keepdims=True)
    shifted = logits - logits.max(axis=1, keepdims=True)
    normaliser = np.log(np.exp(shifted).sum(axis=1))
    measured = float((normaliser - shifted[np.arange(len(classes)), classes]).mean())
    count = logits.shape[1]
    chance = math.log(count)
    # Centring on the sample's own mean loses one of C degrees of freedom.
    variance = float((centred**2).sum(axis=1).mean() / (count - 1))
    return InitialLoss(
        measured=measured,
        chance=chance,
        expected=chance + variance / 2 * (1 - 1 / count),
        logit_deviation=math.sqrt(variance),
        verdict=_verdict(measured - chance, tolerance),
    )


def _verdict(excess: float, tolerance: float) -> str:
    if abs(excess) <= tolerance:
        return "healthy"
    return "below chance" if excess < 0 else "too confident"


def _check(outputs: np.ndarray, labels: np.ndarray, tolerance: float) -> None:
    if outputs.ndim != 2 or outputs.shape[1] < 2 or labels.shape != outputs.shape[:1]:
        raise ValueError(
            "`outputs` is [samples, classes] with two classes or more and `labels` is [samples]. "
            f"Got shapes {outputs.shape} and {labels.shape}."
        )
    if not len(labels) or labels.min() < 0 or labels.max() >= outputs.shape[1]:
        raise ValueError(
            f"Labels lie in 0 ... {outputs.shape[1] - 1} and there is at least one. Got {labels}."
        )
    if not np.isfinite(outputs).all():
        raise ValueError("Outputs must be finite. Got NaN or infinity from the untrained model.")
    if not tolerance > 0:
        raise ValueError(f"`tolerance > 0` must hold. Got tolerance={tolerance}.")
