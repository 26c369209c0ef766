"""Names of the augmentation operations and ready-made sets, without TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

AUGMENTATIONS: Mapping[str, str] = {
    "colour_jitter": "pipelines.inputs.colour:ColourJitter",
    "cutmix": "pipelines.inputs.mixing:CutMix",
    "cutout": "pipelines.inputs.erasing:Cutout",
    "horizontal_flip": "pipelines.inputs.geometry:HorizontalFlip",
    "mixup": "pipelines.inputs.mixing:MixUp",
    "noise": "pipelines.inputs.erasing:Noise",
    "pad_and_crop": "pipelines.inputs.geometry:PadAndCrop",
    "rand_augment": "pipelines.inputs.randaugment:RandAugment",
    "rotation": "pipelines.inputs.affine:Rotation",
    "shift": "pipelines.inputs.geometry:Shift",
    "vertical_flip": "pipelines.inputs.geometry:VerticalFlip",
}

MIXES_LABELS = frozenset({"cutmix", "mixup"})
"""Operations after which labels are weights of classes."""

Step = Mapping[str, Any]

PRESETS: Mapping[str, Sequence[Step]] = {
    "none": (),
    "flip": ({"name": "horizontal_flip"},),
    # The usual set of CIFAR-10 results since "Deeply-Supervised Nets" (Lee et al., 2015).
    "flip-crop": ({"name": "horizontal_flip"}, {"name": "pad_and_crop", "pixels": 4}),
    # Assignments on tuning (source 000), section 3.5.3: `ImageDataGenerator(rotation_range=40,
    # width_shift_range=0.2, height_shift_range=...`. The last value is cut off in the
    # document; 0.2 is taken for both.
    "rotate-shift": (
        {"name": "shift", "height": 0.2, "width": 0.2, "mode": "edge"},
        {"name": "rotation", "degrees": 40.0, "mode": "edge"},
    ),
    # R&D report (source 003), section 2.5.2: horizontal flip, crop and colour jitter. It prints
    # no strengths; these are mild ones.
    "flip-crop-jitter": (
        {"name": "horizontal_flip"},
        {"name": "pad_and_crop", "pixels": 4},
        {"name": "colour_jitter", "brightness": 0.2, "contrast": 0.2, "saturation": 0.2},
    ),
    # Digits and letters: mirrored ones would be other symbols or none.
    "digits": (
        {"name": "shift", "height": 0.1, "width": 0.1, "mode": "zero"},
        {"name": "rotation", "degrees": 10.0, "mode": "zero"},
    ),
    "flip-crop-cutout": (
        {"name": "horizontal_flip"},
        {"name": "pad_and_crop", "pixels": 4},
        {"name": "cutout", "fraction": 0.25},
    ),
    "flip-crop-mixup": (
        {"name": "horizontal_flip"},
        {"name": "pad_and_crop", "pixels": 4},
        {"name": "mixup", "alpha": 0.2},
    ),
    "flip-crop-cutmix": (
        {"name": "horizontal_flip"},
        {"name": "pad_and_crop", "pixels": 4},
        {"name": "cutmix", "alpha": 1.0},
    ),
    "rand-augment": (
        {"name": "horizontal_flip"},
        {"name": "pad_and_crop", "pixels": 4},
        {"name": "rand_augment", "operations": 2, "magnitude": 5.0},
    ),
}

# Moves of whole pixels, which masks can follow, and changes of colours, which they need not.
_MOVES = frozenset({"horizontal_flip", "pad_and_crop", "shift", "vertical_flip"})
_COLOURS = frozenset({"colour_jitter", "noise"})


def check_mask_augmentation(augment: str) -> None:
    """Refuses an augmentation that images with masks cannot have.

    Args:
        augment: Name of a preset or of one operation; empty for none.

    Raises:
        ValueError: If it turns, mixes or erases, which masks cannot follow, or moves pixels after
            colours.

    Example:
        >>> check_mask_augmentation("flip-crop-jitter")
    """
    steps = [step["name"] for step in PRESETS.get(augment, ({"name": augment},) if augment else ())]
    kinds = [name in _COLOURS for name in steps if name in _MOVES | _COLOURS]
    if len(kinds) == len(steps) and kinds == sorted(kinds):
        return
    fitting = ", ".join(
        name for name, of in PRESETS.items() if {step["name"] for step in of} <= _MOVES | _COLOURS
    )
    raise ValueError(
        "Masks follow moves of whole pixels, and changes of colours after them. Got "
        f"augment={augment!r}: take one of {fitting}."
    )
