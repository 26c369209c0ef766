"""Losses of masks, sequences and embeddings."""

from __future__ import annotations

from cookbook._ranges import NOT_NEGATIVE, POSITIVE, UP_TO_ONE
from cookbook.losses._entry import LossEntry

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
        name="soft_dice",
        reference="cookbook.losses.overlap:SoftDice",
        summary="1 - 2 |y p| / (|y| + |p|), per sample and class.",
        source="Milletari et al. 2016",
        defaults={"smooth": 1.0},
        ranges={"smooth": POSITIVE},
        targets="masks",
        probabilities=True,
        parameters={"smooth": 1.0},
    ),
    LossEntry(
        name="weighted_dice",
        reference="cookbook.losses.overlap:WeightedDice",
        summary="Soft Dice with weights of classes.",
        source="Sudre et al. 2017",
        defaults={"smooth": 1.0},
        ranges={"smooth": POSITIVE},
        targets="masks",
        probabilities=True,
        parameters={"smooth": 1.0, "class_weights": "balanced"},
    ),
    LossEntry(
        name="weighted_iou",
        reference="cookbook.losses.overlap:WeightedIoU",
        summary="Soft IoU with weights of classes.",
        source="Rahman and Wang 2016",
        defaults={"smooth": 1.0},
        ranges={"smooth": POSITIVE},
        targets="masks",
        probabilities=True,
        parameters={"smooth": 1.0, "class_weights": "balanced"},
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
