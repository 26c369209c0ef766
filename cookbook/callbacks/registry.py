"""Every callback and training helper by name; importing this module imports no Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cookbook._ranges import AT_LEAST_ONE, INSIDE_ONE, NOT_NEGATIVE, POSITIVE
from cookbook._registry import Entry, find, table
from cookbook._sources import cite

if TYPE_CHECKING:
    import keras

_KERAS = "Keras"

CALLBACKS = table(
    (
        Entry(
            name="early_stopping",
            reference="keras.callbacks:EarlyStopping",
            summary="Stops when a metric no longer improves; can restore the best weights.",
            source="Prechelt 1998",
            defaults={"monitor": "val_loss", "patience": 5, "restore_best_weights": True},
            ranges={"patience": NOT_NEGATIVE, "min_delta": NOT_NEGATIVE},
        ),
        Entry(
            name="plateau",
            reference="keras.callbacks:ReduceLROnPlateau",
            summary="Lowers a constant learning rate when a metric no longer improves.",
            source=_KERAS,
            defaults={"monitor": "val_loss", "factor": 0.1, "patience": 5},
            ranges={"factor": INSIDE_ONE, "patience": AT_LEAST_ONE, "min_lr": NOT_NEGATIVE},
        ),
        Entry(
            name="plateau_of_schedule",
            reference="cookbook.schedules.plateau:LowerOnPlateau",
            summary="Lowers a Plateau schedule around any other when a metric no longer improves.",
            source="own; tensorflow issue 36612",
        ),
        Entry(
            name="ema",
            reference="cookbook.callbacks.averaged_weights:AveragedWeights",
            summary="Evaluates and saves with the moving average an optimizer keeps (use_ema), "
            "with batch-norm statistics of its own.",
            source="Polyak and Juditsky 1992",
        ),
        Entry(
            name="swa",
            reference="cookbook.callbacks.averaging:StochasticWeightAveraging",
            summary="Averages the weights of late epochs and re-estimates batch normalisation.",
            source="Izmailov et al. 2018",
            ranges={"start": NOT_NEGATIVE, "every": AT_LEAST_ONE},
        ),
        Entry(
            name="learning_rate_finder",
            reference="cookbook.callbacks.range_test:LearningRateFinder",
            summary="Range test of the learning rate that puts everything back.",
            source="Smith 2017",
            ranges={"low": POSITIVE},
        ),
        Entry(
            name="gradient_monitor",
            reference="cookbook.callbacks.monitor:GradientMonitor",
            summary="Norms, updates, dead and saturated units per layer, with a verdict.",
            source="Glorot and Bengio 2010",
            ranges={"every": AT_LEAST_ONE},
        ),
        Entry(
            name="shuffle_by_epoch",
            reference="cookbook.callbacks.order:ShuffleByEpoch",
            summary="Makes the order of the samples a function of seed and epoch.",
            source="own",
        ),
        Entry(
            name="bit_exact_backup",
            reference="cookbook.callbacks.backup:BitExactBackup",
            summary="Resumes a killed training to the same bits as one never killed.",
            source="own",
            ranges={"every": AT_LEAST_ONE},
        ),
        Entry(
            name="terminate_on_nan",
            reference="keras.callbacks:TerminateOnNaN",
            summary="Stops when the loss is not a number.",
            source=_KERAS,
        ),
    )
)

# What drives whole trainings and is therefore no callback.
METHODS = table(
    (
        Entry(
            name="find_learning_rate",
            reference="cookbook.callbacks.range_test:find_learning_rate",
            summary="Range test of the learning rate as one call.",
            source="Smith 2017",
        ),
        Entry(
            name="growing_batches",
            reference="cookbook.callbacks.growth:fit_with_growing_batches",
            summary="Fits with a batch size that grows between epochs.",
            source=cite("004") + "; Smith et al. 2018",
        ),
        Entry(
            name="progressive_depth",
            reference="cookbook.callbacks.depth:grow_depth",
            summary="Adds hidden layers one at a time on frozen earlier ones.",
            source=cite("004") + "; Fahlman and Lebiere 1990",
        ),
        Entry(
            name="clipping",
            reference="cookbook.callbacks.clipping:clipping_arguments",
            summary="Clips gradients by value, norm or global norm, as optimizer arguments.",
            source="Pascanu et al. 2013",
        ),
        Entry(
            name="batch_norm_reestimation",
            reference="cookbook.callbacks.averaging:reestimate_batch_norm",
            summary="Recomputes the moving statistics of batch normalisation from data.",
            source="Izmailov et al. 2018",
        ),
    )
)


def make_callback(name: str, **options: Any) -> keras.callbacks.Callback:
    """Makes a callback by name.

    Args:
        name: One of `CALLBACKS`.
        **options: Arguments of the callback; they win over the entry's defaults.

    Raises:
        ValueError: If the name is unknown or an option is out of its range.

    Example:
        >>> make_callback("early_stopping", patience=2).patience
        2
    """
    return find("callback", name, CALLBACKS).make(**options)
