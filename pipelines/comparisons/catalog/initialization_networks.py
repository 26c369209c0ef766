"""What right and wrong first weights cost the report's own networks in their first steps.

`compare-initialization` asks it of a small network on digits. Here are SuperLeNet and
SuperResNet-34, from He weights and from standard Gaussian ones: the report prints no scale of its
large weights. Biases of SuperLeNet start where the report says, at 0.01 and 0.1. Normalised
networks forgive the scale of hidden weights; that of the last layer they do not. Averaged weights
are left out: so early they are still those of the start.
"""

from __future__ import annotations

from typing import Any

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_STEPS = 100
_ARMS = {"he": {"initializer": "he_normal"}, "large": {"initializer": "large_normal"}}
_SHARED: dict[str, Any] = {
    "metric": "early_loss",
    "direction": "minimize",
    "also": ("initial_loss", "val_accuracy"),
    "curves": ("first_loss",),
    "x": "optimizer step",
    "log_y": True,
    "own": frozenset({"first_steps"}),
    "measure": "pipelines.comparisons.first_steps:train_first_steps",
}
_OF_200: dict[str, Any] = {"tiny_rows": 600}  # three images of each class
_FIXED = {"schedule": "constant", "ema": 0.0, "first_steps": _STEPS}
# Images of 16 pixels and one pass over the rows of 50 steps: the first steps are asked about.
_RESNET_STEPS = 50
_RESNET: dict[str, Any] = {
    **_SHARED,
    "arms": _ARMS,
    "rows": _RESNET_STEPS * 128,
    "fixed": {
        **_FIXED,
        "first_steps": _RESNET_STEPS,
        "epochs": 1,
        "image_size": 16,
        "progressive_sizes": (),
    },
    "tiny": {"first_steps": 2, "epochs": 1, "depth": 8},
}
_LENET: dict[str, Any] = {
    **_SHARED,
    "arms": {
        "he": {**_ARMS["he"], "bias": 0.01},
        "large": {**_ARMS["large"], "bias": 0.1},
    },
    # Few: on Tiny ImageNet large weights end in NaN in the fourth or fifth.
    "fixed": {**_FIXED, "epochs": 2},
    "tiny": {"first_steps": 2, "epochs": 1},
}

COMPARISON = Comparison(
    name="compare-initialization-networks",
    summary="The first steps of SuperLeNet and SuperResNet-34 after right and wrong weights",
    question=(
        "What does a wrong scale of the first weights cost the report's networks? The loss is "
        "measured on 128 training rows, in training mode, before each of the first 100 steps of "
        "SuperLeNet and 50 of SuperResNet-34, the accuracy on validation rows after 2 epochs of "
        "SuperLeNet and after those 50 steps of SuperResNet-34."
    ),
    parts=(
        Part(recipe="cifar10-super-lenet", title="SuperLeNet, CIFAR-10", **_LENET),
        Part(
            recipe="tiny-imagenet-super-lenet",
            title="SuperLeNet, Tiny ImageNet",
            **_OF_200,
            **_LENET,
        ),
        Part(recipe="cifar10-super-resnet34", title="SuperResNet-34, CIFAR-10", **_RESNET),
        Part(
            recipe="tiny-imagenet-super-resnet34",
            title="SuperResNet-34, Tiny ImageNet",
            **_OF_200,
            **_RESNET,
        ),
    ),
    source=cite("003", "section 4.5, tables 5 and 6, figures 30 to 37"),
    fits_in="about two hours with 3 seeds on one core",
)
