"""SuperLeNet on CIFAR-10: 60,000 images, 10 classes.

The graph is the source's best LeNet; the training adds what the source does not use: flips and
crops, Nesterov momentum with warm-up and cosine decay, label smoothing, averaged weights.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("super-lenet", "cifar10")
