"""LeNet-5 on Tiny ImageNet: 64x64 pixels, 200 classes.

The plain row of source 003: tanh, average pooling, Adam, no augmentation.

Images are halved to 32x32 pixels, the size that the source's parameter count belongs to.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("lenet", "tiny-imagenet")
