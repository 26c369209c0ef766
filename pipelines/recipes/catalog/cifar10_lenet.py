"""LeNet-5 on CIFAR-10: 60,000 images, 10 classes.

The plain row of source 003: tanh, average pooling, Adam, no augmentation.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("lenet", "cifar10")
