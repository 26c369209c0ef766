"""ResNet-34 on CIFAR-10: 60,000 images, 10 classes.

The source's graph with the training that is usual for it: Nesterov momentum, weight decay of
the kernels, cosine decay, flips and crops.
"""

from __future__ import annotations

from pipelines.recipes.families.report import resnet_recipe

RECIPE = resnet_recipe("resnet34", "cifar10")
