"""SuperLeNet from large Gaussian weights on Tiny ImageNet: 64x64 pixels, 200 classes.

Shows what initialisation is worth: everything else is as in the row with He weights. The source
also starts biases at 0.1; here they start at 0.

Images are halved to 32x32 pixels, the size that the source's parameter count belongs to.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("super-lenet-wrong-init", "tiny-imagenet")
