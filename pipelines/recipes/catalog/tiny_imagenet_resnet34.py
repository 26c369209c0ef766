"""ResNet-34 on Tiny ImageNet: 64x64 pixels, 200 classes.

The source's graph with the training that is usual for it: Nesterov momentum, weight decay of
the kernels, cosine decay, flips and crops.
"""

from __future__ import annotations

from pipelines.recipes.families.report import resnet_recipe

RECIPE = resnet_recipe("resnet34", "tiny-imagenet")
