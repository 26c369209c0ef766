"""LeNet with batch normalisation and dropout on Tiny ImageNet: 64x64 pixels, 200 classes.

Dropout stands before a normalisation here, as in the source, and shifts the variance that it
learned (Li et al. 2019); `order=standard` keeps only the dropout behind the last one.

Images are halved to 32x32 pixels, the size that the source's parameter count belongs to.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("lenet-bndp", "tiny-imagenet")
