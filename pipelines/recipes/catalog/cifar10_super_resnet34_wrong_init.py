"""SuperResNet-34 from large Gaussian weights on CIFAR-10: 60,000 images, 10 classes.

Shows what initialisation is worth: everything else is as in the row with He weights.
"""

from __future__ import annotations

from pipelines.recipes.families.report import resnet_recipe

RECIPE = resnet_recipe("super-resnet34-wrong-init", "cifar10")
