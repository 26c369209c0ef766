"""SuperResNet-34 on Tiny ImageNet: 64x64 pixels, 200 classes.

The source's best row: spatial dropout, L2 penalty, He weights, Adam, flips, crops and colour
jitter.
"""

from __future__ import annotations

from pipelines.recipes.families.report import resnet_recipe

RECIPE = resnet_recipe("super-resnet34", "tiny-imagenet")
