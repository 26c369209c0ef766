"""LeNet with batch normalisation and dropout on CIFAR-10: 60,000 images, 10 classes.

Dropout stands before a normalisation here, as in the source, and shifts the variance that it
learned (Li et al. 2019); `order=standard` keeps only the dropout behind the last one.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("lenet-bndp", "cifar10")
