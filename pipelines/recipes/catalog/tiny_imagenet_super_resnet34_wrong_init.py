"""SuperResNet-34 from large Gaussian weights on Tiny ImageNet: 64x64 pixels, 200 classes.

Shows what initialisation is worth: everything else is as in the row with He weights.
"""

from __future__ import annotations

from pipelines.recipes.families.report import resnet_recipe

RECIPE = resnet_recipe("super-resnet34-wrong-init", "tiny-imagenet")
