"""Callbacks and training methods by name; what Keras ships is referred to, not rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from cookbook.callbacks.averaged_weights import AveragedWeights as AveragedWeights
    from cookbook.callbacks.averaging import StochasticWeightAveraging as StochasticWeightAveraging
    from cookbook.callbacks.averaging import reestimate_batch_norm as reestimate_batch_norm
    from cookbook.callbacks.backup import BitExactBackup as BitExactBackup
    from cookbook.callbacks.clipping import CLIPPING as CLIPPING
    from cookbook.callbacks.clipping import clipping_arguments as clipping_arguments
    from cookbook.callbacks.depth import DepthStage as DepthStage
    from cookbook.callbacks.depth import GrownNetwork as GrownNetwork
    from cookbook.callbacks.depth import grow_depth as grow_depth
    from cookbook.callbacks.growth import fit_with_growing_batches as fit_with_growing_batches
    from cookbook.callbacks.growth import growing_batch_sizes as growing_batch_sizes
    from cookbook.callbacks.monitor import EpochReport as EpochReport
    from cookbook.callbacks.monitor import GradientMonitor as GradientMonitor
    from cookbook.callbacks.monitor import GradientMonitorWarning as GradientMonitorWarning
    from cookbook.callbacks.order import SeededBatches as SeededBatches
    from cookbook.callbacks.order import ShuffleByEpoch as ShuffleByEpoch
    from cookbook.callbacks.order import epoch_order as epoch_order
    from cookbook.callbacks.range_test import LearningRateFinder as LearningRateFinder
    from cookbook.callbacks.range_test import RangeTest as RangeTest
    from cookbook.callbacks.range_test import find_learning_rate as find_learning_rate
    from cookbook.callbacks.registry import CALLBACKS as CALLBACKS
    from cookbook.callbacks.registry import METHODS as METHODS
    from cookbook.callbacks.registry import make_callback as make_callback
    from cookbook.callbacks.state import TrainingState as TrainingState
    from cookbook.callbacks.state import synchronise as synchronise

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "averaged_weights": ["AveragedWeights"],
        "averaging": ["StochasticWeightAveraging", "reestimate_batch_norm"],
        "backup": ["BitExactBackup"],
        "clipping": ["CLIPPING", "clipping_arguments"],
        "depth": ["DepthStage", "GrownNetwork", "grow_depth"],
        "growth": ["fit_with_growing_batches", "growing_batch_sizes"],
        "monitor": ["EpochReport", "GradientMonitor", "GradientMonitorWarning"],
        "order": ["SeededBatches", "ShuffleByEpoch", "epoch_order"],
        "range_test": ["LearningRateFinder", "RangeTest", "find_learning_rate"],
        "registry": ["CALLBACKS", "METHODS", "make_callback"],
        "state": ["TrainingState", "synchronise"],
    },
)
__all__ = __dir__()
