"""Losses by name, and the check that a loss fits the model's last activation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from cookbook.losses.curriculum import CurriculumModel as CurriculumModel
    from cookbook.losses.curriculum import easiest_first as easiest_first
    from cookbook.losses.distillation import DistilledModel as DistilledModel
    from cookbook.losses.distillation import distilled as distilled
    from cookbook.losses.from_labels import FromLabels as FromLabels
    from cookbook.losses.in_units import InUnits as InUnits
    from cookbook.losses.in_units import MetricInUnits as MetricInUnits
    from cookbook.losses.overlap import SoftDice as SoftDice
    from cookbook.losses.overlap import SoftIoU as SoftIoU
    from cookbook.losses.overlap import WeightedDice as WeightedDice
    from cookbook.losses.overlap import WeightedIoU as WeightedIoU
    from cookbook.losses.pairing import PairingWarning as PairingWarning
    from cookbook.losses.pairing import check_pairing as check_pairing
    from cookbook.losses.pairing import compile_checked as compile_checked
    from cookbook.losses.pairing import warn_pairing as warn_pairing
    from cookbook.losses.quantile import Quantile as Quantile
    from cookbook.losses.registry import LOSSES as LOSSES
    from cookbook.losses.registry import make_loss as make_loss
    from cookbook.losses.saved import CosineSimilarity as CosineSimilarity
    from cookbook.losses.saved import Huber as Huber
    from cookbook.losses.smoothing import (
        SmoothedSparseCategoricalCrossentropy as SmoothedSparseCategoricalCrossentropy,
    )
    from cookbook.losses.weighted import ClassWeighted as ClassWeighted
    from cookbook.losses.weighted import WeightedBinaryCrossentropy as WeightedBinaryCrossentropy
    from cookbook.losses.weighted import class_balanced as class_balanced
    from cookbook.losses.weighted import effective_number_weights as effective_number_weights

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "from_labels": ["FromLabels"],
        "in_units": ["InUnits", "MetricInUnits"],
        "curriculum": ["CurriculumModel", "easiest_first"],
        "distillation": ["DistilledModel", "distilled"],
        "overlap": ["SoftDice", "SoftIoU", "WeightedDice", "WeightedIoU"],
        "pairing": ["PairingWarning", "check_pairing", "compile_checked", "warn_pairing"],
        "quantile": ["Quantile"],
        "registry": ["LOSSES", "make_loss"],
        "saved": ["CosineSimilarity", "Huber"],
        "smoothing": ["SmoothedSparseCategoricalCrossentropy"],
        "weighted": [
            "ClassWeighted",
            "WeightedBinaryCrossentropy",
            "class_balanced",
            "effective_number_weights",
        ],
    },
)
__all__ = __dir__()
