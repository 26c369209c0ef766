"""Optimizers by name, SPSA, and momentum that changes inside a compiled step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from cookbook.optimizers.averaged_momentum import AveragedMomentum as AveragedMomentum
    from cookbook.optimizers.gradient_free_training import GradientFreeModel as GradientFreeModel
    from cookbook.optimizers.gradient_free_training import (
        GradientFreeTraining as GradientFreeTraining,
    )
    from cookbook.optimizers.gradient_free_training import gradient_free as gradient_free
    from cookbook.optimizers.registry import OPTIMIZERS as OPTIMIZERS
    from cookbook.optimizers.registry import make_optimizer as make_optimizer
    from cookbook.optimizers.scheduled_momentum import ScheduledAdam as ScheduledAdam
    from cookbook.optimizers.scheduled_momentum import ScheduledSGD as ScheduledSGD
    from cookbook.optimizers.selective_decay import with_selective_decay as with_selective_decay
    from cookbook.optimizers.spsa import SPSA as SPSA
    from cookbook.optimizers.spsa import SpallGain as SpallGain
    from cookbook.optimizers.spsa import perturbation_estimate as perturbation_estimate

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "averaged_momentum": ["AveragedMomentum"],
        "gradient_free_training": ["GradientFreeModel", "GradientFreeTraining", "gradient_free"],
        "registry": ["OPTIMIZERS", "make_optimizer"],
        "scheduled_momentum": ["ScheduledAdam", "ScheduledSGD"],
        "selective_decay": ["with_selective_decay"],
        "spsa": ["SPSA", "SpallGain", "perturbation_estimate"],
    },
)
__all__ = __dir__()
