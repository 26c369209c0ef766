"""LeNet with an L2 penalty on CIFAR-10: 60,000 images, 10 classes.

`l2=0.005` is PyTorch's weight decay 0.01: Keras' penalty has no factor one half.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("lenet-l2", "cifar10")
