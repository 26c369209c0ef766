"""SuperLeNet on Tiny ImageNet: 64x64 pixels, 200 classes.

The graph is the source's best LeNet; the training adds what the source does not use: flips and
crops, Nesterov momentum with warm-up and cosine decay, label smoothing, averaged weights.

Images are halved to 32x32 pixels, the size that the source's parameter count belongs to.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("super-lenet", "tiny-imagenet")
