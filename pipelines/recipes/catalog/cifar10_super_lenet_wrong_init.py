"""SuperLeNet from large Gaussian weights on CIFAR-10: 60,000 images, 10 classes.

Shows what initialisation is worth: everything else is as in the row with He weights. The source
also starts biases at 0.1; here they start at 0.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("super-lenet-wrong-init", "cifar10")
