"""LeNet with an L2 penalty on Tiny ImageNet: 64x64 pixels, 200 classes.

`l2=0.005` is PyTorch's weight decay 0.01: Keras' penalty has no factor one half.

Images are halved to 32x32 pixels, the size that the source's parameter count belongs to.
"""

from __future__ import annotations

from pipelines.recipes.families.report import lenet_recipe

RECIPE = lenet_recipe("lenet-l2", "tiny-imagenet")
