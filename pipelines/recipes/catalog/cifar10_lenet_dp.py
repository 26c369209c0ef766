"""LeNet with dropout on CIFAR-10: 60,000 images, 10 classes.

Dropping every second value of only 6 and 16 maps under-fits: the source's row is worse than
its plain LeNet on the training images too.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("lenet-dp", "cifar10")
