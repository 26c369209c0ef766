"""LeNet with batch normalisation on Tiny ImageNet: 64x64 pixels, 200 classes.

The normalisation stands behind the activations, as the source prints it; `order=standard`
puts it before them.

Images are halved to 32x32 pixels, the size that the source's parameter count belongs to.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("lenet-bn", "tiny-imagenet")
