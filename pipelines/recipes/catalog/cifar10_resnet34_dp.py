"""ResNet-34 with spatial dropout on CIFAR-10: 60,000 images, 10 classes.

The source names no rate; 0.1 is the usual one for whole maps.
"""

from __future__ import annotations

from pipelines.recipes.families.report import resnet_recipe

RECIPE = resnet_recipe("resnet34-dp", "cifar10")
