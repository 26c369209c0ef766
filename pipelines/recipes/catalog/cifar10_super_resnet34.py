"""SuperResNet-34 on CIFAR-10: 60,000 images, 10 classes.

The source's best row: spatial dropout, L2 penalty, He weights, Adam, flips, crops and colour
jitter.
"""

from __future__ import annotations

from pipelines.recipes.families.report import resnet_recipe

RECIPE = resnet_recipe("super-resnet34", "cifar10")
