"""LeNet with batch normalisation on CIFAR-10: 60,000 images, 10 classes.

The normalisation stands behind the activations, as the source prints it; `order=standard`
puts it before them.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("lenet-bn", "cifar10")
