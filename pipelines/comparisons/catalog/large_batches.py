"""Batch sizes from 128 to 16,384 of SuperLeNet on Tiny ImageNet, all at one rate.

The report trains SuperResNet-34 for 100 epochs of 100,000 images at each size and says nothing of
its rate. That takes days on two cores, so this is the report's other network on a fifth of the same
images. Equal epochs are far fewer steps then: size 128 takes about as many here as 8,192 takes
there. The recipe's averaged weights are left out: over some dozens of steps their average is
still that of the weights before the training.
"""

from __future__ import annotations

from typing import Any

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_SIZES = (128, 256, 512, 1024, 2048, 4096, 8192, 16384)
ARMS = {f"batch {size}": {"batch_size": size} for size in _SIZES}
SHARED: dict[str, Any] = {
    "recipe": "tiny-imagenet-super-lenet",
    "arms": ARMS,
    "also": ("accuracy", "val_loss", "steps", "peak_memory_gb", "fit_seconds"),
    "curves": ("accuracy", "val_accuracy"),
    "over": "batch_size",
    "fixed": {"ema": 0.0, "epochs": 8},
    "tiny": {"epochs": 1},
    "tiny_rows": 600,  # three images of each class
    "measure": "pipelines.comparisons.own_process:train_in_own_process",
}

COMPARISON = Comparison(
    name="compare-large-batches",
    summary="Batch sizes 128 to 16,384 of SuperLeNet on Tiny ImageNet, with memory and seconds",
    question=(
        "How large may batches be? Every size sees the data equally often, at the recipe's rate."
    ),
    parts=(Part(**SHARED),),
    source=cite("003", "section 4.6, table 7, figure 38"),
    fits_in="about 6 minutes with 2 seeds on one core",
)
