"""What a row of the losses says beside the other listings: which targets and outputs it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cookbook._registry import Entry

Targets = Literal[
    "numbers",
    "positive",
    "not_negative",
    "vectors",
    "labels",
    "one_hot",
    "labels_or_one_hot",
    "binary",
    "masks",
    "sequences",
    "embeddings",
]


@dataclass(frozen=True, kw_only=True)
class LossEntry(Entry):
    """A loss that can be made by name.

    Attributes:
        targets: What it compares predictions with: `"numbers"` of any sign, `"positive"` or
            `"not_negative"` ones, whole `"vectors"`; class `"labels"` (whole numbers),
            `"one_hot"` rows, either of them, or `"binary"` labels 0 and 1 of single outputs;
            `"masks"` of images, `"sequences"` of labels without alignment, labels of
            `"embeddings"`.
        probabilities: Whether it takes probabilities where its relatives take logits.
        in_units: Whether it changes its meaning when targets and predictions are scaled.
        weighs_classes: Whether it has weights of classes of its own, so that others on top of them
            would weigh the classes twice.
    """

    targets: Targets
    probabilities: bool = False
    in_units: bool = False
    weighs_classes: bool = False
